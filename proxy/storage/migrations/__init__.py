"""How the tables came to be: one numbered revision a step, run by `Database.migrate`."""

# The oldest revision whose code works on the tables as they are now. Adding a table, an index or a
# column that may be empty leaves it; whatever old code would miss or misread raises it.
COMPATIBLE_FROM = "0008"
