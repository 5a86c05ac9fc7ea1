# The same schema and the same cells, written by TileDB and by garco: the same bytes, but for names and
# times, and for what two builds of a general compressor make of the same bytes.
# SPDX-License-Identifier: Apache-2.0
import bz2
import json
import os
import subprocess
import zlib

import lz4.block
import numpy as np
import pandas as pd
import pytest
import tiledb
import zstandard

from arco_reader import ROOT
from test_arco_tiledb import fragment_files, generic_tiles, oracle

GARCO = os.environ.get("GARCO", str(ROOT / "build/release/cli/garco"))
INTEGERS = ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8"]
MASKED = {"i1": "Int8", "u1": "UInt8", "i2": "Int16", "u2": "UInt16", "i4": "Int32", "u4": "UInt32",
          "i8": "Int64", "u8": "UInt64"}
SIZES = {"u1": 1, "i1": 1, "u2": 2, "i2": 2, "u4": 4, "i4": 4, "u8": 8, "i8": 8, "f4": 4, "f8": 8}
SIGNED = {1: "INT8", 2: "INT16", 4: "INT32", 8: "INT64"}

ZSTD, GZIP = tiledb.ZstdFilter(level=7), tiledb.GzipFilter(level=5)
LZ4, BZIP2 = tiledb.LZ4Filter(level=1), tiledb.Bzip2Filter(level=1)
RLE, BITS, BYTES = tiledb.RleFilter(), tiledb.BitShuffleFilter(), tiledb.ByteShuffleFilter()
MD5, SHA = tiledb.ChecksumMD5Filter(), tiledb.ChecksumSHA256Filter()
XOR, DELTA = tiledb.XORFilter(), tiledb.DeltaFilter()
DOUBLE = tiledb.DoubleDeltaFilter()
NARROW, RISING = tiledb.BitWidthReductionFilter(256), tiledb.PositiveDeltaFilter(1024)


def as_type(filter_class, size):
    return filter_class(reinterp_dtype=getattr(np, SIGNED[size].lower()))


def attributes():
    """{name: (kind, filters, how the values run)} of every filter on every type that takes it."""
    chosen = {}

    def add(label, kind, filters, run="steps"):
        chosen[f"{label}_{kind}"] = (kind, filters, run)

    for kind in INTEGERS:
        for label, filters in (("none", []), ("zstd", [ZSTD]), ("gzip", [GZIP]), ("lz4", [LZ4]),
                               ("bzip2", [BZIP2]), ("rle", [RLE]), ("delta", [DELTA, ZSTD]),
                               ("double", [DOUBLE]), ("doublez", [DOUBLE, BYTES, ZSTD]),
                               ("narrow", [NARROW, ZSTD]), ("bits", [BITS, LZ4]),
                               ("bytes", [BYTES, ZSTD]), ("xor", [XOR, BITS, ZSTD]),
                               ("md5", [MD5, ZSTD]), ("sha", [DELTA, SHA]),
                               ("checked", [ZSTD, MD5, SHA]), ("many", [XOR, NARROW, BYTES, GZIP])):
            add(label, kind, filters)
        add("rising", kind, [RISING, NARROW, ZSTD], "rising")
        add("runs", kind, [RLE, ZSTD], "runs")
    for kind in ("f4", "f8"):
        size = SIZES[kind]
        for label, filters in (("none", []), ("zstd", [ZSTD]), ("bits", [BITS, ZSTD]),
                               ("xor", [XOR, BYTES, ZSTD]),
                               ("delta", [as_type(tiledb.DeltaFilter, size), ZSTD]),
                               ("sha", [SHA])):
            add(label, kind, filters)
        for width in (1, 2, 4, 8):
            scale = tiledb.FloatScaleFilter(0.25, -1.5, width)
            add(f"scale{width}", kind, [scale, ZSTD], "small")
            add(f"scaled{width}", kind, [scale, DELTA, DELTA, BYTES, ZSTD], "small")
            add(f"scaledd{width}", kind, [scale, DOUBLE, BITS, MD5], "small")
            add(f"scalen{width}", kind, [scale, NARROW, XOR, ZSTD], "small")
    return chosen


