"""Tests 31 to 38: Hatanaka text, as RNXCMP writes it, by hand, and with holes in it.

SPDX-License-Identifier: Apache-2.0
"""

import hashlib
import re
from collections import Counter

import garco_program
import pytest
from garco_program import (
    assert_rows,
    info,
    query,
    refuse,
    row,
    salvage,
    succeed,
)
from rinex_text import (
    comment,
    crinex,
    epoch2,
    epoch3,
    event3,
    header2,
    header3,
    labelled,
    satellite2,
    satellite3,
    text,
    types3,
)
from shared_files import HATANAKA, RINEX, text_of


def one_epoch_lines(seconds):
    """The epoch lines of G01 alone, a second apart: the first initialised, then differences."""
    return "&24  1  1  0  0  0.0000000  0  1G01" if seconds == 0 else f"{'':17}{seconds}"


def differences(*tokens, types=("L1",)):
    return crinex(
        "1.0",
        header2(list(types)),
        *[part for s, token in enumerate(tokens) for part in (one_epoch_lines(s), "", token)],
    )


def phases(values, code="1C"):
    return [row(s, "G01", code, phase=v) for s, v in enumerate(values)]


# ------------------------------------------------------------------ 31

ORDERS = {
    0: [1.0, 0.010, 0.010, 0.010, 0.010],
    1: [1.0, 1.010, 1.020, 1.030, 1.040],
    2: [1.0, 1.010, 1.030, 1.060, 1.100],
    3: [1.0, 1.010, 1.030, 1.070, 1.140],
    4: [1.0, 1.010, 1.030, 1.070, 1.150],
    5: [1.0, 1.010, 1.030, 1.070, 1.150],
}


def of_order(order):
    return differences(f"{order}&1000", "10", "10", "10", "10")


@pytest.mark.parametrize("order", ORDERS)
def test_31_h_order(order):
    """The order grows by one an epoch up to its own: what crx2rnx printed for the same text."""
    assert_rows(query(of_order(order)), phases(ORDERS[order]))


@pytest.mark.parametrize("order", [6, 7, 8, 9])
def test_31_h_order_above_5(order):
    """As crx2rnx: refused, with the line."""
    assert ":8:" in refuse("query", "-", data=of_order(order))
    rows, said = salvage(of_order(order))
    assert rows == [] and ":8:" in said


def test_31_h_order_of_two_digits():
    """`10&` starts no arc: the field of a new satellite is then a difference to nothing."""
    assert ":8:" in refuse("query", "-", data=differences("10&1000", "10"))


def test_31_h_order_changes():
    assert_rows(
        query(differences("1&1000", "10", "10", "3&1030", "10", "0")), phases([1.0, 1.010, 1.020, 1.030, 1.040, 1.050])
    )


def test_31_h_order_ramp(hatanaka):
    values = [1000.0, 1001.0, 1004.0, 1009.0, 1017.0, 1030.0, 1000.0, 999.999]
    data = hatanaka(
        text(header2(["L1"]), *[part for s, v in enumerate(values) for part in (epoch2(s, ["G01"]), satellite2([v]))])
    )
    assert_rows(query(data), phases(values))


def test_31_h_order_signs():
    """A plus sign is a sign, -0 is 0, and `3&` alone is the value 0."""
    data = differences("3&+1000", "-0", "+5", types=["D1"])
    assert_rows(query(data), [row(s, "G01", "1C", doppler=v) for s, v in enumerate([1.0, 1.0, 1.005])])
    assert_rows(
        query(differences("3&", "4", types=["D1"])),
        [row(s, "G01", "1C", doppler=v) for s, v in enumerate([0.0, 0.004])],
    )


# ------------------------------------------------------------------ 32

# Sequences around the point where rnx2crx starts an arc anew, and its tokens.
THRESHOLDS = {
    "4-below": ([0.0, 10000099.999], ["3&0", "10000099999"]),
    "4-at": ([0.0, 10000100.0], ["3&0", "3&10000100000"]),
    "5-negative": ([-99.999, 10000099.999], ["3&-99999", "10000199998"]),
    "5-half": ([-50.0, 10000050.0], ["3&-50000", "10000100000"]),
    "6-second-order": ([0.0, 10000000.0, 20000200.0], ["3&0", "10000000000", "200000"]),
    "6-back": ([0.0, 10000000.0, -100.0], ["3&0", "10000000000", "3&-100000"]),
}


