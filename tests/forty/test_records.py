"""The forty tests once more where the table asks for what rows do not show: exact clocks, picoseconds, indicators as they
stand, slips in records of their own, events and their lines, what the header keeps.

SPDX-License-Identifier: Apache-2.0
"""

import pytest
from garco_records import Failed, read, records
from rinex_text import body_lines, crinex, epoch2, epoch3, event2, event3, fields, header2, header3, labelled
from rinex_text import satellite2, satellite3, text
from test_01_10 import v2_clock, v2_min, v2_typecount
from test_11_20 import pair, v2_events, v2_flag1, v2_lli, v2_newtypes, v2_slips_1type, v2_slips_6types, v2_time_24
from test_11_20 import v2_time_60, zero
from test_21_30 import CLOCKS, FIFTEEN, SCALES, crx_pico, v3_clock, v3_scale, v3_shift, v4_pico
from test_31_38 import NEGATIVE, h_flags_v3, h_negclock, h_negclock_v3

pytest.importorskip("cffi")


def clocks(data):
    return [record.clock for record in records(data)]


def test_01_v2_min_records(form):
    """The strength 7 stands beside every value, and no loss of lock."""
    found = records(form(v2_min()))
    assert [record.time for record in found] == ["2024-01-01T00:00:00.000", "2024-01-01T00:00:30.000"]
    assert found[0].sats == {
        "G01": [(20000000123, " 7"), (105000000001, " 7")],
        "G02": [(21000000456, " 7"), (110000000002, " 7")],
    }
    assert {marks for record in found for sat in record.sats.values() for _, marks in sat} == {" 7"}


def test_07_v2_typecount_records():
    """All seven types are those of the list, whatever the count said."""
    header, found = read(v2_typecount(6), salvage=True)
    assert [name for name, _ in header.types["G"]] == "L1 L2 P1 P2 C1 S1 S2".split()
    assert found[0].values("G13") == [130321269801, 101549030349, 24799319672, 24799319752, 24799318768, 62000, 40000]


@pytest.mark.parametrize(
    "clock, ps",
    [
        ("  .000123456", 123456000),
        (" -.000000001", -1000),
        ("12.345678901", 12345678901000),
        ("    -0.12345", -123450000000),
        ("    0.000123", 123000000),
        ("-1.500000000", -1500000000000),
        ("", None),
    ],
)
def test_10_v2_clock_records(clock, ps):
    """To the picosecond, and a blank is not 0."""
    assert clocks(v2_clock([clock, "", clock])) == [ps, None, ps]


def test_10_v2_clock_records_hatanaka(hatanaka):
    data = hatanaka(v2_clock(["  .000123456", " -.000000001", "", "12.345678901", "  .000000000"]))
    assert clocks(data) == [123456000, -1000, None, 12345678901000, 0]


def test_11_v2_flag1_records(form):
    assert [(record.flag, len(record.sats)) for record in records(form(v2_flag1()))] == [(0, 2), (1, 2), (0, 2), (0, 2)]


def test_12_v2_events_records(form):
    """Each event with its own lines, in its place, and its time where it has one."""
    found = records(form(v2_events()))
    assert [record.flag for record in found] == [0, 4, 2, 3, 5, 4, 0]
    assert [record.time and record.time[17:19] for record in found] == ["00", None, None, None, "10", "20", "30"]
    assert [len(record.lines) - 1 for record in found[1:6]] == [100, 0, 1, 0, 1]
    assert found[1].lines[1:] == [labelled(f"line {k}", "COMMENT") for k in range(100)]
    assert found[3].lines[1] == labelled("ABCD", "MARKER NAME") and found[3].header_changed


def test_13_v2_newtypes_records(form):
    assert [[len(sat) for sat in record.sats.values()] for record in records(form(v2_newtypes()))] == [[2, 2], [], [1, 1]]


def test_14_v2_slips_records(form):
    """Slips stand in a record of flag 6 and in no other."""
    found = records(form(v2_slips_1type()))
    assert [record.flag for record in found] == [0, 6, 0]
    assert {sat: found[1].values(sat) for sat in found[1].sats} == {"G01": [5000], "G02": [-3000]}
    assert found[0].sats == found[2].sats == {"G01": [(105000000000, "  ")], "G02": [(110000000000, "  ")]}


def test_14_v2_slips_6types_records():
    found = records(v2_slips_6types())
    assert [record.flag for record in found] == [0, 6, 0]
    assert found[1].values("G01") == [5000, -3000, None, None, None, None]


