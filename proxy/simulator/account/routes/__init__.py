"""The API of the account, group by group."""
