"""Tests 11 to 20: flags, events, times and codes of RINEX 2, and the least RINEX 3.

SPDX-License-Identifier: Apache-2.0
"""

import pytest
from garco_program import (
    ANTISPOOFING,
    HALF_CYCLE,
    LOSS_OF_LOCK,
    POWER_FAILURE,
    assert_rows,
    info,
    query,
    refuse,
    row,
    run,
    salvage,
    succeed,
    values_of,
)
from rinex_text import comment, epoch2, epoch3, event2, header2, header3, labelled, satellite2, satellite3, text, types2


def pair(seconds, flag=0, date=" 24  1  1  0  0", step=0.0):
    """An epoch of the base body: C1 and L1 of G01 and G02."""
    return [
        *epoch2(seconds, ["G01", "G02"], flag, date),
        *satellite2([20000000.0 + step, 105000000.0 + step]),
        *satellite2([21000000.0 + step, 110000000.0 + step]),
    ]


def pair_rows(seconds, step=0.0, flags=0):
    return [
        row(seconds, "G01", "1C", 20000000.0 + step, 105000000.0 + step, flags=flags),
        row(seconds, "G02", "1C", 21000000.0 + step, 110000000.0 + step, flags=flags),
    ]


# ------------------------------------------------------------------ 11


def v2_flag1():
    return text(
        header2(["C1", "L1"]),
        pair(0),
        pair(30, flag=1, step=1.5),
        pair(0, date=" 24  1  1  0  1", step=2.5),
        pair(0, date=" 24  1  1  0  2"),
    )


def test_11_v2_flag1(form):
    data = form(v2_flag1())
    assert_rows(query(data), pair_rows(0) + pair_rows(30, 1.5, POWER_FAILURE) + pair_rows(60, 2.5) + pair_rows(120))
    about = info(data)
    assert (about["epochs"], about["events"], about["observations"]) == (4, 0, 16)


# ------------------------------------------------------------------ 12


def v2_events():
    return text(
        header2(["C1", "L1"]),
        pair(0),
        event2(4, [comment(f"line {k}") for k in range(100)]),
        event2(2, count=False),
        event2(3, [labelled("ABCD", "MARKER NAME")]),
        event2(5, date=" 24  1  1  0  0 10.0000000"),
        event2(4, [comment("spliced")], date=" 24  1  1  0  0 20.0000000"),
        pair(30, step=1.0),
    )


def test_12_v2_events(form):
    data = form(v2_events())
    rows = query(data)
    assert_rows(rows, pair_rows(0) + pair_rows(30, 1.0))
    assert values_of(rows) == 8
    about = info(data)
    assert (about["events"], about["epochs"], about["observations"]) == (5, 2, 8)


EVENTS = {
    "4-of-0": event2(4, count=0),
    "5-no-count": event2(5, count=False),
    "2-of-1": event2(2, [comment("x")]),
    "5-back-in-time": event2(5, date=" 23 12 31 23 59 59.0000000"),
    "4-of-12": event2(4, [comment("x")] * 12),
}


def v2_events_each_way(which):
    event = EVENTS[which]
    return text(header2(["C1", "L1"]), pair(0), event, pair(30, step=1.0), event, event, pair(45, step=2.0))


@pytest.mark.parametrize("which", EVENTS)
def test_12_v2_events_each_way(form, which):
    data = form(v2_events_each_way(which))
    assert_rows(query(data), pair_rows(0) + pair_rows(30, 1.0) + pair_rows(45, 2.0))
    assert info(data)["events"] == 3


# ------------------------------------------------------------------ 13


def v2_newtypes():
    one = [*epoch2(30, ["G01", "G02"]), *satellite2([20000001.0]), *satellite2([21000001.0])]
    return text(header2(["C1", "L1"]), pair(0), event2(4, [*types2(["C1"]), comment("L1 is off")]), one)


