"""A shop that answers in XML, CSV or JSON lines: the plain fake shop, its answers dressed."""
