# What --explain says will be read, of a store whose answer is known.
# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
import tiledb

from random_stores import DAY, schema
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
