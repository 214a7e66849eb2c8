from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.doors.custom_store.dates import format_date, parse_date, parse_day
from proxy.doors.custom_store.errors import WireError
from tests.strategies import instants


def at(
    hour: int, minute: int, second: int = 0, *, day: int = 23, month: int = 3, year: int = 2012
) -> datetime:
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


# One table, used both ways: what is written is read back, and every other spelling of the same
# minute reads as it.
SPELLINGS = {
    "03/23/2012 21:09": (
        "3/23/2012 21:09",
        "03/23/2012 21:09:00",
        "03/23/2012 21:09 PM",
        "03/23/2012 9:09 PM",
        "3/23/2012 9:09pm",
        "03/23/2012 09:09PM",
        "3/23/12 21:9",
        "03/23/2012 21:09Z",
        "03/23/2012 21:09 UTC",
        "03/23/2012  21:09",
        " 03/23/2012 21:09 ",
        "03/23/2012+21:09",
        "03%2f23%2f2012+21%3a09",
        "03%252f23%252f2012%2B21%253a09",
        "03232012T2109",
        "03232012 2109",
        "03232012-2109",
        "2012-03-23T21:09",
        "2012-03-23 21:09:00",
        "2012-03-23T21:09:00Z",
        "2012-03-23T21:09:00.000Z",
        "2012-03-23T21:09:00+00:00",
        "2012-03-23T21:09:00 00:00",
        "2012-03-23T23:09:00+02:00",
        "2012-03-23T16:09:00-0500",
        "2012-03-23T23:09:00%2B02:00",
    ),
    "12/08/2011 12:56": ("12/8/2011 12:56 PM", "12/8/2011 12:56"),
    "12/08/2011 00:56": ("12/8/2011 12:56 AM", "12/8/2011 0:56", "12/8/2011 00:56 AM"),
    "03/08/2018 22:26": ("3/8/2018 22:26 PM", "3/8/18 22:26", "3/8/2018 10:26 PM"),
    "02/29/2024 00:00": ("2024-02-29T00:00Z", "2/29/2024 12:00 AM"),
}


@pytest.mark.parametrize(
    ("written", "spelling"),
    [(written, spelling) for written, all_ in SPELLINGS.items() for spelling in (written, *all_)],
)
def test_every_spelling_in_the_field_reads_as_the_same_utc_minute(
    written: str, spelling: str
) -> None:
    assert format_date(parse_date(spelling, "start_date")) == written


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "yesterday",
        "03/23/2012",
        "2012-03-23",
        "23/03/2012 21:09",
        "02/30/2012 21:09",
        "02/29/2023 00:00",
        "03/23/2012 24:00",
        "03/23/2012 21:60",
        "03/23/2012 21:09:61",
        "03/23/2012 22:26 AM",
        "03/23/2012 0:26 PM",
        "03/23/0001 21:09",
        "03/23/1999 21:09",
        "03/23/9999 21:09",
        "9999-12-31T23:59:59-14:00",
        "0001-01-01T00:00:00+14:00",
        "2012-03-23T21:09:00+99:00",
        "03/23/2012 21:09 PST",
        "03/23/2012 21:09 -0500",
        "03/23/201221:09",
        "0323201212109",
        "٠٣/٢٣/٢٠١٢ ٢١:٠٩",
        "1332536940",
        "03/23/2012 21:09' OR 1=1",
        "%" * 60,
        "9" * 5000,
    ],
)
def test_what_is_no_time_is_refused_in_one_sentence_that_names_the_parameter(text: str) -> None:
    with pytest.raises(WireError, match=r"^start_date: expected .+, found .+") as caught:
        parse_date(text, "start_date")
    assert caught.value.status == 400
    assert len(str(caught.value)) < 250


@given(st.text(max_size=40))
def test_no_text_raises_anything_but_a_wire_error(text: str) -> None:
    try:
        moment = parse_date(text, "start_date")
    except WireError:
        return
    assert moment.utcoffset() == timedelta(0)


@given(instants)
def test_every_minute_survives_the_wire(moment: datetime) -> None:
    assert parse_date(format_date(moment), "x") == moment.replace(second=0, microsecond=0)


@given(instants, st.integers(-14 * 60, 14 * 60))
def test_a_time_of_another_zone_is_written_in_utc(moment: datetime, offset: int) -> None:
    abroad = moment.astimezone(timezone(timedelta(minutes=offset)))
    assert format_date(abroad) == format_date(moment)


@pytest.mark.parametrize(
    "text", ["10/19/2019", "10/9/2019", "10/19/2019 12:56", "2019-10-19", "10/19/19"]
)
def test_a_ship_date_is_a_day_with_or_without_a_time(text: str) -> None:
    assert parse_day(text, "ShipDate") in {date(2019, 10, 19), date(2019, 10, 9)}


@pytest.mark.parametrize("text", ["", "19/10/2019", "soon", "2019-13-01"])
def test_a_ship_date_that_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(WireError, match="ShipDate: expected MM/dd/yyyy"):
        parse_day(text, "ShipDate")


def test_seconds_are_read() -> None:
    assert parse_date("3/23/2012 21:09:33", "x") == at(21, 9, 33)