def test_15_v2_time_records(form):
    """The next day's begin, and the text as it was written."""
    first, second = records(form(v2_time_24()))
    assert (first.time, second.time) == ("2024-02-29T00:00:00.000", "2025-01-01T00:00:00.000")
    assert [record.lines[0][:26] for record in (first, second)] == [
        " 24  2 28 24  0  0.0000000",
        " 24 12 31 24  0  0.0000000",
    ]


def test_15_v2_time_60_records():
    with pytest.raises(Failed, match="second of 60"):
        records(v2_time_60())
    found = records(v2_time_60(), salvage=True)
    assert [record.time for record in found[1:]] == ["2024-02-29T00:00:00.000"]
    assert found[1].lines[0][:26] == " 24  2 28 23 59 60.0000000"


@pytest.mark.parametrize(
    "system, zone, date, is_leap_second",
    [
        ("R (GLONASS)", None, " 16 12 31 23 59", True),
        ("M (MIXED)", "GLO", " 16 12 31 23 59", True),
        ("M (MIXED)", "UTC", " 16 12 31 23 59", True),
        ("M (MIXED)", "GPS", " 16 12 31 23 59", False),
        ("G (GPS)", None, " 16 12 31 23 59", False),
        ("R (GLONASS)", None, " 16 12 31 22 59", False),
        ("R (GLONASS)", None, " 16 12 31 23 58", False),
    ],
)
def test_15_v2_time_leap_second(system, zone, date, is_leap_second):
    """A leap second is written in UTC alone, in the last minute of a day; anywhere else 60 is damage."""
    first = [labelled(f"{2016:6d}{12:6d}{31:6d}{22:6d}{0:6d}{0:13.7f}     {zone}", "TIME OF FIRST OBS")] if zone else []
    data = text(header2(["C1"], system, extra=first), epoch2("60.5000000", ["R07"], date=date), satellite2([2e7]))
    if not is_leap_second:
        with pytest.raises(Failed, match="second of 60"):
            records(data)
    minute = {"23 59": "2017-01-01T00:00:00.500", "22 59": "2016-12-31T23:00:00.500", "23 58": "2016-12-31T23:59:00.500"}
    assert [record.time for record in records(data, salvage=not is_leap_second)] == [minute[date[-5:]]]


def test_17_zero_records(form):
    """The record tells 0 from blank, whatever a query makes of it."""
    found = records(form(zero()))
    assert [record.values("G01") for record in found] == [
        [0, 0, 45000],
        [0, 0, 45000],
        [None, None, 45000],
        [20000000000, -1500, 0],
    ]


def test_18_v2_lli_records(form):
    assert [record.sats["G01"][3][1] for record in records(form(v2_lli()))] == [f"{lli}5" for lli in "4512037"]


# ------------------------------------------------------------------ RINEX 3 and 4


def test_24_v3_clock_records(form):
    assert clocks(form(v3_clock())) == [1, -1, -123456789012, None, 1234567890123, 99999999999999]
    assert len(CLOCKS) == 6


@pytest.mark.parametrize("which", SCALES)
def test_25_v3_scale_records(form, which):
    """The numbers as they stand, and the factor of each type beside them."""
    header, found = read(form(v3_scale(which)))
    assert found[0].values("G01") == [1000100 + 1000 * k for k in range(15)]
    factors = {code: 10 for code in SCALES[which][1]} | ({"D1C": 100} if which == "two" else {})
    assert header.types["G"] == [(code, factors.get(code, 1)) for code in FIFTEEN]
    assert header.types["E"] == [("C1X", 1), ("L1X", 1)]


def test_26_v3_shift_records(form):
    """The phase shifts stay in the header, line by line."""
    header, _ = read(form(v3_shift()))
    kept = [line for line in header.lines if "PHASE SHIFT" in line]
    assert kept == [line for line in v3_shift().decode().splitlines() if "PHASE SHIFT" in line] and len(kept) == 7


def test_29_v4_02_pico_records():
    found = [(record.time[17:], record.ps, record.clock) for record in records(v4_pico()) if record.flag == 0]
    assert found == [
        ("00.000", 12345, 123000000),
        ("30.123", 456754321, None),
        ("45.000", 0, None),
        ("50.000", 0, None),
    ]
    (event,) = [record for record in records(v4_pico()) if record.flag == 5]
    assert event.lines[0].endswith(" 99999") and len(event.lines[0]) == 62


