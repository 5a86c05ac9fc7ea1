"""Tests 21 to 30: RINEX 3 and 4, and Hatanaka 3.1.

SPDX-License-Identifier: Apache-2.0
"""

import pytest
from garco_program import assert_rows, info, query, refuse, row, salvage, values_of
from rinex_text import body_lines, crinex, epoch2, epoch3, event3, field
from rinex_text import header2, header3, labelled, satellite2, satellite3, text

# ------------------------------------------------------------------ 21

PAIRS = [band + attribute for band in "12578" for attribute in "CWXPQ"]
HUNDRED = [kind + pair for pair in PAIRS for kind in "CLDS"]


def v3_wide(names=("G01", "G32")):
    lines = []
    for e, name in enumerate(names):
        line = satellite3(name, [*[1000.001 + e + k for k in range(99)], (1099.001 + e, " ", "9")])
        assert len(line[0]) == 1603
        lines += line
    return text(header3({"G": HUNDRED}), epoch3(0, len(names)), lines)


def rows_of_wide(names=("G01", "G32")):
    return [
        row(0, name, pair, *[1000.001 + e + 4 * p + k for k in range(4)])
        for e, name in enumerate(names)
        for p, pair in enumerate(PAIRS)
    ]


def test_21_v3_wide(form):
    data = form(v3_wide(["G01"]))
    rows = query(data)
    assert_rows(rows, rows_of_wide(["G01"]))
    assert values_of(rows) == 100
    assert info(data)["observations"] == 100


def test_21_v3_wide_two_satellites():
    assert_rows(query(v3_wide()), rows_of_wide())


def test_21_v3_wide_surplus(hatanaka):
    """At its limit of 100 types RNXCMP writes behind the indicators of the first satellite those of the second: to be
    ignored."""
    crx = hatanaka(v3_wide())
    assert max(map(len, body_lines(crx))) == 1400, "the input must show the defect"
    assert_rows(query(crx), rows_of_wide())


# ------------------------------------------------------------------ 22


def v3_cut():
    whole = field(20000000.123) + field(105000000.001, "1", "7") + field(45.25)
    cuts = [0, 14, 15, 16, 30, 31, 32, 46, 48]
    return text(
        header3({"G": ["C1C", "L1C", "S1C"]}),
        epoch3(0, len(cuts)),
        [f"G{k + 1:02d}{whole[:cut]}" for k, cut in enumerate(cuts)],
        epoch3(30, 1),
        "G09" + whole,
    )


def test_22_v3_cut():
    data = v3_cut()
    code, phase, strength = 20000000.123, 105000000.001, 45.25
    assert_rows(
        query(data),
        [
            *[row(0, f"G0{n}", "1C", code) for n in (2, 3, 4)],
            row(0, "G05", "1C", code, phase),  # cut before its loss-of-lock indicator
            *[row(0, f"G0{n}", "1C", code, phase, flags=1) for n in (6, 7)],
            *[row(s, f"G0{n}", "1C", code, phase, snr=strength, flags=1) for s, n in ((0, 8), (0, 9), (30, 9))],
        ],
    )
    about = info(data)
    assert (about["satellite_epochs"], about["observations"], about["damaged"]) == (10, 18, 0)


def test_22_v3_cut_right_trimmed(form):
    data = form(
        text(
            header3({"G": ["C1C", "L1C", "S1C"]}),
            epoch3(0, 4),
            satellite3("G01", [1000.5, 2000.5, 45.5]),
            satellite3("G02", [None, 2001.5]),
            satellite3("G03", []),
            "G04" + field(1000.5),
            epoch3(30, 2),
            "G03",
            satellite3("G02", [None, None, 45.25]),
        )
    )
    assert_rows(
        query(data),
        [
            row(0, "G01", "1C", 1000.5, 2000.5, snr=45.5),
            row(0, "G02", "1C", phase=2001.5),
            row(0, "G04", "1C", 1000.5),
            row(30, "G02", "1C", snr=45.25),
        ],
    )


# ------------------------------------------------------------------ 23

NAMES_101 = [f"G{n:02d}" for n in range(1, 61)] + [f"E{n:02d}" for n in range(1, 42)]


def v3_101():
    parts = []
    for e in (0, 1):
        lines = epoch3(30 * e, 101)
        assert lines[0].endswith("  0101")
        parts += [lines, *[satellite3(name, [20000000.0 + 1000 * k + e]) for k, name in enumerate(NAMES_101)]]
    return text(header3({"G": ["C1C"], "E": ["C1C"]}), *parts)


def test_23_v3_101():
    data = v3_101()
    assert_rows(
        query(data),
        [row(30 * e, name, "1C", 20000000.0 + 1000 * k + e) for e in (0, 1) for k, name in enumerate(NAMES_101)],
    )
    assert info(data)["satellite_epochs"] == 202


