"""Every table, as SQLAlchemy sees it.

The migrations build the same; a test holds the two together.
"""

from __future__ import annotations

from proxy.storage.tables.accounts import (
    account_actions,
    account_jobs,
    account_keys,
    account_leases,
    account_orders,
    account_parcels,
    account_places,
    account_refreshes,
    audits,
)
from proxy.storage.tables.actions import operator_actions
from proxy.storage.tables.alarms import alarms
from proxy.storage.tables.export import (
    coverage,
    gaps,
    given_orders,
    held_orders,
    hints,
    pollers,
    polls,
    shop_lists,
    snapshot_parts,
    snapshot_sends,
    snapshot_windows,
    snapshots,
    told_orders,
    walks,
)
from proxy.storage.tables.installation import installation
from proxy.storage.tables.logins import failed_logins
from proxy.storage.tables.metadata import metadata
from proxy.storage.tables.outbox import (
    attempts,
    deliveries,
    refused_notices,
)
from proxy.storage.tables.shops import (
    memories,
    remarks,
    shop_states,
)

__all__ = [
    "account_actions",
    "account_jobs",
    "account_keys",
    "account_leases",
    "account_orders",
    "account_parcels",
    "account_places",
    "account_refreshes",
    "alarms",
    "attempts",
    "audits",
    "coverage",
    "deliveries",
    "failed_logins",
    "gaps",
    "given_orders",
    "held_orders",
    "hints",
    "installation",
    "memories",
    "metadata",
    "operator_actions",
    "pollers",
    "polls",
    "refused_notices",
    "remarks",
    "shop_lists",
    "shop_states",
    "snapshot_parts",
    "snapshot_sends",
    "snapshot_windows",
    "snapshots",
    "told_orders",
    "walks",
]