def event_clocks():
    """Events that have a clock and picoseconds of their own, in Hatanaka 3.1 and in plain text."""
    def event(seconds, flag, count, picoseconds):
        return epoch3(seconds, count, flag, clock="  .000123000000", picoseconds=picoseconds)

    head = header3({"G": ["C1C"]}, version="4.02")
    crx = crinex(
        "3.1",
        head,
        "> 2024 01 01 00 00  0.0000000  0  1      G01",
        "3&5 00011",
        "3&20000000000 &&",
        *event(1, 5, 0, "99999"),
        "> 2024 01 01 00 00  2.0000000  0  1      G01",
        "3&-7    22",
        "3&20000002000 &&",
        *event(3, 4, 1, "33333"),
        labelled("spliced", "COMMENT"),
        "> 2024 01 01 00 00  4.0000000  0  1      G01",
        " &&&&&",
        "3&20000004000 &&",
    )
    plain = text(
        head,
        epoch3(0, 1, clock="  .000000000005", picoseconds="00011"),
        satellite3("G01", [20000000.0]),
        *event(1, 5, 0, "99999"),
        epoch3(2, 1, clock=" -.000000000007", picoseconds="00022"),
        satellite3("G01", [20000002.0]),
        *event(3, 4, 1, "33333"),
        labelled("spliced", "COMMENT"),
        epoch3(4, 1),
        satellite3("G01", [20000004.0]),
    )
    return crx, plain


@pytest.mark.parametrize("which", [0, 1], ids=["hatanaka", "plain"])
def test_30_crx3_1_records(which):
    found = [(record.ps, record.clock) for record in records(crx_pico()[which]) if record.flag == 0]
    assert found == [(12345, 123000000), (54321, None), (54321, 124000000), (54321, -5), (0, None), (7, None)]


@pytest.mark.parametrize("which", [0, 1], ids=["hatanaka", "plain"])
def test_30_crx3_1_event_clocks(which):
    """Clock and picoseconds of an event stay its own: the next epoch's go on from the epoch before."""
    found = records(event_clocks()[which])
    assert [(r.flag, r.ps, r.clock) for r in found if r.flag == 0] == [(0, 11, 5), (0, 22, -7), (0, 0, None)]
    assert [r.lines[0][41:] for r in found if r.flag > 0] == ["  .000123000000 99999", "  .000123000000 33333"]
    assert [r.time[17:19] for r in found] == ["00", "01", "02", "03", "04"]


def test_30_crx3_1_event_clocks_convert(convert):
    crx, plain = event_clocks()
    assert convert(crx, "rinex") == plain
    assert body_lines(convert(plain, "crinex")) == body_lines(crx)


# ------------------------------------------------------------------ Hatanaka text


def test_33_h_flags_records(form):
    """Indicators beside blank values: kept in version 3, whose Hatanaka text has them too."""
    found = records(form(h_flags_v3()))
    assert found[1].sats["G01"] == [(20000001000, " 7"), (None, "17"), (45250, "  ")]


def test_34_h_negclock_records(form):
    assert clocks(form(h_negclock())) == [-100000000000, -1500000000000, -1000000000000, -1000, 0]
    assert clocks(form(h_negclock_v3())) == [-1500000000000]


ROUND_CLOCKS = [" 1.000000000", "-1.000000000", "  .999999999", "99.000000000", "  .000000000", ""]


def test_34_h_clock_text(form):
    """The epoch line that a record has is that of the plain text, out of Hatanaka text too."""
    assert [record.lines[0][68:] for record in records(form(v2_clock(ROUND_CLOCKS)))] == ROUND_CLOCKS
    assert [record.lines[0][68:] for record in records(form(h_negclock()))] == NEGATIVE
    lines = [record.lines[0][41:].replace("-0.", " -.") for record in records(form(v3_clock()))]
    assert lines == [clock.replace("-0.", " -.") for clock in CLOCKS]


def test_records_can_be_told_apart():
    """That a record of this file's own making is the library's: one digit, one sign, one mark other, and it differs."""
    sound = text(header2(["C1", "L1"]), pair(0), event2(5), event2(4, count=0))
    other = text(header2(["C1", "L1"]), pair(0, step=0.001), event2(5), event2(4, count=0))
    assert records(sound) == records(sound) != records(other)
    marked = text(header3({"G": ["C1C"]}), epoch3(0, 1), "G01" + fields([(2e7, "1", "7")])[0], event3(5))
    assert records(marked)[0].sats == {"G01": [(20000000000, "17")]}
