# libgarco's public interface from Python: what include/garco.h declares, called through cffi.
# SPDX-License-Identifier: Apache-2.0
#
# The one way to the library for all tests. Nothing of the header is copied here: the compiler's
# preprocessor gives its declarations to cffi, and evaluates its options' initializers, each time.
# tests/py/test_garco_abi.py compares the layout that cffi computed with the compiler's.
import os
import pathlib
import re
import subprocess

import cffi
import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[1]
GARCO = os.environ.get("GARCO", str(ROOT / "build/release/cli/garco"))
# That of the program under test, unless another is named.
LIBRARY = os.environ.get("GARCO_LIBRARY", str(pathlib.Path(GARCO).resolve().parents[1] / "src/libgarco.so"))
HEADER = ROOT / "include/garco.h"
VARIABLE = 0xFFFFFFFF
TYPES = {0: "i4", 1: "i8", 2: "f4", 3: "f8", 4: "u1", 5: "i1", 6: "u1", 7: "i2", 8: "u2", 9: "u4",
         10: "u8", 11: "u1", 12: "u1", 40: "u1", 41: "u1", 42: "u1", 43: "u1",
         **{number: "i8" for number in range(18, 40)}}


def preprocessed(text):
    return subprocess.run(["cc", "-E", "-P", "-x", "c", "-"], input=text, text=True,
                          capture_output=True, check=True).stdout


def declarations():
    """The header's declarations, without what the system's headers add to them."""
    text = re.sub(r"^#include.*$", "", HEADER.read_text(), flags=re.M)
    text = re.sub(r"__attribute__ \(\(visibility \(\"default\"\)\)\)", "", preprocessed(text))
    return text


def initializers():
    """{struct: [values]} of the ..._OPTIONS_INIT macros, with the system's constants."""
    names = re.findall(r"#define GARCO_(\w+)_OPTIONS_INIT", HEADER.read_text())
    lines = [f"MARK garco_{n.lower()}_options = GARCO_{n}_OPTIONS_INIT" for n in names]
    text = preprocessed(HEADER.read_text() + "\n" + "\n".join(lines))
    found = {}
    for struct, values in re.findall(r"MARK (\w+) = \{(.*?)\}\s*(?=MARK|$)", text, re.S):
        found[struct] = [v.strip() for v in values.split(",")]
    assert len(found) == len(names), names
    return found


class Failed(Exception):
    """What a function of the library said was wrong."""

    def __init__(self, status, text):
        super().__init__(f"{status}: {text}")
        self.status = status


ffi = cffi.FFI()
ffi.cdef(declarations())
lib = ffi.dlopen(LIBRARY)
INITIALIZERS = initializers()


def has(*names):
    """Whether the library has these functions."""
    def found(name):
        try:
            return getattr(lib, name) is not None
        except AttributeError:
            return False
    return all(found(n) for n in names)


def constant(value):
    """What an initializer has for a field, as a number."""
    if value in ("false", "((void *)0)", "((void*)0)", "NULL"):
        return 0
    sign, *digits = re.fullmatch(r"\(?(-?)(\d+)[UL]*(?: *- *(\d+))?\)?", value).groups("0")
    number = int(digits[0]) * (-1 if sign == "-" else 1)
    return number - int(digits[1])


def options(struct):
    """Options as their initializer makes them."""
    made, fields = ffi.new(f"{struct} *"), ffi.typeof(struct).fields
    for (name, _), value in zip(fields, map(constant, INITIALIZERS[struct]), strict=True):
        if value != 0:  # what memory of zeros is as well
            setattr(made, name, value)
    return made


def text(pointer):
    return None if pointer == ffi.NULL else ffi.string(pointer).decode()


def attempt(call, *words, allowed=()):
    error = ffi.new("garco_error *")
    status = call(*words, error)
    if status < 0:
        name = text(lib.garco_status_name(status))
        message = ffi.new("char[2048]")
        lib.garco_error_format(error, message, 2048)
        assert error.code == status, f"{name}, and the error says {error.code}"
        assert text(message) and "\n" not in text(message), name
        raise Failed(name, text(message))
    assert status == 0 or status in allowed, status
    return status


def numbers(pointer, count, kind):
    """A copy of `count` numbers in memory."""
    kind = np.dtype(kind)
    if count == 0:
        return np.empty(0, kind)
    return np.frombuffer(ffi.buffer(pointer, count * kind.itemsize), kind).copy()


