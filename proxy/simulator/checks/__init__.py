"""Every promise that can be tried without writing anything to the shop, in the order in which a
report tells them.
"""

from __future__ import annotations

from proxy.simulator.checks.documents import DOCUMENTS
from proxy.simulator.checks.login import LOGIN
from proxy.simulator.checks.paging import PAGING
from proxy.simulator.checks.refusals import REFUSALS
from proxy.simulator.checks.windows import WINDOWS
from proxy.simulator.promises import Promise

PROMISES: tuple[Promise, ...] = (*LOGIN, *DOCUMENTS, *PAGING, *WINDOWS, *REFUSALS)
