# What --explain says will be read, of a store whose answer is known.
# SPDX-License-Identifier: Apache-2.0
import glob

import pytest

from random_stores import build
from test_query_corrupt import store, write_again  # noqa: F401


def explain(garco, command, array, *words):
    lines = garco(command, array, "--system-base", "0", *words, "--explain").lines()
    plan = {line[:18].strip(): line[18:] for line in lines if not line.startswith("column")}
    columns = {}
    for line in lines:
        if line.startswith("column"):
            name, numbers = line[18:].split(": ")
            columns[name] = int(numbers.split(" ")[0])
    return plan, columns


def test_boxes_settle_what_is_not_read(garco, store):
    plan, columns = explain(garco, "stats", store, "--by", "day", "--obs-code", "1C")
    assert plan["way"] == "tiles as they lie"
    assert plan["fragments"] == plan["fragments met"] == "3"
    tiles = int(plan["tiles met"])
    assert plan["tiles contested"] == "0" and plan["cells"] == "1800"
    assert columns == {"time": 0, "sys": 0, "sat": 0, "obs": 0, "snr": tiles}


def test_the_time_prunes_and_is_read_where_it_cuts(garco, store):
    whole, columns = explain(garco, "stats", store, "--start", "2022-01-09", "--span", "1d")
    assert whole["fragments met"] == "1" and columns["time"] == 0
    cut, columns = explain(garco, "stats", store, "--start", "2022-01-09", "--span", "30m")
    assert cut["fragments met"] == "1" and columns["time"] > 0
    nothing, columns = explain(garco, "stats", store, "--start", "2023-01-09", "--span", "1d")
    assert nothing["fragments met"] == nothing["tiles met"] == nothing["bytes"] == "0"


def test_contested_tiles_are_told(garco, store):
    write_again(store)
    plan, _ = explain(garco, "stats", store, "--by", "day")
    assert int(plan["tiles contested"]) >= 2
    plan, columns = explain(garco, "query", store, "--field", "time,snr", "--sat", "2")
    assert plan["way"] == "rows in order" and columns["snr"] == int(plan["tiles met"]) > 0


def test_a_file_is_read_whole(garco, tmp_path):
    garco("simulate", "--duration", "1h", "-o", tmp_path / "day.24o")
    plan, columns = explain(garco, "stats", tmp_path / "day.24o")
    assert plan["kind"] == "file, read whole" and columns == {}


def explain_and_run(garco, command, array, *words):
    lines = garco(command, array, "--system-base", "0", *words, "--explain", "--run").lines()
    return {line[:18].strip(): line[18:] for line in lines if not line.startswith("column")}


RUNS = [["stats"], ["stats", "--by", "day,sat"], ["stats", "--obs-code", "1C", "--field", "snr,range,slip"],
        ["stats", "--start", "2022-01-09", "--span", "30m"], ["stats", "--by", "10m", "--agg", "median"],
        ["stats", "--fast"], ["stats", "--fast", "--agg", "sum,std"], ["query"], ["query", "--field", "time,snr", "--sat", "2"],
        ["stats", "--where", "snr > 41"], ["stats", "--agg", "first"], ["query", "--start", "2022-01-09", "--span", "30m"],
        ["query", "--sat", "1,3"], ["query", "--obs-code", "1C", "--start", "2022-01-09"]]


@pytest.mark.parametrize("words", RUNS, ids=" ".join)
def test_what_is_read_is_what_the_plan_says(garco, store, words):
    told = explain_and_run(garco, words[0], store, *words[1:])
    assert told["run requests"] == told["requests"] and told["run bytes"] == told["bytes"]
    assert int(told["run chunks"]) >= int(told["run unpacked"])
    assert (int(told["run unpacked"]) > 0) == (int(told["bytes"]) > 0) == ("sum,std" in words or "--fast" not in words)
    assert int(told["run meta bytes"]) >= int(told["metadata bytes"]) > 0
    assert int(told["run peak, bytes"]) > 1 << 20 and float(told["run, s"]) > float(told["run planning, s"]) > 0
    answer = garco(words[0], store, "--system-base", "0", *words[1:]).lines()
    assert int(told["run rows"]) == len(answer) - 1


@pytest.mark.parametrize("seed", range(8))
def test_no_more_is_read_than_the_plan_says(tmp_path, garco, seed):
    """Less where a tile turns out to hold nothing of what is selected."""
    array = tmp_path / "array"
    build(array, seed, most=1000)
    if glob.glob(str(array / "__fragments/*/t.tdb")):
        return  # where tiles meet, and when equal cells were written, is looked up beyond the plan
    for words in (["stats", "--by", "day"], ["stats", "--sat", "7"], ["stats", "--fast", "--field", "slip"]):
        told = explain_and_run(garco, words[0], array, *words[1:])
        if told["tiles contested"] == "0" and told.get("fragments") == told["fragments met"]:
            assert int(told["run requests"]) <= int(told["requests"]) and int(told["run bytes"]) <= int(told["bytes"])
            if "--sat" not in words:
                assert told["run bytes"] == told["bytes"]


def test_all_chunks_of_a_contested_store_are_counted(garco, store):
    write_again(store)
    told = explain_and_run(garco, "query", store)
    assert int(told["run unpacked"]) > 0 and int(told["run rows"]) == 1800


def test_run_needs_explain(garco, store):
    assert "--run needs --explain" in garco("stats", store, "--run", status=2).err
