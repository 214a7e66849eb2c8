"""Fields that a store fills in from its shop's own JSON."""
