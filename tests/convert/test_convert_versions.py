# RINEX 2 to 3 and back.
# SPDX-License-Identifier: Apache-2.0
import json

import pytest

from convert_support import (HATANAKA, PLAIN, convert, epoch2, epoch3, field, header, header2, header3,
                             in_file, line, rows, run, shared)
from shared_files import version_of


def without_bits(source, *options, stdin=b""):
    """Rows without the flags' bits that only one version has, and without GLONASS channels."""
    made = []
    for row in rows(source, *options, stdin=stdin):
        cells = row.split(",")
        made.append(cells[:9] + [str(int(cells[9]) & ~12)])
    return made


WHOLE = PLAIN + HATANAKA
UP = [name for name in WHOLE if version_of(name) < 3]
DOWN = [name for name in WHOLE if version_of(name) >= 3]


def stretch(name, tmp_path):
    """The file; of a long one its first hour, which has every type and system."""
    path = shared(name)
    if not name.startswith(("ESBC", "CEDA")):
        return path
    first = json.loads(run("info", "--json", path).out)["first"]
    run("convert", path, "--to", "rinex", "--start", first, "--span", "1h", "-o", tmp_path / "hour.rnx")
    return tmp_path / "hour.rnx"


@pytest.mark.parametrize("name", UP)
def test_real_files_of_2_have_the_same_rows_in_3(name, tmp_path):
    path = shared(name)
    run("convert", path, "--version", "3", "-o", tmp_path / "up.rnx")
    assert without_bits(tmp_path / "up.rnx") == without_bits(path)
    run("convert", tmp_path / "up.rnx", "--version", "2", "-o", tmp_path / "down.24o")
    assert rows_of(tmp_path / "down.24o") == rows_of(path)


def rows_of(path):
    """Rows in any order within a satellite: the types' order may change on the way."""
    return sorted(map(tuple, without_bits(path)))


def test_the_stream_has_the_same_rows_as_the_file():
    path = shared("ab430140.18o.zip")
    made = run("convert", "-", "--version", "3", stdin=path.read_bytes())
    assert rows_in_any_order(made.bytes) == rows_of(path)


def rows_in_any_order(text):
    return sorted(map(tuple, without_bits("-", stdin=text)))


@pytest.mark.parametrize("name", DOWN)
def test_real_files_of_3_keep_every_value_that_has_a_name_in_2(name, tmp_path):
    path = stretch(name, tmp_path)
    result = run("convert", path, "--version", "2", "-o", tmp_path / "down.24o")
    values = {tuple(row[:4]): row for row in without_bits(path)}
    kept = without_bits(tmp_path / "down.24o")
    by_band = {}
    for row in values.values():
        by_band.setdefault((*row[:3], row[3][0]), []).append(row)
    assert kept
    for row in kept:  # every value is one of the same satellite, time and band
        band = "2" if row[1] == "C" and row[3][0] in "12" else row[3][0]
        found = by_band[(*row[:3], band)]
        for i in (4, 5, 6, 7):
            assert row[i] == "" or row[i] in [other[i] for other in found], (row, found)
    run("convert", tmp_path / "down.24o", "--version", "3", "-o", tmp_path / "up.rnx")
    assert rows_of(tmp_path / "up.rnx") == rows_of(tmp_path / "down.24o")
    assert all("left out" in note or "rounded" in note for note in result.err.splitlines())


# ------------------------------------------------------------------ names and headers

WAVES = line("     1     1", "WAVELENGTH FACT L1/2")
SMALL2 = (header2(["C1", "L1", "L2", "P2", "S1", "C5"], extra=WAVES)
          + epoch2(0, 0, ["  5", "R 4"], [
              [field(2e7), field(1e8, "1", "7"), field(8e7, "4", "6"), field(2.1e7, "4"), field(45),
               field(None)],
              [field(2e7), field(1e8, "2"), field(8e7, "5"), field(2.1e7), field(40), field(None)]],
              clock="  .000123456"))


