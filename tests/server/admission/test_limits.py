"""However many descriptors there are, each side has some."""

from __future__ import annotations

import subprocess
import sys

import pytest

from proxy.server.admission.limits import ADMIN, count_public

# The database's, the log and what the interpreter has open.
FILES = 90
SHOW = """
import resource
from proxy.server.admission.descriptors import count_descriptors, raise_descriptor_limit
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))
raise_descriptor_limit()
assert count_descriptors() == resource.getrlimit(resource.RLIMIT_NOFILE)[0] > 64
print(count_descriptors() == hard)
raise_descriptor_limit()
"""


@pytest.mark.parametrize("descriptors", [64, 256, 1_024, 4_096, 65_536, 1_048_576])
@pytest.mark.parametrize("to_shops", [4, 400, 4_000])
def test_the_public_side_leaves_the_others_theirs(descriptors: int, to_shops: int) -> None:
    public = count_public(descriptors, to_shops)
    assert 16 <= public <= 4_096
    assert public <= descriptors // 4 or public + ADMIN + FILES + to_shops <= descriptors


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit of descriptors")
def test_the_soft_limit_is_raised_to_the_hard_one() -> None:
    done = subprocess.run([sys.executable, "-c", SHOW], capture_output=True, text=True, check=True)  # noqa: S603 -- our own text
    assert done.stdout.strip() == "True"
