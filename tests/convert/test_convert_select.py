# Windows, grids and selections: what is written has the rows that query prints of the same input.
# SPDX-License-Identifier: Apache-2.0
import datetime

import pytest

from convert_support import (SMALL, convert, epoch2, epoch3, field, header, header2, header3, in_file,
                             line, rows, run, shared)

SELECTIONS = [["--system", "G"], ["--system", "RE"], ["--obs-code", "1C"],
              ["--obs-code", "2W,2P,5X", "--system", "G,R"], ["--sat", "G05,G07,R24,12"],
              ["--system", "G", "--sat", "31,G02", "--obs-code", "1C,2W"]]


@pytest.mark.parametrize("options", SELECTIONS, ids=" ".join)
@pytest.mark.parametrize("name", SMALL)
def test_selections_of_real_files(name, options):
    path = shared(name)
    for form in ("rinex", "crinex"):
        made = run("convert", path, "--to", form, *options)
        assert rows("-", stdin=made.bytes) == rows(path, *options)


def seconds(row):
    time = datetime.datetime.fromisoformat(row.split(",")[0])
    return (time - datetime.datetime(time.year, time.month, time.day)).total_seconds()


@pytest.mark.parametrize("name", ["york0440.15d", "npaz3550.21o", "P43300USA_R_20190012056_17M_15S_MO.crx",
                                  "ac660270.18o.Z", "CEDA00USA_R_20182100000_23H_15S_MO.rnx.gz"])
