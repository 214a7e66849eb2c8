"""Our own regular expressions: what Python's find, they find; what hangs Python's does not hang them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.generic_json.patterns import MOST_PATTERN, PatternError, compile_pattern

ATOMS = st.sampled_from(["a", "b", "ab", ".", "[ab]", "[^a]", r"\d", r"\w", "^", "$", "1", "-", "[a-c1-3]"])


def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    repeat = st.sampled_from(["", "*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{0,3}?"])
    return st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("".join),
        st.tuples(inner, inner).map(lambda pair: f"(?:{pair[0]}|{pair[1]})"),
        st.tuples(inner, repeat).map(lambda pair: f"({pair[0]}){pair[1]}"),
        st.tuples(inner, repeat).map(lambda pair: f"(?:{pair[0]}){pair[1]}"),
    )


@given(st.recursive(ATOMS, grown, max_leaves=6), st.text(alphabet="ab1-c\n", max_size=12))
def test_finds_what_pythons_own_find(pattern: str, text: str) -> None:
    try:
        ours = compile_pattern(pattern)
    except PatternError:
        assert "{" in pattern or len(pattern) > MOST_PATTERN
        return
    theirs = re.search(pattern.replace("$", r"\Z"), text)
    found = ours.search(text)
    assert (found[0] if found else None) == (theirs[0] if theirs else None)


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


@pytest.mark.parametrize("pattern", ["(x+x+)+y", "(x*)*y", "(x|xx)*y", "(.*)*z", "(x?){50}y", "((x*)*)*y"])
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
        ("(?=a)", "expected (?:…); look-around and named groups are not known (character 2 of the pattern)"),
        (r"\b", "the escape \\b is not known (character 2 of the pattern)"),
        (r"(a)\1", "the escape \\1 is not known (character 5 of the pattern)"),
        ("a{2,1}", "expected the smaller number first (character 2 of the pattern)"),
        ("a{", "expected a repeat such as {2} or {2,5}; a plain brace is written \\{ (character 2 of the pattern)"),
        ("[z-a]", "expected a range such as a-z (character 4 of the pattern)"),
        ("a\\", "expected a character after the backslash (character 3 of the pattern)"),
        ("(?:(?:a{99}){99}){99}", "expected a shorter pattern: its repeats make it too large (character 17 of the pattern)"),
        ("(" * 21 + ")" * 21, "expected groups at most 20 deep (character 22 of the pattern)"),
        ("a" * 201, "expected a pattern of at most 200 characters, found 201 (character 201 of the pattern)"),
    ],
)
def test_a_pattern_that_is_none_is_named_with_its_place(pattern: str, says: str) -> None:
    with pytest.raises(PatternError) as fault:
        compile_pattern(pattern)
    assert str(fault.value) == says
