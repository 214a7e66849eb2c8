"""The protocols that shipping clients speak."""
