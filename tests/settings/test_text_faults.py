"""Each fault of the text of settings.yaml, whatever the settings mean: YAML, variables, files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from proxy.settings.loader import load_settings, parse_settings
from proxy.settings.problems import SettingsError
from tests.settings.kinds import find_kind
from tests.settings.sound_store import read_complaint

# One fault each: the text, and the one line it must give.
FAULTS = [
    ("listen: 1.2.3.4:80\nlisten: 1.2.3.4:81\n", "2:1: listen: key given twice, first on line 1"),
    (
        "listen: ${PORT}\n",
        "1:9: listen: expected the environment variable PORT to hold a value; it is not set",
    ),
    (
        "listen: ${EMPTY}\n",
        "1:9: listen: expected the environment variable EMPTY to hold a value; it is empty",
    ),
    (
        "listen: ${PORT:-80}\n",
        "1:9: listen: expected ${NAME} (or $${ for the characters themselves), found '${PORT:-80}'",
    ),
    (
        "listen: ${PORT\n",
        "1:9: listen: expected ${NAME} (or $${ for the characters themselves), found '${PORT'",
    ),
    (
        "database: file:/nowhere/at/all\n",
        "1:11: database: expected a readable file /nowhere/at/all: No such file or directory",
    ),
    ("\tlisten: 1\n", "1:1: expected spaces at the start of the line, found a tab"),
    ("export:\n\tpage_size: 1\n", "2:1: expected spaces at the start of the line, found a tab"),
    ("listen: a: b\n", "1:10: not YAML: mapping values are not allowed here"),
    (
        "listen: 'x\n",
        "1:9: not YAML: found unexpected end of stream (while scanning a quoted scalar)",
    ),
    ("listen: *nope\n", "1:9: not YAML: found undefined alias 'nope'"),
    ("listen: \x07\n", "1:9: not YAML: the character U+0007 is not allowed"),
    (
        "listen: !!python/name:os.system x\n",
        "1:9: listen: expected a plain value, found the tag '!!python/name:os.system'",
    ),
    ("? [a]\n: 1\n", "1:3: expected a word as key, found a list or a mapping"),
    ("<<: 5\n", "1:5: expected `<<` to name another mapping"),
]


@pytest.mark.parametrize(("text", "line"), FAULTS, ids=[line for _, line in FAULTS])
def test_each_fault_is_told_with_its_place(text: str, line: str) -> None:
    assert read_complaint(text) == [f"s.yaml:{line}"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "1:1: expected settings, found an empty file"),
        ("# nothing but a remark\n", "1:1: expected settings, found an empty file"),
        ("- 1\n", "1:1: expected keys with values, such as `stores:`"),
        ("just words\n", "1:1: expected keys with values, such as `stores:`"),
        ("{" * 5000, "1:1: nested too deeply"),
        (
            "a: &a [*a]\n",
            (
                "1:4: a[0]: expected settings of a sane size, found aliases or nesting that blow"
                " them up"
            ),
        ),
        (
            "---\na: 1\n---\nb: 1\n",
            (
                "3:1: not YAML: found another document (expected a single document in the stream on"
                " line 2)"
            ),
        ),
    ],
)
def test_what_is_no_settings_at_all_is_said_so(text: str, line: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_settings(text, file="s.yaml", find_type=find_kind, environment={})
    assert str(caught.value) == f"s.yaml:{line}"


@pytest.mark.parametrize(
    ("first", "next_one"),
    [("[x,x,x,x,x,x,x,x,x]", "[{}]"), ("{x: 1}", "{{<<: [{}]}}")],
    ids=["values", "merged mappings"],
)
def test_aliases_that_multiply_are_stopped_before_they_fill_the_memory(
    first: str, next_one: str
) -> None:
    bomb = f"a0: &a0 {first}\n" + "".join(
        f"a{n}: &a{n} {next_one.format(','.join([f'*a{n - 1}'] * 9))}\n" for n in range(1, 30)
    )
    with pytest.raises(SettingsError, match="aliases or nesting that blow them up"):
        parse_settings(bomb, file="s.yaml", find_type=find_kind, environment={})


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (r'"\e]0;x\a": 1', r"1:1: \x1b]0;x\x07: unknown key"),
        (r'"a\nb\u202e": 1', r"1:1: a\x0ab\u202e: unknown key"),
        (f"? {'k' * 300}\n: 1", f"1:3: {'k' * 199}…: unknown key"),
        (
            f"listen: {'a' * 2000}",
            "1:9: listen: expected an address such as 0.0.0.0:8080, found '".ljust(999, "a") + "…",
        ),
    ],
    ids=["terminal", "line", "long key", "long value"],
)
def test_what_was_typed_is_told_in_one_printable_line(text: str, line: str) -> None:
    assert f"s.yaml:{line}" in read_complaint(f"{text}\nstores: {{}}\n")


def test_of_many_problems_the_first_hundred_are_told_and_the_others_counted() -> None:
    told = read_complaint("".join(f"k{number}: 1\n" for number in range(150)) + "stores: {}\n")
    assert len(told) == 101
    assert told[99:] == ["s.yaml:100:1: k99: unknown key", "s.yaml:101:1: 51 more problems"]


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such pipes and devices")
@pytest.mark.parametrize("named", ["pipe", "/dev/zero", "/dev/null", "."])
def test_no_pipe_and_no_device_is_waited_for(tmp_path: Path, named: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SettingsError, match=r"not a regular file|Is a directory"):
        load_settings(tmp_path / named, find_type=find_kind, environment={})
    for name in (str(tmp_path / named), r"a\0b"):
        assert "expected a readable file" in read_complaint(f'listen: "file:{name}"\n')[0]


def test_a_file_that_is_not_there_or_not_text_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path / "none.yaml", find_type=find_kind, environment={})
    assert (
        str(caught.value)
        == f"{tmp_path}/none.yaml:1:1: the settings cannot be read: No such file or directory; name"
        " your file with --settings or in PORTSIDE_SETTINGS"
    )
    (tmp_path / "long.yaml").write_bytes(b"#" * 5_000_000)
    with pytest.raises(SettingsError, match="expected at most 1048576 characters, found more"):
        load_settings(tmp_path / "long.yaml", find_type=find_kind, environment={})
    (tmp_path / "binary.yaml").write_bytes(b"listen: x\n\xff\xfe\n")
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path / "binary.yaml", find_type=find_kind, environment={})
    assert (
        str(caught.value) == f"{tmp_path}/binary.yaml:2:1: expected UTF-8 text, found other bytes"
    )