def threshold(which):
    return text(
        header2(["D1"]),
        *[part for s, v in enumerate(THRESHOLDS[which][0]) for part in (epoch2(s, ["G01"]), satellite2([v]))],
    )


@pytest.mark.parametrize("which", THRESHOLDS)
def test_32_h_threshold(form, which):
    assert_rows(
        query(form(threshold(which))), [row(s, "G01", "1C", doppler=v) for s, v in enumerate(THRESHOLDS[which][0])]
    )


@pytest.mark.parametrize("which", THRESHOLDS)
def test_32_h_threshold_by_hand(which):
    """The tokens as stated, not as the installed RNXCMP writes them."""
    values, tokens = THRESHOLDS[which]
    assert_rows(
        query(differences(*tokens, types=["D1"])), [row(s, "G01", "1C", doppler=v) for s, v in enumerate(values)]
    )


# ------------------------------------------------------------------ 33


def h_flags_v1():
    """Blank values, flags that come and go, satellites that swap, leave and return, and one all blank."""
    types = ["C1", "L1", "L2"]
    return text(
        header2(types),
        epoch2(0, ["G01", "G02"]),
        satellite2([(20000000.0, " ", "7"), (1e8, "1", "7"), (8e7, " ", "5")]),
        satellite2([21000000.0, 1.1e8, 8.1e7]),
        epoch2(10, ["G01", "G02"]),
        satellite2([(20000001.0, " ", "7"), None, (8e7 + 1, "4", "5")]),
        satellite2([21000001.0, 1.1e8 + 1, 8.1e7 + 1]),
        epoch2(20, ["G02", "G01"]),
        satellite2([21000002.0, 1.1e8 + 2, 8.1e7 + 2]),
        satellite2([(20000002.0, " ", "7"), (1e8 + 2, "1", "7"), (8e7 + 2, " ", "5")]),
        epoch2(30, ["G02"]),
        satellite2([21000003.0, 1.1e8 + 3, 8.1e7 + 3]),
        epoch2(40, ["G01", "G02"]),
        satellite2([(20000004.0, " ", "7"), (1e8 + 4, " ", "7"), (8e7 + 4, " ", "5")]),
        satellite2([None, None, None]),
        epoch2(50, ["G01", "G02"]),
        satellite2([(20000005.0, " ", "7"), (1e8 + 5, "1", " "), (8e7 + 5, "4", "5")]),
        satellite2([21000005.0, None, (8.1e7 + 5, "5", " ")]),
    )


def flags_rows_v1():
    def g01(s, step, lli1, lli2, l1=True):
        return [
            row(s, "G01", "1C", 20000000.0 + step, 1e8 + step if l1 else None, flags=lli1),
            row(s, "G01", "2W", phase=8e7 + step, flags=lli2),
        ]

    def g02(s, step):
        return [row(s, "G02", "1C", 21000000.0 + step, 1.1e8 + step), row(s, "G02", "2W", phase=8.1e7 + step)]

    return [
        *g01(0, 0, 1, 0),
        *g02(0, 0),
        *g01(10, 1, 0, 8, l1=False),
        *g02(10, 1),
        *g02(20, 2),
        *g01(20, 2, 1, 0),
        *g02(30, 3),
        *g01(40, 4, 0, 0),
        *g01(50, 5, 1, 8),
        row(50, "G02", "1C", 21000005.0),
        row(50, "G02", "2W", phase=8.1e7 + 5, flags=9),
    ]