def test_names_upward(in_file):
    made = in_file(SMALL2, "--version", "3")
    found = header(made.out)
    assert found["SYS / # / OBS TYPES"] == ["G    5 C1C L1C L2W C2W S1C", "R    5 C1C L1C L2P C2P S1C"]
    assert found["RINEX VERSION / TYPE"] == ["     3.04           OBSERVATION DATA    M"]
    assert found["SYS / PHASE SHIFT"] == ["G", "R"]
    assert found["GLONASS SLOT / FRQ #"] == ["  0"] and found["GLONASS COD/PHS/BIS"] == [""]
    assert "WAVELENGTH FACT L1/2" not in found and "# / TYPES OF OBSERV" not in found
    assert made.lines()[-3:] == [
        "> 2024 05 11 00 00  0.0000000  0  2        .000123456000",
        "G05  20000000.000   100000000.00017  80000000.000 6  21000000.000          45.000",
        "R04  20000000.000   100000000.0002   80000000.0001   21000000.000          40.000"]
    assert made.err.count("\n") == 1 and "3 indicators of antispoofing" in made.err


def test_a_stream_declares_all_types_and_systems_as_they_come():
    text = SMALL2 + epoch2(1, 0, ["J01"], [[field(2e7)] + [field(None)] * 5])
    made = convert(text, "--version", "3")
    found = header(made.out)["SYS / # / OBS TYPES"]
    assert [row[0] for row in found] == ["G", "R", "S", "E"]
    assert found[0] == "G    6 C1C L1C L2W C2W S1C C5X"
    assert made.lines()[-4:] == [
        ">                              4  1",
        line("J    6 C1C L1C L2X C2X S1C C5X", "SYS / # / OBS TYPES").rstrip("\n"),
        "> 2024 05 11 00 01  0.0000000  0  1", "J01  20000000.000"]


def test_half_cycles_of_squaring_receivers():
    squaring = (line("     1     2", "WAVELENGTH FACT L1/2")
                + line("     1     1     1   G07", "WAVELENGTH FACT L1/2"))
    text = header2(["L1", "L2"], system="G", extra=squaring) + epoch2(
        0, 0, ["G05", "G07"], [[field(1e8), field(8e7, "1")], [field(1e8, "2"), field(8e7, "0")]])
    lines = convert(text, "--version", "3").lines()
    assert lines[-2] == "G05 100000000.000    80000000.0003"
    assert lines[-1] == "G07 100000000.0002   80000000.0000"


def test_two_types_of_one_name(in_file):
    """The first that has a value; one that stands beside another is counted."""
    text = header2(["C1", "CA", "L1"], system="G").replace("2.11", "2.12") + epoch2(
        0, 0, ["G05", "G07", "G12"], [[field(2e7), field(2.1e7), field(1e8)], [field(None), field(2.2e7), field(1e8)],
                                      [field(2.3e7), field(None), field(1e8)]])
    made = in_file(text, "--version", "3")
    assert [row[:17] for row in made.lines()[-3:]] == [
        "G05  20000000.000", "G07  22000000.000", "G12  23000000.000"]
    assert "1 values left out beside another that goes to the same type" in made.err


def test_the_other_factor_of_a_squaring_receiver_is_the_whole_wavelength():
    """Bit 1 says that the other factor than the header's holds: with 2 in the header, 1; by satellite, by band."""
    factors = (line("     1     2", "WAVELENGTH FACT L1/2")
               + line("     2     1     2   G07   G12", "WAVELENGTH FACT L1/2"))
    text = header2(["L1", "L2"], system="G", extra=factors) + epoch2(
        0, 0, ["G05", "G07", "G12"], [[field(1e8, "3"), field(8e7, "3")], [field(1e8, "2"), field(8e7, "2")],
                                      [field(1e8, "1"), field(8e7, "1")]])
    marks = [(row[17], row[33]) for row in convert(text, "--version", "3").lines()[-3:]]
    assert marks == [("3", "1"), (" ", "2"), ("3", "1")]


SMALL3 = (header3({"G": ["C1C", "L1C", "C1W", "L1W", "C2W", "L2W", "C2L", "L2L", "C5Q", "X1"],
                   "C": ["C2I", "L2I", "C1P", "L1P", "C6I"], "E": ["C1X", "L8Q"]},
                  extra=line("G L1C  0.25000", "SYS / PHASE SHIFT")
                  + line("DBHZ", "SIGNAL STRENGTH UNIT")
                  + line("    18    18  2185     7GPS", "LEAP SECONDS"))
          + epoch3(0, 0, {"G05": [field(i * 1e6, "4" if i == 2 else " ") for i in range(1, 11)],
                          "C07": [field(i * 1e6) for i in range(11, 16)],
                          "E30": [field(1.6e7), field(None)]}, clock=" 0.000000000499"))


