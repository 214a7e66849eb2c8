"""What is kept about keys of ShipStation's API: their budgets, leases and periodic jobs."""
