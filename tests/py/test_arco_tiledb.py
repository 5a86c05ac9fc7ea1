# What garco reads in arrays that TileDB wrote, and what TileDB reads in garco's.
# SPDX-License-Identifier: Apache-2.0
import os
import shutil
import zlib

import numpy as np
import pytest
import tiledb

from arco_reader import Refused

def times_of(array):
    """Every time in the names of an array's fragments, commits and schemas."""
    times = set()
    for folder, folders, files in os.walk(array):
        for name in folders + files:
            parts = name.split("_")
            if name.startswith("__") and len(parts) > 4 and parts[2].isdigit():
                times |= {int(parts[2]), int(parts[3])}
    return sorted(times)


def chosen(cells, names, ranges):
    """Those of the cells that lie in the ranges."""
    keep = np.ones(len(cells[names[0]]), bool)
    for dimension in {r[0] for r in ranges}:
        column = cells[names[dimension]]
        if column.dtype.kind == "M":
            column = column.astype("i8")
        own = [(column >= low) & (column <= high) for d, low, high in ranges if d == dimension]
        keep &= np.logical_or.reduce(own)
    return {k: v[keep] for k, v in cells.items()}


def oracle(array, timestamp=None, ranges=None, fields=None):
    """TileDB's cells in row-major order: {name: values}, {name: validity}."""
    with tiledb.open(str(array), timestamp=timestamp) as opened:
        schema = opened.schema
        names = [schema.domain.dim(i).name for i in range(schema.domain.ndim)]
        attributes = [schema.attr(i).name for i in range(schema.nattr)]
        if fields is not None:
            attributes = [a for a in attributes if a in fields]
        query = opened.query(attrs=attributes, coords=True, order="C")
        nullable = any(schema.attr(i).isnullable for i in range(schema.nattr))
        if ranges and nullable:  # multi_index does not say which values are null
            cells = chosen(query[:], names, ranges)
        elif ranges:
            index = [slice(None)] * len(names)
            for dimension, low, high in ranges:
                if not isinstance(index[dimension], list):
                    index[dimension] = []
                index[dimension].append(slice(low, high))
            cells = query.multi_index[tuple(index)]
        else:
            cells = query[:]
    values, validity = {}, {}
    for name in names + attributes:
        column = cells[name]
        if isinstance(column, np.ma.MaskedArray):
            validity[name] = (~np.ma.getmaskarray(column)).astype("u1")
            column = column.data
        values[name] = np.asarray(column)
    return values, validity


def bytes_of(column):
    """Cells of variable length as bytes."""
    plain = [c.encode() if isinstance(c, str) else bytes(c) for c in column]
    return np.array(plain + [None], object)[:-1]


def numbered(ours, theirs, name):
    """Cells of variable length as numbers, the same for the same bytes."""
    columns = [bytes_of(cells[0].get(name, ())) for cells in (ours, theirs)]
    known = {cell: i for i, cell in enumerate(sorted(set(columns[0]) | set(columns[1])))}
    for cells, column in zip((ours, theirs), columns):
        if cells[0]:
            cells[0][name] = np.array([known[c] for c in column], "u4")


def rows_of(cells, names):
    values, validity = cells
    if not values or len(next(iter(values.values()))) == 0:
        return np.empty(0, "u1")
    columns = []
    for name in names:
        column = np.ascontiguousarray(values[name])
        if name in validity:  # what a null holds means nothing
            column = np.where(validity[name] != 0, column, np.zeros(1, column.dtype))
            columns.append(validity[name].reshape(-1, 1))
        columns.append(np.ascontiguousarray(column).view("u1").reshape(len(column), -1))
    return np.concatenate(columns, axis=1)


