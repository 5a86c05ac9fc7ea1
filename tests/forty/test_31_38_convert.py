"""Tests 31 to 38: Hatanaka text, byte for byte as RNXCMP writes it, and where garco is right instead.

SPDX-License-Identifier: Apache-2.0
"""

import garco_program
import pytest
from garco_program import crx2rnx, from_line_3, run
from rinex_text import body_lines
from rnxcmp_twin import as_rnxcmp, identity, same, same_crx
from shared_files import HATANAKA
from test_31_38 import (
    ORDERS,
    THRESHOLDS,
    ZEROS,
    h_flags_v1,
    h_flags_v3,
    h_hole_plain,
    h_negclock,
    h_negclock_v3,
    h_zeros,
    of_order,
    real,
    threshold,
)


@pytest.mark.parametrize("order", ORDERS)
def test_31_h_order_convert(convert, hatanaka, order):
    same(convert(of_order(order), "rinex"), crx2rnx(of_order(order)))


@pytest.mark.parametrize("order", [6, 7, 8, 9])
def test_31_h_order_above_5_convert(convert, order):
    status, _, stderr = run("convert", "-", "-o", "-", "--to", "rinex", "--rnxcmp-compatible", data=of_order(order))
    assert status == 1 and ":8:" in stderr


@pytest.mark.parametrize("which", THRESHOLDS)
def test_32_h_threshold_convert(convert, hatanaka, which):
    same(as_rnxcmp(convert, threshold(which)), crx2rnx(hatanaka(threshold(which))))


@pytest.mark.parametrize("which", THRESHOLDS)
def test_32_h_threshold_tokens(convert, which):
    """The tokens as stated, whether RNXCMP is here or not."""
    assert body_lines(convert(threshold(which), "crinex"))[2::3] == THRESHOLDS[which][1]


@pytest.mark.parametrize("file", [h_flags_v1, h_flags_v3])
def test_33_h_flags_convert(convert, hatanaka, file):
    identity(convert, file())


def test_34_h_negclock_convert(convert, hatanaka):
    """True by default, and as RNXCMP prints it where that is asked for."""
    crx = hatanaka(h_negclock())
    assert [line[68:] for line in body_lines(convert(crx, "rinex"))[::2]] == [
        " -.100000000",
        "-1.500000000",
        "-1.000000000",
        " -.000000001",
        "  .000000000",
    ]
    same(convert(crx, "rinex", "--rnxcmp-compatible"), crx2rnx(crx))
    assert [line[68:] for line in body_lines(convert(crx, "rinex", "--rnxcmp-compatible"))[:4:2]] == [
        " -.000000000",
        "-1.400000000",
    ]
    same_crx(convert(h_negclock(), "crinex"), crx)


def test_34_h_negclock_v3_convert(convert, hatanaka):
    crx = hatanaka(h_negclock_v3())
    assert body_lines(convert(crx, "rinex"))[0][41:] == "-1.500000000000"
    assert body_lines(convert(crx, "rinex", "--rnxcmp-compatible"))[0][41:] == "-1.499900000000"


@pytest.mark.parametrize("options", [(), ("--rnxcmp-compatible",)], ids=["default", "compatible"])
def test_35_h_zeros_convert(convert, hatanaka, options):
    """No zero before the point, as crx2rnx prints; the numbers are the same."""
    as_rnxcmp(convert, h_zeros(), *options)
    crx = hatanaka(h_zeros())
    assert [line[16:].strip() for line in body_lines(convert(crx, "rinex", "--rnxcmp-compatible"))[1::2]] == [
        z.replace("0.", ".") for z in ZEROS
    ]


@pytest.mark.parametrize("name", HATANAKA)
def test_36_h_real_convert(convert, hatanaka, name):
    crx = real(name)
    plain = crx2rnx(crx)
    same(convert(crx, "rinex", "--rnxcmp-compatible"), plain)
    same_crx(convert(plain, "crinex", "--rnxcmp-compatible"), garco_program.rnx2crx(plain))
    same(from_line_3(convert(plain, "crinex")), from_line_3(crx))


@pytest.mark.parametrize("version", [2, 3])
def test_37_h_hole_convert(convert, hatanaka, version):
    """Text re-initialised every third epoch is read like any other."""
    same(as_rnxcmp(convert, h_hole_plain(version), crx_options=("-e", "3")), h_hole_plain(version))
