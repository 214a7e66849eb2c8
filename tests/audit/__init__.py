"""The audit, and the story of one order."""
