"""Tests 21 to 30: RINEX 3 and 4 to Hatanaka text and back, byte for byte as RNXCMP.

SPDX-License-Identifier: Apache-2.0
"""

import garco_program
import pytest
from garco_program import from_line_3, run
from rinex_text import body_lines, epoch3, header3, satellite3, text
from rnxcmp_twin import as_rnxcmp, identity, same
from test_21_30 import SCALES, crx_pico, v3_101, v3_clock, v3_cut, v3_scale, v3_shift, v3_wide, v4_pico


def test_21_v3_wide_convert(convert, hatanaka):
    """One satellite of 100 types; of two, RNXCMP writes the indicators of both behind the first: not copied."""
    identity(convert, v3_wide(["G01"]))
    crx = convert(v3_wide(), "crinex")
    assert [len(line) for line in body_lines(crx)[2:]] == [1200, 1200]
    same(garco_program.crx2rnx(crx), v3_wide())
    same(convert(hatanaka(v3_wide()), "rinex"), v3_wide())


def test_22_v3_cut_convert(convert, hatanaka):
    """Fields cut off and blanks at the end are the same, and a field cut before its indicators has none."""
    trimmed = b"\n".join(line.rstrip(b" ") for line in v3_cut().split(b"\n"))
    same(as_rnxcmp(convert, v3_cut()), trimmed)


def test_23_v3_101_convert(convert, hatanaka):
    """rnx2crx refuses more than a hundred satellites, and so does garco; plain text takes them."""
    assert garco_program.rnxcmp("rnx2crx", v3_101())[0] == 1
    status, _, stderr = run("convert", "-", "-o", "-", "--to", "crinex", data=v3_101())
    assert status == 1 and stderr.count("\n") == 1 and "101 satellites" in stderr and "100 at most" in stderr
    same(convert(v3_101(), "rinex"), v3_101())


def test_24_v3_clock_convert(convert, hatanaka):
    """Twelve decimals of the clock, to the last."""
    same(as_rnxcmp(convert, v3_clock()), v3_clock().replace(b"-0.123456789012", b" -.123456789012"))


@pytest.mark.parametrize("which", SCALES)
def test_25_v3_scale_convert(convert, hatanaka, which):
    """Conversion keeps the numbers as they stand, and the scale factor beside them."""
    identity(convert, v3_scale(which))
    same(convert(v3_scale(which), "rinex"), v3_scale(which))


def test_26_v3_shift_convert(convert, hatanaka):
    identity(convert, v3_shift())


def test_29_v4_02_pico_convert(convert):
    """Picoseconds are kept; none at all is not 00000."""
    crx = convert(v4_pico(), "crinex")
    assert crx.startswith(b"3.1 ")
    assert body_lines(crx)[:3] == [
        "> 2024 01 01 00 00  0.0000000  0  1      G01",
        "3&123000000 12345",
        "3&20000000000 3&105000000000 &&&7",
    ]
    same(convert(crx, "rinex"), v4_pico())
    same(convert(v4_pico(), "rinex"), v4_pico())


def test_29_v4_02_pico_ends(convert):
    """Picoseconds that end within an arc are written as such, which rnx2crx 4.2.0 leaves out."""
    one = satellite3("G01", [20000000.0])
    plain = text(
        header3({"G": ["C1C"]}, version="4.02"),
        epoch3(0, 1, picoseconds="12345"),
        one,
        epoch3(1, 1),
        one,
        epoch3(2, 1, picoseconds="12345"),
        one,
    )
    crx = convert(plain, "crinex")
    assert body_lines(crx)[1::3] == [" 12345", " &&&&&", " 12345"]
    same(convert(crx, "rinex"), plain)


def test_30_crx3_1_convert(convert):
    crx, plain = crx_pico()
    same(convert(crx, "rinex"), plain)
    same(from_line_3(convert(plain, "crinex")), from_line_3(crx))


def test_30_crx3_1_under_3_0(convert):
    """RINEX before 4.02 has no picoseconds, and its Hatanaka form stays 3.0."""
    for version in ("3.05", "4.00", "4.01"):
        plain = text(header3({"G": ["C1C"]}, version=version), epoch3(0, 1), satellite3("G01", [20000000.0]))
        assert convert(plain, "crinex").startswith(b"3.0 ")