def assert_same(ours, theirs, duplicates=False):
    names = list(theirs[0])
    for name in names:
        if theirs[0][name].dtype.kind in "OUS" or name in ours[0] and ours[0][name].dtype == "O":
            numbered(ours, theirs, name)
    a, b = rows_of(ours, names), rows_of(theirs, names)
    assert len(a) == len(b)
    if len(a) == 0:
        return
    assert set(ours[0]) == set(names)
    if duplicates:
        a, b = a[np.lexsort(a.T)], b[np.lexsort(b.T)]
    for name in names:
        assert ours[0][name].dtype.itemsize == theirs[0][name].dtype.itemsize, name
    assert np.array_equal(a, b), [
        n for n in names if ours[0][n].tobytes() != theirs[0][n].tobytes()]


@pytest.mark.parametrize("name", ["basic", "many", "cons", "del_cons", "evo", "multi_dups"])
def test_small_memory_gives_the_same_cells(arrays, dump, name):
    array = arrays / "arr" / name
    whole = dump.cells(array)
    for memory in (1, 500_000):
        again = dump.cells(array, memory=memory)
        for field in whole[0]:
            assert whole[0][field].tobytes() == again[0][field].tobytes(), (memory, field)


def test_chosen_fields_come_as_asked(arrays, dump):
    array = arrays / "arr/basic"
    whole, _ = dump.cells(array)
    some, _ = dump.cells(array, fields=["snr", "time", "fcn"])
    assert list(some) == ["snr", "time", "fcn"]
    for field in some:
        assert some[field].tobytes() == whole[field].tobytes()
    with pytest.raises(Refused, match='no field "nothing"'):
        dump.cells(array, fields=["nothing"])


@pytest.mark.parametrize("low, high", [
    ("5209", "5209"), ("5", "5999"), (None, "5209"), ("M", None), (None, None), ("", "M1"),
    ("52090", "5210"), ("Z", "A"), ("~", None)])
