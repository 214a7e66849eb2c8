"""Keeping a store's status words in ShipStation right, or saying that they are not, as the settings
want it.
"""

from __future__ import annotations

import structlog

from connectors.interface import Remark
from proxy.account.client import AccountClient
from proxy.account.mappings.correction import NotCorrectedError, correct_words, read_words
from proxy.doors.custom_store.words import fill_status_words
from proxy.stores import Store

_ABOUT = "status words in ShipStation"
_log = structlog.get_logger("portside.account")


async def keep_words(client: AccountClient, store: Store) -> None:
    """Compare the words once, and correct wrong ones where the settings say `manage`; what stays
    wrong is a remark. Raises `ConnectorError`.
    """
    account = store.settings.account
    if account is None or account.store_id is None or account.status_mappings == "off":
        return
    seen = await read_words(
        client, account.store_id, fill_status_words(store.settings.status_words)
    )
    quoted, faults = "", "; ".join(wrong.fault for wrong in seen.wrong)
    if faults and account.status_mappings == "manage":
        try:
            await correct_words(client, seen)
        except NotCorrectedError as error:
            quoted = str(error)
            faults = f"{faults}. {quoted}"
        else:
            _log.info("Status words in ShipStation corrected.", store=store.name, faults=faults)
            faults = ""
    elif faults:
        faults = f"{faults}. Correct them with `portside account mappings --write`."
    store.remark(Remark(about=_ABOUT, text=faults, quoted=quoted))
