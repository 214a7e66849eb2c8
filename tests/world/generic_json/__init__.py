"""A JSON shop that breaks its word, in every way of paging that settings can describe."""
