"""The commands that look at a merchant's ShipStation account."""