def h_flags_v3():
    return text(
        header3({"G": ["C1C", "L1C", "S1C"], "R": ["C1C", "L1C"]}),
        epoch3(0, 2),
        satellite3("G01", [(20000000.0, " ", "7"), (1e8, "1", "7"), 45.0]),
        satellite3("R05", [21000000.0, (1.1e8, "1", "5")]),
        epoch3(10, 2),
        satellite3("G01", [(20000001.0, " ", "7"), (None, "1", "7"), 45.25]),
        satellite3("R05", [21000001.0, (1.1e8 + 1, " ", "5")]),
        epoch3(20, 2),
        satellite3("R05", [(21000002.0, " ", "5"), 1.1e8 + 2]),
        satellite3("G01", [(20000002.0, " ", "7"), (1e8 + 2, " ", "7"), 45.5]),
        epoch3(30, 1),
        satellite3("R05", [None, None]),
        epoch3(40, 2),
        satellite3("G01", [(20000004.0, " ", "7"), (1e8 + 4, "3", "7"), None]),
        satellite3("R05", [21000004.0, (1.1e8 + 4, "2", " ")]),
        epoch3(50, 2),
        satellite3("G01", [None, None, None]),
        satellite3("R05", [21000005.0, (1.1e8 + 5, "2", " ")]),
    )


def flags_rows_v3():
    return [
        row(0, "G01", "1C", 20000000.0, 1e8, snr=45, flags=1),
        row(0, "R05", "1C", 21000000.0, 1.1e8, flags=1),
        row(10, "G01", "1C", 20000001.0, snr=45.25),
        row(10, "R05", "1C", 21000001.0, 1.1e8 + 1),
        row(20, "R05", "1C", 21000002.0, 1.1e8 + 2),
        row(20, "G01", "1C", 20000002.0, 1e8 + 2, snr=45.5),
        row(40, "G01", "1C", 20000004.0, 1e8 + 4, flags=3),
        row(40, "R05", "1C", 21000004.0, 1.1e8 + 4, flags=2),
        row(50, "R05", "1C", 21000005.0, 1.1e8 + 5, flags=2),
    ]


def test_33_h_flags_v1(form):
    assert_rows(query(form(h_flags_v1())), flags_rows_v1())


def test_33_h_flags_v3(form):
    """The indicator of a phase that is blank (G01 at 10 s) says nothing about the code's row."""
    assert_rows(query(form(h_flags_v3())), flags_rows_v3())


def test_33_h_flags_ampersand_among_the_flags():
    """A flag difference ` 7&` after the fields starts no arc."""
    data = crinex(
        "1.0",
        header2(["C1", "L1"]),
        "&24  1  1  0  0  0.0000000  0  1G01",
        "",
        "3&20000000000 3&100000000000  711",
        "                 1",
        "",
        "1000 1000    &",
        "                 2",
        "",
        "0 0  7&1",
    )
    assert_rows(
        query(data),
        [
            row(0, "G01", "1C", 20000000.0, 1e8, flags=1),
            row(1, "G01", "1C", 20000001.0, 1e8 + 1, flags=1),
            row(2, "G01", "1C", 20000002.0, 1e8 + 2),
        ],
    )


# ------------------------------------------------------------------ 34

NEGATIVE = [" -.100000000", "-1.500000000", "-1.000000000", " -.000000001", "  .000000000"]


def h_negclock():
    return text(
        header2(["C1"]),
        *[
            part
            for e, clock in enumerate(NEGATIVE)
            for part in (epoch2(e, ["G01"], clock=clock), satellite2([20000000.0]))
        ],
    )


def h_negclock_v3():
    return text(header3({"G": ["C1C"]}), epoch3(0, 1, clock="-1.500000000000"), satellite3("G01", [20000000.0]))


def test_34_h_negclock(form):
    """Clocks that RNXCMP prints wrong are no damage; their values are shown by conversion."""
    data = form(h_negclock())
    assert_rows(query(data), [row(e, "G01", "1C", 20000000.0) for e in range(5)])
    assert info(data)["damaged"] == 0
    assert_rows(query(form(h_negclock_v3())), [row(0, "G01", "1C", 20000000.0)])


# ------------------------------------------------------------------ 35

ZEROS = ["0.528", ".528", "-0.528", "-.528", "0.001", "-.001", "-0.999"]


def h_zeros():
    return text(
        header2(["C1", "D1"]),
        *[part for e, v in enumerate(ZEROS) for part in (epoch2(e, ["G01"]), satellite2([20000000.0, v]))],
    )


