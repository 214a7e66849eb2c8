"""Our own regular expressions: what Python's find, they find; what hangs Python's does not hang
them.
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
    return ours.search(text), re.search(pattern.replace("$", r"\Z"), text)


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
        ("(", "expected ')' for this group, found the end (character 1 of the pattern)"),
        ("a)", "found ')' without its '(' (character 2 of the pattern)"),
        ("[a", "expected ']' for this class, found the end (character 1 of the pattern)"),
        ("*a", "found '*' with nothing before it to repeat (character 1 of the pattern)"),
        ("a**", "found a repeat of a repeat (character 3 of the pattern)"),
        (
            "(?=a)",
            (
                "expected (?:…); look-around and named groups are not known (character 2 of the"
                " pattern)"
            ),
        ),
        (r"\b", "the escape \\b is not known (character 2 of the pattern)"),
        (r"(a)\1", "the escape \\1 is not known (character 5 of the pattern)"),
        ("a{2,1}", "expected the smaller number first (character 2 of the pattern)"),
        (
            "a{",
            (
                "expected a repeat such as {2} or {2,5}; a plain brace is written \\{ (character 2"
                " of the pattern)"
            ),
        ),
        ("[z-a]", "expected a range such as a-z (character 4 of the pattern)"),
        ("a\\", "expected a character after the backslash (character 3 of the pattern)"),
        (
            "(?:(?:a{99}){99}){99}",
            (
                "expected a shorter pattern: its repeats make it too large (character 17 of the"
                " pattern)"
            ),
        ),
        ("(" * 21 + ")" * 21, "expected groups at most 20 deep (character 22 of the pattern)"),
        (
            "a" * 201,
            (
                "expected a pattern of at most 200 characters, found 201 (character 201 of the"
                " pattern)"
            ),
        ),
    ],
)
def test_a_pattern_that_is_none_is_named_with_its_place(pattern: str, says: str) -> None:
    with pytest.raises(PatternError) as fault:
        compile_pattern(pattern)
    assert str(fault.value) == says
