# Statistics of tiles that hold several days: where a day ends is told by the borders of the space tiles, so that times
# are not read, or few of them. Held against pandas over the cells that were written.
# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pandas as pd
import pytest
import tiledb

from random_stores import DAY
from test_query_explain import explain
from test_query_tiles import SEEDS, STATISTICS, assert_equal, text

HOUR = 3600000
SPANS = {"day": DAY, "36h": 36 * HOUR, "30h": 30 * HOUR, "12h": 12 * HOUR, "5h": 5 * HOUR, "hour": HOUR}


def schema(low, extent, kind="i8", order=("row-major", "row-major"), dims="time sys sat obs", capacity=5000, space=1):
    zstd = tiledb.FilterList([tiledb.ZstdFilter(level=3)])
    unit = {"i8": 1, "M8[ms]": 1, "M8[s]": 1000}[kind]
    times = np.array([low // unit, low // unit + 60 * DAY // unit], "i8").astype(kind)
    made = {"time": tiledb.Dim("time", domain=tuple(times), dtype=np.dtype(kind), filters=zstd,
                               tile=np.timedelta64(extent // unit, kind[3:-1]) if kind != "i8" else extent),
            "sys": tiledb.Dim("sys", domain=(0, 254), tile=1, dtype="u1", filters=zstd),
            "sat": tiledb.Dim("sat", domain=(0, 199), tile=space, dtype="u1", filters=zstd),
            "obs": tiledb.Dim("obs", domain=(0, 59999), tile=1 if space == 1 else 20000, dtype="u2", filters=zstd)}
    return tiledb.ArraySchema(
        domain=tiledb.Domain(*(made[name] for name in dims.split())), sparse=True, capacity=capacity,
        tile_order=order[0], cell_order=order[1],
        attrs=[tiledb.Attr("snr", dtype="f4", filters=zstd), tiledb.Attr("slip", dtype="u2", filters=zstd)])


def cells(random, start, days, step, sats, systems=(0,), holes=0.2):
    """Rows in which some quarters of a day are missing, and some cells."""
    times = start + np.arange(0, days * DAY, step)
    keep = random.random(4 * days + 1) >= holes
    times = times[keep[(times - start) // (DAY // 4)]]
    table = pd.MultiIndex.from_product([times, systems, sats, [12611, 12887]], names=["time", "sys", "sat", "obs"]).to_frame(index=False)
    table = table[random.random(len(table)) < 0.8].reset_index(drop=True)
    table["snr"] = (random.integers(80, 220, len(table)) / 4).astype("f4")
    table["slip"] = random.integers(0, 500, len(table)).astype("u2")
    return table


def write(array, table, time):
    with tiledb.open(str(array), "w", timestamp=time) as opened:
        names = [opened.dim(i).name for i in range(opened.ndim)]
        kinds = {"time": "M8[ms]", "sys": "u1", "sat": "u1", "obs": "u2"}
        columns = {n: table[n].to_numpy("i8").astype(kinds[n]) for n in names}
        kind = opened.dim("time").dtype
        columns["time"] = columns["time"].astype("i8") if kind == np.dtype("i8") else columns["time"].astype(kind)
        opened[tuple(columns[n] for n in names)] = {n: table[n].to_numpy() for n in ("snr", "slip")}


def ask(garco, array, words, by, *more):
    return garco("stats", array, "--system-base", "0", *words, "--agg", ",".join(STATISTICS), "--field", "snr,slip", *more,
                 *(["--by", ",".join(by)] if by else [])).out


def expected(table, by):
    table = table.assign(snr=table["snr"].astype("f8"))
    for word, span in SPANS.items():
        table = table.assign(**{word: table["time"] // span * span})
    grouped = table.groupby(by) if by else table.assign(all=0).groupby("all")
    return grouped[["snr", "slip"]].agg(STATISTICS).sort_index()


def compare(garco, array, table, random):
    for _ in range(4):
        by = [w for w in ("sys", "sat", "obs") if random.random() < 0.3]
        by = ([str(random.choice(list(SPANS)))] if random.random() < 0.7 else []) + by
        words, selected = [], table
        if random.random() < 0.6:
            low, high = np.sort(random.integers(table["time"].min() - DAY, table["time"].max() + DAY, 2))
            unit = int(random.choice([1000, HOUR, 6 * HOUR, DAY]))
            low, high = int(low // unit * unit), int(high // unit * unit + unit)
            words += ["--start", text(low), "--end", text(high)]
            selected = selected[(selected["time"] >= low) & (selected["time"] < high)]
        if random.random() < 0.3:
            words += ["--sat", str(sat := int(random.choice(table["sat"])))]
            selected = selected[selected["sat"] == sat]
        if random.random() < 0.3:
            words += ["--where", "snr > 30"]
            selected = selected[selected["snr"] > 30]
        outs = {ask(garco, array, words, by, "--threads", n) for n in (1, 3)}
        assert len(outs) == 1
        assert_equal(outs.pop(), expected(selected, by), by, ["snr", "slip"])


@pytest.mark.parametrize("joined", ["", "garco", "tiledb"])
@pytest.mark.parametrize("seed", SEEDS)
def test_spans_of_random_tiles(tmp_path, garco, seed, joined):
    """Whatever the domain, its extent, the orders and the dimensions: also times before 1970, and one satellite alone."""
    random, array = np.random.default_rng(seed), tmp_path / "array"
    start = int(random.choice([19000, -2, 0])) * DAY
    low = start - int(random.choice([0, DAY, 7 * HOUR, 1000, 31 * HOUR + 7000]))
    tiledb.Array.create(str(array), schema(
        low, int(random.choice([DAY // 2, DAY // 2, DAY, 6 * HOUR, 5 * HOUR, 36 * HOUR, 7 * HOUR + 13000])),
        str(random.choice(["i8", "i8", "M8[ms]", "M8[s]"])),
        tuple(random.choice(["row-major", "row-major", "col-major"], 2)),
        str(random.choice(["time sys sat obs", "time sys sat obs", "time obs sat sys", "sat time sys obs"])),
        int(random.choice([20, 300, 5000])), int(random.choice([1, 1, 8]))))
    parts, at = [], start
    for number in range(int(random.integers(1, 4))):
        days = int(random.integers(1, 4))
        sats = np.sort(random.choice(np.arange(1, 30), int(random.integers(1, 6)), replace=False))
        parts.append(cells(random, at, days, int(random.choice([HOUR, 600000])), sats,
                           [0] if random.random() < 0.5 else [0, 2], float(random.choice([0, 0.3, 0.8]))))
        at += days * DAY
        if len(parts[-1]) > 0:
            write(array, parts[-1], 10 + number)
    table = pd.concat(parts, ignore_index=True)
    if joined == "garco":
        garco("consolidate", array)
    elif joined == "tiledb":
        tiledb.consolidate(str(array))
    if len(table) > 0:
        compare(garco, array, table, random)


@pytest.fixture
def days(tmp_path, garco):
    """Days joined into one tile of eight chunks of times: its cells, and of a question the tiles of which the
    plan has the times read, the chunks that are unpacked, and the requests beyond the plan."""

    def make(extent=DAY // 2, shift=0, sats=(1, 2, 3, 4), holes=0, number=6, **more):
        random, array = np.random.default_rng(3), tmp_path / f"array{len(list(tmp_path.iterdir()))}"
        tiledb.Array.create(str(array), schema(19000 * DAY - shift, extent, capacity=100000, **more))
        table = cells(random, 19000 * DAY, number, 2000 * number * len(sats), sats, holes=0)
        for hole in range(holes):
            table = table[table["time"] // (DAY // 2) != (19001 + hole) * 2]
        write(array, table, 10)
        assert len(table) < 100000

        def unpacked(*words):
            plan, columns = explain(garco, "stats", array, *words, "--field", "slip", "--run")
            assert plan["tiles met"] == "1" and plan["tiles contested"] == "0"
            assert int(plan["run requests"]) >= int(plan["requests"])
            return columns["time"], int(plan["run unpacked"]), int(plan["run requests"]) - int(plan["requests"])

        return table, unpacked

    return make


def chunks(table, size):
    return -(-len(table) * size // 65536)


def test_borders_of_days_need_no_times(days):
    table, unpacked = days()
    for words in (["--by", "day"], ["--by", "36h"], ["--by", "12h"], ["--by", "day,sat,obs"],
                  ["--start", text(19001 * DAY), "--end", text(19003 * DAY)],
                  ["--start", text(19001 * DAY + DAY // 2), "--span", "3d", "--by", "day"]):
        times, read, beyond = unpacked(*words)
        assert times == beyond == 0 and read <= 2 * chunks(table, 1) + 2 * chunks(table, 2), words
    times, read, beyond = unpacked("--by", "hour")
    assert times == 1 and read == chunks(table, 8) + chunks(table, 2) and beyond == 0


def test_a_slice_needs_the_times_of_its_ends_alone(days):
    table, unpacked = days()
    other = chunks(table, 1) + chunks(table, 2)
    times, read, beyond = unpacked("--start", text(19001 * DAY + 1000), "--end", text(19004 * DAY + 7 * HOUR))
    assert times == 1 and beyond == 0 and read - other <= 4 < chunks(table, 8)
    times, read, beyond = unpacked("--start", text(19003 * DAY + HOUR), "--span", "2h")
    assert times == 1 and beyond == 0 and read - chunks(table, 1) <= 4 < chunks(table, 8)


def test_extents_and_domains_that_divide_no_day(days):
    """Only space tiles that a day's end is in are read, where there are such."""
    for extent, shift in ((5 * HOUR, 0), (DAY // 2, 7 * HOUR), (7 * HOUR + 48000, HOUR)):
        _, unpacked = days(extent, shift)
        assert unpacked("--by", "day")[0] == 1
    _, unpacked = days(DAY // 2, DAY // 4)
    assert unpacked("--start", text(19001 * DAY + DAY // 4), "--span", "2d")[0] == 0
    table, unpacked = days(3 * HOUR, HOUR, number=2)  # one day's end within, in one of sixteen space tiles
    times, read, beyond = unpacked("--by", "day")
    assert times == 1 and beyond == 0 and read - chunks(table, 1) - chunks(table, 2) <= 2 < chunks(table, 8)


def test_where_satellites_tell_nothing_few_times_are_read(days):
    """A half day that is missing, and one satellite on which no coordinate falls: the border hides."""
    table, unpacked = days(holes=1, number=2)
    others = chunks(table, 1) + 3 * chunks(table, 2)  # sat, obs, slip
    times, read, beyond = unpacked("--by", "day")
    assert times == 0 and beyond > 0 and 0 < read - chunks(table, 1) - chunks(table, 2) <= others + 6 < chunks(table, 8) + others
    table, unpacked = days(sats=(3,), number=2, space=200)
    times, read, beyond = unpacked("--by", "day")
    assert times == 0 and beyond > 0 and read - chunks(table, 2) <= 8 < chunks(table, 8)
