"""Pure protocols, no I/O: what a shipping client sends and is sent."""
