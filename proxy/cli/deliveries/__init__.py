"""Commands about deliveries and a shop's own messages."""