def test_names_downward(in_file):
    made = in_file(SMALL3, "--version", "2")
    found = header(made.out)
    types = "".join(row[6:] for row in found["# / TYPES OF OBSERV"]).split()
    assert types == ["C1", "L1", "P1", "P2", "L2", "C2", "C5", "C6"]
    assert found["LEAP SECONDS"] == ["    18"]
    assert found["WAVELENGTH FACT L1/2"] == ["     1     1"]
    assert "SYS / PHASE SHIFT" not in found and "SIGNAL STRENGTH UNIT" not in found
    values = made.lines()[-6:]
    assert values[0].split() == ["1000000.000", "2000000.000", "3000000.000", "5000000.000",
                                 "6000000.000"]
    assert values[1].split() == ["7000000.000", "9000000.000"]
    assert values[2].split() == ["12000000.000"] and values[3].split() == ["11000000.000",
                                                                           "15000000.000"]
    assert values[4].split() == ["16000000.000"] and values[5] == ""
    assert " 24  5 11  0  0  0.0000000  0  3G05C07E30" in made.out
    notes = made.err.splitlines()
    assert notes[0].endswith("types without a place in RINEX 2, left out: G L1W,G L2L,G X1,C C1P,"
                             "C L1P")
    assert "SYS / PHASE SHIFT, SIGNAL STRENGTH UNIT" in notes[1]
    assert "1 indicators of BOC" in notes[2] and "1 clock offsets" in notes[3]


@pytest.mark.parametrize("codes, written", [("XC", "C"), ("QLICX", "C"), ("QLIX", "X"), ("QLI", "I"), ("SQL", "L"), ("SQ", "Q")])
def test_the_order_of_attributes_downward(codes, written):
    """Where none is what the name means (L2 beside P2 is 2W), the first of the order that docs/conversion.md has."""
    types = ["C2W", *[f"L2{code}" for code in codes]]
    values = {code: 1e6 * (k + 1) for k, code in enumerate(codes)}
    text = header3({"G": types}) + epoch3(0, 0, {"G05": [field(2e7), *[field(v) for v in values.values()]]})
    made = convert(text, "--version", "2")
    assert made.lines()[-1] == f"  20000000.000  {values[written]:14.3f}"
    assert sum(f"L2{code}" in made.err for code in codes) == len(codes) - 1 and f"L2{written}" not in made.err


def test_scale_factors_are_undone():
    text = header3({"G": ["C1C", "L1C"]}, extra=line("G  100  1 L1C", "SYS / SCALE FACTOR")
                   ) + epoch3(0, 0, {"G05": [field(2e7), field(1.23456789e8)]})
    made = convert(text, "--version", "2")
    assert made.lines()[-1] == "  20000000.000     1234567.890"
    assert rows("-", stdin=made.bytes)[0].split(",")[:6] == rows("-", stdin=text.encode())[0].split(
        ",")[:6]


def test_scale_factors_are_undone_to_the_nearest():
    """Half a thousandth goes away from zero, on both sides of it; what is not even is counted."""
    values = [0.015, -0.015, 0.014, -0.014, 0.020, -0.020]
    text = header3({"G": ["D1C"]}, extra=line("G   10  1 D1C", "SYS / SCALE FACTOR")) + epoch3(
        0, 0, {f"G{k + 1:02d}": [field(v)] for k, v in enumerate(values)})
    made = convert(text, "--version", "2")
    assert [float(row) for row in made.lines()[-6:]] == [0.002, -0.002, 0.001, -0.001, 0.002, -0.002]
    assert "4 values rounded to thousandths" in made.err


def test_beidou_of_3_02():
    text = header3({"C": ["C1I", "L1I"]}, system="C", version="3.02") + epoch3(
        0, 0, {"C05": [field(2e7), field(1e8)]})
    made = convert(text, "--version", "3.04")
    assert header(made.out)["SYS / # / OBS TYPES"] == ["C    2 C2I L2I"]
    assert rows("-", stdin=made.bytes) == rows("-", stdin=text.encode())


