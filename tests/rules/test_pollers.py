"""A second client on one store is recognised by its windows, and one client alone never is taken
for two.
"""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from connectors.orders import Window
from proxy.rules.pollers import IDLE, Pollers, has_second_poller, note_window

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def at(minutes: float) -> datetime:
    return NOON + minutes * MINUTE


class Client:
    """Asks from its last success to now; windows end with their minute."""

    def __init__(self, state: Pollers, start: float) -> None:
        self.state = state
        self.start = start

    def ask(self, now: float, start: float | None = None) -> None:
        begin = self.start if start is None else start
        end = at(now) + MINUTE - timedelta(microseconds=1)
        self.state = note_window(self.state, Window(start=at(begin), end=end), at(now))

    def poll(self, now: float) -> None:
        self.ask(now)
        self.start = now


def two_polls(first: list[int], second: list[int]) -> Pollers:
    """What is known after two clients polled at these minutes."""
    state = Pollers()
    starts = {1: -5.0, 2: -7.0}
    for now, who in sorted([(now, 1) for now in first] + [(now, 2) for now in second]):
        client = Client(state, starts[who])
        client.poll(now)
        state, starts[who] = client.state, client.start
    return state


def test_two_clients_that_poll_in_turn_are_recognised_and_forgotten_once_one_stops() -> None:
    state = two_polls([0, 10, 20, 30], [4, 14, 24])
    assert has_second_poller(state, at(30))
    assert not has_second_poller(two_polls([0, 10, 20], [4, 14, 24]), at(30))
    assert not has_second_poller(state, at(30) + IDLE)


def test_a_busy_client_beside_one_that_polls_seldom_is_recognised() -> None:
    state = two_polls([5 * number for number in range(80)], [62, 122, 182, 242])
    assert has_second_poller(state, at(400))


@given(
    st.lists(st.integers(2, 90), min_size=12, max_size=20),
    st.lists(st.integers(2, 90), min_size=12, max_size=20),
)
def test_two_clients_are_recognised_whenever_each_polls_between_the_others_polls(
    first: list[int], second: list[int]
) -> None:
    """At even and odd minutes more than one apart, so that no window of one ends where one of the
    other starts.
    """
    mine = [4 * sum(first[: place + 1]) for place in range(len(first))]
    theirs = [4 * sum(second[: place + 1]) + 2 for place in range(len(second))]
    order = "".join(
        who for _, who in sorted([(now, "1") for now in mine] + [(now, "2") for now in theirs])
    )
    turns = sum(one != two for one, two in itertools.pairwise(order))
    state = two_polls(mine, theirs)
    if turns > 8:
        assert has_second_poller(state, at(max(*mine, *theirs)))


@given(
    st.lists(
        st.tuples(
            st.integers(0, 120),
            st.sampled_from(["success", "failure", "forgotten", "lost", "history", "import"]),
            st.integers(0, 5000),
        ),
        max_size=60,
    )
)
def test_one_client_alone_is_never_taken_for_two(polls: list[tuple[int, str, int]]) -> None:
    """Whatever fails, is repeated, is forgotten or is asked for by hand."""
    client, now = Client(Pollers(), -5), 0
    for wait, fate, back in polls:
        now += wait
        match fate:
            case "success":
                client.poll(now)
            case "failure":
                client.ask(now)
            case "forgotten":
                client.start = now
            case "lost":
                client.ask(now)
                client.ask(now + 1)
            case "history":
                begin = client.start - back
                window = Window(start=at(begin - 10), end=at(begin))
                client.state = note_window(client.state, window, at(now))
            case "import":
                client.ask(now, start=client.start - back)
        assert not has_second_poller(client.state, at(now + 1))
