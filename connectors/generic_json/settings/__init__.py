"""What a `connector:` block of type generic_json may say, split by meaning.

Everything is checked while settings load.
"""
