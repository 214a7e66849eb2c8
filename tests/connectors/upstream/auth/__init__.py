"""How requests prove who we are."""
