"""The status words of a store in ShipStation, compared with those that its orders carry."""