def test_23_v3_101_version2():
    """Flag and count touch in RINEX 2 too, and the satellites take nine lines."""
    data = text(
        header2(["C1"], "M (MIXED)"),
        *[
            part
            for e in (0, 1)
            for part in (epoch2(30 * e, NAMES_101), *[satellite2([20000000.0 + 1000 * k + e]) for k in range(101)])
        ],
    )
    assert b"  0101G01" in data
    got = query(data)
    assert [(r.sat, r.time[17:19]) for r in got] == [(name, s) for s in ("00", "30") for name in NAMES_101]
    assert got[100].code == "1X" and got[100].range == 201000000000 and got[0].code == "1C"


def test_23_v3_100(form):
    """A hundred is RNXCMP's limit."""
    names = NAMES_101[:100]
    data = form(
        text(
            header3({"G": ["C1C"], "E": ["C1C"]}),
            epoch3(0, 100),
            *[satellite3(name, [20000000.0 + k]) for k, name in enumerate(names)],
        )
    )
    assert_rows(query(data), [row(0, name, "1C", 20000000.0 + k) for k, name in enumerate(names)])


# ------------------------------------------------------------------ 24

CLOCKS = ["  .000000000001", " -.000000000001", "-0.123456789012", "", " 1.234567890123", "99.999999999999"]


def v3_clock():
    return text(
        header3({"G": ["C1C"]}),
        *[
            part
            for e, clock in enumerate(CLOCKS)
            for part in (epoch3(e, 1, clock=clock), satellite3("G01", [20000000.0 + e]))
        ],
    )


def test_24_v3_clock(form):
    data = form(v3_clock())
    assert_rows(query(data), [row(e, "G01", "1C", 20000000.0 + e) for e in range(len(CLOCKS))])
    assert info(data)["damaged"] == 0


# ------------------------------------------------------------------ 25

FIFTEEN = [kind + pair for pair in ("1C", "2W", "2X", "5X") for kind in "CLDS"][:15]


def scale_factor(factor, codes, count=None):
    count = len(codes) if count is None else count
    head = f"G {factor:4d}  " + (f"{count:2d}" if count is not False else "  ")
    lines = [labelled(head + "".join(f" {c}" for c in codes[:12]), "SYS / SCALE FACTOR")]
    for k in range(12, len(codes), 12):
        lines.append(labelled(" " * 10 + "".join(f" {c}" for c in codes[k : k + 12]), "SYS / SCALE FACTOR"))
    return lines


SCALES = {
    "all": (scale_factor(10, [], count=False), FIFTEEN),
    "zero": (scale_factor(10, [], count=0), FIFTEEN),
    "one": (scale_factor(10, ["L1C"]), ["L1C"]),
    "continued": (scale_factor(10, FIFTEEN[:14]), FIFTEEN[:14]),
    "two": ([*scale_factor(10, ["L1C", "L2W"]), *scale_factor(100, ["D1C"])], ["L1C", "L2W"]),
}


def v3_scale(which):
    values = [1000.1 + k for k in range(15)]
    return text(
        header3({"G": FIFTEEN, "E": ["C1X", "L1X"]}, extra=SCALES[which][0]),
        *[
            part
            for e in (0, 1)
            for part in (
                epoch3(30 * e, 2),
                satellite3("G01", [v + e for v in values]),
                satellite3("E02", [2000.1 + e, 3000.1 + e]),
            )
        ],
    )


@pytest.mark.parametrize("which", SCALES)
def test_25_v3_scale(form, which):
    scaled = SCALES[which][1]

    def true(e, k):
        code = FIFTEEN[k]
        factor = 100 if which == "two" and code == "D1C" else 10 if code in scaled else 1
        return (1000.1 + k + e) / factor

    expected = []
    for e in (0, 1):
        for p, pair in enumerate(("1C", "2W", "2X", "5X")):
            expected.append(row(30 * e, "G01", pair, *[true(e, k) for k in range(4 * p, min(4 * p + 4, 15))]))
        expected.append(row(30 * e, "E02", "1X", 2000.1 + e, 3000.1 + e))
    assert_rows(query(form(v3_scale(which))), expected)


# ------------------------------------------------------------------ 26