def test_13_v2_newtypes(form):
    rows = query(form(v2_newtypes()))
    assert_rows(rows, pair_rows(0) + [row(30, "G01", "1C", 20000001.0), row(30, "G02", "1C", 21000001.0)])
    assert values_of(rows) == 4 + 2


def test_13_v2_newtypes_longer(form):
    """Two types become eleven, over two lines of header, and three lines a satellite."""
    more = "C1 L1 D1 S1 P1 C2 L2 D2 S2 P2 C5".split()
    data = form(
        text(
            header2(["C1", "L1"]),
            pair(0),
            event2(4, types2(more)),
            epoch2(30, ["G01"]),
            satellite2([1000.0 + k for k in range(11)]),
        )
    )
    assert_rows(
        query(data),
        pair_rows(0)
        + [
            row(30, "G01", "1C", 1000, 1001, 1002, 1003),
            row(30, "G01", "1W", 1004),
            row(30, "G01", "2X", 1005),
            row(30, "G01", "2W", 1009, 1006, 1007, 1008),
            row(30, "G01", "5X", 1010),
        ],
    )


# ------------------------------------------------------------------ 14

SIX = "L1 L2 C1 P2 S1 S2".split()


def v2_slips_1type():
    one = [satellite2([105000000.0]), satellite2([110000000.0])]
    return text(
        header2(["L1"]),
        epoch2(0, ["G01", "G02"]),
        *one,
        epoch2(30, ["G01", "G02"], flag=6),
        satellite2([5.0]),
        satellite2([-3.0]),
        epoch2(30, ["G01", "G02"]),
        *one,
    )


def slips_text(version):
    """Slips as a writer of its own manner puts them: a zero before the point, other numbers of decimals."""
    slips = ["0.500", "-0.250", "123456789.0 ", "0.0  "]
    if version == 2:
        one = [*epoch2(0, ["G01"]), *satellite2([105000000.0])]
        lines = [*epoch2(30, ["G01", "G02", "G03", "G04"], flag=6), *[satellite2([s])[0] for s in slips]]
        return text(header2(["L1"]), one, lines, one)
    one = [*epoch3(0, 1), *satellite3("G01", [105000000.0])]
    lines = [*epoch3(30, 4, flag=6), *[satellite3(f"G0{k + 1}", [s])[0] for k, s in enumerate(slips)]]
    return text(header3({"G": ["L1C"]}), one, lines, one)


def v2_slips_6types():
    six = satellite2([105000000.0, 82000000.0, 20000000.0, 20000002.0, 45.0, 35.0])
    return text(
        header2(SIX),
        epoch2(0, ["G01"]),
        six,
        epoch2(30, ["G01"], flag=6),
        satellite2([5.0, -3.0, None, None, None, None]),
        epoch2(30, ["G01"]),
        six,
    )


def test_14_v2_slips_1type(form):
    data = form(v2_slips_1type())
    assert_rows(
        query(data),
        [row(s, sat, "1C", phase=p) for s in (0, 30) for sat, p in (("G01", 105000000.0), ("G02", 110000000.0))],
    )
    assert info(data)["observations"] == 4, "slips are no observations"


def test_14_v2_slips_6types():
    data = v2_slips_6types()
    assert_rows(
        query(data),
        [
            r
            for s in (0, 30)
            for r in (
                row(s, "G01", "1C", 20000000.0, 105000000.0, snr=45.0),
                row(s, "G01", "2W", 20000002.0, 82000000.0, snr=35.0),
            )
        ],
    )
    assert info(data)["observations"] == 12


# ------------------------------------------------------------------ 15


def v2_time_24():
    return text(header2(["C1", "L1"]), pair(0, date=" 24  2 28 24  0"), pair(0, date=" 24 12 31 24  0", step=1.0))


