"""The operator's page: HTML made here, on the operator's listener, that works without script."""