def v3_shift():
    shifts = [
        labelled("G L1C", "SYS / PHASE SHIFT"),
        labelled("G L2W  0.00000", "SYS / PHASE SHIFT"),
        labelled("G L2X -0.25000", "SYS / PHASE SHIFT"),
        labelled("R L1C  0.50000  12 R01 R02 R03 R04 R05 R06 R07 R08 R09 R10", "SYS / PHASE SHIFT"),
        labelled(" " * 18 + " R11 R12", "SYS / PHASE SHIFT"),
        labelled("E", "SYS / PHASE SHIFT"),
        labelled("G L5X  0.25000", "SYS / PHASE SHIFTS"),
    ]
    return text(
        header3({"G": ["C1C", "L1C", "L2W", "L2X", "L5X"], "R": ["C1C", "L1C"]}, extra=shifts),
        epoch3(0, 2),
        satellite3("G01", [20000000.0, 105000000.0, 82000000.0, 82000000.25, 79000000.5]),
        satellite3("R01", [21000000.0, 110000000.0]),
    )


def test_26_v3_shift(form):
    """Already in the values when they are written: never applied again."""
    assert_rows(
        query(form(v3_shift())),
        [
            row(0, "G01", "1C", 20000000.0, 105000000.0),
            row(0, "G01", "2W", phase=82000000.0),
            row(0, "G01", "2X", phase=82000000.25),
            row(0, "G01", "5X", phase=79000000.5),
            row(0, "R01", "1C", 21000000.0, 110000000.0),
        ],
    )


# ------------------------------------------------------------------ 27


@pytest.mark.parametrize(
    "version, types, codes",
    [
        ("3.02", ["C1I", "L1I", "C1X", "L1X", "C1Q", "L1Q"], ["2I", "2X", "2Q"]),
        ("3.02", ["C2I", "L2I", "C7I", "L7I"], ["2I", "7I"]),
        ("3.03", ["C2I", "L2I"], ["2I"]),
        ("3.04", ["C1X", "L1X", "C1P", "L1P"], ["1X", "1P"]),
        ("3.05", ["C1D", "L1D", "C2I", "L2I"], ["1D", "2I"]),
        ("3.04", ["C1I", "L1I", "C1Q", "L1Q"], ["2I", "2Q"]),
        ("3.03", ["C1X", "L1X"], ["1X"]),
    ],
)
def test_27_v3_bds(form, version, types, codes):
    """Band 1 of 3.02 is what all other versions call band 2."""
    values = [22000000.0 + k for k in range(len(types))]
    data = form(text(header3({"C": types}, version=version), epoch3(0, 1), satellite3("C05", values)))
    assert_rows(query(data), [row(0, "C05", code, values[2 * k], values[2 * k + 1]) for k, code in enumerate(codes)])


def test_27_v3_bds_other_systems(form):
    """Only BeiDou is renamed."""
    data = form(
        text(
            header3({"G": ["C1X", "L1X"], "E": ["C1X", "L1X"]}, version="3.02"),
            epoch3(0, 2),
            satellite3("G05", [22000000.0, 1.5]),
            satellite3("E05", [23000000.0, 2.5]),
        )
    )
    assert_rows(query(data), [row(0, "G05", "1X", 22000000.0, 1.5), row(0, "E05", "1X", 23000000.0, 2.5)])


# ------------------------------------------------------------------ 28

EIGHT = [f"G{n:02d}" for n in range(1, 9)]


def eight():
    return [line for k, name in enumerate(EIGHT) for line in satellite3(name, [20000000.0 + k])]


def rows_of_eight(time):
    return [row(time, name, "1C", 20000000.0 + k) for k, name in enumerate(EIGHT)]


@pytest.mark.parametrize(
    "line",
    [
        ">2019 02 20 15 29 26.0000000  0  8",
        "> 2019  2 20 15 29 26.0000000 0 8",
        "> 2019 02 20 15 29 26.0000000  0 8",
        "> 2019 02 20 15 29 26.0000000 0  8",
        "> 2019  2 20 15 29 26.0000000  0  8",
    ],
)
def test_28_v3_odd(line):
    """Columns first, then tokens: these are seen in the wild and leave no doubt."""
    data = text(header3({"G": ["C1C"]}), line, eight(), epoch3(27, 8, date="> 2019 02 20 15 29"), eight())
    assert_rows(query(data), rows_of_eight("2019-02-20T15:29:26.000") + rows_of_eight("2019-02-20T15:29:27.000"))


def test_28_v3_odd_101():
    """Flag and count touch in a line that is read by words, too."""
    line = "> 2019 02 20 15 29 26.0000000 0101"
    sats = [satellite3(name, [20000000.0 + k]) for k, name in enumerate(NAMES_101)]
    got = query(text(header3({"G": ["C1C"], "E": ["C1C"]}), line, *sats))
    assert_rows(got, [row("2019-02-20T15:29:26.000", n, "1C", 20000000.0 + k) for k, n in enumerate(NAMES_101)])


