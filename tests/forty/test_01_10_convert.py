"""Tests 1 to 10: RINEX 2 to Hatanaka text and back, byte for byte as RNXCMP.

SPDX-License-Identifier: Apache-2.0
"""

import pytest
from garco_program import from_line_3
from rinex_text import body_lines
from rnxcmp_twin import as_rnxcmp, identity, same
from test_01_10 import YEARS, many_satellites, v2_20types, v2_clock, v2_letters, v2_min, v2_typecount, v2_types, v2_year


def test_01_v2_min_convert(convert, hatanaka):
    identity(convert, v2_min())
    first = body_lines(convert(v2_min(), "crinex"))[2]
    assert first == "3&20000000123 3&105000000001  7 7", "the strengths 7 are the indicators of both fields"


def test_02_v2_cont14_convert(convert, hatanaka):
    identity(convert, many_satellites([14, 14]))


def test_03_v2_oldcont_convert(convert, hatanaka):
    """Continuation lines in column 1 come back in column 33, as crx2rnx writes them."""
    same(as_rnxcmp(convert, many_satellites([14, 14], old_style=True)), many_satellites([14, 14]))


def test_04_v2_12_24_36_convert(convert, hatanaka):
    identity(convert, many_satellites([12, 24, 36, 12, 13]))


def test_05_v2_20types_convert(convert, hatanaka):
    identity(convert, v2_20types())


@pytest.mark.parametrize("count", [10, 19])
def test_06_v2_types10_19_convert(convert, hatanaka, count):
    identity(convert, v2_types(count))


def test_07_v2_typecount_convert(convert, hatanaka):
    identity(convert, v2_typecount(7))


@pytest.mark.parametrize("digits", YEARS)
def test_08_v2_year_convert(convert, hatanaka, digits):
    """Digits and blanks of the date stay as they were written."""
    identity(convert, v2_year(digits))


@pytest.mark.parametrize("system", ["G (GPS)", "", "M (MIXED)"])
def test_09_v2_letters_convert(convert, hatanaka, system):
    """The satellite's text is kept; `G 1` after `G01` is a new satellite."""
    plain = v2_letters(system)
    identity(convert, plain)
    same(convert(plain, "rinex"), plain)


@pytest.mark.parametrize("clock", ["  .000123456", " -.000000001", "12.345678901", ""])
def test_10_v2_clock_convert(convert, hatanaka, clock):
    identity(convert, v2_clock([clock, "", clock, clock]))


def test_10_v2_clock_short_convert(convert):
    """Where rnx2crx misreads or refuses, the clock's true value is written: -0.12345 s is -123450000 ns."""
    plain = v2_clock(["    -0.12345", "    -0.12344"])
    crx = convert(plain, "crinex")
    assert from_line_3(crx).endswith(
        b"&24  1  1  0  0  0.0000000  0  1G01\n3&-123450000\n3&20000000000\n                 1\n10000\n1000\n"
    )
    assert [line[68:] for line in body_lines(convert(crx, "rinex"))[::2]] == [" -.123450000", " -.123440000"]
