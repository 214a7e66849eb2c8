"""Walking a list page by page, as a property of the list alone."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from proxy.simulator.account.listing import Listing, equals, list_page, span
from proxy.simulator.account.pacific import TwiceHour, cut_zone, write_pacific
from proxy.simulator.account.traits import Traits
from tests.simulator.account.stage import NOW


class Parcel(msgspec.Struct, frozen=True):
    """As much of a row as a list looks at."""

    number: int
    create_date: datetime


PARCELS = Listing(
    name="parcels",
    filters={"number": equals("number"), **span("createdate", "create_date")},
    sorts={"Number": "number", "CreateDate": "create_date"},
)
moments = st.integers(0, 6 * 3600).map(lambda seconds: NOW + timedelta(seconds=seconds))
lists = st.lists(moments, max_size=30).map(
    lambda dates: [Parcel(number, date) for number, date in enumerate(dates)]
)


@settings(max_examples=40)
@given(
    lists,
    st.integers(1, 12),
    st.sampled_from(["ASC", "DESC", "desc"]),
    moments,
    moments,
    st.sampled_from(TwiceHour),
)
def test_pages_of_a_list_that_stands_still_hold_each_fitting_row_once_and_in_order(
    rows: list[Parcel],
    size: int,
    direction: str,
    start: datetime,
    end: datetime,
    twice: TwiceHour,
) -> None:
    query = {
        "createDateStart": write_pacific(start),
        "CREATEDATEEND": write_pacific(end),
        "sortBy": "CreateDate",
        "sortDir": direction,
        "pageSize": str(size),
    }
    traits = Traits(twice_hour=twice, largest_page=9)
    walked: list[Parcel] = []
    pages, number = 1, 1
    while number <= pages:
        page, counts = list_page(rows, PARCELS, {**query, "page": str(number)}, traits)
        assert len(page) <= min(size, 9)
        walked += page
        pages, number = counts["pages"], number + 1
    fitting = [row for row in rows if start <= row.create_date <= end]
    assert sorted(row.number for row in walked) == [row.number for row in fitting]
    assert counts["total"] == len(fitting)
    dates = [cut_zone(row.create_date) for row in walked]
    assert dates == sorted(dates, reverse=direction.upper() == "DESC")
