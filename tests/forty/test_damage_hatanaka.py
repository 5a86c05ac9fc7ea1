"""Random damage to random Hatanaka files: salvage loses no epoch whose arcs the damage did not touch.

What counts as touched stands at the head of wounds.py.

SPDX-License-Identifier: Apache-2.0
"""

import garco_program
import pytest

if garco_program.RNXCMP is None:
    pytest.skip("the Python package hatanaka, which brings RNXCMP, is not installed", allow_module_level=True)
pytest.importorskip("hypothesis")
from hypothesis import HealthCheck, given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402
from random_rinex import files_2, files_3  # noqa: E402
from wounds import WOUNDS, check, wounded  # noqa: E402


def some(examples):
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


def check_hatanaka(file, wounds, every):
    """Blocks of Hatanaka text: an event as it is, an epoch as its line, the clock's and one a satellite."""
    crx = garco_program.rnx2crx(file.text(), "-e", str(every))
    lines = [line + b"\n" for line in crx.split(b"\n")[:-1]]
    at = 2 + len(file.header)
    header, blocks, initialised = b"".join(lines[:at]), [], []
    for block in file.blocks:
        size = len(block.lines) if block.is_event else 2 + block.satellites
        blocks.append(lines[at : at + size])
        initialised.append(blocks[-1][0][:1] in (b"&", b">"))
        at += size
    assert at == len(lines)
    data, body = wounded(header, blocks, wounds)
    check(file, data, body, wounds, initialised)


@given(files_2(), st.lists(WOUNDS, min_size=1, max_size=3), st.integers(1, 4))
@some(100)
def test_damage_hatanaka_2(file, wounds, every):
    check_hatanaka(file, wounds, every)


@given(files_3(), st.lists(WOUNDS, min_size=1, max_size=3), st.integers(1, 4))
@some(100)
def test_damage_hatanaka_3(file, wounds, every):
    check_hatanaka(file, wounds, every)
