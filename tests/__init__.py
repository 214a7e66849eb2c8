"""The promises Portside makes, kept true."""
