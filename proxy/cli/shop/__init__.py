"""Commands about one shop: is it fit, what does it send, what becomes of an order."""
