"""The name under which exports are recorded, as a type of its own."""

from __future__ import annotations

from typing import NewType

BooksName = NewType("BooksName", str)
"""A store's own name, or the name of the books of its trials (`Store.books`): what coverage, hints
and held orders are recorded under. An order's id or a store's name does not take its place.
"""
