"""What outlives a request, on SQLite or PostgreSQL; the only package that knows SQL."""
