"""Tests 11 to 20: flags, events and times to Hatanaka text and back, byte for byte as RNXCMP.

SPDX-License-Identifier: Apache-2.0
"""

import garco_program
import pytest
from garco_program import run
from rinex_text import body_lines
from rnxcmp_twin import identity, same, same_crx
from test_11_20 import (
    EVENTS,
    slips_text,
    v2_12,
    v2_barecomment,
    v2_events,
    v2_events_each_way,
    v2_flag1,
    v2_lli,
    v2_newtypes,
    v2_slips_1type,
    v2_slips_6types,
    v2_time_24,
    v2_time_60,
    v3_min,
    zero,
)


def test_11_v2_flag1_convert(convert, hatanaka):
    """The arcs go on over a power failure."""
    identity(convert, v2_flag1())
    assert sum(line.startswith("&") for line in body_lines(convert(v2_flag1(), "crinex"))) == 1


def test_12_v2_events_convert(convert, hatanaka):
    identity(convert, v2_events())


@pytest.mark.parametrize("which", EVENTS)
def test_12_v2_events_each_way_convert(convert, hatanaka, which):
    identity(convert, v2_events_each_way(which))
    same(convert(v2_events_each_way(which), "rinex"), v2_events_each_way(which))


def test_13_v2_newtypes_convert(convert, hatanaka):
    identity(convert, v2_newtypes())


def test_14_v2_slips_1type_convert(convert, hatanaka):
    identity(convert, v2_slips_1type())


@pytest.mark.parametrize("version", [2, 3])
def test_14_slips_text_convert(convert, hatanaka, version):
    """Their lines go over as they are, into Hatanaka text, out of it and within it."""
    plain = slips_text(version)
    identity(convert, plain)
    same(convert(plain, "rinex"), plain)
    crx = hatanaka(plain)
    same_crx(convert(crx, "crinex"), crx)


@pytest.mark.parametrize("options", [(), ("--rnxcmp-compatible",)], ids=["default", "compatible"])
def test_14_v2_slips_6types_convert(convert, options):
    """Hatanaka text cannot hold them, and nothing of it is written; plain text can."""
    status, crx, stderr = run("convert", "-", "-o", "-", "--to", "crinex", *options, data=v2_slips_6types())
    assert status == 1 and stderr.count("\n") == 1 and "cycle slips of 1 satellites in 2 lines" in stderr
    assert b"slips" not in crx
    same(convert(v2_slips_6types(), "rinex", *options), v2_slips_6types())


def test_14_v2_slips_6types_of_rnxcmp(hatanaka):
    """That rnx2crx refuses them too."""
    assert garco_program.rnxcmp("rnx2crx", v2_slips_6types())[0] == 1


def test_15_v2_time_convert(convert, hatanaka):
    """24:00:00 and second 60 stay as they were written."""
    identity(convert, v2_time_24())
    same(convert(v2_time_24(), "rinex"), v2_time_24())
    identity(convert, v2_time_60(), "--salvage")
    same(convert(v2_time_60(), "rinex", "--salvage"), v2_time_60())


def test_16_v2_barecomment_convert(convert):
    """What stands in no event has no place in Hatanaka text; the epochs have."""
    crx = convert(v2_barecomment(), "crinex", "--salvage")
    back = body_lines(convert(crx, "rinex"))
    assert [line for line in back if "COMMENT" not in line and line[28:29] != "4"] == [
        line for line in body_lines(v2_barecomment()) if "COMMENT" not in line
    ]
    if garco_program.RNXCMP is not None:
        assert [
            line for line in body_lines(garco_program.crx2rnx(crx)) if "COMMENT" not in line and line[28:29] != "4"
        ] == [line for line in back if "COMMENT" not in line and line[28:29] != "4"]


def test_17_zero_convert(convert, hatanaka):
    """A zero is kept by conversion, and told from a blank: it prints as crx2rnx prints it."""
    back = convert(hatanaka(zero()), "rinex")
    same(back, garco_program.crx2rnx(hatanaka(zero())))
    assert body_lines(back)[1] == "          .000            .000          45.000"
    assert body_lines(back)[5] == " " * 32 + "        45.000"


def test_18_v2_lli_convert(convert, hatanaka):
    identity(convert, v2_lli())


def test_19_v2_12_convert(convert, hatanaka):
    identity(convert, v2_12())


def test_20_v3_min_convert(convert, hatanaka):
    identity(convert, v3_min())
