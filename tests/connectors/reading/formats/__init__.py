"""Answers in other formats than JSON."""
