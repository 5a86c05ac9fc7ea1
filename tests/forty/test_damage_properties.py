"""Random damage to random files: nothing crashes or hangs, and salvage loses no epoch that the damage did not touch.

What counts as touched stands at the head of wounds.py.

SPDX-License-Identifier: Apache-2.0
"""

import pytest
from garco_program import run

pytest.importorskip("hypothesis")
from hypothesis import HealthCheck, given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402
from random_rinex import files_2, files_3  # noqa: E402
from rinex_text import crinex, header2, header3, text  # noqa: E402
from wounds import POSITION, WOUNDS, check, encoded, wounded  # noqa: E402


def some(examples):
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


# ------------------------------------------------------------------ plain text


def check_plain(file, wounds):
    data, body = wounded(b"".join(encoded(file.header)), [encoded(b.lines) for b in file.blocks], wounds)
    check(file, data, body, wounds)


@given(files_2(), st.lists(WOUNDS, min_size=1, max_size=3))
@some(100)
def test_damage_plain_2(file, wounds):
    check_plain(file, wounds)


@given(files_3(), st.lists(WOUNDS, min_size=1, max_size=3))
@some(100)
def test_damage_plain_3(file, wounds):
    check_plain(file, wounds)


# ------------------------------------------------------------------ anything at all


@given(
    st.one_of(st.binary(max_size=400), st.text(alphabet="0123456789 .&>-+GREC\n", max_size=400).map(str.encode)),
    st.sampled_from(["", "2", "3", "1.0", "3.0"]),
)
@some(100)
def test_damage_any_bytes(junk, after):
    """Any bytes, alone or after a sound header: an end with status 0 or 1, and one line of error."""
    headers = {
        "": b"",
        "2": text(header2(["C1", "L1"])),
        "3": text(header3({"G": ["C1C"]})),
        "1.0": crinex("1.0", header2(["C1", "L1"])),
        "3.0": crinex("3.0", header3({"G": ["C1C"]})),
    }
    data = headers[after] + junk
    status, _, stderr = run("query", "-", data=data)
    assert status == 0 or (status == 1 and stderr.count("\n") == 1), stderr
    run("query", "-", "--salvage", data=data)


@given(files_2(most_epochs=2, most_satellites=3), POSITION, POSITION, st.integers(0, 255))
@some(100)
def test_damage_header(file, at, column, byte):
    """A byte of the header changed: read or refused, never a crash."""
    lines = encoded(file.header)
    line = lines[at % len(lines)]
    column %= len(line)
    lines[at % len(lines)] = line[:column] + bytes([byte]) + line[column + 1 :]
    data = b"".join(lines) + b"".join(b"".join(encoded(b.lines)) for b in file.blocks)
    for options in ((), ("--salvage",)):
        status, _, stderr = run("query", "-", *options, data=data)
        assert status in (0, 1), stderr
