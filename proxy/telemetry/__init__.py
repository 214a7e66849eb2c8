"""What the operator sees: logs without secrets, and metrics."""
