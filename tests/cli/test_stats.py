# garco stats on RINEX files.
# SPDX-License-Identifier: Apache-2.0
import csv
import json

import pytest

from conftest import DATA
from samples import MIN2, MIN3


@pytest.fixture
def files(tmp_path):
    (tmp_path / "min.24o").write_text(MIN2)
    (tmp_path / "min.rnx").write_text(MIN3)
    return tmp_path


@pytest.mark.parametrize("options, out", [
    ([], "snr_mean\n41.15\n"),
    (["--agg", "count"], "snr_count\n5\n"),
    (["--agg", "mean,count", "--agg", "min,max", "--by", "day"],
     "day,snr_mean,snr_count,snr_min,snr_max\n"
     "2024-05-11,40.4375,4,30,46.5\n"
     "2024-05-12,44,1,44,44\n"),
    (["--agg", "count", "--field", "range,doppler", "--by", "obs,sys,sat"],
     "system,sat,obs_code,range_count,doppler_count\n"
     "G,5,1C,3,1\n"
     "G,5,2W,1,0\n"
     "G,7,1C,0,0\n"
     "R,24,1C,1,1\n"),
    (["--agg", "sum,std", "--field", "range", "--by", "system", "--end", "2024-05-12"],
     "system,range_sum,range_std\n"
     "G,62674567.648,19.54567218878232\n"
     "R,21000000,\n"),
    (["--by", "sat", "--sat", "G07"], "sat,snr_mean\n7,30\n"),
    (["--by", "sat", "--sat", "G99"], "sat,snr_mean\n"),
    (["--sat", "G99", "--agg", "count,mean,sum"], "snr_count,snr_mean,snr_sum\n0,,0\n"),
    (["--agg", "mean", "--field", "fcn", "--by", "sys"], "system,fcn_mean\nG,0\nR,\n"),
])
def test_statistics(garco, files, options, out):
    assert garco("stats", "min.24o", *options).out == out


@pytest.mark.parametrize("options, out", [
    (["--agg", "median,q25,q0.75,nan"], "snr_median,snr_q25,snr_q75,snr_nan\n44,40,45.25,1\n"),
    (["--agg", "first,last", "--by", "sat"], "sat,snr_first,snr_last\n5,45.25,44\n7,30,30\n24,40,40\n"),
    (["--agg", "first,last,nan", "--field", "range,snr", "--by", "30s", "--end", "2024-05-12"],
     "time,range_first,range_last,range_nan,snr_first,snr_last,snr_nan\n"
     "2024-05-11T00:00:00.000,20891533,21000000,0,40,45.25,1\n"
     "2024-05-11T00:00:30.000,20891500,20891500,1,30,46.5,0\n"),
    (["--agg", "count", "--by", "hour,day,12h,obs"],
     "day,hour,time,obs_code,snr_count\n"
     "2024-05-11,2024-05-11T00:00:00.000,2024-05-11T00:00:00.000,1C,4\n"
     "2024-05-11,2024-05-11T00:00:00.000,2024-05-11T00:00:00.000,2W,0\n"
     "2024-05-12,2024-05-12T00:00:00.000,2024-05-12T00:00:00.000,1C,1\n"),
    (["--agg", "median,first,nan", "--sat", "G99"], "snr_median,snr_first,snr_nan\n,,0\n"),
])
def test_quantiles_ends_and_spans(garco, files, options, out):
    assert garco("stats", "min.24o", *options).out == out


def test_sources_are_added_up(garco, files):
    out = garco("stats", "min.24o", "min.rnx", "--agg", "count", "--by", "sys,obs").out
    assert out == "system,obs_code,snr_count\nG,1C,5\nG,2W,0\nR,1C,1\nE,1X,2\n"


