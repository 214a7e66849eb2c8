"""The fake shops: each a real server that behaves as its platform was seen to behave."""