def v2_time_60(day=" 24  2 28"):
    return text(
        header2(["C1", "L1"]),
        pair(0, date=f"{day} 23 58"),
        pair("60.0000000", date=f"{day} 23 59", step=1.0),
    )


def test_15_v2_time(form):
    """The hour 24 is the next day's first."""
    assert_rows(
        query(form(v2_time_24())), pair_rows("2024-02-29T00:00:00.000") + pair_rows("2025-01-01T00:00:00.000", 1.0)
    )


@pytest.mark.parametrize("day, before, after", [(" 24  2 28", "2024-02-28", "2024-02-29"), (" 24 12 31", "2024-12-31", "2025-01-01")])
def test_15_v2_time_60(form, day, before, after):
    """A second of 60 is damage that salvage reads as the next minute, and says."""
    data = form(v2_time_60(day))
    refuse("query", "-", data=data)
    rows, said = salvage(data)
    assert_rows(rows, pair_rows(f"{before}T23:58:00.000") + pair_rows(f"{after}T00:00:00.000", 1.0))
    assert "60" in said
    assert info(data, "--salvage")["epochs"] == 2


def test_15_v2_time_60_after_months(form):
    """A gap of months that arcs go on behind costs no epoch, by salvage neither."""
    data = form(text(header2(["C1", "L1"]), *(pair(0, date=f" 24 {day} 23 {minute}", step=step)
                                              for step, (day, minute) in enumerate([(" 2 28", 56), (" 2 28", 57), (" 2 28", 58),
                                                                                    ("12 31", 57), ("12 31", 58), ("12 31", 59)]))))
    rows, _ = salvage(data)
    assert info(data, "--salvage")["epochs"] == 6
    assert len(rows) == 6 * len(pair_rows("2024-02-28T23:58:00.000"))
    assert "12-31T23:57" in str(rows)


def test_15_v2_time_fractions(form):
    """A label is rounded to the millisecond, half of one up, over the end of a day too."""
    data = form(
        text(
            header2(["C1", "L1"]),
            pair("0.0004999"),
            pair("15.0005000", step=3.0),
            pair("30.0006000", step=1.0),
            pair("59.9996000", date=" 24  1  1 23 59", step=2.0),
        )
    )
    assert_rows(
        query(data),
        pair_rows(0) + pair_rows(15.001, 3.0) + pair_rows(30.001, 1.0) + pair_rows("2024-01-02T00:00:00.000", 2.0),
    )


# ------------------------------------------------------------------ 16


def v2_barecomment():
    return text(header2(["C1", "L1"]), pair(0), comment("bare"), comment("and another"), pair(30, step=1.0))


@pytest.mark.parametrize("options", [(), ("--salvage",)], ids=["strict", "salvage"])
def test_16_v2_barecomment(options):
    """Seen in the wild: accepted, skipped, and said."""
    data = v2_barecomment()
    rows = query(data, *options)
    assert_rows(rows, pair_rows(0) + pair_rows(30, 1.0))
    assert values_of(rows) == 8
    assert info(data, *options)["observations"] == 8


def test_16_v2_barecomment_flagged():
    """What stands in no record is left out, and that is said."""
    _, said = salvage(v2_barecomment())
    assert ":7:" in said, f"the comments on lines 7 and 8 are reported, got {said!r}"


# ------------------------------------------------------------------ 17


def zero():
    strength = 45.0
    return text(
        header2(["C1", "D1", "S1"]),
        epoch2(0, ["G01"]),
        satellite2([0.0, 0.0, strength]),
        epoch2(15, ["G01"]),
        satellite2([".000", ".000", strength]),
        epoch2(30, ["G01"]),
        satellite2([None, None, strength]),
        epoch2(45, ["G01"]),
        satellite2([20000000.0, -1.5, 0.0]),
    )


