"""ShipStation's side and the operator's, over real sockets."""
