# Schemas, writes and slices at random: TileDB writes and garco reads, garco writes and TileDB reads.
# SPDX-License-Identifier: Apache-2.0
import os
import shutil

import numpy as np
import pandas as pd
import tiledb
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from test_arco_tiledb import assert_same, oracle

EXAMPLES = int(os.environ.get("GARCO_EXAMPLES", "25"))
INTEGERS = ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8"]
MASKED = {"i1": "Int8", "u1": "UInt8", "i2": "Int16", "u2": "UInt16", "i4": "Int32", "u4": "UInt32",
          "i8": "Int64", "u8": "UInt64"}

compressors = st.sampled_from([
    tiledb.ZstdFilter(level=3), tiledb.ZstdFilter(level=-1), tiledb.GzipFilter(level=5),
    tiledb.LZ4Filter(level=1), tiledb.Bzip2Filter(level=1), tiledb.RleFilter(),
    tiledb.NoOpFilter()])
checksums = st.sampled_from([None, tiledb.ChecksumMD5Filter(), tiledb.ChecksumSHA256Filter()])
movers = st.sampled_from([None, tiledb.BitShuffleFilter(), tiledb.ByteShuffleFilter(),
                          tiledb.XORFilter(), tiledb.BitWidthReductionFilter(64),
                          tiledb.DeltaFilter()])


@st.composite
def filter_lists(draw, kind):
    chosen = []
    if kind in ("f4", "f8") and draw(st.booleans()):
        width = draw(st.sampled_from([4, 8]))
        chosen.append(tiledb.FloatScaleFilter(draw(st.sampled_from([0.001, 0.25])),
                                              draw(st.sampled_from([0.0, 1.5])), width))
    mover = draw(movers)
    integers_only = isinstance(mover, (tiledb.DeltaFilter, tiledb.BitWidthReductionFilter))
    if mover is not None and not (integers_only and kind in ("f4", "f8") and not chosen):
        chosen.append(mover)
    check = draw(checksums)
    if check is not None:
        chosen.append(check)
    last = draw(compressors)
    if not (chosen and isinstance(last, tiledb.RleFilter)):  # TileDB runs RLE on whole cells only
        chosen.append(last)
    return tiledb.FilterList(chosen)


@st.composite
def dimensions(draw, index):
    kind = draw(st.sampled_from(INTEGERS + ["f4", "f8", "M8[ms]", "M8[ns]"]))
    low = draw(st.integers(-100, 20)) if kind[0] in "ifM" else draw(st.integers(0, 20))
    high = low + draw(st.integers(0, 60))
    extent = draw(st.integers(1, high - low + 1))
    filters = draw(st.one_of(st.none(), filter_lists("i8" if kind[0] == "M" else kind)))
    if kind[0] in "fM":
        filters = tiledb.FilterList([draw(compressors)])
    if kind[0] == "M":
        unit = np.datetime_data(np.dtype(kind))[0]
        domain = (np.datetime64(low, unit), np.datetime64(high, unit))
        return tiledb.Dim(f"d{index}", domain=domain, tile=np.timedelta64(extent, unit), dtype=kind,
                          filters=filters)
    if kind[0] == "f":
        extent = float(max(extent / 2, 0.5))
    return tiledb.Dim(f"d{index}", domain=(low, high), tile=extent, dtype=kind, filters=filters)


@st.composite
def attributes(draw, index):
    kind = draw(st.sampled_from(INTEGERS + ["f4", "f8"]))
    nullable = kind in MASKED and draw(st.booleans())
    return tiledb.Attr(f"a{index}", dtype=kind, nullable=nullable,
                       filters=draw(filter_lists(kind)))


@st.composite
def schemas(draw, duplicates=st.booleans()):
    dims = [draw(dimensions(i)) for i in range(draw(st.integers(1, 3)))]
    attrs = [draw(attributes(i)) for i in range(draw(st.integers(1, 3)))]
    order = st.sampled_from(["row-major", "col-major"])
    return tiledb.ArraySchema(
        domain=tiledb.Domain(*dims), attrs=attrs, sparse=True, capacity=draw(st.integers(1, 50)),
        cell_order=draw(order), tile_order=draw(order), allows_duplicates=draw(duplicates))


