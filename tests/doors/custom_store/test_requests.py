import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict, MultiDict

from connectors.orders import Window
from proxy.doors.custom_store.credentials import Credentials, credentials_match, parse_credentials
from proxy.doors.custom_store.errors import WireError
from proxy.doors.custom_store.requests import Action, parse_action, parse_export

ALICE = Credentials(username="alice", password="s3cret: ü")
START, END = "01/23/2012 17:28", "01/23/2012 17:33"


def basic(text: str, encoding: str = "utf-8") -> str:
    return "Basic " + base64.b64encode(text.encode(encoding)).decode()


def known(
    headers: dict[str, str], query: dict[str, str] | MultiDict[str], *valid: Credentials
) -> bool:
    return credentials_match(parse_credentials(headers, query), valid or (ALICE,))


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ({"Authorization": basic("alice:s3cret: ü")}, {}),
        ({"authorization": basic("alice:s3cret: ü").replace("Basic", "BASIC")}, {}),
        ({"Authorization": basic("alice:s3cret: ü", "latin-1")}, {}),
        ({}, {"SS-UserName": "alice", "SS-Password": "s3cret: ü"}),
        ({}, {"ss-username": "alice", "SS-PASSWORD": "s3cret: ü"}),
        ({"SS-UserName": "alice", "SS-Password": "s3cret: ü"}, {}),
        # A proxy on the way has put its own header there; ShipStation's pair in the query still
        # counts.
        (
            {"Authorization": basic("proxy:else")},
            {"SS-UserName": "alice", "SS-Password": "s3cret: ü"},
        ),
        ({"Authorization": "Bearer x"}, {"SS-UserName": "alice", "SS-Password": "s3cret: ü"}),
    ],
)
def test_the_right_credential_opens_in_every_variant(
    headers: dict[str, str], query: dict[str, str]
) -> None:
    assert known(headers, query)


@pytest.mark.parametrize("name", ["auth_key", "AUTH_KEY"])
def test_a_bare_key_opens_only_where_a_bare_key_is_set(name: str) -> None:
    assert known({}, {name: "the key"}, ALICE, Credentials(password="the key"))
    assert not known({}, {name: ALICE.password}, ALICE)
    assert not known({}, {name: ALICE.password}, ALICE, Credentials(password="the key"))


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ({}, {}),
        ({"Authorization": basic("alice:wrong")}, {}),
        ({"Authorization": basic("bob:s3cret: ü")}, {}),
        ({"Authorization": basic("alice")}, {}),
        ({"Authorization": "Basic !!!"}, {}),
        ({"Authorization": "Basic"}, {}),
        ({"Authorization": ""}, {}),
        ({"Authorization": "Basic é"}, {}),
        ({}, {"SS-UserName": "alice"}),
        ({}, {"SS-Password": "s3cret: ü"}),
        ({}, {"SS-UserName": "Alice", "SS-Password": "s3cret: ü"}),
        ({}, {"SS-UserName": "alice", "SS-Password": "S3CRET: ü"}),
        ({}, {"SS-UserName": "", "SS-Password": ""}),
        ({}, {"auth_key": ""}),
        ({}, {"auth_key": "alice"}),
        # The name in one place and the password in another are nobody's pair.
        ({"SS-UserName": "alice"}, {"SS-Password": "s3cret: ü"}),
        ({}, {"SS-UserName": "\udcff", "SS-Password": "\ud800"}),
    ],
)
def test_a_wrong_or_missing_credential_opens_nothing(
    headers: dict[str, str], query: dict[str, str]
) -> None:
    assert not known(headers, query)


def test_any_of_several_valid_pairs_opens_so_that_a_password_can_be_changed() -> None:
    new = Credentials(username="alice", password="new")
    for password in ("new", "s3cret: ü"):
        assert known({}, {"SS-UserName": "alice", "SS-Password": password}, ALICE, new)
    assert not known({}, {"SS-UserName": "alice", "SS-Password": "old"}, ALICE, new)


def test_a_store_without_a_password_is_closed() -> None:
    empty = Credentials(username="alice", password="")
    assert not known({"Authorization": basic("alice:")}, {"auth_key": ""}, empty)


def test_a_pair_repeated_in_the_url_is_tried_in_every_combination() -> None:
    query = MultiDict(
        [
            ("SS-UserName", "old"),
            ("SS-Password", "old"),
            ("SS-UserName", "alice"),
            ("SS-Password", "s3cret: ü"),
        ]
    )
    assert known({}, query)


def test_a_flood_of_credentials_is_not_followed() -> None:
    query = MultiDict(
        [("SS-UserName", str(n)) for n in range(500)]
        + [("SS-Password", str(n)) for n in range(500)]
    )
    assert len(parse_credentials({}, query)) == 16


