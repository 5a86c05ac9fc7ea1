"""Tests 1 to 10: the body of RINEX 2, read as plain text and as Hatanaka text.

SPDX-License-Identifier: Apache-2.0
"""

import pytest
from garco_program import assert_rows, info, query, refuse, row, salvage, values_of
from rinex_text import clock2, epoch2, header2, satellite2, text

GPS = [f"G{n:02d}" for n in range(1, 37)]


# ------------------------------------------------------------------ 1


def v2_min():
    return text(
        header2(["C1", "L1"]),
        epoch2(0, ["G01", "G02"]),
        satellite2([(20000000.123, " ", "7"), (105000000.001, " ", "7")]),
        satellite2([(21000000.456, " ", "7"), (110000000.002, " ", "7")]),
        epoch2(30, ["G01", "G02"]),
        satellite2([(20000100.5, " ", "7"), (105000500.25, " ", "7")]),
        satellite2([(21000100.75, " ", "7"), (110000500.999, " ", "7")]),
    )


def test_01_v2_min(form):
    data = form(v2_min())
    rows = query(data)
    assert_rows(
        rows,
        [
            row(0, "G01", "1C", 20000000.123, 105000000.001),
            row(0, "G02", "1C", 21000000.456, 110000000.002),
            row(30, "G01", "1C", 20000100.5, 105000500.25),
            row(30, "G02", "1C", 21000100.75, 110000500.999),
        ],
    )
    assert values_of(rows) == 8
    assert [r.time[17:19] for r in rows] == ["00", "00", "30", "30"], "rows stand in the order of the file"
    about = info(data)
    assert float(about["version"]) == 2.11
    assert (about["epochs"], about["satellite_epochs"], about["observations"]) == (2, 4, 8)
    assert (about["zeros"], about["events"], about["damaged"]) == (0, 0, 0)


# ------------------------------------------------------------------ 2, 3, 4


def many_satellites(counts, old_style=False):
    """C1 and L1 of so many satellites, an epoch each: every value another."""
    parts = []
    for e, count in enumerate(counts):
        lines = epoch2(0, GPS[:count], date=f" 24  1  1  0 {e:2d}")
        if old_style:
            lines = lines[:1] + [line[32:] for line in lines[1:]]
        parts.append(lines)
        parts += [satellite2([20000000.001 + 1000 * s + e, 105000000.002 + 1000 * s + e]) for s in range(count)]
    return text(header2(["C1", "L1"]), *parts)


def rows_of_many(counts):
    return [
        row(60 * e, GPS[s], "1C", 20000000.001 + 1000 * s + e, 105000000.002 + 1000 * s + e)
        for e, count in enumerate(counts)
        for s in range(count)
    ]


def test_02_v2_cont14(form):
    data = form(many_satellites([14, 14]))
    rows = query(data)
    assert_rows(rows, rows_of_many([14, 14]))
    assert values_of(rows) == 2 * 28
    assert info(data)["satellite_epochs"] == 28


def test_03_v2_oldcont(form):
    data = form(many_satellites([14, 14], old_style=True))
    rows = query(data)
    assert_rows(rows, rows_of_many([14, 14]))
    assert info(data)["epochs"] == 2


def test_04_v2_12_24_36(form):
    counts = [12, 24, 36, 12, 13]
    data = form(many_satellites(counts))
    assert_rows(query(data), rows_of_many(counts))
    assert info(data)["satellite_epochs"] == sum(counts)


# ------------------------------------------------------------------ 5

TWENTY = "L1 L2 C1 P2 P1 S1 S2 C2 L5 C5 S5 L6 C6 S6 L7 C7 S7 L8 C8 S8".split()


def twenty(values):
    """A satellite's four lines from {type: value}."""
    return satellite2([values.get(t) for t in TWENTY])


def v2_20types():
    glonass = {
        "L1": 110000000.5,
        "C1": 21000000.5,
        "P1": 21000001.5,
        "S1": 44.25,
        "L2": 85555555.5,
        "P2": 21000002.5,
        "S2": 40.5,
        "C2": 21000003.5,
    }
    galileo = {
        "L1": 120000000.125,
        "C1": 23000000.125,
        "S1": 48.5,
        "L5": 90000000.125,
        "C5": 23000005.125,
        "S5": 49.75,
        "L7": 92000000.125,
        "C7": 23000007.125,
        "S7": 47.25,
        "L8": 91000000.125,
        "C8": 23000008.125,
        "S8": 50.25,
    }
    return text(
        header2(TWENTY, "M (MIXED)"),
        epoch2(0, ["G01", "R02", "E03", "G04"]),
        twenty({"C1": 20000000.25, "L1": 105000000.25, "S1": 45.25}),
        twenty(glonass),
        twenty(galileo),
        twenty({"C1": 22000000.25, "L1": 115000000.25, "S1": 46.25, "L2": 89000000.25, "P2": 22000002.25, "S2": 30.5}),
        epoch2(30, ["G04"]),
        twenty({"C1": 22000100.25, "L1": 115000100.25, "S1": 46.5}),
    )


