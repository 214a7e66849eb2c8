"""What holds for every test: hypothesis judges by outcome and never by a clock, for the machine may
be busy.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

# The promises of the contract are asserts outside the test files.
pytest.register_assert_rewrite("connectors.testing")

settings.register_profile("portside", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("portside")
