"""The revisions, in one line from the oldest: 0001, 0002 and so on."""