def test_05_v2_20types(form):
    # Twelve of the twenty lines of the first epoch are empty; the next satellite starts after them.
    data = form(v2_20types())
    rows = query(data)
    expected = [
        row(0, "G01", "1C", 20000000.25, 105000000.25, snr=45.25),
        row(0, "R02", "1C", 21000000.5, 110000000.5, snr=44.25),
        row(0, "R02", "1P", 21000001.5),
        row(0, "R02", "2P", 21000002.5, 85555555.5, snr=40.5),
        row(0, "R02", "2C", 21000003.5),
        row(0, "E03", "1X", 23000000.125, 120000000.125, snr=48.5),
        row(0, "E03", "5X", 23000005.125, 90000000.125, snr=49.75),
        row(0, "E03", "7X", 23000007.125, 92000000.125, snr=47.25),
        row(0, "E03", "8X", 23000008.125, 91000000.125, snr=50.25),
        row(0, "G04", "1C", 22000000.25, 115000000.25, snr=46.25),
        row(0, "G04", "2W", 22000002.25, 89000000.25, snr=30.5),
        row(30, "G04", "1C", 22000100.25, 115000100.25, snr=46.5),
    ]
    assert_rows(rows, expected)
    about = info(data)
    assert about["observations"] == values_of(expected) == 32
    assert {s: (k["satellite_epochs"], k["observations"]) for s, k in about["systems"].items()} == {
        "G": (3, 12),
        "R": (1, 8),
        "E": (1, 12),
    }
    assert about["systems"]["G"]["codes"] == {"L1": 3, "C1": 3, "S1": 3, "L2": 1, "P2": 1, "S2": 1}
    assert about["systems"]["E"]["codes"] == dict.fromkeys("L1 C1 S1 L5 C5 S5 L7 C7 S7 L8 C8 S8".split(), 1)


# ------------------------------------------------------------------ 6

NINETEEN = "C1 L1 D1 S1 P1 C2 L2 D2 S2 P2 C5 L5 D5 S5 C7 L7 D7 S7 C8".split()


def v2_types(count):
    """Every type that the system has, GPS bands 1, 2 and 5 and Galileo bands 1, 5, 7 and 8."""
    types = NINETEEN[:count]
    gps = [1000.001 + k if t[1] in "125" else None for k, t in enumerate(types)]
    galileo = [2000.001 + k if t[1] in "1578" and t[0] != "P" else None for k, t in enumerate(types)]
    return text(
        header2(types, "M (MIXED)"),
        epoch2(0, ["G01", "E11"]),
        satellite2(gps),
        satellite2(galileo),
        epoch2(30, ["E11", "G01"]),
        satellite2(galileo),
        satellite2(gps),
    )


def rows_of_types(count, seconds):
    g, e = 1000.001, 2000.001
    rows = [
        row(seconds, "G01", "1C", g, g + 1, g + 2, g + 3),
        row(seconds, "G01", "1W", g + 4),
        row(seconds, "G01", "2X", g + 5),
        row(seconds, "G01", "2W", g + 9, g + 6, g + 7, g + 8),
        row(seconds, "E11", "1X", e, e + 1, e + 2, e + 3),
    ]
    if count == 19:
        rows += [
            row(seconds, "G01", "5X", g + 10, g + 11, g + 12, g + 13),
            row(seconds, "E11", "5X", e + 10, e + 11, e + 12, e + 13),
            row(seconds, "E11", "7X", e + 14, e + 15, e + 16, e + 17),
            row(seconds, "E11", "8X", e + 18),
        ]
    return rows


@pytest.mark.parametrize("count", [10, 19])
def test_06_v2_types10_19(form, count):
    assert_rows(query(form(v2_types(count))), rows_of_types(count, 0) + rows_of_types(count, 30))


# ------------------------------------------------------------------ 7

SEVEN = "L1 L2 P1 P2 C1 S1 S2".split()


def seven(shift):
    return [
        130321269.801 + shift,
        101549030.349 + shift,
        24799319.672 + shift,
        24799319.752 + shift,
        24799318.768 + shift,
        62 + shift,
        40 + shift,
    ]


