"""One suite over every way to keep things."""
