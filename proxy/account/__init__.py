"""The merchant's ShipStation account, asked by ShipStation's own API (v1)."""
