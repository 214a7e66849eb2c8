"""What the windows of a store show of its shop's list and clock, and of who polls it."""
