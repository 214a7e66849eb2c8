"""Hunts for lost orders: state machines, hostile worlds, and faults planted on purpose."""
