"""What is done once to each order that ShipStation imported: a user, a tag, a hold."""
