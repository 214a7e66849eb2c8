"""Who may hold a connection, who is asking, and how often a login may fail."""
