# garco info on RINEX files.
# SPDX-License-Identifier: Apache-2.0
import json

import pytest

from conftest import DATA
from samples import HEAD2, MIN2, MIN3
from test_stats import CASES


def test_json_of_a_file(garco, tmp_path):
    (tmp_path / "min.24o").write_text(MIN2)
    info = json.loads(garco("info", "--json", "min.24o").out)
    assert info == {
        "file": "min.24o", "kind": "rinex", "version": "2.11", "system": "M",
        "time_system": "GPS", "marker_name": "TEST", "interval": 30.0,
        "first": "2024-05-11T00:00:00.000", "last": "2024-05-12T00:00:00.000",
        "epochs": 3, "events": 0, "satellite_epochs": 5, "observations": 16, "zeros": 1,
        "damaged": 0,
        "systems": {
            "G": {"satellites": 2, "satellite_epochs": 4, "observations": 12,
                  "codes": {"C1": 3, "L1": 3, "D1": 1, "S1": 4, "P2": 1}},
            "R": {"satellites": 1, "satellite_epochs": 1, "observations": 4,
                  "codes": {"C1": 1, "L1": 1, "D1": 1, "S1": 1}}}}


def test_the_step_stands_for_a_missing_interval(garco, tmp_path):
    epoch = "> 2024 05 11 00 00 {:>2}.0000000  0  1\nG05  20891534.648          45.250\n"
    (tmp_path / "min.rnx").write_text(MIN3 + "".join(map(epoch.format, (15, 30, 45))))
    info = json.loads(garco("info", "--json", "min.rnx").out)
    assert info["interval"] == 15 and info["epochs"] == 4


def line(text, label):
    return text.ljust(60) + label + "\n"


def test_what_the_observations_are_to_be_taken_by(garco, tmp_path):
    records = (line("     1", "RCV CLOCK OFFS APPL") + line("  2 R02 -4 R05  1", "GLONASS SLOT / FRQ #")
               + line("G   10  1 C1C", "SYS / SCALE FACTOR"))
    (tmp_path / "min.rnx").write_text(MIN3.replace(line("", "END OF HEADER"), records + line("", "END OF HEADER")))
    info = json.loads(garco("info", "--json", "min.rnx").out)
    assert info["clock_applied"] is True and info["glonass_channels"] == {"R02": -4, "R05": 1}
    assert info["scale_factors"] == {"G": {"C1C": 10}}
    lines = garco("info", "min.rnx").lines()
    assert {"clock_applied     yes", "glonass_channels  R02 -4, R05 1", "scale_factors     G C1C 10"} <= set(lines)


@pytest.mark.parametrize("text, position", [
    ("  4789028.4701   176610.0133  4195017.0310", [4789028.4701, 176610.0133, 4195017.031]),
    ("   4789028.4701    176610.0133   4195017.0310", [4789028.4701, 176610.0133, 4195017.031]),
    ("4789028.47 -176610.0133 4195017.031", [4789028.47, -176610.0133, 4195017.031]),
    ("  4789028.4701                 4195017.0310", None),
    ("  4789028.4701   176610.0133  4195017.0310 5", [4789028.4701, 176610.0133, 4195017.031]),
    ("   4789028.4701    176610.0133   4195017.0310 5", None),
    ("x y z", None)])
def test_a_position_in_its_columns_or_beside_them(text, position, garco, tmp_path):
    header = MIN3.replace(line("", "END OF HEADER"),
                          line(text, "APPROX POSITION XYZ") + line("", "END OF HEADER"))
    (tmp_path / "min.rnx").write_text(header)
    assert json.loads(garco("info", "--json", "min.rnx").out).get("position") == position


def test_several_sources_are_an_object_a_line(garco, tmp_path):
    (tmp_path / "min.24o").write_text(MIN2)
    (tmp_path / "min.rnx").write_text(MIN3)
    lines = garco("info", "--json", "min.24o", "min.rnx").lines()
    assert [json.loads(line)["version"] for line in lines] == ["2.11", "3.04"]


def test_text_for_people(garco, tmp_path):
    (tmp_path / "min.24o").write_text(MIN2)
    lines = garco("info", "min.24o").lines()
    assert "observations      16" in lines
    assert "system R          1 satellites, 4 observations: C1 1, L1 1, D1 1, S1 1" in lines


def test_failures(garco, tmp_path):
    garco("info", status=2)
    garco("info", "none.24o", status=1)
    (tmp_path / "nav.24n").write_text(
        "     2.11           NAVIGATION DATA     G                   RINEX VERSION / TYPE\n")
    garco("info", "nav.24n", status=1)
    (tmp_path / "bad.24o").write_text(HEAD2 + "what is this\n")
    failed = garco("info", "bad.24o", status=1)
    assert failed.err.startswith(f"garco: bad.24o:{HEAD2.count(chr(10)) + 1}: ")
    assert failed.out == ""
    saved = garco("info", "--json", "--salvage", "bad.24o")
    assert json.loads(saved.out)["damaged"] == 1 and saved.err.count("\n") == 1


@pytest.mark.skipif(not CASES, reason=f"no test data at {DATA}/rinex/EXPECTED.csv")
@pytest.mark.parametrize("row, name", CASES, ids=[name for _, name in CASES])
def test_the_counts_of_real_files(garco, row, name):
    info = json.loads(garco("info", "--json", "--salvage", DATA / "rinex" / name).out)
    counts = ["epochs", "satellite_epochs", "observations", "zeros"]
    wanted = [int(row[key]) for key in ("epochs", "sat_epochs", "observations", "zeros")]
    assert [info[key] for key in counts] == wanted
    assert info["version"] == row["version"]
