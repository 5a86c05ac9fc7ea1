# The files of an array taken apart, as the format's specification describes them, to be compared.
# SPDX-License-Identifier: Apache-2.0
import bz2
import ctypes
import ctypes.util
import os
import struct
import zlib

NAN = struct.pack("<d", float("nan"))
CHAR = 4
COMPRESSORS = {"zstd", "gzip", "lz4", "bzip2"}


def tree(array):
    return sorted(str(d.relative_to(array)) for d in array.rglob("*") if d.is_dir() and
                  "__fragments/" not in str(d))


def fragment(array):
    """{file: bytes} of the only fragment."""
    place = array / "__fragments"
    (name,) = os.listdir(place)
    return {f: (place / name / f).read_bytes() for f in os.listdir(place / name)}


def schema(array):
    """What the only schema's file holds, unpacked, and the file's pipeline."""
    (file,) = [f for f in (array / "__schema").iterdir() if f.is_file()]
    tiles, rest = generic_tiles(file.read_bytes())
    assert len(tiles) == 1 and rest == b""
    return tiles[0]


def data_files(schema):
    """(file, field, filters) of a fragment's data files; field None for marks of null."""
    for i, field in enumerate(schema.attrs):
        yield f"a{i}.tdb", field, field.filters
        if field.nullable:
            yield f"a{i}_validity.tdb", None, schema.validity_filters
    for i, field in enumerate(schema.dims):
        yield f"d{i}.tdb", field, field.filters or schema.coord_filters


def chunks(data):
    """The chunks of a file's tiles: (original size, metadata, data)."""
    at, found = 0, []
    while at < len(data):
        (count,) = struct.unpack_from("<Q", data, at)
        at += 8
        for _ in range(count):
            original, size, extra = struct.unpack_from("<III", data, at)
            at += 12
            found.append((original, data[at:at + extra], data[at + extra:at + extra + size]))
            at += extra + size
        found.append("tile")
    assert at == len(data)
    return found


def generic_tiles(data):
    """The unpacked generic tiles that a file begins with, and what follows them."""
    at, found = 0, []
    while data[at + 20:at + 29] == b"\x04" + struct.pack("<Q", 1):
        (packed,), (pipeline,) = (struct.unpack_from("<Q", data, at + 4),
                                  struct.unpack_from("<I", data, at + 30))
        at += 34 + pipeline
        parts = [zlib.decompress(c[2]) for c in chunks(data[at:at + packed]) if c != "tile"]
        found.append(b"".join(parts))
        at += packed
    return found, data[at:]


def library(name):
    return ctypes.CDLL(ctypes.util.find_library(name))


def decompress(name, data, size):
    if name == "gzip":
        return zlib.decompress(data)
    if name == "bzip2":
        return bz2.decompress(data)
    out = ctypes.create_string_buffer(size)
    if name == "zstd":
        decode = library("zstd").ZSTD_decompress
        decode.restype = ctypes.c_size_t
        got = decode(out, ctypes.c_size_t(size), data, ctypes.c_size_t(len(data)))
    else:
        got = library("lz4").LZ4_decompress_safe(data, out, len(data), size)
    assert got == size, name
    return out.raw[:size]


def unpacked(data, field, filters):
    """The file's chunks with the last filters undone, down to the first that is a compressor, and
    without what libtiledb leaves undefined: the offsets in bit width reduction's full windows."""
    return [c if c == "tile" else undone(c, field, filters) for c in chunks(data)]


