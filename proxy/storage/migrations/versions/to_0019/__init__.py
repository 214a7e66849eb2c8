"""The revisions from 0010 to 0019."""
