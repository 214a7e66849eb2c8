"""How requests prove who we are: credentials that sign, tokens that are renewed, and the file that
keeps them.
"""
