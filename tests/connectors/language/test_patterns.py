"""Regular expressions in settings: what Python's find, they find; what hangs Python's does not
hang them.
"""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.language.patterns import PatternError, compile_pattern

ATOMS = st.sampled_from(["a", "b", "ab", ".", "[ab]", "[^a]", r"\d", r"\w", "1", "-", "[a-c1-3]"])
REPEATS = st.sampled_from(["", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{0,3}?"])
TEXTS = st.text(alphabet="ab1-c\n", max_size=12)
# A letter at least in each turn of a loop: about loops that may turn without one, the makers of
# engines disagree.
PIECES = st.one_of(
    st.tuples(ATOMS, REPEATS).map(lambda pair: f"(?:{pair[0]}){pair[1]}"),
    st.tuples(st.lists(ATOMS, min_size=1, max_size=3).map("".join), REPEATS).map(
        lambda pair: f"({pair[0]}){pair[1]}"
    ),
    st.tuples(ATOMS, ATOMS, REPEATS).map(lambda parts: f"(?:{parts[0]}|{parts[1]}){parts[2]}"),
    st.sampled_from(["^", "$"]),
)
SEQUENCES = st.lists(PIECES, max_size=4).map("".join)


def nested(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, REPEATS).map(lambda pair: f"(?:{pair[0]}){pair[1]}"),
    )


def find_both(
    pattern: str, text: str
) -> tuple[tuple[str | None, ...] | None, re.Match[str] | None]:
    """What we find and what Python finds; the same nothing where the pattern is too large for
    us.
    """
    try:
        ours = compile_pattern(pattern)
    except PatternError:
        return None, None
    return ours.search(text), re.search(pattern.replace("$", r"\Z"), text, re.ASCII)


@given(st.one_of(SEQUENCES, st.tuples(SEQUENCES, SEQUENCES).map("|".join)), TEXTS)
def test_finds_what_pythons_own_find(pattern: str, text: str) -> None:
    ours, theirs = find_both(pattern, text)
    assert ours == ((theirs[0], *theirs.groups()) if theirs else None)


@given(st.recursive(SEQUENCES, nested, max_leaves=5), TEXTS)
def test_matches_where_pythons_own_match_however_loops_are_nested(pattern: str, text: str) -> None:
    ours, theirs = find_both(pattern, text)
    assert (ours is None) == (theirs is None)


@pytest.mark.parametrize(
    ("pattern", "text", "groups"),
    [
        (r"/orders/(\d+)/?$", "https://x.example/api/orders/12/", ("/orders/12/", "12")),
        (r"(\w+)@(\w+)", "mail to ada@king now", ("ada@king", "ada", "king")),
        (r"countries/([A-Z]{2})", "x/countries/DE/", ("countries/DE", "DE")),
        (r"(a)|(b)", "b", ("b", None, "b")),
        (r"\{(.+?)\}", "a {b} {c}", ("{b}", "b")),
        (r"[]-]+", "a]-b", ("]-",)),
    ],
)
def test_gives_the_groups(pattern: str, text: str, groups: tuple[str | None, ...]) -> None:
    assert compile_pattern(pattern).search(text) == groups


@pytest.mark.parametrize(
    "pattern", ["(x+x+)+y", "(x*)*y", "(x|xx)*y", "(.*)*z", "(x?){50}y", "((x*)*)*y"]
)
def test_no_pattern_hangs(pattern: str) -> None:
    assert compile_pattern(pattern).search("x" * 3000) is None


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ("(", "expected ')' for this group, found the end: '('"),
        ("a)", "found ')' without its '(': 'a)'"),
        ("[a", "expected ']' for this class, found the end: '[a'"),
        ("*a", "found a repeat with nothing before it to repeat: '*'"),
        ("a**", "found a repeat of a repeat: '**'"),
        ("(?=a)", "look-around is not known; expected (?:…) or (?P<name>…): '(?='"),
        (r"(a)\1", r"this escape is not known: '\\1'"),
        (r"\C", r"this escape is not known: '\\C'"),
        ("[z-a]", "expected a range such as a-z: 'z-a'"),
        ("a\\", "expected a character after the backslash"),
        ("\\pL{30}", "expected a shorter pattern: its repeats make it too large"),
        ("a" * 201, "expected a pattern of at most 200 characters, found 201"),
    ],
)
def test_a_pattern_that_cannot_be_read_is_explained(pattern: str, says: str) -> None:
    with pytest.raises(PatternError) as fault:
        compile_pattern(pattern)
    assert str(fault.value) == says


def test_a_repeat_is_bounded() -> None:
    for pattern in ("a{2,1}", "(?:(?:a{99}){99}){99}"):
        with pytest.raises(PatternError, match="expected a repeat of at most 1000 in all"):
            compile_pattern(pattern)


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_is_a_pattern_or_explained_and_may_be_searched(pattern: str, text: str) -> None:
    try:
        compiled = compile_pattern(pattern)
    except PatternError:
        return
    found = compiled.search(text)
    assert found is None or len(found) == compiled.groups + 1


def test_half_a_character_does_not_stop_a_search() -> None:
    assert compile_pattern("(b)").search("a\ud800b") == ("b", "b")
