"""The simulated ShipStation against good and bad stores."""
