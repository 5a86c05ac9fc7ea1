# Damaged tiles: an error that says where, or left out and said.
# SPDX-License-Identifier: Apache-2.0
import glob
import os

import numpy as np
import pytest

from random_stores import DAY, schema

import tiledb

SATS, EPOCHS = 3, 200


@pytest.fixture
def store(tmp_path):
    """Three days, a fragment each; the second's snr is damaged."""
    array = tmp_path / "array"
    tiledb.Array.create(str(array), schema(np.random.default_rng(3), False, DAY // 2))
    for day in range(3):
        times = np.repeat(np.arange(EPOCHS) * 30000 + (19000 + day) * DAY, SATS)
        sats = np.tile(np.arange(1, SATS + 1), EPOCHS)
        count = len(times)
        with tiledb.open(str(array), "w", timestamp=10 + day) as opened:
            opened[times, np.zeros(count, "u1"), sats.astype("u1"), np.full(count, 12611, "u2")] = {
                "range": np.full(count, 2e7), "snr": np.full(count, 40 + day, "f4"),
                "slip": np.zeros(count, "u2")}
    return array


def damage(array, name="a1.tdb"):
    [file] = glob.glob(str(array / f"__fragments/__11_11_*/{name}"))
    with open(file, "r+b") as opened:
        size = opened.seek(0, 2)
        opened.seek(size - 9)
        opened.write(b"\xff" * 9)
    return file


@pytest.mark.parametrize("command", [["query", "--field", "time,snr"], ["stats", "--agg", "mean"]])
@pytest.mark.parametrize("late", [False, True])
def test_the_error_names_fragment_field_and_tile(garco, store, command, late):
    if late:  # contested: a later fragment has cells in the same time
        write_again(store)
    damage(store)
    result = garco(command[0], store, *command[1:], "--system-base", "0", status=1)
    assert "/__fragments/__11_11_" in result.err and 'field "snr", tile ' in result.err


def test_a_chunk_above_the_limit_is_damage(garco, store):
    """One flipped bit; it was a limit of garco's, so that --skip-corrupt went no further."""
    [file] = glob.glob(str(store / "__fragments/__11_11_*/a1.tdb"))
    with open(file, "r+b") as opened:
        opened.seek(8 + 3)
        opened.write(b"\x40")
    words = ["--system-base", "0", "--agg", "count,mean", "--field", "snr", "--by", "day"]
    assert 'a1.tdb: byte 8: field "snr", tile 0: chunk of ' in garco("stats", store, *words, status=1).err
    result = garco("stats", store, *words, "--skip-corrupt")
    assert [line.split(",")[1:] for line in result.lines()[1:]] == [["600", "40"], ["600", "42"]]


def write_again(array):
    with tiledb.open(str(array), "w", timestamp=50) as opened:
        times = np.array([19001 * DAY, 19002 * DAY])
        opened[times, np.zeros(2, "u1"), np.ones(2, "u1"), np.full(2, 12611, "u2")] = {
            "range": np.full(2, 2e7), "snr": np.full(2, 50, "f4"), "slip": np.zeros(2, "u2")}


def test_skipped_tiles_are_left_out_of_statistics(garco, store):
    damage(store)
    words = ["--system-base", "0", "--agg", "count,mean", "--field", "range,snr", "--by", "day"]
    result = garco("stats", store, *words, "--skip-corrupt")
    assert [line.split(",")[3:] for line in result.lines()[1:]] == [["600", "40"], ["600", "42"]]
    assert 'field "snr", tile 0' in result.err
    assert result.err.count("tile 0") == 1


@pytest.mark.parametrize("late", [False, True])
def test_skipped_tiles_are_left_out_of_rows(garco, store, late):
    if late:
        write_again(store)
    damage(store)
    result = garco("query", store, "--system-base", "0", "--field", "time,sat,snr", "--skip-corrupt")
    days = [line[:10] for line in result.lines()[1:]]
    assert days.count("2022-01-08") == 600 and days.count("2022-01-10") == 600
    assert days.count("2022-01-09") == (1 if late else 0)
    assert 'field "snr", tile 0' in result.err


@pytest.mark.parametrize("late", [False, True])
def test_a_missing_file_is_damage_of_each_of_its_tiles(garco, store, late):
    if late:
        write_again(store)
    os.unlink(damage(store))
    words = ["query", store, "--system-base", "0", "--field", "time,snr"]
    assert garco(*words, status=1).err.endswith('a1.tdb: field "snr", tile 0: the data file is missing\n')
    result = garco(*words, "--skip-corrupt")
    assert len(result.lines()) == 1201 + late
    assert result.err.count('a1.tdb: field "snr", tile 0: the data file is missing') == 1
    count = garco("stats", store, "--system-base", "0", "--agg", "count", "--skip-corrupt")
    assert count.lines()[1] == str(1200 + late)


def test_a_contested_tile_over_two_days_is_reported_once(tmp_path, garco):
    array = tmp_path / "array"
    made = schema(np.random.default_rng(0), False, 4 * DAY)
    tiledb.Array.create(str(array), tiledb.ArraySchema(
        domain=made.domain, sparse=True, capacity=1000, attrs=[made.attr(i) for i in range(made.nattr)]))
    for time, count in ((11, 40), (12, 8)):  # an hour from cell to cell; the later cells lie on both days
        times = 19000 * DAY + np.arange(count) * (DAY // 24) * (40 // count)
        with tiledb.open(str(array), "w", timestamp=time) as opened:
            opened[times, np.zeros(count, "u1"), np.ones(count, "u1"), np.full(count, 12611, "u2")] = {
                "range": np.full(count, 2e7), "snr": np.full(count, 30 + time, "f4"), "slip": np.zeros(count, "u2")}
    damage(array)
    words = ["--system-base", "0", "--agg", "count,mean", "--field", "snr", "--by", "day"]
    result = garco("stats", array, *words, "--skip-corrupt")
    assert result.err.count("\n") == 1 and 'field "snr", tile 0' in result.err
    assert result.lines()[1:] == ["2022-01-08,5,42", "2022-01-09,3,42"]
