"""ShipStation's shipment notice: read into a `Shipment`, or masked where it cannot be."""