def test_35_h_zeros(form):
    """With the zero before the point or without, the number is the same."""
    numbers = [0.528, 0.528, -0.528, -0.528, 0.001, -0.001, -0.999]
    assert_rows(query(form(h_zeros())), [row(e, "G01", "1C", 20000000.0, doppler=v) for e, v in enumerate(numbers)])


# ------------------------------------------------------------------ 36

def real(name):
    return text_of(RINEX / name)


@pytest.mark.parametrize("name", HATANAKA)
def test_36_h_real(hatanaka, name):
    """Row by row what the text has that crx2rnx makes of it."""
    crx = real(name)
    plain = garco_program.crx2rnx(crx)
    digests = [
        hashlib.sha256(succeed("query", "-", "--format", "csv", data=data)[0]).hexdigest() for data in (crx, plain)
    ]
    assert digests[0] == digests[1]


# ------------------------------------------------------------------ 37

VALUES = [20000000.0, 20000100.5, 20000203.0, 20000309.25, 20000420.0, 20000537.0, 20000655.5, 20000779.0, 20000904.75]


def h_hole_plain(version=2):
    interval = labelled(f"{30:10.3f}", "INTERVAL")
    if version == 2:
        header = header2(["C1", "L1"], extra=[interval])
    else:
        header = header3({"G": ["C1C", "L1C"]}, extra=[interval])
    parts = []
    for i, v in enumerate(VALUES):
        seconds, both = 30 * (i % 2), [[v, v * 5.25], [v + 5e5, (v + 5e5) * 5.25]]
        if version == 2:
            parts += [epoch2(seconds, ["G01", "G02"], date=f" 24  1  1  0 {i // 2:2d}"), *map(satellite2, both)]
        else:
            parts += [epoch3(seconds, 2, date=f"> 2024 01 01 00 {i // 2:02d}")]
            parts += [satellite3(name, values) for name, values in zip(["G01", "G02"], both)]
    return text(header, *parts)


def h_hole_rows():
    def three(x):
        return round(x, 3)

    return [
        row(30 * i, sat, "1C", three(v + shift), float(f"{(v + shift) * 5.25:.3f}"))
        for i, v in enumerate(VALUES)
        for sat, shift in (("G01", 0), ("G02", 5e5))
    ]


def cells(rows):
    return Counter(
        (r.time, r.sat, r.code, kind, getattr(r, kind))
        for r in rows
        for kind in ("range", "phase")
        if getattr(r, kind) is not None
    )


@pytest.mark.parametrize("version", [2, 3])
def test_37_h_hole_none(hatanaka, version):
    """The file without a hole, re-initialised every third epoch."""
    assert_rows(query(hatanaka(h_hole_plain(version), "-e", "3")), h_hole_rows())


# ------------------------------------------------------------------ 38

TWO = "&24  1  1  0  0  0.0000000  0  2G01G02"


def test_38_h_midarc_start():
    """A first line that is no `&`: nothing of it can be known; the next `&` is read."""
    data = crinex(
        "1.0",
        header2(["C1"]),
        "                 1",
        "",
        "1000",
        "1000",
        "&24  1  1  0  0  2.0000000  0  2G01G02",
        "",
        "3&20000000000",
        "3&21000000000",
        "                 3",
        "",
        "1000",
        "1000",
    )
    rows, said = salvage(data)
    assert_rows(
        rows,
        [
            row(2, "G01", "1C", 20000000.0),
            row(2, "G02", "1C", 21000000.0),
            row(3, "G01", "1C", 20000001.0),
            row(3, "G02", "1C", 21000001.0),
        ],
    )
    assert ":6:" in said
    assert ":6:" in refuse("query", "-", data=data)


def test_38_h_midarc_event():
    """After an event everything starts anew; an epoch that does not is left out."""
    data = crinex(
        "1.0",
        header2(["C1"]),
        TWO,
        "",
        "3&20000000000",
        "3&21000000000",
        "&                           4  1",
        comment("x"),
        "                 1",
        "",
        "1000",
        "1000",
        "&24  1  1  0  0  2.0000000  0  1G01",
        "",
        "3&20000002000",
    )
    rows, said = salvage(data)
    assert_rows(
        rows, [row(0, "G01", "1C", 20000000.0), row(0, "G02", "1C", 21000000.0), row(2, "G01", "1C", 20000002.0)]
    )
    assert ":12:" in said
    assert ":12:" in refuse("query", "-", data=data)