def test_17_zero(form):
    data = form(zero())
    assert_rows(
        query(data),
        [
            row(0, "G01", "1C", doppler=0, snr=45),
            row(15, "G01", "1C", doppler=0, snr=45),
            row(30, "G01", "1C", snr=45),
            row(45, "G01", "1C", 20000000.0, doppler=-1.5),
        ],
    )
    about = info(data)
    # Non-blank fields are counted as observations; the zeros among code and strength apart.
    assert (about["observations"], about["zeros"]) == (10, 3)


def test_17_zero_kept(form):
    data = form(zero())
    assert_rows(
        query(data, "--keep-zeros"),
        [
            row(0, "G01", "1C", 0, doppler=0, snr=45),
            row(15, "G01", "1C", 0, doppler=0, snr=45),
            row(30, "G01", "1C", snr=45),
            row(45, "G01", "1C", 20000000.0, doppler=-1.5, snr=0),
        ],
    )


def test_17_zero_alone(form):
    """A satellite with nothing but missing values has no row."""
    data = form(
        text(header2(["C1", "L1"]), epoch2(0, ["G01", "G02"]), satellite2([0.0, 0.0]), satellite2([20000000.0, None]))
    )
    assert_rows(query(data), [row(0, "G02", "1C", 20000000.0)])


# ------------------------------------------------------------------ 18


def v2_lli():
    return text(
        header2(["C1", "L1", "P2", "L2"]),
        *[
            part
            for e, lli in enumerate("4512037")
            for part in (
                epoch2(e, ["G01"]),
                satellite2([20000000.0, (105000000.0 + e, " ", "8"), 20000003.0, (82000000.0 + e, lli, "5")]),
            )
        ],
    )


def test_18_v2_lli(form):
    both = LOSS_OF_LOCK | HALF_CYCLE  # bit 1 of RINEX 2: the opposite wavelength factor
    bits = [ANTISPOOFING, ANTISPOOFING | LOSS_OF_LOCK, LOSS_OF_LOCK, HALF_CYCLE, 0, both, both | ANTISPOOFING]
    assert_rows(
        query(form(v2_lli())),
        [
            r
            for e, flags in enumerate(bits)
            for r in (
                row(e, "G01", "1C", 20000000.0, 105000000.0 + e),
                row(e, "G01", "2W", 20000003.0, 82000000.0 + e, flags=flags),
            )
        ],
    )


# ------------------------------------------------------------------ 19


def v2_12():
    return text(
        header2(["CA", "LA", "CB", "CC", "CD"], "M (MIXED)", version="2.12"),
        epoch2(0, ["G01", "R02"]),
        satellite2([20000000.0, 105000000.0, 20000001.0, 20000002.0, None]),
        satellite2([21000000.0, 110000000.0, None, None, 21000003.0]),
    )


def test_19_v2_12(form):
    assert_rows(
        query(form(v2_12())),
        [
            row(0, "G01", "1C", 20000000.0, 105000000.0),
            row(0, "G01", "1X", 20000001.0),
            row(0, "G01", "2X", 20000002.0),
            row(0, "R02", "1C", 21000000.0, 110000000.0),
            row(0, "R02", "2C", 21000003.0),
        ],
    )


def test_19_v2_12_assumed():
    """What 2.12 has letters for is said; C1, and phase and strength by the band alone, are assumed, as all is of 2.11."""
    types = ["CA", "LA", "CB", "CC", "CD", "C1", "P2", "S2", "C5"]
    one = text(epoch2(0, ["G01", "R02", "E03"]), *[satellite2([2e7] * 9)] * 3)
    for version, assumed in (("2.12", "G C1, G C5, R C1, R C5, E C1, E P2, E S2, E C5"), ("2.11", None)):
        stdout, _ = succeed("codes", "--assumed", "-", data=text(header2(types, "M (MIXED)", version=version)) + one)
        lines = [line for line in stdout.decode().splitlines() if not line.startswith("#")]
        marked = [line[:4] for line in lines if line.endswith("  # assumed")]
        if assumed:
            assert marked == assumed.split(", ")
            assert [line[:7] for line in lines[:5]] == ["G CA 1C", "G LA 1C", "G CB 1X", "G CC 2X", "G CD 2C"]
        else:
            assert not {"G C1", "G P2", "R C1", "R P2"} & set(marked) and {"G S2", "R S2", "E C1", "G C5"} <= set(marked)


