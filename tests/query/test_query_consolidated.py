# Arrays whose fragments were joined, by garco or by TileDB: equal cells lie in one fragment, over the edges of its
# tiles too, and the answers are TileDB's, of today and as of before.
# SPDX-License-Identifier: Apache-2.0
import io
import shutil

import numpy as np
import pandas as pd
import pytest
import tiledb

from budgets import within
from random_stores import DAY, FIELDS, build, rows, schema
from test_query_explain import explain
from test_query_rows import drawn, read
from test_query_tiles import SEEDS, ask, assert_equal, expected, question, text

KEYS = ["time", "sys", "sat", "obs"]
MARK = b"garco:distinct:1"


def pool_of(day):
    return pd.MultiIndex.from_product([np.arange(12) * 600000 + (19000 + day) * DAY, [0], [3, 4], [12611, 12887]])


def put(array, random, time, day, count):
    """Cells of few coordinates, so that the next delivery writes many of them again."""
    pool = pool_of(day)
    put_at(array, random, time, pool[np.sort(random.choice(len(pool), count, replace=False))])


def put_at(array, random, time, coordinates):
    chosen, count = coordinates.to_frame(), len(coordinates)
    if random is None:  # by place and time alone: which of two cells of the same time counts nobody says
        values = 20 + (chosen.sum(axis=1).to_numpy("i8") // 7 + 13 * time) % 140 / 4
    else:
        values = random.uniform(20, 55, count)
    with tiledb.open(str(array), "w", timestamp=time) as opened:
        opened[tuple(chosen[i].to_numpy(kind) for i, kind in enumerate(["i8", "u1", "u1", "u2"]))] = {
            "range": np.round(values * 1e6, 3), "snr": np.round(values * 4).astype("f4") / 4,
            "slip": (values * 8 if random is None else random.integers(0, 500, count)).astype("u2")}


def join(garco, array, random, by_garco, first, last):
    """Joins what was written in [first, last]."""
    if by_garco:
        garco("consolidate", array, "--written-after", first, "--written-before", last)
    else:
        names = [info.uri.rsplit("/", 1)[1] for info in tiledb.FragmentInfoList(str(array))
                 if first <= info.timestamp_range[0] and info.timestamp_range[1] <= last]
        if len(names) > 1:
            tiledb.consolidate(str(array), fragment_uris=names)
    if random.random() < 0.5:
        tiledb.vacuum(str(array))


def visible(array):
    return [info.uri.rsplit("/", 1)[1] for info in tiledb.FragmentInfoList(str(array))]


def marked(array, name):
    """Whether the fragment says that its cells are distinct."""
    return MARK in (array / "__fragments" / name / "__fragment_metadata.tdb").read_bytes()


@pytest.fixture
def repeated(tmp_path, garco):
    """Makes an array of deliveries that replace one another, and joins some or all of them."""

    def make(seed, by_garco):
        random = np.random.default_rng(seed)
        array, time = tmp_path / f"array{by_garco}", 10
        shutil.rmtree(array, ignore_errors=True)
        tiledb.Array.create(str(array), schema(random, False, DAY // 2))
        for _ in range(int(random.integers(3, 12))):
            put(array, random, time, int(random.integers(0, 2)), int(random.integers(1, 48)))
            time += 10
        if random.random() < 0.3:
            with tiledb.open(str(array), "d", timestamp=time) as opened:
                opened.query(cond="snr < 30 and sat > 3").submit()
            time += 10
        first = int(random.choice([1, 1, 30]))
        join(garco, array, random, by_garco, first, int(random.choice([time, time, 70])))
        for day in range(3):
            if random.random() < 0.25:
                put(array, random, time + day, day, 5)
        return array, random, time + 10

    return make


def compare(garco, array, table, random, times=()):
    for _ in range(3):
        words, selected = question(random, table)
        words += times
        fields = ["--field", "time,system,sat,obs_code," + ",".join(FIELDS)]
        outs = {within(garco, memory, "query", array, *words, *fields, *more)
                for memory, more in (drawn(random), drawn(random))}
        assert len(outs) == 1
        ours = read(outs.pop())
        assert len(ours) == len(selected)
        for name in KEYS + FIELDS:
            assert np.array_equal(ours[name].to_numpy(float), selected[name].to_numpy(float), equal_nan=True), name
        by = [k for k in ("day", "sys", "sat", "obs") if random.random() < 0.5]
        outs = {ask(garco, array, words, by, FIELDS, "--threads", n) for n in (1, 3)}
        assert len(outs) == 1
        assert_equal(outs.pop(), expected(selected, by, FIELDS), by, FIELDS)


@pytest.mark.parametrize("by_garco", [False, True])
@pytest.mark.parametrize("seed", SEEDS)
def test_cells_written_again_and_joined(repeated, garco, seed, by_garco):
    array, random, last = repeated(5000 + seed, by_garco)
    compare(garco, array, rows(array), random)
    end = int(random.integers(10, last))  # within the joined fragment's times, most often
    table = rows(array, end)
    if len(table) > 0:
        compare(garco, array, table, random, ["--at", text(end)])


@pytest.mark.parametrize("seed", list(SEEDS)[:10])
def test_random_stores_joined_by_garco(tmp_path, garco, seed):
    array = tmp_path / "array"
    duplicates = build(array, 6000 + seed)
    garco("consolidate", array)
    random, table = np.random.default_rng(seed), rows(array)
    if not duplicates:
        compare(garco, array, table, random)


@pytest.mark.parametrize("by_garco", [False, True])
def test_joined_fragments_are_settled_unless_others_meet_them(tmp_path, garco, by_garco):
    """One fragment's tiles stand alone, and of its coordinates only the times are read."""
    array, random = tmp_path / "array", np.random.default_rng(7)
    tiledb.Array.create(str(array), schema(np.random.default_rng(4), False, DAY // 2))
    for time in range(10, 60, 10):
        put(array, random, time, 0, 40)
    join(garco, array, random, by_garco, 1, 50)
    plan, columns = explain(garco, "stats", array, "--by", "day")
    tiles = int(plan["tiles met"])
    assert tiles > 0 and plan["tiles contested"] == "0"
    assert columns == {"time": tiles, "sys": 0, "sat": 0, "obs": 0, "snr": tiles}
    cut, _ = explain(garco, "stats", array, "--by", "day", "--at", text(30))
    assert cut["tiles contested"] == cut["tiles met"] != "0"
    put(array, random, 60, 1, 40)
    assert explain(garco, "stats", array, "--by", "day")[0]["tiles contested"] == "0"
    put(array, random, 70, 0, 40)
    assert explain(garco, "stats", array, "--by", "day")[0]["tiles contested"] != "0"


@pytest.mark.parametrize("by_garco", [False, True])
def test_one_cell_in_many_tiles(tmp_path, garco, by_garco):
    """Twenty deliveries of the same two cells, in tiles of seven; deliveries of the same time count as TileDB has it."""
    array = tmp_path / "array"
    made = schema(np.random.default_rng(0), False, DAY)
    tiledb.Array.create(str(array), tiledb.ArraySchema(
        domain=made.domain, sparse=True, capacity=7, attrs=[made.attr(i) for i in range(made.nattr)]))
    for time in np.random.default_rng(1).permutation(20):
        with tiledb.open(str(array), "w", timestamp=int(time) + 1) as opened:
            opened[np.full(2, 19000 * DAY), np.zeros(2, "u1"), np.array([3, 4], "u1"), np.full(2, 12611, "u2")] = {
                "range": np.full(2, 2e7 + time), "snr": np.full(2, 30 + time, "f4"), "slip": np.full(2, time, "u2")}
    join(garco, array, np.random.default_rng(2), by_garco, 1, 30)
    assert explain(garco, "stats", array)[0]["tiles contested"] == "0"
    table = pd.read_csv(io.StringIO(garco("query", array, "--system-base", "0", "--field", "sat,snr,slip").out))
    assert table.to_numpy().tolist() == [[3, 49, 19], [4, 49, 19]]
    out = garco("stats", array, "--system-base", "0", "--agg", "count,sum", "--field", "snr", "--by", "sat").lines()
    assert out[1:] == ["3,1,49", "4,1,49"]


def test_a_damaged_neighbour_replaces_nothing(tmp_path, garco):
    """With --skip-corrupt, what the tile before it has of the same cells counts."""
    array = tmp_path / "array"
    made = schema(np.random.default_rng(0), False, DAY)
    tiledb.Array.create(str(array), tiledb.ArraySchema(
        domain=made.domain, sparse=True, capacity=2, attrs=[made.attr(i) for i in range(made.nattr)]))
    for time in (1, 2, 3):
        count = 2 if time == 1 else 1  # tiles of 33 32 and 31 21: three times one cell, and another
        with tiledb.open(str(array), "w", timestamp=time) as opened:
            opened[19000 * DAY + np.arange(count), np.zeros(count, "u1"), np.full(count, 3, "u1"),
                   np.full(count, 12611, "u2")] = {
                "range": np.full(count, 2e7), "snr": np.array([30 + time, 21][:count], "f4"),
                "slip": np.zeros(count, "u2")}
    garco("consolidate", array)
    words = ["--system-base", "0", "--field", "snr"]
    assert garco("query", array, *words).lines()[1:] == ["33", "21"]
    [file] = (array / "__fragments").glob("__1_3_*/d0.tdb")
    whole = file.read_bytes()
    second = whole.rfind((1).to_bytes(8, "little") + (16).to_bytes(4, "little"))  # one chunk, of 16 bytes
    for place, left in ((second, ["33"]), (0, ["31", "21"])):
        file.write_bytes(whole[:place] + b"\xff" * 12 + whole[place + 12:])
        for word in ("query", "stats"):
            result = garco(word, array, *words, "--skip-corrupt", *(["--agg", "sum"] if word == "stats" else []))
            assert result.lines()[1:] == (left if word == "query" else [str(sum(map(int, left)))])
            assert result.err.count("\n") == 1 and ", tile " in result.err
        garco("query", array, *words, status=1)


@pytest.mark.parametrize("seed", list(SEEDS)[:16])
def test_a_fragment_says_that_its_cells_are_distinct_where_they_are(tmp_path, garco, seed):
    """Joined and joined again, by garco or TileDB, of deliveries that share cells or not, some at the same time."""
    array, random = tmp_path / "array", np.random.default_rng(9000 + seed)
    tiledb.Array.create(str(array), schema(random, False, DAY // 2))
    parts, shares, time = {}, random.random() < 0.5, 10
    for _ in range(int(random.integers(2, 9))):
        pool = pool_of(int(random.integers(0, 2)))
        chosen = pool[np.sort(random.choice(len(pool), int(random.integers(1, 9)), replace=False))]
        if not shares:
            chosen = chosen.difference(pd.MultiIndex.from_tuples(sum((list(p) for p in parts.values()), [(-1, 0, 0, 0)])))
        if len(chosen) == 0:
            continue
        before = set(visible(array))
        put_at(array, None, time, chosen)
        [name] = set(visible(array)) - before
        parts[name] = list(chosen)
        time += int(random.choice([0, 10]))
    for _ in range(3):
        before, by_garco = set(visible(array)), random.random() < 0.7
        join(garco, array, random, by_garco, int(random.choice([1, 1, min(30, time)])), int(random.choice([time, time, 50])))
        for name in set(visible(array)) - before:
            gone = before - set(visible(array))
            parts[name] = sum((parts[old] for old in gone), [])
            distinct = len(set(parts[name])) == len(parts[name])
            assert marked(array, name) == (distinct and by_garco)
        assert not any(marked(array, name) for name in visible(array) if "t.tdb" not in
                       {path.name for path in (array / "__fragments" / name).iterdir()})
        compare(garco, array, rows(array), random)
        new = pool_of(int(random.integers(2, 4)))[:int(random.integers(1, 40))]
        before = set(visible(array))
        put_at(array, None, time := time + 10, new)
        [name] = set(visible(array)) - before
        parts[name] = list(new)
    compare(garco, array, rows(array), random)
    end = int(random.integers(10, time + 1))
    if len(table := rows(array, end)) > 0:
        compare(garco, array, table, random, ["--at", text(end)])


def test_only_what_says_so_is_read_without_looking(tmp_path, garco):
    """Days joined by garco need no times; by TileDB, or with the bytes that say so damaged, they do, and answer alike."""
    array, random = tmp_path / "array", np.random.default_rng(7)
    tiledb.Array.create(str(array), schema(np.random.default_rng(4), False, DAY // 2))
    for day in range(4):
        put(array, random, 10 + day, day, 40)
    copy = tmp_path / "copy"
    shutil.copytree(array, copy)
    join(garco, array, random, True, 1, 50)
    join(garco, copy, random, False, 1, 50)
    [name] = visible(array)
    assert marked(array, name) and not marked(copy, visible(copy)[0])

    def ran(uri, *words):
        plan, columns = explain(garco, "stats", uri, "--by", "sat", *words, "--run")
        assert plan["tiles contested"] == "0" and int(plan["tiles met"]) > 0
        return columns["time"], int(plan["tiles met"]), int(plan["run unpacked"])

    times, tiles, chunks = ran(array)
    assert times == 0 and chunks <= 2 * tiles  # sat and snr
    assert ran(array, "--at", text(50))[0] == 0
    slow = ran(copy)
    assert slow[0] == tiles and slow[2] >= 2 * tiles
    answer = garco("stats", array, "--by", "sat", "--agg", "mean,sum,count").out
    assert garco("stats", copy, "--by", "sat", "--agg", "mean,sum,count").out == answer
    put(array, random, 60, 5, 40)  # another fragment beside it, which has no times of cells
    assert ran(array)[0] == 0
    put(array, random, 70, 0, 40)
    tiledb.consolidate(str(array))
    assert not any(marked(array, other) for other in visible(array))
    file = array / "__fragments" / name / "__fragment_metadata.tdb"
    if file.exists():
        tiledb.vacuum(str(array))
        assert not file.exists()
    garco("stats", array)


def test_damage_of_the_bytes_that_say_so_costs_speed_alone(tmp_path, garco):
    array, random = tmp_path / "array", np.random.default_rng(7)
    tiledb.Array.create(str(array), schema(np.random.default_rng(4), False, DAY // 2))
    for day in range(4):
        put(array, random, 10 + day, day, 40)
    garco("consolidate", array)
    [name] = visible(array)
    file = array / "__fragments" / name / "__fragment_metadata.tdb"
    whole, answer = file.read_bytes(), garco("stats", array, "--by", "sat").out
    assert whole.count(MARK) == 1
    tiles = int(explain(garco, "stats", array)[0]["tiles met"])
    file.write_bytes(whole.replace(MARK, b"garco:distinct:2"))
    assert explain(garco, "stats", array, "--by", "sat")[1]["time"] == tiles
    assert garco("stats", array, "--by", "sat").out == answer
    file.write_bytes(whole.replace(MARK, b""))  # places of pieces are from the start of the file
    assert explain(garco, "stats", array, "--by", "sat")[1]["time"] == tiles
    assert garco("stats", array, "--by", "sat").out == answer


@pytest.mark.parametrize("what", ["fragment-meta", "commits"])
def test_it_is_found_by_consolidated_footers_too(tmp_path, garco, what):
    array, random = tmp_path / "array", np.random.default_rng(7)
    made = schema(np.random.default_rng(0), False, DAY)
    tiledb.Array.create(str(array), tiledb.ArraySchema(
        domain=made.domain, sparse=True, capacity=1000, attrs=[made.attr(i) for i in range(made.nattr)]))
    for day in range(8):
        put(array, random, 10 + day, day, 40)
    garco("consolidate", array, "--span", "2d")
    garco("vacuum", array)
    garco("consolidate", array, "--what", what)
    plan, columns = explain(garco, "stats", array, "--by", "sat")
    assert plan["tiles met"] == plan["fragments met"] == "4" and columns["time"] == 0


def test_metadata_settle_what_was_joined(tmp_path, garco):
    """--fast, where the fragment says that its cells are distinct."""
    array, random = tmp_path / "array", np.random.default_rng(7)
    tiledb.Array.create(str(array), schema(np.random.default_rng(4), False, DAY // 2))
    for day in range(4):
        put(array, random, 10 + day, day, 40)
    join(garco, array, random, True, 1, 50)
    plan, columns = explain(garco, "stats", array, "--fast", "--field", "slip", "--agg", "count,sum")
    assert columns == {"time": 0, "sys": 0, "sat": 0, "obs": 0, "slip": 0} and plan["tiles kept"] == plan["tiles met"]
    assert garco("stats", array, "--fast", "--field", "slip", "--agg", "count").lines()[1].split(",")[0] == "160"


@pytest.mark.parametrize("kind", ["f4", "f8"])
def test_the_two_zeros_are_one_place_joined_or_not(tmp_path, garco, kind):
    array = tmp_path / "a"
    domain = tiledb.Domain(tiledb.Dim("f", domain=(np.array(-5, kind), np.array(5, kind)), tile=None, dtype=kind))
    tiledb.Array.create(str(array), tiledb.ArraySchema(domain=domain, sparse=True, attrs=[tiledb.Attr("v", dtype="i4")]))
    for number, zero in enumerate([0.0, -0.0, 0.0]):
        with tiledb.open(str(array), "w", timestamp=10 + number) as opened:
            opened[np.array([-1, zero, 1], kind)] = np.full(3, number, "i4")
    rows, sums = garco("query", array, "--field", "f,v").out, garco("stats", array, "--field", "v", "--agg", "count,sum").out
    assert rows == "f,v\n-1,2\n0,2\n1,2\n" and sums == "v_count,v_sum\n3,6\n"
    garco("consolidate", array)
    assert garco("query", array, "--field", "f,v").out == rows
    assert garco("stats", array, "--field", "v", "--agg", "count,sum").out == sums
