"""How the tables came to be: one numbered revision a step, run by `Database.migrate`."""
