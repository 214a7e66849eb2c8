"""The generic JSON connector: its language, its way of reading and its way back."""