def test_events_and_slips_in_the_other_version():
    text = (header2(["C1", "L1"], system="G")
            + epoch2(0, 0, ["G05"], [[field(2e7), field(1e8)]])
            + " 24  5 11  0  0 10.0000000  3  2\n" + line("NEXT", "MARKER NAME")
            + line("     1     1", "WAVELENGTH FACT L1/2")
            + "                            4  1\n" + line("     1    C1", "# / TYPES OF OBSERV")
            + epoch2(0, 30, ["G05"], [[field(2e7)]])
            + " 24  5 11  0  1 10.0000000  6  1G05\n" + "         1.000\n")
    made = convert(text, "--version", "3").lines()
    assert made[-9:] == [
        "G05  20000000.000   100000000.000",
        "> 2024 05 11 00 00 10.0000000  3  1",
        line("NEXT", "MARKER NAME").rstrip("\n"),
        ">                              4  1",
        line("G    1 C1C", "SYS / # / OBS TYPES").rstrip("\n"),
        "> 2024 05 11 00 00 30.0000000  0  1",
        "G05  20000000.000",
        "> 2024 05 11 00 01 10.0000000  6  1", "G05         1.000"]


def test_the_whole_of_events_upward():
    text = (header2(["C1", "L1"], system="G")
            + epoch2(0, 0, ["G05"], [[field(2e7), field(1e8)]])
            + "                            4  1\n" + line("     1    C1", "# / TYPES OF OBSERV")
            + epoch2(0, 30, ["G05"], [[field(2e7)]]))
    back = convert(convert(text, "--version", "3").out, "--version", "2")
    assert rows("-", stdin=back.bytes) == rows("-", stdin=text.encode())


def test_version_4_to_3():
    text = (header3({"G": ["C1C"]}, version="4.02", extra=line("10.1/x", "DOI"))
            + epoch3(0, 0, {"G05": [field(2e7)]}, clock=" 0.000000000000 12345"))
    made = convert(text, "--version", "3.05")
    assert header(made.out)["RINEX VERSION / TYPE"][0].startswith("     3.05  ")
    assert "DOI" in made.err and "1 times rounded down" in made.err
    assert made.lines()[-2] == "> 2024 05 11 00 00  0.0000000  0  1       0.000000000000"


def test_picoseconds_of_events_go_with_version_4_02():
    event = "> 2024 05 11 00 00 10.0000000  5  0".ljust(57) + "99999\n"
    text = header3({"G": ["C1C"]}, version="4.02") + epoch3(0, 0, {"G05": [field(2e7)]}) + event
    assert convert(text, "--to", "rinex").out.endswith(event)
    for version in ("3.04", "3.05"):
        made = convert(text, "--version", version)
        assert made.lines()[-1] == "> 2024 05 11 00 00 10.0000000  5  0"
        assert "1 times rounded down" in made.err


def test_georinex_like_readers_find_the_required_records(in_file):
    """RINEX 3.04, table A2: what is not optional."""
    found = header(in_file(SMALL2, "--version", "3").out)
    assert {"RINEX VERSION / TYPE", "SYS / # / OBS TYPES", "SYS / PHASE SHIFT", "TIME OF FIRST OBS",
            "GLONASS SLOT / FRQ #", "GLONASS COD/PHS/BIS", "END OF HEADER"} <= set(found)


def test_a_code_map_names_types_and_selects_by_them(tmp_path, in_file):
    """What L2 is, the map says: for names in RINEX 3, for --obs-code, and for the way back down."""
    (tmp_path / "map").write_text("G L2 2L\nG C2 2L\n")
    text = header2(["C1", "L2", "C2"], "G") + epoch2(
        0, 0, ["G05"], [[field(2e7), field(9e7, "1"), field(2.1e7)]])
    words = ["--code-map", tmp_path / "map"]
    up = in_file(text, "--version", "3", *words)
    assert header(up.out)["SYS / # / OBS TYPES"] == ["G    3 C1C L2L C2L"]
    assert rows("-", stdin=up.bytes) == rows("-", *words, stdin=text.encode())
    only = in_file(text, "--obs-code", "2L", *words)
    assert header(only.out)["# / TYPES OF OBSERV"] == ["     2    L2    C2"]
    assert "2.11" in only.out[:9]
    assert header(in_file(text, "--version", "3").out)["SYS / # / OBS TYPES"] == ["G    3 C1C L2X C2X"]
    assert "no such file" in run("convert", "-", "--code-map", tmp_path / "none", status=1).err.lower()