@pytest.mark.parametrize("memory", [0, 1])
def test_text_ranges(arrays, dump, low, high, memory):
    array = arrays / "arr/es_shot"
    text = [(1, low or "-", high or "-")] if low != "" else [(1, "", high)]
    values, validity = oracle(array)
    names = values["transponderID"]
    keep = np.array([(low is None or c >= low.encode()) and (high is None or c <= high.encode())
                     for c in names])
    theirs = {k: v[keep] for k, v in values.items()}, {k: v[keep] for k, v in validity.items()}
    assert_same(dump.cells(array, raw=True, texts=text, memory=memory), theirs)
    times = np.sort(values["pingTime"].astype("i8"))
    first, last = int(times[len(times) // 3]), int(times[-len(times) // 4])
    inside = keep & (values["pingTime"].astype("i8") >= first)
    inside &= values["pingTime"].astype("i8") <= last
    theirs = {k: v[inside] for k, v in values.items()}, {
        k: v[inside] for k, v in validity.items()}
    ours = dump.cells(array, raw=True, texts=text, ranges=[(0, first, last)], memory=memory)
    assert_same(ours, theirs)


TEXT_FILTERS = {
    "none": [], "zstd": [tiledb.ZstdFilter(3)], "rle": [tiledb.RleFilter()],
    "dictionary": [tiledb.DictionaryFilter()],
    "rle_zstd": [tiledb.RleFilter(), tiledb.ZstdFilter(3)],
    "dictionary_gzip": [tiledb.DictionaryFilter(), tiledb.GzipFilter(3)],
    "checksum": [tiledb.ChecksumMD5Filter(), tiledb.LZ4Filter(3)],
}


def texts(random, count, kind):
    if kind == "empty":
        return [""] * count
    lengths = {"short": (0, 4), "long": (0, 3000), "runs": (2, 5)}[kind]
    words = ["".join(random.choice(list("abcdZ,\" 9"), random.integers(*lengths)))
             for _ in range(50)]
    chosen = np.sort(random.integers(0, 50, count)) if kind == "runs" else random.integers(
        0, 50, count)
    return [words[i] for i in chosen]


# TileDB-Py writes no empty arrays of numbers.
TEXT_CASES = [(n, k, t) for t in ("ascii", "U0", "f8", "i4", "bytes") for n in TEXT_FILTERS
              for k in ("short", "long", "runs", "empty")
              if t in ("ascii", "U0") or not n.startswith(("rle", "dictionary"))
              if t in ("ascii", "U0", "bytes") or k in ("long", "runs")]


@pytest.mark.parametrize("name, kind, dtype", TEXT_CASES)
def test_cells_of_variable_length(tmp_path, dump, name, kind, dtype):
    random = np.random.default_rng(TEXT_CASES.index((name, kind, dtype)))
    numbers = dtype in ("f8", "i4")
    domain = tiledb.Domain(tiledb.Dim("x", domain=(0, 10**6), tile=1000, dtype="i8"))
    attribute = tiledb.Attr("a", dtype=np.dtype(dtype) if numbers else dtype, var=True,
                            nullable=kind == "short" and name == "zstd",
                            filters=filters(*TEXT_FILTERS[name]))
    array = tmp_path / "array"
    tiledb.Array.create(str(array), tiledb.ArraySchema(
        domain, [attribute, tiledb.Attr("n", dtype="i4")], sparse=True, capacity=1000))
    for timestamp in (1, 2):
        x = np.sort(random.choice(10_000, 3000, replace=False))
        column = np.empty(3000, object)
        for i, text in enumerate(texts(random, 3000, kind)):
            column[i] = (np.frombuffer(text.encode() * 8, dtype) if numbers
                         else text.encode() if dtype == "bytes" else text)
        if dtype == "ascii":
            column = np.array(column, "S")
        with tiledb.open(str(array), "w", timestamp=timestamp) as opened:
            opened[x] = {"a": column, "n": np.arange(3000, dtype="i4")}
    assert_same(dump.cells(array, raw=True), oracle(array))
    for memory in (0, 1):
        ours = dump.cells(array, raw=True, ranges=[(0, 100, 4000), (0, 7000, 7100)], memory=memory)
        assert_same(ours, oracle(array, ranges=[(0, 100, 4000), (0, 7000, 7100)]))


@pytest.mark.parametrize("name", ["rle", "dictionary", "zstd", "rle_zstd"])
@pytest.mark.parametrize("length, count", [(3, 100_000), (3_000_000, 2)])
def test_texts_that_pack_to_nearly_nothing(tmp_path, dump, name, length, count):
    """Such chunks were taken for damage: all cells of a tile are one run, and a cell is never cut."""
    array = tmp_path / "array"
    domain = tiledb.Domain(tiledb.Dim("x", domain=(0, 10**6), tile=10**6, dtype="i8"))
    attribute = tiledb.Attr("a", dtype="ascii", var=True, filters=filters(*TEXT_FILTERS[name]))
    tiledb.Array.create(str(array), tiledb.ArraySchema(
        domain, [attribute], sparse=True, capacity=count))
    with tiledb.open(str(array), "w", timestamp=1) as opened:
        opened[np.arange(count)] = {"a": np.array([b"a" * length] * count, "S")}
    assert_same(dump.cells(array, raw=True), oracle(array))


@pytest.mark.parametrize("dims", ["t", "tx", "xt", "tu"])
@pytest.mark.parametrize("duplicates", [False, True])
@pytest.mark.parametrize("order", ["row-major", "col-major"])
def test_text_dimensions(tmp_path, dump, dims, duplicates, order):
    random = np.random.default_rng(5)
    words = np.array(["", "a", "ab", "abcdefgh", "abcdefghi", "abcdefghj", "b", "zz", "~~~~"], "S")
    kinds = {"x": tiledb.Dim("x", domain=(0, 1000), tile=10, dtype="i4"),
             "t": tiledb.Dim("t", domain=(None, None), tile=None, dtype="ascii"),
             "u": tiledb.Dim("u", domain=(None, None), tile=None, dtype="ascii")}
    array = tmp_path / "array"
    tiledb.Array.create(str(array), tiledb.ArraySchema(
        tiledb.Domain(*(kinds[d] for d in dims)), [tiledb.Attr("n", dtype="i8")], sparse=True,
        capacity=7, cell_order=order, tile_order=order, allows_duplicates=duplicates))
    for timestamp in range(1, 5):
        cells = {tuple(words[random.integers(1, len(words))] if d in "tu" else
                       random.integers(0, 50) for d in dims) for _ in range(60)}
        columns = [np.array([c[i] for c in cells], "S" if d in "tu" else "i4")
                   for i, d in enumerate(dims)]
        with tiledb.open(str(array), "w", timestamp=timestamp) as opened:
            opened[tuple(columns)] = np.arange(len(cells)) + 1000 * timestamp
    for end in (1, 2, 3, 4, 9):
        for memory in (0, 1):
            ours = dump.cells(array, raw=True, end=end, memory=memory)
            assert_same(ours, oracle(array, (0, end)), duplicates)
    tiledb.consolidate(str(array))
    tiledb.vacuum(str(array))
    for end in (1, 2, 3, 4, 9):
        assert_same(dump.cells(array, raw=True, end=end), oracle(array, (0, end)), duplicates)
    whole = oracle(array)
    for low, high in (("a", "abcdefgh"), ("abcdefghi", "b"), ("zz", "zz")):
        keep = np.array([low.encode() <= c <= high.encode() for c in whole[0]["t"]])
        ours = dump.cells(array, raw=True, texts=[(dims.index("t"), low, high)])
        assert_same(ours, ({k: v[keep] for k, v in whole[0].items()}, {}), duplicates)
    low, high = sorted(whole[0]["t"])[0], sorted(whole[0]["t"])[-1]
    assert f'domain t "{low.decode()}" "{high.decode()}"' in dump.info(array)


def test_metadata(arrays, dump):
    for name in ("two_meta", "two_metav"):
        array = arrays / "arr" / name
        times = times_of(array)
        for end in [*times, 2**62]:
            with tiledb.open(str(array), timestamp=end) as opened:
                theirs = {k: opened.meta[k] for k in opened.meta}
            lines = dump.run("meta", array, "--end", end).decode().splitlines()
            ours = dict(line.split(" ", 1) for line in lines)
            assert {k.removeprefix("__np_flat_") for k in ours} == set(theirs)
            for key, value in theirs.items():
                if isinstance(value, str):
                    kind, _, text = ours[key].split(" ")
                    assert kind == "string_utf8" and bytes.fromhex(text).decode() == value


# ---------------------------------------------------------------- writing


def filters(*chosen):
    return tiledb.FilterList(chosen)


def earthscope_schema(capacity=500_000):
    zstd = tiledb.ZstdFilter(level=7)
    scaled = lambda step, width: filters(tiledb.FloatScaleFilter(step, 0, width), zstd)
    narrow = filters(tiledb.BitWidthReductionFilter(256), zstd)
    domain = tiledb.Domain(
        tiledb.Dim("time", domain=(315964800000, 4102444800000), tile=43200000, dtype="i8",
                   filters=filters(zstd)),
        tiledb.Dim("sys", domain=(0, 254), tile=1, dtype="u1", filters=filters(zstd)),
        tiledb.Dim("sat", domain=(0, 254), tile=1, dtype="u1", filters=filters(zstd)),
        tiledb.Dim("obs", domain=(0, 65534), tile=1, dtype="u2", filters=filters(zstd)))
    attributes = [tiledb.Attr(n, dtype="f8", filters=scaled(1e-4, 8))
                  for n in ("range", "phase", "doppler")]
    attributes += [tiledb.Attr("snr", dtype="f4", filters=scaled(1e-3, 4))]
    attributes += [tiledb.Attr(n, dtype="u2", filters=narrow) for n in ("slip", "flags")]
    attributes += [tiledb.Attr("fcn", dtype="i1", filters=filters(zstd))]
    return tiledb.ArraySchema(
        domain=domain, attrs=attributes, sparse=True, capacity=capacity, cell_order="row-major",
        tile_order="row-major", allows_duplicates=False,
        offsets_filters=filters(tiledb.PositiveDeltaFilter(1024),
                                tiledb.BitWidthReductionFilter(256), zstd))


def observations(seed, epochs=300, start=1_700_000_000_000, step=30_000, missing=False):
    """Cells as a receiver gives them, in the order of epochs."""
    random = np.random.default_rng(seed)
    series = [(system, sat, code) for system in (0, 1, 4) for sat in range(1, 6)
              for code in (12611, 12631, 13655)]
    rows = [(start + step * e, *s) for e in range(epochs) for s in series
            if random.random() < 0.9]
    time, system, sat, obs = (np.array(x) for x in zip(*rows))
    n = len(rows)
    cells = {"time": time.astype("i8"), "sys": system.astype("u1"), "sat": sat.astype("u1"),
             "obs": obs.astype("u2"),
             "range": np.round(random.uniform(2e7, 2.6e7, n), 3),
             "phase": np.round(random.uniform(-1e8, 1.4e8, n), 3),
             "doppler": np.round(random.normal(0, 3000, n), 3),
             "snr": np.round(random.uniform(20, 55, n), 2).astype("f4"),
             "slip": random.integers(0, 3, n).astype("u2"),
             "flags": random.integers(0, 8, n).astype("u2"),
             "fcn": random.integers(-7, 7, n).astype("i1")}
    if missing:
        for name in ("range", "phase", "doppler", "snr"):
            cells[name][random.random(n) < 0.05] = np.nan
    return cells


def tiledb_write(array, cells, timestamp):
    with tiledb.open(str(array), "w", timestamp=timestamp) as opened:
        dims = [opened.schema.domain.dim(i).name for i in range(opened.schema.domain.ndim)]
        opened[tuple(cells[d] for d in dims)] = {
            k: v for k, v in cells.items() if k not in dims}


def fragment_files(array, name=None):
    place = array / "__fragments"
    (name,) = [name] if name else os.listdir(place)
    return {f: (place / name / f).read_bytes() for f in os.listdir(place / name)}


def chunks(data):
    """The chunks of a data file as (original size, metadata, data)."""
    at, found = 0, []
    while at < len(data):
        count = int.from_bytes(data[at:at + 8], "little")
        at += 8
        for _ in range(count):
            sizes = [int.from_bytes(data[at + 4 * i:at + 4 * i + 4], "little") for i in range(3)]
            at += 12
            found.append((sizes[0], data[at:at + sizes[2]],
                          data[at + sizes[2]:at + sizes[2] + sizes[1]]))
            at += sizes[1] + sizes[2]
    return found


def test_preset_is_earthscopes_schema(tmp_path, dump):
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    dump.run("create", ours)
    tiledb.Array.create(str(theirs), earthscope_schema())
    with tiledb.open(str(ours)) as a, tiledb.open(str(theirs)) as b:
        assert str(a.schema) == str(b.schema)
        assert a.schema == b.schema
    tree = lambda p: sorted(d.name for d in p.rglob("*") if d.is_dir())
    assert tree(ours) == tree(theirs)
    payload = lambda p: next(f for f in (p / "__schema").iterdir() if f.is_file()).read_bytes()
    assert len(payload(ours)) == len(payload(theirs))
    with pytest.raises(Refused, match="GARCO_ERR_EXISTS"):
        dump.run("create", ours)


@pytest.mark.parametrize("capacity, missing", [(500_000, False), (1_000, False), (1_000, True)])
def test_fragments_are_libtiledbs(tmp_path, dump, capacity, missing):
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    cells = observations(7, missing=missing)
    for array in (ours, theirs):
        tiledb.Array.create(str(array), earthscope_schema(capacity))
    dump.write(ours, cells)
    tiledb_write(theirs, cells, 50)
    a, b = fragment_files(ours), fragment_files(theirs)
    assert set(a) == set(b)
    for name in a:
        if name == "__fragment_metadata.tdb":
            continue
        if a[name] == b[name]:
            continue
        # Another zstd: the same chunks, once they are unpacked.
        x, y = chunks(a[name]), chunks(b[name])
        assert [c[0] for c in x] == [c[0] for c in y], name
    assert_same(dump.cells(theirs, raw=True), dump.cells(ours, raw=True))
    assert_same(dump.cells(ours, raw=True), oracle(ours))
    assert_same(oracle(theirs), oracle(ours))
    if missing:
        whole, _ = dump.cells(ours)
        order = np.lexsort([cells[n] for n in ("obs", "sat", "sys", "time")])
        for name in ("range", "phase", "doppler", "snr"):
            assert np.array_equal(np.isnan(whole[name]), np.isnan(cells[name][order])), name


def generic_tiles(data):
    """The unpacked generic tiles of a fragment's metadata file, in their order."""
    at, found = 0, []
    while data[at + 20:at + 21] == b"\x04" and data[at + 21:at + 29] == (1).to_bytes(8, "little"):
        packed = int.from_bytes(data[at + 4:at + 12], "little")
        pipeline = int.from_bytes(data[at + 30:at + 34], "little")
        at += 34 + pipeline
        found.append(b"".join(zlib.decompress(c[2]) for c in chunks(data[at:at + packed])))
        at += packed
    return found, data[at:]


@pytest.mark.parametrize("capacity, missing", [(500_000, False), (1_000, False), (1_000, True)])
def test_fragment_metadata_are_libtiledbs(tmp_path, dump, capacity, missing):
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    cells = observations(8, missing=missing)
    for array in (ours, theirs):
        tiledb.Array.create(str(array), earthscope_schema(capacity))
    dump.write(ours, cells)
    tiledb_write(theirs, cells, 50)
    a, b = fragment_files(ours), fragment_files(theirs)
    tiles, footer = generic_tiles(a["__fragment_metadata.tdb"])
    expected, other = generic_tiles(b["__fragment_metadata.tdb"])
    assert len(tiles) == len(expected) == 1 + 8 * 12 + 2
    assert len(footer) == len(other)
    same = all(a[f] == b[f] for f in a if f != "__fragment_metadata.tdb")
    for i, (x, y) in enumerate(zip(tiles, expected)):
        if 1 <= i <= 12 and not same:
            continue  # offsets in files of another zstd
        assert x == y, i


def merged(*batches):
    """The cells that are left when later batches replace earlier ones, in row-major order."""
    found = {}
    for cells in batches:
        names = list(cells)
        for row in zip(*(cells[n] for n in names)):
            found[row[:4]] = row
    rows = [found[k] for k in sorted(found)]
    return {n: np.array([r[i] for r in rows], batches[0][n].dtype) for i, n in enumerate(names)}


def test_tiledb_goes_on_with_garcos_array(tmp_path, dump):
    array = tmp_path / "array"
    dump.run("create", array)
    first, second = observations(1), observations(2, start=1_700_000_000_000 + 30_000 * 200)
    dump.write(array, first)
    dump.write(array, second)
    assert len(times_of(array)) == 3
    whole = oracle(array)
    assert_same(dump.cells(array, raw=True), whole)
    expected = merged(first, second)
    for name in ("time", "sys", "sat", "obs", "slip", "flags", "fcn"):
        assert np.array_equal(whole[0][name], expected[name]), name
    for name, step in (("range", 1e-4), ("phase", 1e-4), ("doppler", 1e-4), ("snr", 1e-3)):
        assert np.allclose(whole[0][name], expected[name], rtol=1e-6, atol=step), name
    times = times_of(array)
    for config in ({"sm.consolidation.mode": "fragments", "sm.vacuum.mode": "fragments"},
                   {"sm.consolidation.mode": "commits", "sm.vacuum.mode": "commits"},
                   {"sm.consolidation.mode": "fragment_meta",
                    "sm.vacuum.mode": "fragment_meta"}):
        tiledb.consolidate(str(array), config=tiledb.Config(config))
        assert_same(dump.cells(array, raw=True), whole)
        tiledb.vacuum(str(array), config=tiledb.Config(config))
        assert_same(dump.cells(array, raw=True), whole)
        for time in times:
            assert_same(dump.cells(array, raw=True, end=time), oracle(array, (0, time)))
    third = observations(3, epochs=50, start=1_700_000_000_000)
    dump.write(array, third)
    assert_same(dump.cells(array, raw=True), oracle(array))
    with tiledb.open(str(array), "d") as opened:
        opened.query(cond="snr < 30 and sat == 3").submit()
    assert_same(dump.cells(array, raw=True), oracle(array))
    tiledb.consolidate(str(array))
    assert_same(dump.cells(array, raw=True), oracle(array))


def test_writing_is_refused(tmp_path, dump):
    array = tmp_path / "array"
    dump.run("create", array)
    good = observations(4, epochs=2)
    double = {k: np.concatenate([v, v[:1]]) for k, v in good.items()}
    with pytest.raises(Refused, match="two cells at time = 1700000000000, sys = 0"):
        dump.write(array, double)
    outside = dict(good, time=good["time"] - 1_700_000_000_000)
    with pytest.raises(Refused, match=r"time = 0, outside the array's domain \[315964800000"):
        dump.write(array, outside)
    huge = dict(good, snr=good["snr"] * 1e9)
    with pytest.raises(Refused, match='"snr": float_scale of 0.001 to 4 bytes cannot hold'):
        dump.write(array, huge)
    with pytest.raises(Refused, match='"fcn": the cells to write have no such column'):
        dump.write(array, {k: v for k, v in good.items() if k != "fcn"})
    with pytest.raises(Refused, match='no field "more"'):
        dump.write(array, dict(good, more=good["snr"]))
    assert os.listdir(array / "__fragments") == [] and os.listdir(array / "__commits") == []
    assert dump.cells(array) == ({}, {})


def test_uncommitted_and_lost(tmp_path, dump):
    array = tmp_path / "array"
    dump.run("create", array)
    name = dump.write(array, observations(5, epochs=3))
    commit = array / "__commits" / f"{name}.wrt"
    commit.unlink()
    assert dump.cells(array) == ({}, {})
    commit.touch()
    assert len(dump.cells(array)[0]["time"]) > 0
    shutil.rmtree(array / "__fragments" / name)
    with pytest.raises(Refused, match=f"{name} is committed by __commits/{name}.wrt or a .con "
                       "file there, and its folder is not there in __fragments"):
        dump.cells(array)


def test_killed_writers_leave_whole_fragments(tmp_path, dump):
    array = tmp_path / "array"
    dump.run("create", array)
    kills, committed = 0, 0
    random = np.random.default_rng(11)
    for i in range(25):
        cells = observations(100 + i, epochs=60, start=1_700_000_000_000 + 1_800_000 * i)
        delay = random.uniform(0, 0.06)
        if dump.write_and_kill(array, cells, delay):
            kills += 1
        committed = len(os.listdir(array / "__commits"))
        ours = dump.cells(array, raw=True)
        assert_same(ours, oracle(array))
        starts = set() if not ours[0] else set((ours[0]["time"] - 1_700_000_000_000) // 1_800_000)
        assert len(starts) == committed
    assert kills > 0
    dump.write(array, observations(99, epochs=3))
    assert_same(dump.cells(array, raw=True), oracle(array))
