"""HTTP in: ShipStation's side and the operator's."""