def test_a_header_given_twice_is_read_twice() -> None:
    headers = CIMultiDict(
        [("Authorization", basic("a:b")), ("Authorization", basic("alice:s3cret: ü"))]
    )
    assert credentials_match(parse_credentials(headers, {}), [ALICE])


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_header_and_any_password_are_read_without_fault(header: str, password: str) -> None:
    offered = parse_credentials(
        {"Authorization": f"Basic {header}"}, {"SS-UserName": "u", "SS-Password": password}
    )
    assert not credentials_match(offered, [Credentials(username="u", password=password + "x")])


def test_a_password_never_shows_when_credentials_are_printed() -> None:
    assert "s3cret" not in f"{ALICE!r} {ALICE} {[ALICE]}"


@pytest.mark.parametrize(
    ("word", "action"),
    [("export", Action.EXPORT), ("Export", Action.EXPORT), ("SHIPNOTIFY", Action.SHIPNOTIFY)],
)
def test_an_action_is_known_in_any_case(word: str, action: Action) -> None:
    assert parse_action({"Action": word}) is action


@pytest.mark.parametrize("query", [{}, {"action": ""}, {"action": "delete"}, {"action": "x" * 900}])
def test_a_missing_or_unknown_action_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(
        WireError,
        match=r"^action: expected 'export' or 'shipnotify', found (none|'(delete|x{40})')$",
    ):
        parse_action(query)


def test_a_window_means_its_last_minute_as_a_whole() -> None:
    request = parse_export({"action": "export", "start_date": START, "end_date": END, "page": "2"})
    assert request.page == 2
    assert request.start == datetime(2012, 1, 23, 17, 28, tzinfo=UTC)
    assert request.end == datetime(2012, 1, 23, 17, 33, tzinfo=UTC)
    assert request.window == Window(
        start=request.start, end=datetime(2012, 1, 23, 17, 33, 59, 999_999, tzinfo=UTC)
    )


def test_one_minute_is_a_window() -> None:
    assert parse_export({"start_date": START, "end_date": START}).window.contains(
        datetime(2012, 1, 23, 17, 28, 30, tzinfo=UTC)
    )


@pytest.mark.parametrize(
    ("given_", "read"), [("", 1), ("1", 1), (" 7 ", 7), ("007", 7), ("32767", 32_767)]
)
def test_a_page_is_read_and_is_the_first_when_none_is_given(given_: str, read: int) -> None:
    assert parse_export({"START_DATE": START, "End_Date": END, "page": given_}).page == read
    assert parse_export({"start_date": START, "end_date": END}).page == 1


@pytest.mark.parametrize(
    "page", ["0", "-1", "abc", "1.5", "32768", "99999999999999999999", "1e3", "٣", "0x1", "1 2"]
)
def test_a_page_that_cannot_be_is_refused(page: str) -> None:
    with pytest.raises(WireError, match=r"^page: expected a whole number from 1 to 32767, found "):
        parse_export({"start_date": START, "end_date": END, "page": page})


@pytest.mark.parametrize(
    ("start", "end", "complaint"),
    [
        ("", "", "start_date: expected MM/dd/yyyy HH:mm in UTC, found nothing"),
        ("", END, "start_date: expected MM/dd/yyyy HH:mm in UTC, found nothing"),
        (START, "", "end_date: expected MM/dd/yyyy HH:mm in UTC, found nothing"),
        (
            END,
            START,
            (
                "end_date: expected a time at or after start_date .01/23/2012 17:33., found"
                " 01/23/2012 17:28"
            ),
        ),
        ("01/01/0001 00:00", END, "start_date: expected a year from 2000 to 2099"),
        (START, "12/31/9999 23:59", "end_date: expected a year from 2000 to 2099"),
        (
            "01/01/2001 00:00",
            "01/01/2026 00:00",
            "expected at most 3653 days between them, found 9131",
        ),
        ("null", "null", "start_date: expected MM/dd/yyyy HH:mm in UTC, found 'null'"),
    ],
)
def test_a_missing_reversed_or_absurd_window_is_refused_and_never_open(
    start: str, end: str, complaint: str
) -> None:
    with pytest.raises(WireError, match=complaint):
        parse_export({"start_date": start, "end_date": end})


def test_ten_years_of_history_can_be_asked_for() -> None:
    request = parse_export({"start_date": "01/01/2016 00:00", "end_date": "01/01/2026 00:00"})
    assert request.end - request.start == timedelta(days=3653)


def test_the_same_value_twice_is_one_and_two_values_are_refused() -> None:
    pairs = [("start_date", START), ("start_date", START), ("end_date", END), ("page", "")]
    assert parse_export(MultiDict([*pairs, ("page", "3")])).page == 3
    with pytest.raises(WireError, match="end_date: expected one value, found 2 different ones"):
        parse_export(MultiDict([*pairs, ("END_DATE", START)]))


@given(
    st.dictionaries(
        st.sampled_from(("action", "start_date", "end_date", "page")), st.text(max_size=30)
    )
)
def test_no_query_raises_anything_but_a_wire_error(query: dict[str, str]) -> None:
    for parse in (parse_action, parse_export):
        try:
            parse(query)
        except WireError as error:
            assert error.status == 400  # noqa: PT017 - either outcome is right, this one must say so