def test_19_v2_12_precise(form):
    """x1 and x2 are the P(Y) signals; C1, which 2.12 does not know, is taken as C/A."""
    data = form(
        text(
            header2(["C1", "L1", "P2", "S2"], "M (MIXED)", version="2.12"),
            epoch2(0, ["G01", "R02"]),
            satellite2([None, 105000000.0, 20000002.0, 35.5]),
            satellite2([None, 110000000.0, None, None]),
        )
    )
    assert_rows(
        query(data),
        [
            row(0, "G01", "1W", phase=105000000.0),
            row(0, "G01", "2W", 20000002.0, snr=35.5),
            row(0, "R02", "1P", phase=110000000.0),
        ],
    )


# ------------------------------------------------------------------ 20


def v3_min():
    slots = labelled("  1 R05  1", "GLONASS SLOT / FRQ #")
    return text(
        header3({"G": ["C1C", "L1C"], "R": ["C1C"]}, extra=[slots]),
        epoch3(0, 2),
        satellite3("G01", [(20000000.123, " ", "7"), (105000000.001, "1", "7")]),
        satellite3("R05", [21000000.456]),
        epoch3(30, 2),
        satellite3("G01", [(20000100.5, " ", "7"), (105000500.25, "2", "7")]),
        satellite3("R05", [21000100.75]),
    )


def test_20_v3_min(form):
    data = form(v3_min())
    rows = query(data)
    assert_rows(
        rows,
        [
            row(0, "G01", "1C", 20000000.123, 105000000.001, flags=LOSS_OF_LOCK),
            row(0, "R05", "1C", 21000000.456),
            row(30, "G01", "1C", 20000100.5, 105000500.25, flags=HALF_CYCLE),
            row(30, "R05", "1C", 21000100.75),
        ],
    )
    assert values_of(rows) == 6
    assert {r.sat: r.fcn for r in rows}["R05"] == "1"
    about = info(data)
    assert (about["epochs"], about["satellite_epochs"], about["observations"]) == (2, 4, 6)
    assert sorted(about["systems"]) == ["G", "R"]


def test_20_glonass_slots(form):
    """Slots from R00 to R99, no count, groups that touch, both signs; a satellite that is not named has no channel."""
    slots = [labelled("    R00  6 R24 -7 R27 -1-5R99 +3 R05  0", "GLONASS SLOT / FRQ #")]
    names = ["R00", "R24", "R27", "R99", "R05", "R06", "G05"]
    data = text(
        header3({"G": ["C1C"], "R": ["C1C"]}, extra=slots),
        epoch3(0, len(names)),
        *[satellite3(name, [20000000.0 + k]) for k, name in enumerate(names)],
    )
    got = query(form(data))
    assert_rows(got, [row(0, name, "1C", 20000000.0 + k) for k, name in enumerate(names)])
    assert [r.fcn for r in got] == ["6", "-7", "-1", "3", "0", "", "0"]


def test_20_v3_min_system_not_declared():
    """A satellite of a system without types is damage: refused with its line, and by salvage left out alone."""
    data = text(
        header3({"G": ["C1C"]}),
        epoch3(0, 2),
        satellite3("G01", [20000000.0]),
        satellite3("E02", [21000000.0]),
        epoch3(30, 1),
        satellite3("G01", [20000001.0]),
    )
    status, _, stderr = run("query", "-", data=data)
    assert status == 1 and ":6:" in stderr
    rows, said = salvage(data)
    assert row(30, "G01", "1C", 20000001.0) in rows and said.strip()
