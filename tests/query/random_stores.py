# Stores of observations at random, as TileDB writes them: fragments that overlap or not, cells
# written again, deletes, consolidation, a column added later, absent values.
# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pandas as pd
import tiledb

DAY = 86400000
CODES = [12611, 12887, 12878]  # 1C, 2W, 2N
FIELDS = ["range", "snr", "slip"]


def schema(random, duplicates, extent):
    zstd = tiledb.ZstdFilter(level=3)

    def dim(name, high, tile, kind):
        return tiledb.Dim(name, domain=(0, high), tile=tile, dtype=kind,
                          filters=tiledb.FilterList([zstd]))

    domain = tiledb.Domain(dim("time", 4 * 10**12, extent, "i8"), dim("sys", 254, 1, "u1"),
                           dim("sat", 254, 1, "u1"), dim("obs", 65534, 1, "u2"))
    scaled = [tiledb.FilterList([tiledb.FloatScaleFilter(1e-4, 0, 8), zstd]),
              tiledb.FilterList([tiledb.FloatScaleFilter(1e-3, 0, 4), zstd])]
    return tiledb.ArraySchema(
        domain=domain, sparse=True, allows_duplicates=duplicates,
        capacity=int(random.choice([7, 100, 40000])),
        attrs=[tiledb.Attr("range", dtype="f8", filters=scaled[0]),
               tiledb.Attr("snr", dtype="f4", filters=scaled[1]),
               tiledb.Attr("slip", dtype="u2", filters=tiledb.FilterList(
                   [tiledb.BitWidthReductionFilter(), zstd]))])


def cells(random, most):
    """The columns of one delivery: some satellites over some time, some values absent."""
    start = int(random.integers(0, 6)) * DAY // 2 + 19000 * DAY
    length = int(random.choice([DAY // 24, DAY // 2, DAY, 2 * DAY]))
    step = int(random.choice([15000, 30000, 600000]))
    times = np.arange(start, start + length, step)
    sats = random.choice(np.arange(1, 33), int(random.integers(1, 5)), replace=False)
    table = pd.MultiIndex.from_product([times, random.choice(2, 1), sats, CODES]).to_frame()
    if len(table) > most:
        table = table.iloc[:most]
    table = table[random.random(len(table)) < random.choice([0.5, 1.0])]
    if len(table) == 0:
        return cells(random, most)
    count = len(table)
    absent = random.random(count) < 0.05
    snr = np.where(absent, np.nan, np.round(random.uniform(20, 55, count) * 4) / 4)
    return ([table[i].to_numpy(kind) for i, kind in enumerate(["i8", "u1", "u1", "u2"])],
            {"range": np.where(absent, np.nan, np.round(random.uniform(2e7, 3e7, count), 3)),
             "snr": snr.astype("f4"), "slip": random.integers(0, 500, count).astype("u2")})


def write(array, random, time, most):
    coordinates, values = cells(random, most)
    with tiledb.open(str(array), "w", timestamp=time) as opened:
        wanted = {opened.schema.attr(i).name for i in range(opened.schema.nattr)}
        if "late" in wanted:
            values["late"] = values["snr"].astype("f8") * 2
        opened[tuple(coordinates)] = values


def build(array, seed, most=4000):
    """Makes a store; what was done to it is all in the seed."""
    random = np.random.default_rng(seed)
    duplicates = bool(random.random() < 0.3)
    tiledb.Array.create(str(array), schema(random, duplicates, int(random.choice([DAY // 2, DAY]))))
    time = 10
    for _ in range(int(random.integers(1, 7))):
        write(array, random, time, most)
        time += 10
    if random.random() < 0.3:
        context = tiledb.Ctx()
        evolution = tiledb.ArraySchemaEvolution(context)
        evolution.add_attribute(tiledb.Attr("late", dtype="f8", fill=-1.0))
        evolution.array_evolve(str(array))
        write(array, random, time, most)
        time += 10
    if random.random() < 0.3:
        with tiledb.open(str(array), "d", timestamp=time) as opened:
            opened.query(cond="snr < 30 and sat > 5").submit()
        time += 10
    if random.random() < 0.3:
        tiledb.consolidate(str(array))
        if random.random() < 0.5:
            tiledb.vacuum(str(array))
        if random.random() < 0.5:
            write(array, random, 4 * 10**12, most)
    return duplicates


def rows(array, end=None):
    """All rows in row-major order, absent values as NaN."""
    with tiledb.open(str(array), timestamp=end) as opened:
        found = opened.query(order="C" if not opened.schema.allows_duplicates else "U")[:]
    table = pd.DataFrame({name: np.asarray(column) for name, column in found.items()})
    table["snr"] = table["snr"].astype("f8")
    table.loc[table["snr"] < -2e6, "snr"] = np.nan
    table.loc[table["range"] < -9e14, "range"] = np.nan
    return table.sort_values(["time", "sys", "sat", "obs"], kind="stable").reset_index(drop=True)