def test_38_h_midarc_arc_not_started():
    """One satellite's difference without an arc costs that satellite until its own `n&`, and no other."""
    data = crinex(
        "1.0",
        header2(["C1", "L1"]),
        TWO,
        "",
        "3&20000000000 3&100000000000",
        "3&21000000000",
        "                 1",
        "",
        "1000 1000",
        "1000 1000",
        "                 2",
        "",
        "0 0",
        "0 3&110000002000",
        "                 3",
        "",
        "0 0",
        "0 1000",
    )
    assert ":13:" in refuse("query", "-", data=data)
    rows, said = salvage(data)
    truth = cells(
        [
            r
            for e in range(4)
            for r in (row(e, "G01", "1C", 20000000.0 + e, 1e8 + e), row(e, "G02", "1C", 21000000.0 + e, 1.1e8 + e))
        ]
    )
    got = cells(rows)
    assert not got - truth
    assert {
        epoch
        for epoch in range(4)
        if (f"2024-01-01T00:00:0{epoch}.000", "G01", "1C", "range", scaled_range(epoch)) in got
    } >= {0, 2, 3}
    assert ("2024-01-01T00:00:02.000", "G02", "1C", "phase", 1100000020000) in got, "live from its own n&"
    assert ("2024-01-01T00:00:03.000", "G02", "1C", "phase", 1100000030000) in got
    assert ":13:" in said


def scaled_range(epoch):
    return 200000000000 + epoch * 10000


def test_38_h_midarc_twice():
    """A satellite listed twice: refused, and by salvage its first line counts or none."""
    data = crinex(
        "1.0",
        header2(["C1"]),
        "&24  1  1  0  0  0.0000000  0  2G01G01",
        "",
        "3&20000000000",
        "3&21000000000",
        "&24  1  1  0  0  1.0000000  0  1G01",
        "",
        "3&20000001000",
    )
    assert re.search(r":[68]:|:9:", refuse("query", "-", data=data))
    rows, said = salvage(data)
    got = cells(rows)
    assert row(1, "G01", "1C", 20000001.0) in rows
    assert not got - cells([row(0, "G01", "1C", 20000000.0), row(1, "G01", "1C", 20000001.0)])
    assert said.strip()


def test_38_h_midarc_stale_types(hatanaka):
    """RNXCMP's stale label: a short line after a types line sets a false count: five fields stand for two types."""
    plain = text(
        header3({"G": ["C1C", "L1C"]}),
        epoch3(0, 1),
        satellite3("G01", [20000000.0, 1e8]),
        event3(4, types3("G", ["C1C", "L1C"])),
        event3(6, satellite3("G01", ["5.000"]), date="> 2024 01 01 00 00 40.0000000"),
        epoch3(50, 1),
        satellite3("G01", [20000001.0]),
        epoch3(55, 1),
        satellite3("G01", [20000002.0]),
    )
    crx = hatanaka(plain)
    assert b"&&&&&&&&&&" in crx, "the input must show the defect"
    expected = [
        row(0, "G01", "1C", 20000000.0, 1e8),
        row(50, "G01", "1C", 20000001.0),
        row(55, "G01", "1C", 20000002.0),
    ]
    assert_rows(query(plain), expected)
    assert_rows(query(crx), expected)


def test_38_h_midarc_escape_lines():
    """Lines that start with `&` where a version 3 epoch is due are reserved and skipped."""
    data = crinex(
        "3.0",
        header3({"G": ["C1C"]}),
        "& anything",
        "&",
        "> 2024 01 01 00 00  0.0000000  0  1      G01",
        "",
        "3&20000000000 &&",
        "& more",
        "                    1",
        "",
        "1000",
    )
    assert_rows(query(data), [row(0, "G01", "1C", 20000000.0), row(1, "G01", "1C", 20000001.0)])