def test_formats_and_output(garco, files):
    lines = garco("stats", "min.24o", "--by", "day", "--format", "jsonl").lines()
    assert [json.loads(line) for line in lines] == [
        {"day": "2024-05-11", "snr_mean": 40.4375}, {"day": "2024-05-12", "snr_mean": 44}]
    assert garco("stats", "min.24o", "--by", "day", "--format", "table").lines() == [
        "day         snr_mean", "2024-05-11   40.4375", "2024-05-12        44"]
    assert garco("stats", "min.24o", "-o", "out.csv").out == ""
    assert (files / "out.csv").read_text() == "snr_mean\n41.15\n"


@pytest.mark.parametrize("options, message", [
    (["--agg", "maen"], 'unknown statistic "maen" (did you mean mean?): expected count, mean, min, max, std'),
    (["--agg", "q101"], 'unknown quantile "q101": expected per cent from q0 to q100'),
    (["--by", "week"], 'unknown group "week": expected day, hour, a span such as 10m, sys, sat or obs'),
    (["--by", "2h,3h"], "--by has two spans"),
])
def test_wrong_words_end_with_2(garco, files, options, message):
    assert message in garco("stats", "min.24o", *options, status=2).err


def test_what_is_not_there_ends_with_1(garco, files):
    ended = garco("stats", "min.24o", "--by", "day,7m", status=1)
    assert "groups by spans of 420000 and 86400000 ms: expected one to divide the other" in ended.err
    assert 'no field "noise"' in garco("stats", "min.24o", "--field", "noise", status=1).err
    garco("stats", "none.24o", status=1)
    garco("stats", status=2)


def expected():
    path = DATA / "rinex/EXPECTED.csv"
    if not path.exists():
        return []
    with open(path, newline="") as lines:
        return [row for row in csv.DictReader(lines) if int(row["epochs"]) > 0]


def stored_names(name):
    """A row is about a text: of the file of this name, or of the Hatanaka file without `.rnx`."""
    names = [name]
    if name.endswith(".rnx"):
        names.append(name[:-4])
    return [n + end for n in names for end in ("", ".Z", ".gz", ".bz2", ".zip")
            if (DATA / "rinex" / (n + end)).exists()]


CASES = [(row, name) for row in expected() for name in stored_names(row["file"])]


@pytest.mark.skipif(not CASES, reason=f"no test data at {DATA}/rinex/EXPECTED.csv")
@pytest.mark.parametrize("row, name", CASES, ids=[name for _, name in CASES])
def test_the_mean_strength_of_real_files(garco, row, name):
    out = garco("stats", DATA / "rinex" / name, "--salvage", "--agg", "count,mean", "--field",
                "snr", "--system", "G", "--obs-code", "1C").lines()
    count, mean = out[1].split(",")
    assert int(count) == int(row["gps_s1_n"])
    if row["gps_s1_mean"]:
        assert abs(float(mean) - float(row["gps_s1_mean"])) < 2e-6


def test_threads_do_not_change_a_digit(garco, tmp_path):
    garco("simulate", "--days", "5", "--interval", "120", "-o", "days")
    files = sorted(str(path) for path in (tmp_path / "days").iterdir())
    garco("ingest", *files, "days.tdb")
    options = ["--agg", "mean,std,sum,count,min,max", "--field", "snr,doppler", "--by", "day,sat"]
    for sources in (files, ["days.tdb"]):
        outs = {garco("stats", *sources, *options, "--threads", str(threads)).out for threads in (1, 2, 7)}
        assert len(outs) == 1 and len(outs.pop().splitlines()) > 100
    ranges = {garco("stats", "days.tdb", "--agg", "count", "--start", "2024-01-01T07", "--end",
                    "2024-01-04T01:30", "-@", str(threads)).out for threads in (1, 3)}
    rows = garco("query", "days.tdb", "--field", "snr", "--start", "2024-01-01T07", "--end", "2024-01-04T01:30").lines()
    given = [row for row in rows[1:] if row != '""']
    assert ranges == {f"snr_count\n{len(given)}\n"}


@pytest.mark.parametrize("threads", ["0", "-1", "x", "2x", ""])
def test_threads_that_are_no_number(garco, files, threads):
    ended = garco("stats", "min.24o", "--threads", threads, status=2)
    assert ended.out == "" and "expected a number of 1 to 1024" in ended.err
