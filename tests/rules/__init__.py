"""Pure decisions, as tables."""