def test_28_v3_odd_junk():
    """A line that is no epoch is skipped up to the next one, and said."""
    data = text(header3({"G": ["C1C"]}), epoch3(0, 8), eight(), "> 23 29", epoch3(30, 8), eight())
    rows, said = salvage(data)
    assert_rows(rows, rows_of_eight("2024-01-01T00:00:00.000") + rows_of_eight("2024-01-01T00:00:30.000"))
    assert ":13:" in said
    assert info(data, "--salvage")["damaged"] == 1
    assert ":13:" in refuse("query", "-", data=data)


# ------------------------------------------------------------------ 29


def v4_pico():
    """With a clock, without one, on an event, none at all, and no more than zero."""
    one = satellite3("G01", [20000000.0, (105000000.0, " ", "7")])
    return text(
        header3({"G": ["C1C", "L1C"]}, version="4.02"),
        epoch3("0.0000000", 1, clock="  .000123000000", picoseconds="12345"),
        one,
        epoch3("30.1234567", 1, picoseconds="54321"),
        one,
        epoch3("40.0000000", 0, flag=5, picoseconds="99999"),
        epoch3("45.0000000", 1),
        one,
        epoch3("50.0000000", 1, picoseconds="00000"),
        one,
    )


def test_29_v4_02_pico():
    data = v4_pico()
    assert_rows(query(data), [row(s, "G01", "1C", 20000000.0, 105000000.0) for s in (0, 30.123, 45, 50)])
    about = info(data)
    assert (float(about["version"]), about["epochs"], about["events"], about["damaged"]) == (4.02, 4, 1, 0)


# ------------------------------------------------------------------ 30


def crx_pico():
    """Hatanaka 3.1 by hand. The picoseconds live on over `>` lines and events; &&&&& ends them."""
    crx = crinex(
        "3.1",
        header3({"G": ["C1C", "L1C"]}, version="4.02"),
        "> 2024 01 01 00 00  0.0000000  0  2      G01G02",
        "3&123000000 12345",
        "3&20000000000 3&105000000000 &&&&",
        "3&21000000000 3&110000000000 &&&&",
        "                    1",
        " 54 21",
        "1000 1000",
        "1000 1000",
        "                    2             1         &&&",
        "3&124000000",
        "0 0",
        "> 2024 01 01 00 00  3.0000000  5  0                      77777",
        "> 2024 01 01 00 00  4.0000000  0  1      G01",
        "3&-5",
        "3&20000004000 3&105000004000 &&&&",
        "                    5",
        " &&&&&",
        "1000 1000",
        "                    6",
        " 00007",
        "0 0",
    )
    sats = ["G01", "G02"]

    def lines(names, step):
        return [
            line
            for k, name in enumerate(sats[:names])
            for line in satellite3(name, [20000000.0 + k * 1e6 + step, 105000000.0 + k * 5e6 + step])
        ]

    plain = text(
        header3({"G": ["C1C", "L1C"]}, version="4.02"),
        epoch3(0, 2, clock="  .000123000000", picoseconds="12345"),
        lines(2, 0),
        epoch3(1, 2, picoseconds="54321"),
        lines(2, 1),
        epoch3(2, 1, clock="  .000124000000", picoseconds="54321"),
        lines(1, 2),
        epoch3(3, 0, flag=5, picoseconds="77777"),
        epoch3(4, 1, clock=" -.000000000005", picoseconds="54321"),
        lines(1, 4),
        epoch3(5, 1),
        lines(1, 5),
        epoch3(6, 1, picoseconds="00007"),
        lines(1, 6),
    )
    return crx, plain


def crx_pico_rows():
    steps = [(0, 0, 2), (1, 1, 2), (2, 2, 1), (4, 4, 1), (5, 5, 1), (6, 6, 1)]
    return [
        row(s, f"G0{k + 1}", "1C", 20000000.0 + k * 1e6 + d, 105000000.0 + k * 5e6 + d)
        for s, d, n in steps
        for k in range(n)
    ]


@pytest.mark.parametrize("which", [0, 1], ids=["hatanaka", "plain"])
def test_30_crx3_1(which):
    data = crx_pico()[which]
    assert_rows(query(data), crx_pico_rows())
    about = info(data)
    assert (about["epochs"], about["events"], about["damaged"]) == (6, 1, 0)


def test_30_crx3_0_of_4_01(form):
    """3.x, 4.00 and 4.01 are Hatanaka 3.0."""
    data = form(
        text(
            header3({"G": ["C1C"]}, version="4.01"),
            epoch3(0, 1, clock="  .000123000000"),
            satellite3("G01", [20000000.0]),
            event3(4, [labelled("x", "COMMENT")]),
            epoch3(30, 1),
            satellite3("G01", [20000001.0]),
        )
    )
    assert_rows(query(data), [row(0, "G01", "1C", 20000000.0), row(30, "G01", "1C", 20000001.0)])
