"""ShipStation's Custom Store protocol, both ways, as pure functions: no clock, no sockets, no
storage.
"""
