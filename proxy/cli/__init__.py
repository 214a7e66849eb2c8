"""The command line: `portside serve`, and everything that helps before and after."""
