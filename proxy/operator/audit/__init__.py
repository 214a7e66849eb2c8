"""The audit of a store: its orders in the shop, in Portside's records and in ShipStation."""
