"""What is known about the shops themselves: what a connector remembers, and remarks."""
