"""The Custom Store protocol: golden files, tables, schema and round trips."""
