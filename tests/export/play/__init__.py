"""A shop, a shipping client and a clock that tests can bend."""