def undone(chunk, field, filters):
    original, extra, data = chunk
    left = list(filters)
    while left:
        name = left[-1]["name"]
        if name in ("checksum_md5", "checksum_sha256"):
            metas, datas = struct.unpack_from("<II", extra)
            extra = extra[8 + (metas + datas) * (8 + (16 if name == "checksum_md5" else 32)):]
        elif name in COMPRESSORS:
            metas, datas = struct.unpack_from("<II", extra)
            at, parts = 8, []
            offset = 0
            for i in range(metas + datas):
                size, packed = struct.unpack_from("<II", extra, at + 8 * i)
                parts.append(decompress(name, data[offset:offset + packed], size))
                offset += packed
            assert offset == len(data) and len(extra) == 8 + 8 * (metas + datas)
            extra, data = b"".join(parts[:metas]), b"".join(parts[metas:])
        elif name == "bit_width_reduction" and not any("reinterpret" in f for f in left):
            return original, masked_windows(extra, field), data, left
        elif name != "none":
            break
        left.pop()
    if any(f["name"] == "bit_width_reduction" for f in left):
        return original, left  # what is undefined has been shuffled, or is of another type's size
    return original, extra, data, left


def masked_windows(extra, field):
    """Bit width reduction's record without the offsets of windows that keep their full width."""
    size = field.kind.itemsize if field is not None else 1
    if field is not None and any(f["name"] == "float_scale" for f in field.filters):
        size = [f for f in field.filters if f["name"] == "float_scale"][0]["byte_width"]
    if size == 1:
        return extra
    (count,) = struct.unpack_from("<I", extra, 4)
    made = bytearray(extra)
    for i in range(count):
        at = 8 + i * (size + 5)
        if made[at + size] == 8 * size:
            made[at:at + size] = bytes(size)
    return bytes(made)


def nan_of_one_sign(words):
    """8-byte words; the sign of a NaN is the order of the operands that made it."""
    return b"".join(
        word[:7] + b"\x7f" if word == NAN[:7] + b"\xff" else word
        for word in (words[i:i + 8] for i in range(0, len(words), 8)))


def unbound(schema, slot):
    """Of characters libtiledb's bounds are no bounds: some cells with zeros are passed over, and of a
    fragment that begins with a tile of nulls they are zeros. garco's are those of what is there."""
    return slot < len(schema.attrs) and schema.attrs[slot].type == CHAR


def totals(payload, slots, schema):
    """(minimum, maximum, sum, nulls) of each slot."""
    at, found = 0, []
    for _ in range(slots):
        ends = []
        for _ in range(2):
            (size,) = struct.unpack_from("<Q", payload, at)
            ends.append(payload[at + 8:at + 8 + size])
            at += 8 + size
        if unbound(schema, len(found)):
            ends = ["of characters"]
        found.append((*ends, nan_of_one_sign(payload[at:at + 8]), payload[at + 8:at + 16]))
        at += 16
    assert at == len(payload)
    return found


def assert_same_metadata(ours, theirs, schema, equal):
    """Compares the metadata files of two fragments; offsets and sizes only if all files are equal."""
    slots = len(schema.attrs) + 1 + len(schema.dims)
    a, end = generic_tiles(ours["__fragment_metadata.tdb"])
    b, other = generic_tiles(theirs["__fragment_metadata.tdb"])
    assert len(a) == len(b) == 1 + 8 * slots + 2
    kinds = ["offsets", "variable offsets", "variable sizes", "validity offsets", "minima", "maxima",
             "sums", "null counts"]
    names = ["R-tree", *(f"{k} of slot {i}" for k in kinds for i in range(slots)), "fragment's totals",
             "processed conditions"]
    for name, x, y in zip(names, a, b):
        kind, _, slot = name.partition(" of slot ")
        if kind in ("minima", "maxima") and unbound(schema, int(slot)):
            continue
        if equal or "offsets" not in name:
            if name == "fragment's totals":
                x, y = totals(x, slots, schema), totals(y, slots, schema)
            elif name.startswith("sums"):
                x, y = nan_of_one_sign(x), nan_of_one_sign(y)
            assert x == y, (name, [p for p in zip(x, y) if p[0] != p[1]])
    assert len(end) == len(other)
    # version, the name of the schema, dense, no domain, domain, tiles, last tile's cells
    head = 4 + 8 + struct.unpack_from("<Q", end, 4)[0]
    fixed = 2 + sum(2 * f.kind.itemsize for f in schema.dims) + 16 + 2
    assert end[:12] == other[:12] and end[head:head + fixed] == other[head:head + fixed], "footer"
