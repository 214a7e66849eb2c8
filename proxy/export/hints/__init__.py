"""Hints followed: the orders that they name, and whether one of them is news."""