def random_cells(schema, random, count):
    """Cells at different places (unless duplicates are allowed), by numpy's generator."""
    columns = {}
    for i in range(schema.domain.ndim):
        dim = schema.domain.dim(i)
        low, high = dim.domain
        if dim.dtype.kind == "f":
            column = np.round(random.uniform(low, high, count) * 2) / 2
            column = (np.clip(column, low, high) + 0.0).astype(dim.dtype)  # garco has no -0
        elif dim.dtype.kind == "M":
            span = int((high - low).astype("i8"))
            column = low + random.integers(0, span + 1, count).astype("m8").astype(
                f"m8[{np.datetime_data(dim.dtype)[0]}]")
        else:
            column = (int(low) + random.integers(0, int(high) - int(low) + 1, count)).astype(
                dim.dtype)
        columns[dim.name] = column
    if not schema.allows_duplicates:
        places = {}
        for i, place in enumerate(zip(*(c.tolist() for c in columns.values()))):
            places[place] = i
        keep = np.array(sorted(places.values()))
        columns = {k: v[keep] for k, v in columns.items()}
        count = len(keep)
    for i in range(schema.nattr):
        attr = schema.attr(i)
        if attr.dtype.kind == "f":
            column = np.round(random.uniform(-1000, 1000, count), 3).astype(attr.dtype)
        else:
            info = np.iinfo(attr.dtype)
            column = np.sort(random.integers(max(info.min, -2**40), min(info.max, 2**40), count,
                                             dtype="i8", endpoint=True)).astype(attr.dtype)
        if attr.isnullable:
            column = np.ma.MaskedArray(column, random.random(count) < 0.3)
        columns[attr.name] = column
    return columns


def tiledb_write(array, schema, columns, timestamp):
    dims = [schema.domain.dim(i).name for i in range(schema.domain.ndim)]
    values = {}
    for i in range(schema.nattr):
        attr = schema.attr(i)
        column = columns[attr.name]
        if attr.isnullable:
            mask = np.ma.getmaskarray(column)
            kind = MASKED[attr.dtype.str[1:]]
            column = pd.arrays.IntegerArray(column.data, mask).astype(kind)
        values[attr.name] = column
    with tiledb.open(str(array), "w", timestamp=timestamp) as opened:
        opened[tuple(columns[d] for d in dims)] = values


@st.composite
def slices(draw, schema):
    ranges = []
    for i in range(schema.domain.ndim):
        dim = schema.domain.dim(i)
        if dim.dtype.kind == "M" or not draw(st.booleans()):
            continue
        low, high = int(dim.domain[0]), int(dim.domain[1])
        for _ in range(draw(st.integers(1, 2))):
            a, b = sorted(draw(st.tuples(st.integers(low, high), st.integers(low, high))))
            ranges.append((i, a, b))
    # TileDB gives what lies in two of its ranges twice; garco once.
    for i in {r[0] for r in ranges}:
        own = sorted(r for r in ranges if r[0] == i)
        for a, b in zip(own, own[1:]):
            if b[1] <= a[2] + 1:
                ranges = [r for r in ranges if r != b]
    return ranges


def ranges_for_tiledb(schema, ranges):
    kinds = [schema.domain.dim(i).dtype for i in range(schema.domain.ndim)]
    return [(i, kinds[i].type(a), kinds[i].type(b)) for i, a, b in ranges]


def check(dump, array, schema, data):
    ranges = data.draw(slices(schema))
    ours = dump.cells(array, raw=True, ranges=ranges)
    theirs = oracle(array, ranges=ranges_for_tiledb(schema, ranges))
    assert_same(ours, theirs, schema.allows_duplicates)
    assert_same(dump.cells(array, raw=True), oracle(array), schema.allows_duplicates)


SETTINGS = settings(max_examples=EXAMPLES, deadline=None, print_blob=True,
                    suppress_health_check=list(HealthCheck))


@SETTINGS
@given(data=st.data())
def test_tiledb_writes_and_garco_reads(tmp_path, dump, data):
    array = tmp_path / "array"
    shutil.rmtree(array, ignore_errors=True)
    schema = data.draw(schemas())
    tiledb.Array.create(str(array), schema)
    random = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    fragments = data.draw(st.integers(1, 4))
    for t in range(fragments):
        tiledb_write(array, schema, random_cells(schema, random, int(random.integers(1, 120))),
                     10 * (t + 1))
    check(dump, array, schema, data)
    t = data.draw(st.integers(1, fragments)) * 10 + data.draw(st.sampled_from([-1, 0]))
    assert_same(dump.cells(array, raw=True, end=t), oracle(array, (0, t)),
                schema.allows_duplicates)
    if data.draw(st.booleans()):
        tiledb.consolidate(str(array))
        check(dump, array, schema, data)
        assert_same(dump.cells(array, raw=True, end=t), oracle(array, (0, t)),
                    schema.allows_duplicates)


@SETTINGS
@given(data=st.data())
def test_garco_writes_and_tiledb_reads(tmp_path, dump, data):
    array = tmp_path / "array"
    shutil.rmtree(array, ignore_errors=True)
    schema = data.draw(schemas())
    tiledb.Array.create(str(array), schema)
    random = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    for t in range(data.draw(st.integers(1, 3))):
        columns = random_cells(schema, random, int(random.integers(1, 120)))
        if data.draw(st.booleans()):
            dump.write(array, columns)
        else:
            tiledb_write(array, schema, columns, 10 * (t + 1))
    check(dump, array, schema, data)
    if data.draw(st.booleans()):
        tiledb.consolidate(str(array))
        tiledb.vacuum(str(array))
        check(dump, array, schema, data)
