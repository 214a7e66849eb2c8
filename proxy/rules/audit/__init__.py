"""What is wrong with an order, by what the shop, Portside's records and ShipStation say of it."""
