"""Commands about orders: what goes out, and what does not."""