def values(kind, run, count, random):
    if kind[0] == "f":
        return np.round(random.normal(0, 3 if run == "small" else 1e5, count), 3).astype(kind)
    info = np.iinfo(kind)
    step = 1 if info.max < 1000 else 37
    if run == "rising":
        return np.sort(random.integers(0, min(info.max, 2**40), count, dtype="i8",
                                       endpoint=True)).astype(kind)
    if run == "runs":
        return np.repeat(random.integers(0, 3, count // 7 + 1), 7)[:count].astype(kind)
    walk = np.cumsum(random.integers(-step, step + 1, count)) + 10
    return np.clip(walk, info.min // 4, info.max // 4).astype(kind)


def fields(kinds):
    attrs, columns = [], {}
    for name, (kind, filters, run) in kinds.items():
        attrs.append(tiledb.Attr(name, dtype=kind, filters=tiledb.FilterList(filters)))
        columns[name] = (kind, run)
    return attrs, columns


def schema_of(attrs, dims, **how):
    return tiledb.ArraySchema(domain=tiledb.Domain(*dims), attrs=attrs, sparse=True, **how)


def make_both(tmp_path, schema):
    """The schema made by TileDB, and by garco of what it says of that."""
    theirs, ours = tmp_path / "theirs", tmp_path / "ours"
    tiledb.Array.create(str(theirs), schema)
    told = subprocess.run([GARCO, "info", "--json", theirs], capture_output=True, check=True).stdout
    (tmp_path / "schema.json").write_bytes(json.dumps(json.loads(told)["schema"]).encode())
    subprocess.run([GARCO, "create", "--schema", tmp_path / "schema.json", ours], check=True)
    with tiledb.open(str(theirs)) as a, tiledb.open(str(ours)) as b:
        assert str(a.schema) == str(b.schema) and a.schema == b.schema
    payload = []
    for array in (theirs, ours):
        (file,) = (f for f in (array / "__schema").iterdir() if f.is_file())
        payload.append(unpacked_tile(file.read_bytes()))
    assert payload[0] == payload[1]
    return theirs, ours


def unpacked_tile(data):
    pipeline = int.from_bytes(data[30:34], "little")
    return b"".join(zlib.decompress(chunk["data"]) for chunk in chunks(data[34 + pipeline:]))


def chunks(data):
    at = 0
    while at < len(data):
        count = int.from_bytes(data[at:at + 8], "little")
        at += 8
        for _ in range(count):
            original, size, meta = (int.from_bytes(data[at + 4 * i:at + 4 * i + 4], "little")
                                    for i in range(3))
            at += 12
            yield {"original": original, "meta": data[at:at + meta],
                   "data": data[at + meta:at + meta + size]}
            at += meta + size


UNPACK = {"ZstdFilter": lambda b, n: zstandard.ZstdDecompressor().decompress(b, max_output_size=n),
          "GzipFilter": lambda b, n: zlib.decompress(b),
          "Bzip2Filter": lambda b, n: bz2.decompress(b),
          "LZ4Filter": lambda b, n: lz4.block.decompress(b, uncompressed_size=n)}


def unpacked(chunk, filters):
    """What of a chunk does not depend on the build of a compressor."""
    names = [type(f).__name__ for f in filters]
    general = [i for i, n in enumerate(names) if n in UNPACK]
    if not general:
        return chunk
    meta = chunk["meta"]
    if general != [len(names) - 1]:  # checksums of packed bytes: of other bytes, other sums
        checks = names[general[0] + 1:]
        assert set(checks) <= {"ChecksumMD5Filter", "ChecksumSHA256Filter"}
        return {"original": chunk["original"], "meta": len(meta), "data": None}
    nmeta, ndata = (int.from_bytes(meta[4 * i:4 * i + 4], "little") for i in range(2))
    at, parts = 0, []
    assert len(meta) == 8 + 8 * (nmeta + ndata)
    for i in range(nmeta + ndata):
        size, packed = (int.from_bytes(meta[8 + 8 * i + 4 * k:12 + 8 * i + 4 * k], "little")
                        for k in range(2))
        part = UNPACK[names[-1]](chunk["data"][at:at + packed], size)
        assert len(part) == size
        parts.append(part)
        at += packed
    assert at == len(chunk["data"])
    return {"original": chunk["original"], "meta": (nmeta, ndata), "data": parts}


def has_garbage(filters):
    """Offsets of full windows are what was in memory: chunks with them cannot be compared whole."""
    return "BitWidthReductionFilter" in [type(f).__name__ for f in filters]


def compare_files(ours, theirs, schema):
    a, b = fragment_files(ours), fragment_files(theirs)
    assert set(a) == set(b)
    same_sizes = True
    for name in sorted(a):
        if name == "__fragment_metadata.tdb":
            continue
        index = int("".join(c for c in name.split("_")[0].split(".")[0] if c.isdigit()))
        if "validity" in name:
            filters = schema.validity_filters
        elif name[0] == "a":
            filters = schema.attr(index).filters
        else:
            filters = schema.domain.dim(index).filters
            if len(filters) == 0:
                filters = schema.coords_filters
        same_sizes &= len(a[name]) == len(b[name])
        if a[name] == b[name]:
            continue
        ours_are, theirs_are = list(chunks(a[name])), list(chunks(b[name]))
        assert len(ours_are) == len(theirs_are), name
        for x, y in zip(ours_are, theirs_are):
            if has_garbage(filters):
                assert x["original"] == y["original"], name
            else:
                assert unpacked(x, filters) == unpacked(y, filters), (name, list(filters))
    return same_sizes


def compare_metadata(ours, theirs, nslots, same_sizes):
    tiles, footer = generic_tiles(fragment_files(ours)["__fragment_metadata.tdb"])
    expected, other = generic_tiles(fragment_files(theirs)["__fragment_metadata.tdb"])
    assert len(tiles) == len(expected) == 1 + 8 * nslots + 2
    for i, (x, y) in enumerate(zip(tiles, expected)):
        offsets = 1 <= i <= nslots or 1 + 3 * nslots <= i < 1 + 4 * nslots
        if offsets and not same_sizes:
            assert len(x) == len(y)
        else:
            assert x == y, (i, (i - 1) // nslots, (i - 1) % nslots)
    assert len(footer) == len(other)


def compare_info(ours, theirs):
    """What TileDB-Py prints of the fragments."""
    a, b = (tiledb.array_fragments(str(x)) for x in (ours, theirs))
    for what in ("cell_num", "has_consolidated_metadata", "nonempty_domain", "sparse", "version"):
        assert getattr(a, what) == getattr(b, what), what
    for uri_a, uri_b in zip(a.uri, b.uri):
        boxes = [tiledb.array_fragments(str(x), include_mbrs=True).mbrs for x in (ours, theirs)]
        assert boxes[0] == boxes[1], (uri_a, uri_b)


def write_both(dump, theirs, ours, schema, columns):
    dims = [schema.domain.dim(i).name for i in range(schema.domain.ndim)]
    attributes_of = {}
    for i in range(schema.nattr):
        attr = schema.attr(i)
        column = columns[attr.name]
        if attr.isnullable:
            column = pd.arrays.IntegerArray(column.data, np.ma.getmaskarray(column)).astype(
                MASKED[attr.dtype.str[1:]])
        attributes_of[attr.name] = column
    with tiledb.open(str(theirs), "w", timestamp=50) as opened:
        opened[tuple(columns[d] for d in dims)] = attributes_of
    dump.write(ours, columns)


def compare(ours, theirs, schema):
    same_sizes = compare_files(ours, theirs, schema)
    compare_metadata(ours, theirs, schema.nattr + 1 + schema.domain.ndim, same_sizes)
    compare_info(ours, theirs)
    for i in range(schema.nattr):
        name = schema.attr(i).name
        expected = cells_of(theirs, name)
        assert expected in (cells_of(ours, name), "unreadable"), name


def cells_of(array, name):
    """As TileDB reads them; of some of its own filters' order it does not."""
    try:
        values, validity = oracle(array, fields=[name])
    except tiledb.TileDBError as error:
        assert "FilterBuffer error" in str(error)
        return "unreadable"
    return {k: v.tobytes() for d in (values, validity) for k, v in d.items()}


def split(kinds, parts):
    names = sorted(kinds)
    return [{n: kinds[n] for n in names[i::parts]} for i in range(parts)]


@pytest.mark.parametrize("part", range(6))
@pytest.mark.parametrize("count, capacity", [(11, 4), (3000, 1000), (30000, 1 << 20)])
def test_every_filter_on_every_type(tmp_path, dump, part, count, capacity):
    random = np.random.default_rng(1000 * part + count)
    attrs, kinds = fields(split(attributes(), 6)[part])
    dims = [tiledb.Dim("x", domain=(0, 10**6), tile=97, dtype="i4", filters=[ZSTD])]
    schema = schema_of(attrs, dims, capacity=capacity)
    theirs, ours = make_both(tmp_path, schema)
    columns = {"x": np.sort(random.choice(10**6, count, replace=False)).astype("i4")}
    for name, (kind, run) in kinds.items():
        columns[name] = values(kind, run, count, random)
    write_both(dump, theirs, ours, schema, columns)
    compare(ours, theirs, schema)


@pytest.mark.parametrize("tile_order", ["row-major", "col-major"])
@pytest.mark.parametrize("cell_order", ["row-major", "col-major"])
@pytest.mark.parametrize("duplicates", [False, True])
def test_orders_dimensions_and_nulls(tmp_path, dump, tile_order, cell_order, duplicates):
    random = np.random.default_rng(5)
    ms = lambda n: np.datetime64(n, "ms")
    dims = [tiledb.Dim("t", domain=(ms(0), ms(999)), tile=np.timedelta64(100, "ms"), dtype="M8[ms]",
                       filters=[tiledb.DoubleDeltaFilter(), ZSTD]),
            tiledb.Dim("f", domain=(-5.0, 5.0), tile=2.5, dtype="f8", filters=[BITS, ZSTD]),
            tiledb.Dim("i", domain=(-100, 100), tile=7, dtype="i2")]
    attrs = [tiledb.Attr(f"n{k}", dtype=k, nullable=True, filters=[NARROW, ZSTD])
             for k in INTEGERS] + [tiledb.Attr("all", dtype="i4", nullable=True),
                                   tiledb.Attr("fill", dtype="i4", fill=-77)]
    schema = schema_of(attrs, dims, capacity=64, tile_order=tile_order, cell_order=cell_order,
                       allows_duplicates=duplicates,
                       validity_filters=tiledb.FilterList([RLE, ZSTD]))
    theirs, ours = make_both(tmp_path, schema)
    places = random.choice(1000 * 21 * 201, 500, replace=False)
    columns = {"t": (places // (21 * 201)).astype("M8[ms]"),
               "f": (places // 201 % 21 / 2 - 5).astype("f8"),
               "i": (places % 201 - 100).astype("i2")}
    for attr in attrs:
        column = values(attr.dtype.str[1:], "steps", 500, random)
        if attr.isnullable:
            mask = random.random(500) < (1 if attr.name == "all" else .3)
            column[mask] = 0  # as pandas has it below its nulls
            column = np.ma.MaskedArray(column, mask)
        columns[attr.name] = column
    write_both(dump, theirs, ours, schema, columns)
    compare(ours, theirs, schema)


def test_characters_and_several_values(tmp_path, dump):
    """Cells of several bytes: by the program, since arco_dump takes single numbers."""
    attrs = [tiledb.Attr("s3", dtype="S3", filters=[ZSTD]), tiledb.Attr("s1", dtype="S1"),
             tiledb.Attr("pair", dtype=[("", "i4"), ("", "i4")], filters=[RLE]),
             tiledb.Attr("c", dtype="c16", filters=[BYTES, ZSTD]), tiledb.Attr("b", dtype="bool")]
    dims = [tiledb.Dim("x", domain=(0, 999), tile=10, dtype="u4")]
    schema = schema_of(attrs, dims, capacity=3)
    theirs, ours = make_both(tmp_path, schema)
    text = [b"zz~", b"x", b"a|", b"000", b"zzz"]
    pair = np.zeros(5, dtype=[("", "i4"), ("", "i4")])
    pair["f0"], pair["f1"] = np.arange(5) // 2, 7
    complexes = np.arange(5) - 1j
    with tiledb.open(str(theirs), "w", timestamp=50) as opened:
        opened[np.arange(5, dtype="u4") * 3] = {
            "s3": np.array(text, "S3"), "s1": np.array([t[:1] for t in text], "S1"), "pair": pair,
            "c": complexes.astype("c16"), "b": np.arange(5) % 2 == 0}
    lines = [{"x": 3 * i, "s3": text[i].decode(), "s1": text[i][:1].decode(), "pair": [i // 2, 7],
              "c": [float(i), -1.0], "b": i % 2 == 0} for i in range(5)]
    subprocess.run([GARCO, "write", ours, "-", "--format", "jsonl"], check=True,
                   input="\n".join(map(json.dumps, lines)).encode(), stdout=subprocess.DEVNULL)
    compare(ours, theirs, schema)