def test_windows_and_grids_of_real_files(name):
    path = shared(name)
    every = rows(path)
    first, last = every[0].split(",")[0], every[-1].split(",")[0]
    middle = every[len(every) // 2].split(",")[0]
    for options in (["--start", middle], ["--end", middle], ["--start", first, "--span", "90s"],
                    ["--end", last, "--span", "2m"]):
        made = run("convert", path, *options)
        assert rows("-", stdin=made.bytes) == rows(path, *options)
    made = run("convert", path, "--interval", "1m", "--start", middle)
    wanted = [row for row in every if row.split(",")[0] >= middle and seconds(row) % 60 == 0]
    assert wanted and rows("-", stdin=made.bytes) == wanted


# ------------------------------------------------------------------ headers

COUNTS = (line("    15.000", "INTERVAL")
          + line("  2024     5    11     0     1   15.0000000     GPS", "TIME OF LAST OBS")
          + line("     2", "# OF SATELLITES")
          + line("   G05     6     6     6", "PRN / # OF OBS")
          + line("   R24     6     6     0", "PRN / # OF OBS"))
G05 = [field(20000000.0), field(100000000.0), field(45.0)]
R24 = [field(21000000.0), field(110000000.0), field(None)]
DAY2 = header2(["C1", "L1", "S1"], extra=COUNTS) + "".join(
    epoch2(i // 4, i % 4 * 15, ["G05", "R24"], [G05, R24]) for i in range(6))
DAY3 = (header3({"G": ["C1C", "L1C", "S1C"], "R": ["C1C", "L1C", "S1C"]},
                extra=COUNTS + line("G L1C  0.25000", "SYS / PHASE SHIFT")
                + line("R L1C", "SYS / PHASE SHIFT")
                + line("  1 R24  2", "GLONASS SLOT / FRQ #"))
        + "".join(epoch3(i // 4, i % 4 * 15, {"G05": G05, "R24": R24}) for i in range(6)))


@pytest.mark.parametrize("text", [DAY2, DAY3])
def test_the_header_follows_a_window(in_file, text):
    made = in_file(text, "--start", "2024-05-11T00:00:30", "--end", "2024-05-11T00:01:15")
    assert made.err == ""
    found = header(made.out)
    assert found["TIME OF FIRST OBS"] == ["  2024     5    11     0     0   30.0000000     GPS"]
    assert found["TIME OF LAST OBS"] == ["  2024     5    11     0     1    0.0000000     GPS"]
    assert found["PRN / # OF OBS"] == ["   G05     3     3     3", "   R24     3     3     0"]
    assert found["# OF SATELLITES"] == ["     2"]
    assert found["INTERVAL"] == ["    15.000"]
    body = text.split("END OF HEADER\n")[1].splitlines(keepends=True)
    assert made.out.split("END OF HEADER\n")[1] == "".join(body[6:15])


@pytest.mark.parametrize("text", [DAY2, DAY3])
def test_the_header_follows_a_grid_and_satellites(in_file, text):
    found = header(in_file(text, "--interval", "30s", "--sat", "G05").out)
    assert found["INTERVAL"] == ["    30.000"]
    assert found["TIME OF LAST OBS"] == ["  2024     5    11     0     1    0.0000000     GPS"]
    assert found["PRN / # OF OBS"] == ["   G05     3     3     3"]
    assert found["# OF SATELLITES"] == ["     1"]
    assert found["RINEX VERSION / TYPE"][0].endswith("OBSERVATION DATA    G")
    assert found.get("GLONASS SLOT / FRQ #") is None
    assert in_file(text, "--interval", "5s").out == in_file(text, "--interval", "15s").out == text


def test_the_header_follows_codes(in_file):
    found = header(in_file(DAY3, "--obs-code", "1C", "--system", "G").out)
    assert found["SYS / # / OBS TYPES"] == ["G    3 C1C L1C S1C"]
    assert found["SYS / PHASE SHIFT"] == ["G L1C  0.25000"]
    text = header2(["C1", "P2", "L1", "L2"]) + epoch2(0, 0, ["G05", "R24"], [
        [field(2e7), field(2.1e7), field(1e8), field(8e7)],
        [field(2e7), field(2.1e7), field(1e8), field(8e7)]])
    made = in_file(text, "--obs-code", "2W")
    assert header(made.out)["# / TYPES OF OBSERV"] == ["     2    P2    L2"]
    assert made.lines()[-2:] == [" 24  5 11  0  0  0.0000000  0  1G05",
                                 "  21000000.000    80000000.000"]
    made = in_file(text, "--obs-code", "2W,1C", "--system", "GR")
    assert made.lines()[-1] == "  20000000.000                   100000000.000"


def test_a_stream_loses_what_cannot_be_counted():
    made = convert(DAY2, "--start", "2024-05-11T00:00:30")
    found = header(made.out)
    assert not {"TIME OF LAST OBS", "PRN / # OF OBS", "# OF SATELLITES"} & set(found)
    assert made.err == ("garco: note: header records left out: TIME OF LAST OBS, # OF SATELLITES, "
                        "PRN / # OF OBS\n")


def test_nothing_in_the_window(in_file):
    made = in_file(DAY2, "--start", "2025")
    assert made.out.endswith("END OF HEADER\n") and rows("-", stdin=made.bytes) == []


def test_times_near_the_grid():
    text = header2(["C1"]) + "".join(epoch2(0, second, ["G05"], [[field(2e7)]])
                                     for second in (0.0004, 14.9996, 29.9994, 45.0006, 50))
    kept = convert(text, "--interval", "15s").lines()
    assert [row[15:26] for row in kept if row.startswith(" 24")] == ["  0.0004000", " 14.9996000"]


def test_a_grid_that_does_not_divide_the_day_starts_at_midnight():
    text = header2(["C1"]) + "".join(epoch2(0, second, ["G05"], [[field(2e7)]]) for second in range(0, 16))
    kept = convert(text, "--interval", "7s").lines()
    assert [row[15:26] for row in kept if row.startswith(" 24")] == [
        "  0.0000000", "  7.0000000", " 14.0000000"]


def test_satellites_that_stay_keep_their_text():
    text = header2(["C1"], system="G") + epoch2(0, 0, ["G 5", "G 7", "G09"], [[field(2e7)]] * 3)
    kept = convert(text, "--sat", "G07", "--sat", "G09").lines()
    assert kept[-3][32:].strip() == "G 7G09"


def test_blank_letters_are_filled_when_the_header_loses_its_letter(in_file):
    text = header2(["C1"], system="M") + epoch2(0, 0, ["  5", "R24", " 12"], [[field(2e7)]] * 3)
    made = in_file(text, "--system", "R")
    assert header(made.out)["RINEX VERSION / TYPE"][0].endswith("DATA    R")
    assert "  1R24\n" in made.out
    made = in_file(text, "--system", "G")
    assert "  2G 5G12\n" in made.out
    assert rows("-", stdin=made.bytes) == rows("-", "--system", "G", stdin=text.encode())


# ------------------------------------------------------------------ events

EVENTS = (header2(["C1", "L1"])
          + epoch2(0, 0, ["G05"], [[field(2e7), field(1e8)]])
          + "                            4  2\n" + line("moved", "COMMENT")
          + line("        1.5000        0.0000        0.0000", "ANTENNA: DELTA H/E/N")
          + " 24  5 11  0  0 10.0000000  5  0\n"
          + epoch2(0, 30, ["G05"], [[field(2e7), field(1e8)]])
          + "                            4  1\n" + line("     1    C1", "# / TYPES OF OBSERV")
          + epoch2(1, 0, ["G05"], [[field(2e7)]])
          + " 24  5 11  0  1 10.0000000  6  1G05\n" + "         1.000\n"
          + epoch2(1, 30, ["G05"], [[field(2e7)]]))


def test_events_go_over():
    assert convert(EVENTS).out == EVENTS
    assert convert(EVENTS, "--interval", "1m").out.count("COMMENT") == 1


def test_events_before_the_window_are_in_the_header():
    made = convert(EVENTS, "--start", "2024-05-11T00:01")
    found = header(made.out)
    assert found["ANTENNA: DELTA H/E/N"] == ["        1.5000        0.0000        0.0000"]
    assert made.out.count("ANTENNA: DELTA H/E/N") == 1 and "moved" not in made.out
    assert made.out.split("END OF HEADER\n")[1].startswith("                            4  1\n")
    assert rows("-", stdin=made.bytes) == rows("-", "--start", "2024-05-11T00:01",
                                               stdin=EVENTS.encode())


def test_types_that_change_in_the_middle_of_a_selection():
    made = convert(EVENTS, "--obs-code", "1C")
    assert rows("-", stdin=made.bytes) == rows("-", "--obs-code", "1C", stdin=EVENTS.encode())
    assert made.out.count("# / TYPES OF OBSERV") == 2


def test_scale_factors_stay_with_their_types():
    text = header3({"G": ["C1C", "L1C", "S1C"]}, extra=line("G   10   1 L1C", "SYS / SCALE FACTOR")
                   ) + epoch3(0, 0, {"G05": [field(2e7), field(1e8), field(45)]})
    made = convert(text, "--obs-code", "1C").out
    assert header(made)["SYS / SCALE FACTOR"] == ["G   10   1 L1C"]
    assert rows("-", stdin=made.encode()) == rows("-", stdin=text.encode())


@pytest.mark.parametrize("words, message", [
    (["--interval", "0s"], "--interval"), (["--interval", "x"], "--interval"),
    (["--version", "4"], "--version"), (["--version", "2.2"], "--version"),
    (["--version", "3.99"], "3.99"), (["--to", "xml"], '--to is "xml": expected rinex, crinex, csv'),
    (["--version", "2.20"], "expected 2, 3, 2.10, 2.11"), (["--keep-zeros"], "--keep-zeros"),
])
def test_wrong_words(words, message):
    err = run("convert", "-", *words, stdin=DAY2.encode(), status=2).err
    assert message in err and err.count("\n") == 1


@pytest.mark.parametrize("words, message", [
    (["--system", "X"], "unknown system"), (["--obs-code", "C1C"], "(did you mean 1C?)"),
    (["--obs-code", "1c"], "(did you mean 1C?)"), (["--sat", "Q01"], 'unknown satellite "Q01"'),
    (["--start", "soon"], "is no time"), (["--start", "2024-01-02", "--end", "2024-01-01"], "is not before"),
])
def test_selections_of_nothing_there_is_end_as_those_of_query(words, message, tmp_path):
    for verb in ("query", "convert", "merge", "split"):
        into = ["--by", "day", "-o", tmp_path / "out"] if verb == "split" else []
        err = run(verb, "-", *words, *into, stdin=DAY2.encode(), status=1).err
        assert message in err and err.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("words", [["--start", "2030"], ["--sat", "G31"], ["--obs-code", "9Z"]])
def test_a_selection_of_nothing_is_told(words, tmp_path):
    made = run("convert", "-", "--to", "rinex", *words, stdin=DAY2.encode())
    assert made.err.startswith("garco: note: no epochs: nothing of the input is selected\n")
    assert made.out.startswith(DAY2[:40]) and rows("-", stdin=made.bytes) == []
    made = run("split", "-", "--by", "day", "-o", tmp_path, *words, stdin=DAY2.encode())
    assert "selected, no file is written\n" in made.err and list(tmp_path.iterdir()) == []


def test_a_window_whose_end_is_before_its_start():
    err = run("convert", "-", "--start", "2025", "--end", "2024", stdin=DAY2.encode(), status=1).err
    assert "2025-01-01T00:00:00.000 is not before the end 2024-01-01T00:00:00.000" in err and err.count("\n") == 1