def v2_typecount(count):
    return text(
        header2(SEVEN, count=count),
        *[
            part
            for e in (0, 1)
            for part in (epoch2(30 * e, ["G13", "G19"]), satellite2(seven(e)), satellite2(seven(e + 2)))
        ],
    )


@pytest.mark.parametrize("count", [5, 6, 8, 10])
def test_07_v2_typecount(count):
    """A count of types that lies is damage: refused, and by salvage read as the seven types there are."""
    data = v2_typecount(count)
    rows, said = salvage(data)
    expected = []
    for seconds, sat, shift in [(0, "G13", 0), (0, "G19", 2), (30, "G13", 1), (30, "G19", 3)]:
        v = seven(shift)
        expected += [
            row(seconds, sat, "1C", v[4], v[0], snr=v[5]),
            row(seconds, sat, "1W", v[2]),
            row(seconds, sat, "2W", v[3], v[1], snr=v[6]),
        ]
    assert_rows(rows, expected)
    assert said.count("\n") == 1 and f":2: {count} observation types declared and 7 listed" in said
    assert info(data, "--salvage")["observations"] == 28
    assert ":2:" in refuse("query", "-", data=data), "the line of the header that lies is named"


def test_07_v2_typecount_right():
    assert values_of(query(v2_typecount(7))) == 28


# ------------------------------------------------------------------ 8


YEARS = {"95": 1995, "79": 2079, "80": 1980, "99": 1999, "00": 2000, " 0": 2000}


def v2_year(digits):
    return text(
        header2(["C1"]),
        epoch2(0, ["G01"], date=f" {digits}  2  3  4  5"),
        satellite2([20000000.0]),
        epoch2(30, ["G01"], date=f" {digits} 02 03 04 05"),
        satellite2([20000001.0]),
    )


@pytest.mark.parametrize("digits", YEARS)
def test_08_v2_year(form, digits):
    year = YEARS[digits]
    assert_rows(
        query(form(v2_year(digits))),
        [
            row(f"{year}-02-03T04:05:00.000", "G01", "1C", 20000000.0),
            row(f"{year}-02-03T04:05:30.000", "G01", "1C", 20000001.0),
        ],
    )


# ------------------------------------------------------------------ 9


def v2_letters(system):
    return text(
        header2(["C1", "L1"], system),
        *[
            part
            for e, name in enumerate(["  1", "G 1", "G01", " 01"])
            for part in (
                epoch2(15 * e, [name, "R 5"]),
                satellite2([20000000.0 + e, 105000000.0 + e]),
                satellite2([21000000.0 + e]),
            )
        ],
    )


@pytest.mark.parametrize("system", ["G (GPS)", "", "M (MIXED)"])
def test_09_v2_letters(form, system):
    data = form(v2_letters(system))
    assert_rows(
        query(data),
        [
            r
            for e in range(4)
            for r in (
                row(15 * e, "G01", "1C", 20000000.0 + e, 105000000.0 + e),
                row(15 * e, "R05", "1C", 21000000.0 + e),
            )
        ],
    )


def test_09_v2_letters_of_the_file(form):
    data = form(
        text(
            header2(["C1"], "R (GLONASS)"),
            epoch2(0, ["  7", " 08", "R 9"]),
            *[satellite2([20000000.0 + k]) for k in range(3)],
        )
    )
    assert [(r.sat, r.code) for r in query(data)] == [("R07", "1C"), ("R08", "1C"), ("R09", "1C")]


# ------------------------------------------------------------------ 10


def v2_clock(clocks):
    return text(
        header2(["C1"]),
        *[
            part
            for e, clock in enumerate(clocks)
            for part in (epoch2(e, ["G01"], clock=clock), satellite2([20000000.0 + e]))
        ],
    )


@pytest.mark.parametrize("clock", ["  .000123456", " -.000000001", "12.345678901", "    -0.12345", "    0.000123", ""])
def test_10_v2_clock(clock):
    """A clock offset, also right-aligned with fewer decimals, is no damage and no satellite."""
    data = v2_clock([clock, "", clock])
    assert_rows(query(data), [row(e, "G01", "1C", 20000000.0 + e) for e in range(3)])
    assert info(data)["damaged"] == 0


def test_10_v2_clock_beside_12_satellites(form):
    lines = epoch2(0, GPS[:14])
    lines[0] = clock2(lines[0], "  .000123456")
    data = form(text(header2(["C1"]), lines, *[satellite2([20000000.0 + s]) for s in range(14)]))
    assert_rows(query(data), [row(0, GPS[s], "1C", 20000000.0 + s) for s in range(14)])
