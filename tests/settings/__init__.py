"""Settings: every value understood, every fault named with its place."""
