"""`portside account mappings`: the status words of a store in ShipStation, and writing them."""

from __future__ import annotations

from pathlib import Path

import click
from rich.table import Table

from proxy.account.mappings.correction import WordsReading, correct_words, read_words
from proxy.cli.account.target import AccountTarget, ask_account, require_store_id
from proxy.cli.options import only_store_option, settings_option
from proxy.cli.output import PlainConsole, build_table, wide_console
from proxy.cli.records import keep_action
from proxy.doors.custom_store.words import ACCOUNT_STATUSES, fill_status_words


@click.command
@settings_option
@only_store_option
@click.option("--write", is_flag=True, help="Correct the wrong words in ShipStation.")
def mappings(file: Path, name: str | None, *, write: bool) -> None:
    """Compare the words for an order's status with those that ShipStation's store understands.

    With --write the wrong ones are corrected there: the store is written whole, with nothing
    changed but its status mappings, unless it was changed meanwhile. Words that Portside
    does not use stay.

    The exit status is 0 if all words are understood or ShipStation does not show them, 1 if one is
    not, 2 if the settings are wrong.
    """

    async def compare(target: AccountTarget) -> tuple[WordsReading, bool]:
        words = fill_status_words(target.store.status_words)
        seen = await read_words(target.client, require_store_id(target), words)
        if write and seen.wrong:
            await correct_words(target.client, seen)
            await keep_action(target.database, "correct words", target.name)
        return seen, write and bool(seen.wrong)

    seen, is_written = ask_account(file, name, compare)
    console = PlainConsole(highlight=False, soft_wrap=True)
    if not seen.is_shown:
        console.print(
            f"ShipStation does not show the status words of store {seen.store_id}, so they cannot"
            " be compared here, and nothing is written. Compare them in ShipStation's settings of"
            " the store:"
        )
    wide_console().print(_build_table(seen))
    if is_written:
        console.print(
            "The table shows what ShipStation's store understood before. It is corrected now."
        )
    elif seen.wrong:
        console.print("`portside account mappings --write` corrects them in ShipStation.")
        raise SystemExit(1)


def _build_table(seen: WordsReading) -> Table:
    table = build_table("word", "means", "in ShipStation")
    wrong = {each.word: each for each in seen.wrong}
    for status, word in seen.words.items():
        found = wrong.get(word)
        if not seen.is_shown:
            there = "not shown"
        elif found is None:
            there = "the same"
        else:
            there = found.meant or "unknown"
        table.add_row(word, ACCOUNT_STATUSES[status], there)
    return table
