"""Invented buyers whose names and addresses make trouble where somebody was careless."""

from __future__ import annotations

from typing import NamedTuple


class Person(NamedTuple):
    """A buyer."""

    first: str
    last: str
    street: str
    city: str
    region: str
    postal_code: str
    country: str


PEOPLE = (
    Person("Jürgen", "Müller-Lüdenscheidt", "Große Straße 1a", "Köln", "", "50667", "DE"),
    Person(
        "John",
        "O'Neil Jr.",
        '1600 Amphitheatre Pkwy, Apt #4 "rear"',
        "Mountain View",
        "CA",
        "94043-1351",
        "US",
    ),
    Person("Zoë", "d'Arc & Fils <SARL>", "12 Rue de l'Église", "Besançon", "", "25000", "FR"),
    Person("花子", "山田", "千代田1-1", "東京", "", "100-0001", "JP"),
    Person("Žofia", "Kováčová", "Hlavná 7 🏠", "Košice", "", "040 01", "SK"),
)