class Keep:
    """Memory that structs point into, alive as long as this."""

    def __init__(self):
        self.things = []

    def text(self, value):
        if value is None:
            return ffi.NULL
        self.things.append(ffi.new("char[]", value.encode()))
        return self.things[-1]

    def bytes(self, value):
        """Memory of an array's bytes; NULL for None."""
        if value is None:
            return ffi.NULL
        data = np.ascontiguousarray(value)
        # cffi gives memory aligned for any type; empty arrays still get an address
        memory = ffi.new("uint64_t[]", max(1, (data.nbytes + 7) // 8))
        ffi.memmove(memory, data.tobytes(), data.nbytes)
        self.things.append(memory)
        return ffi.cast("void *", memory)

    def array(self, kind, length):
        self.things.append(ffi.new(f"{kind}[]", max(1, length)))
        return self.things[-1]


class Array:
    """An open array."""

    def __init__(self, uri, start=0, end=0, raw=True):
        wanted = options("garco_array_options")
        wanted.timestamp_start, wanted.timestamp_end = start, end
        wanted.raw_missing = raw
        self.handle = ffi.new("garco_array **")
        attempt(lib.garco_array_open, str(uri).encode(), wanted, self.handle)
        self.array = self.handle[0]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        lib.garco_array_free(self.handle)
        assert self.handle[0] == ffi.NULL

    def schema(self):
        return lib.garco_array_schema(self.array)

    def fields(self):
        schema = self.schema()
        return [schema.fields[i] for i in range(schema.nfields)]

    def fragments(self):
        info = ffi.new("garco_fragment_info *")
        found = []
        for i in range(lib.garco_array_fragment_count(self.array)):
            attempt(lib.garco_array_fragment, self.array, i, info)
            domains = []
            for d, field in enumerate(self.fields()[:info.ndomain]):
                low_high = info.domain[d]
                domains.append(None if low_high == ffi.NULL else
                               numbers(low_high, 2, TYPES[field.type]).tolist())
            found.append({"name": text(info.name), "start": info.timestamp_start,
                          "end": info.timestamp_end, "version": info.version, "cells": info.cells,
                          "tiles": info.tiles, "bytes": info.bytes,
                          "timestamps": bool(info.has_timestamps), "domain": domains})
        return found

    def labels(self):
        """{attribute: (name, ordered, type, labels)} of those that have labels."""
        info, found = ffi.new("garco_enumeration_info *"), {}
        for field in self.fields():
            if field.is_dimension or field.enumeration == ffi.NULL:
                continue
            attempt(lib.garco_array_enumeration, self.array, field.enumeration, info)
            assert text(info.name) == text(field.enumeration)
            column, values = info.labels, []
            if column.width == VARIABLE:
                ends = numbers(column.offsets, info.count + 1, "u8").tolist()
                whole = ffi.buffer(column.values, ends[-1])[:] if ends[-1] else b""
                values = [whole[a:b] for a, b in zip(ends[:-1], ends[1:])]
            else:
                values = numbers(column.values, info.count, TYPES[column.type]).tolist()
            found[text(field.name)] = (text(info.name), bool(info.ordered), int(column.type), values)
        return found

    def domain(self, dimension):
        """Lowest and highest value; None without cells."""
        kind = TYPES[self.fields()[dimension].type]
        room = ffi.new("uint64_t[2]")
        if attempt(lib.garco_array_domain, self.array, dimension, room, allowed=(1,)) == 1:
            return None
        return numbers(room, 2, kind).tolist()

    def metadata(self):
        """{key: (type, bytes)}"""
        count = ffi.new("size_t *")
        attempt(lib.garco_array_metadata_count, self.array, count)
        info, found, last = ffi.new("garco_metadata_info *"), {}, b""
        for i in range(count[0]):
            attempt(lib.garco_array_metadata, self.array, i, info)
            size = info.count * lib.garco_datatype_size(info.type)
            key = ffi.string(info.key)
            assert i == 0 or key > last, "items in the order of their keys"
            last = key
            values = bytes(ffi.buffer(info.values, size)) if size else b""
            found[key.decode()] = (int(info.type), values)
        return found

    def scan(self, ranges=(), fields=(), memory=0):
        """The cells as {name: values}, {name: validity}; values of more than one number a cell
        have a second axis, variable ones are lists of bytes."""
        keep, wanted = Keep(), options("garco_scan_options")
        wanted.nranges, wanted.ranges = len(ranges), self.ranges(keep, ranges)
        wanted.nfields, wanted.memory = len(fields), memory
        names = keep.array("const char *", len(fields))
        for i, name in enumerate(fields):
            names[i] = keep.text(name)
        wanted.fields = names
        scan, batch = ffi.new("garco_scan **"), ffi.new("garco_batch *")
        attempt(lib.garco_scan_open, self.array, wanted, scan)
        parts, valid = {}, {}
        try:
            while attempt(lib.garco_scan_next, scan[0], batch, allowed=(1,)) == 0:
                assert batch.rows > 0, "never zero rows"
                take(batch, parts, valid)
        finally:
            lib.garco_scan_free(scan)
        def join(values):
            if isinstance(values[0], list):
                return [x for v in values for x in v]
            return np.concatenate(values)
        return ({k: join(v) for k, v in parts.items()},
                {k: np.concatenate(v) for k, v in valid.items()})

    def ranges(self, keep, ranges):
        made = keep.array("garco_range", len(ranges))
        for i, (dimension, low, high) in enumerate(ranges):
            made[i].dimension = dimension
            if isinstance(low, (bytes, type(None))):
                made[i].slow = keep.text(low.decode()) if low is not None else ffi.NULL
                made[i].shigh = keep.text(high.decode()) if high is not None else ffi.NULL
            elif TYPES[self.fields()[dimension].type][0] == "f":
                made[i].flow, made[i].fhigh = float(low), float(high)
            else:
                made[i].low, made[i].high = int(low), int(high)
        return made

    def write(self, columns, kinds, timestamp=0, threads=0, memory=0):
        """Writes {name: values} with {name: (garco_datatype, width)}; a pair is values and
        validity. Gives the fragment's name."""
        keep, batch = Keep(), ffi.new("garco_batch *")
        batch.ncolumns = len(columns)
        made = keep.array("garco_column", len(columns))
        for column, (name, values) in zip(made, columns.items()):
            validity = None
            if isinstance(values, tuple):
                values, validity = values
            batch.rows = len(values)
            column.name = keep.text(name)
            column.type, column.width = kinds[name]
            if column.width == VARIABLE:
                ends = np.cumsum([0, *map(len, values)], dtype="u8")
                column.offsets = ffi.cast("uint64_t *", keep.bytes(ends))
                values = np.frombuffer(b"".join(values), "u1")
            column.values = keep.bytes(values)
            if validity is not None:
                column.validity = ffi.cast("uint8_t *", keep.bytes(validity.astype("u1")))
        batch.columns = made
        name = ffi.new("char[96]")
        attempt(lib.garco_array_write, self.array, batch,
                self.write_options(timestamp, threads, memory), name)
        return ffi.string(name).decode()

    def write_options(self, timestamp, threads=0, memory=0):
        wanted = options("garco_write_options")
        wanted.timestamp, wanted.threads, wanted.memory = timestamp, threads, memory
        return wanted

    def delete(self, condition, timestamp=0):
        attempt(lib.garco_array_delete, self.array, condition.encode(),
                self.write_options(timestamp))

    def put_metadata(self, items, timestamp=0):
        """{key: (garco_datatype, numpy values)}, or {key: None} to remove."""
        keep = Keep()
        made = keep.array("garco_metadata_info", len(items))
        for item, (key, value) in zip(made, items.items()):
            item.key = keep.text(key)
            if value is not None:
                item.type, item.count = value[0], len(value[1])
                item.values = keep.bytes(value[1])
        attempt(lib.garco_array_metadata_put, self.array, made, len(items),
                self.write_options(timestamp))

    def evolve(self, added=(), dropped=(), timestamp=0):
        """Adds attributes (tests' own fields, see array_strategies) and drops names."""
        keep = Keep()
        fields = keep.array("garco_field_info", len(added))
        for room, field in zip(fields, added):
            fill_field(keep, room, field)
        names = keep.array("const char *", len(dropped))
        for i, name in enumerate(dropped):
            names[i] = keep.text(name)
        attempt(lib.garco_array_evolve, self.array, fields, len(added), names, len(dropped),
                self.write_options(timestamp))


def take(batch, parts, valid):
    """Copies a batch's columns to the ends of what is there."""
    for i in range(batch.ncolumns):
        column = batch.columns[i]
        name = text(column.name)
        if column.width == VARIABLE:
            ends = numbers(column.offsets, batch.rows + 1, "u8")
            assert ends[0] == 0 and (np.diff(ends.astype("i8")) >= 0).all()
            whole = bytes(ffi.buffer(column.values, int(ends[-1]))) if ends[-1] else b""
            values = [whole[a:b] for a, b in zip(ends[:-1], ends[1:])]
        else:
            values = numbers(column.values, batch.rows * column.width, TYPES[column.type])
            if column.width > 1:
                values = values.reshape(batch.rows, column.width)
        parts.setdefault(name, []).append(values)
        if column.validity != ffi.NULL:
            valid.setdefault(name, []).append(numbers(column.validity, batch.rows, "u1"))
    lengths = {len(v) for v in (p[-1] for p in parts.values())}
    assert lengths == {batch.rows}


def fill_filters(keep, filters):
    made = keep.array("garco_filter_info", len(filters))
    for room, chosen in zip(made, filters):
        for key, value in chosen.items():
            setattr(room, key, keep.text(value) if key == "name" else value)
        if "reinterpret" not in chosen and hasattr(room, "reinterpret"):
            room.reinterpret = lib.GARCO_ANY
    return made


def fill_field(keep, room, field):
    room.name, room.is_dimension = keep.text(field.name), field.dimension
    room.type, room.width, room.nullable = field.type, field.width, field.nullable
    room.nfilters, room.filters = len(field.filters), fill_filters(keep, field.filters)
    room.domain, room.extent = keep.bytes(field.domain), keep.bytes(field.extent)
    room.current = keep.bytes(field.current)
    if not field.dimension:
        room.fill = keep.bytes(field.fill)
        room.enumeration = keep.text(field.labels and field.labels.name)


def create(uri, schema):
    """Makes an array by the tests' own schema (array_strategies.Schema)."""
    keep, info = Keep(), ffi.new("garco_schema_info *")
    info.version, info.sparse = 22, True
    info.allows_duplicates, info.capacity = schema.duplicates, schema.capacity
    info.tile_order, info.cell_order = keep.text(schema.tile_order), keep.text(schema.cell_order)
    fields = schema.dims + schema.attrs
    info.nfields = len(fields)
    made = keep.array("garco_field_info", len(fields))
    for room, field in zip(made, fields):
        fill_field(keep, room, field)
    info.fields = made
    for kind in ("coord", "offset", "validity"):
        chosen = getattr(schema, f"{kind}_filters")
        setattr(info, f"n{kind}_filters", len(chosen))
        setattr(info, f"{kind}_filters", fill_filters(keep, chosen))
    attempt(lib.garco_array_create_schema, str(uri).encode(), info)


def upkeep(call, uri, **wanted):
    """garco_consolidate or garco_vacuum; gives the report as a dict."""
    chosen, report = options("garco_upkeep_options"), ffi.new("garco_upkeep_report *")
    for key, value in wanted.items():
        setattr(chosen, key, value)
    attempt(call, str(uri).encode(), chosen, report)
    return {name: getattr(report, name) for name, _ in ffi.typeof("garco_upkeep_report").fields}


def fragment_list(uri, every=False):
    """(name, state) of fragments, of those that readers pass over too."""
    handle = ffi.new("garco_fragment_list **")
    attempt(lib.garco_fragment_list_open, str(uri).encode(), ffi.NULL, every, handle)
    entries = [lib.garco_fragment_list_at(handle[0], i)
               for i in range(lib.garco_fragment_list_count(handle[0]))]
    found = [(text(e.info.name), text(lib.garco_fragment_state_name(e.state))) for e in entries]
    lib.garco_fragment_list_free(handle)
    return found


# ------------------------------------------------------------------ queries and statistics


def texts(keep, words):
    made = keep.array("const char *", len(words))
    for i, word in enumerate(words):
        made[i] = keep.text(str(word))
    return made


def query_options(keep, **wanted):
    """garco_query_options; lists of texts go with their numbers."""
    made = options("garco_query_options")
    for key, value in wanted.items():
        if key in ("sats", "codes", "fields"):
            setattr(made, f"n{key}", len(value))
            value = texts(keep, value)
        setattr(made, key, keep.text(value) if isinstance(value, str) else value)
    return made


def stream(take, handle):
    """A reader of the Arrow stream that the handle becomes."""
    import pyarrow

    made = ffi.new("struct ArrowArrayStream *")
    attempt(take, handle, made)
    assert handle[0] == ffi.NULL  # the stream has it
    return pyarrow.RecordBatchReader._import_from_c(int(ffi.cast("uintptr_t", made)))


def query(*sources, **wanted):
    keep, handle = Keep(), ffi.new("garco_query **")
    attempt(lib.garco_query_open, texts(keep, sources), len(sources), query_options(keep, **wanted), handle)
    return stream(lib.garco_query_take_stream, handle)


def stats(*sources, by=0, span_ms=0, statistics=("mean",), **wanted):
    keep, handle = Keep(), ffi.new("garco_stats **")
    parsed = ffi.new("garco_statistic[]", len(statistics))
    for i, word in enumerate(statistics):
        attempt(lib.garco_statistic_parse, word.encode(), ffi.addressof(parsed, i))
    grouped = options("garco_stats_options")
    grouped.by, grouped.span_ms = by, span_ms
    grouped.nstatistics, grouped.statistics = len(statistics), parsed
    attempt(lib.garco_stats_compute, texts(keep, sources), len(sources), query_options(keep, **wanted), grouped, handle)
    return stream(lib.garco_stats_take_stream, handle)
