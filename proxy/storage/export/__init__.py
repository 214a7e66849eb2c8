"""What has been given to a client: snapshots held still, coverage, hints and held orders."""
