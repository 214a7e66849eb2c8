"""What a check of a store finds, line by line, for the command line and the page."""
