"""Commands that play the shipping client: the demo, and promises tried against any store."""
