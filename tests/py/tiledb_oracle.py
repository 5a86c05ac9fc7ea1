# TileDB as the oracle: arrays of any type made, written, read and kept by TileDB-Py's inner interface,
# which takes types and null marks that its numpy-like one does not.
# SPDX-License-Identifier: Apache-2.0
import numpy as np
import tiledb
import tiledb.libtiledb as lt
from tiledb import main
from tiledb.main import PyQuery

from array_strategies import ASCII, UTF8, Label
from garco_abi import TYPES, VARIABLE

# Consolidation's own buffers are of 10 GB, which the system gives pages for one by one: most of a
# test's time.
THREADS = {"sm.compute_concurrency_level": "1", "sm.io_concurrency_level": "1",
           "sm.consolidation.buffer_size": "1000000"}
CTX = tiledb.Ctx({**THREADS, "py.init_buffer_bytes": str(1 << 16)})

# The enumeration's names are garco's in capitals, but for these.
DATATYPES = {int(v): v for v in lt.DataType.__members__.values()}
FILTERS = {"gzip": "GZIP", "zstd": "ZSTD", "lz4": "LZ4", "rle": "RLE", "bzip2": "BZIP2",
           "double_delta": "DOUBLE_DELTA", "bit_width_reduction": "BIT_WIDTH_REDUCTION",
           "bitshuffle": "BITSHUFFLE", "byteshuffle": "BYTESHUFFLE", "none": "NONE",
           "positive_delta": "POSITIVE_DELTA", "checksum_md5": "CHECKSUM_MD5", "xor": "XOR",
           "checksum_sha256": "CHECKSUM_SHA256", "float_scale": "SCALE_FLOAT", "delta": "DELTA"}
OPTIONS = {"level": "COMPRESSION_LEVEL", "scale": "SCALE_FLOAT_FACTOR",
           "offset": "SCALE_FLOAT_OFFSET", "byte_width": "SCALE_FLOAT_BYTEWIDTH",
           "reinterpret": "COMPRESSION_REINTERPRET_DATATYPE"}
WINDOWS = {"bit_width_reduction": "BIT_WIDTH_MAX_WINDOW",
           "positive_delta": "POSITIVE_DELTA_MAX_WINDOW"}
ORDERS = {"row-major": lt.LayoutType.ROW_MAJOR, "col-major": lt.LayoutType.COL_MAJOR}


def filter_list(filters):
    made = lt.FilterList(CTX)
    for chosen in filters:
        one = lt.Filter(CTX, getattr(lt.FilterType, FILTERS[chosen["name"]]))
        for key, value in chosen.items():
            if key == "name":
                continue
            option = WINDOWS[chosen["name"]] if key == "window" else OPTIONS[key]
            if key == "reinterpret":
                value = int(value)
            one._set_option(CTX, getattr(lt.FilterOption, option), value)
        made._add_filter(one)
    return made


def attribute(field):
    made = lt.Attribute(CTX, field.name, DATATYPES[field.type])
    made._ncell = field.width
    made._filters = filter_list(field.filters)
    if field.fill is not None:
        made._fill = np.ascontiguousarray(field.fill).view("u1")
    if field.labels is not None:
        made._set_enumeration_name(CTX, field.labels.name)
    made._nullable = field.nullable  # last: a nullable one takes no fill value from here
    return made


def enumeration(labels):
    if not labels.values:
        kind = {ASCII: "S", UTF8: "U"}.get(labels.type, TYPES[labels.type])
        return lt.Enumeration(CTX, labels.name, np.dtype(kind), labels.ordered)
    if labels.type in (ASCII, UTF8):
        return lt.Enumeration(CTX, labels.name, labels.values, labels.ordered, DATATYPES[labels.type])
    return lt.Enumeration(CTX, labels.name, labels.ordered, np.array(labels.values), np.array([]))


def enumerations(fields):
    return {f.labels.name: enumeration(f.labels) for f in fields if f.labels is not None}


def labels(uri, start=0, end=None):
    """{attribute: (name, ordered, type, labels)} of those that have labels."""
    found = {}
    with tiledb.open(str(uri), timestamp=(start, end), ctx=CTX) as opened:
        for i in range(opened.schema.nattr):
            attr = opened.schema._attr(i)
            name = attr._get_enumeration_name(CTX)
            if name is None:
                continue
            one = opened.array._get_enumeration(CTX, name)
            kind = int(one.type)
            values = [v.encode() for v in one.str_values()] if kind in (ASCII, UTF8) else one.values()
            found[attr._name] = (name, one.ordered, kind, values if kind in (ASCII, UTF8) else np.array(
                values, TYPES[kind]).tolist())
    return found


def dimension(field):
    made = lt.Dimension(CTX, field.name, DATATYPES[field.type], field.domain, field.extent)
    made._filters = filter_list(field.filters)
    return made


def libtiledb_schema(schema):
    made = lt.ArraySchema(CTX, lt.ArrayType.SPARSE)
    domain = lt.Domain(CTX)
    for field in schema.dims:
        domain._add_dim(dimension(field))
    made._domain = domain
    for one in enumerations(schema.attrs).values():
        made._add_enumeration(CTX, one)
    for field in schema.attrs:
        made._add_attr(attribute(field))
    made._capacity, made._allows_dups = schema.capacity, schema.duplicates
    made._tile_order, made._cell_order = ORDERS[schema.tile_order], ORDERS[schema.cell_order]
    made._coords_filters = filter_list(schema.coord_filters)
    made._offsets_filters = filter_list(schema.offset_filters)
    made._validity_filters = filter_list(schema.validity_filters)
    if any(f.current is not None for f in schema.dims):
        box, current = lt.NDRectangle(CTX, domain), lt.CurrentDomain(CTX)
        for field in schema.dims:
            box._set_range(field.name, *(x.item() for x in field.current))
        current._set_ndrectangle(box)
        made._set_current_domain(CTX, current)
    made._check()
    return made


def create(uri, schema):
    lt.Array._create(CTX, str(uri), libtiledb_schema(schema))


def write(uri, columns, kinds, timestamp):
    """Writes {name: values} or {name: (values, validity)} with {name: (type, width)}."""
    span = (timestamp, timestamp)
    array = lt.Array(CTX, str(uri), lt.QueryType.WRITE, span)
    try:
        query = lt.Query(CTX, array, lt.QueryType.WRITE)
        query.layout = lt.LayoutType.UNORDERED
        keep = []
        for name, values in columns.items():
            validity = None
            if isinstance(values, tuple):
                values, validity = values
            if kinds[name][1] == VARIABLE:
                starts = np.cumsum([0, *map(len, values)], dtype="u8")[:-1].copy()
                values = np.frombuffer(b"".join(values) or b"\0", "u1").copy()
                size = sum(map(len, columns[name]))
                query.set_offsets_buffer(name, starts, len(starts))
                keep.append(starts)
                query.set_data_buffer(name, values, size)
            else:
                values = np.ascontiguousarray(values, TYPES[kinds[name][0]])
                query.set_data_buffer(name, values, values.size)
            if validity is not None:
                validity = np.ascontiguousarray(validity, "u1")
                query.set_validity_buffer(name, validity, validity.size)
            keep += [values, validity]
        query._submit()
        query.finalize()
    finally:
        array._close()


def numpy_columns(results, fields, widths):
    """What PyQuery gives as {name: values}, {name: validity}."""
    values, valid = {}, {}
    for name, (data, offsets, validity) in results.items():
        kind, width = widths[name]
        if width == VARIABLE:
            whole = data.tobytes()
            ends = [*offsets.tolist(), len(whole)]
            values[name] = [whole[a:b] for a, b in zip(ends[:-1], ends[1:])]
        else:
            values[name] = np.frombuffer(data.tobytes(), TYPES[kind])
            if width > 1:
                values[name] = values[name].reshape(-1, width)
        if name in fields and fields[name]:
            valid[name] = np.frombuffer(validity.tobytes(), "u1")
    return values, valid


def read(uri, start=0, end=None, ranges=(), fields=(), order="C"):
    """TileDB's cells as garco_abi.Array.scan gives garco's."""
    layout = {"C": lt.LayoutType.ROW_MAJOR, "U": lt.LayoutType.UNORDERED,
              "G": lt.LayoutType.GLOBAL_ORDER}[order]
    with tiledb.open(str(uri), timestamp=(start, end), ctx=CTX) as opened:
        schema = opened.schema
        dims = [schema.domain._dim(i) for i in range(schema.domain.ndim)]
        attrs = [schema._attr(i) for i in range(schema.nattr)]
        widths = {f._name: (int(f._tiledb_dtype), f._ncell) for f in dims + attrs}
        nullable = {a._name: a._nullable for a in attrs}
        wanted = [a._name for a in attrs if not fields or a._name in fields]
        shown = [d._name for d in dims if not fields or d._name in fields]
        query = PyQuery(CTX, opened, wanted, shown, layout, False)
        subarray = tiledb.Subarray(opened, CTX)
        for dimension, low, high in ranges:
            subarray._add_dim_range(dimension, (low, high))
        query.set_subarray(subarray)
        query.submit()
        values, valid = numpy_columns(query.results(), nullable, widths)
    names = list(fields) or shown + wanted
    return ({k: values[k] for k in names}, {k: valid[k] for k in names if k in valid})


class Condition:
    """A condition tree (array_strategies.condition_text has its text) as PyQuery takes it."""

    OPERATORS = {"<": ("LT", "GE"), "<=": ("LE", "GT"), ">": ("GT", "LE"), ">=": ("GE", "LT"),
                 "==": ("EQ", "NE"), "!=": ("NE", "EQ"), "and": ("AND", "OR"), "or": ("OR", "AND"),
                 "in": ("IN", "NOT_IN")}

    def __init__(self, tree, kinds):
        self.kinds = kinds
        self.c_obj = self.built(tree)

    def init_query_condition(self, *_):
        pass

    def built(self, tree, negated=False):
        """TileDB's own negation turns the comparisons round as well; through TileDB-Py it crashes."""
        word, *rest = tree
        if word == "not":
            return self.built(rest[0], not negated)
        operator = getattr(main, f"TILEDB_{self.OPERATORS[word][negated]}")
        if word in ("and", "or"):
            one, *others = [self.built(t, negated) for t in rest]
            for other in others:
                one = one.combine(other, operator)
            return one
        name, value = rest
        if word == "in":
            make = getattr(main.PyQueryCondition, f"create_{type_name(value[0], self.kinds[name])}")
            return make(CTX, name, [compared(v) for v in value], operator)
        made = main.PyQueryCondition(CTX)
        getattr(made, f"init_{type_name(value, self.kinds[name])}")(name, compared(value), operator)
        return made


def type_name(value, kind):
    """What TileDB-Py calls the type of what a field of a kind is compared with."""
    kind = value.type if isinstance(value, Label) else kind[0]
    return "string" if kind in (ASCII, UTF8) else np.dtype(TYPES[kind]).name


def compared(value):
    value = value.value if isinstance(value, Label) else value
    return value if isinstance(value, str) else value.item()


def without_lists(tree, kinds):
    """The condition with comparisons in place of lists of types that TileDB-Py has no lists of."""
    word, *rest = tree
    if word in ("and", "or", "not"):
        return (word, *(without_lists(t, kinds) for t in rest))
    name = type_name(rest[1][0], kinds[rest[0]]) if word == "in" else None
    if word != "in" or hasattr(main.PyQueryCondition, f"create_{name}"):
        return tree
    return ("or", *(("==", rest[0], v) for v in rest[1]))


def delete(uri, condition, kinds, timestamp):
    with tiledb.open(str(uri), "d", timestamp=timestamp, ctx=CTX) as opened:
        query = PyQuery(CTX, opened, ("",), (), lt.LayoutType.UNORDERED, False)
        query.set_cond(Condition(without_lists(condition, kinds), kinds))
        query.submit()


def evolve(uri, added, dropped, timestamp, unlabelled=()):
    """Also drops the enumerations of these names."""
    plan = main.ArraySchemaEvolution(CTX)
    for one in enumerations(added).values():
        plan.add_enumeration(one)
    for name in unlabelled:
        plan.drop_enumeration(name)
    for field in added:
        plan.add_attribute(attribute(field))
    for name in dropped:
        plan.drop_attribute(name)
    plan.set_timestamp_range(timestamp)
    plan.array_evolve(str(uri))


def extend(uri, known, longer, timestamp):
    """Gives the enumeration `known` what `longer` has more."""
    plan, values = main.ArraySchemaEvolution(CTX), longer.values[len(known.values):]
    with tiledb.open(str(uri), ctx=CTX) as opened:
        there = opened.array._get_enumeration(CTX, known.name)
    plan.extend_enumeration(there.extend(np.array(values)))
    plan.set_timestamp_range(timestamp)
    plan.array_evolve(str(uri))


def put_metadata(uri, items, timestamp):
    """{key: (type, numpy values)}, or {key: None} to remove."""
    array = lt.Array(CTX, str(uri), lt.QueryType.WRITE, (timestamp, timestamp))
    try:
        for key, value in items.items():
            if value is None:
                array._delete_metadata(key)
            else:
                array._put_metadata(key, DATATYPES[value[0]], len(value[1]),
                                    np.ascontiguousarray(value[1]))
    finally:
        array._close()


def consolidate(uri, mode, start=0, end=None, purge=False):
    settings = {"sm.consolidation.mode": mode, "sm.consolidation.timestamp_start": str(start),
                "sm.consolidation.purge_deleted_cells": "true" if purge else "false"}
    if end is not None:
        settings["sm.consolidation.timestamp_end"] = str(end)
    try:
        lt.Array._consolidate(str(uri), CTX, tiledb.Config({**THREADS, **settings}))
    except tiledb.TileDBError as error:  # where all cells are deleted it cannot purge them
        if not purge or "Consolidation read 0 cells" not in str(error):
            raise


def upgrade(uri):
    lt.Array._upgrade_version(CTX, str(uri), tiledb.Config(THREADS))


def vacuum(uri, mode):
    chosen = tiledb.Config({**THREADS, "sm.vacuum.mode": mode})
    tiledb.vacuum(str(uri), config=chosen)


def metadata(uri, start=0, end=None):
    """{key: (type, bytes)}"""
    with tiledb.open(str(uri), timestamp=(start, end), ctx=CTX) as opened:
        found = {}
        for i in range(opened.array._metadata_num()):
            kind, values = opened.array._get_metadata_from_index(i)
            found[opened.array._get_key_from_index(i)] = (int(kind), bytes(values))
        return found


def dump(uri, end=None):
    """The schema as TileDB prints it; None where it prints bytes that are no text."""
    with tiledb.open(str(uri), timestamp=(0, end), ctx=CTX) as opened:
        try:
            return opened.schema._dump()
        except UnicodeDecodeError:
            return None


def fragments(uri):
    """What TileDB says of the fragments, in the order of their writing. None where a dimension has dates or
    spans of time: TileDB-Py knows some of them only, and after some tries with others ends the program."""
    with tiledb.open(str(uri), ctx=CTX) as opened:
        domain = opened.schema.domain
        kinds = [int(domain._dim(i)._tiledb_dtype) for i in range(domain.ndim)]
    if any(18 <= k < 40 for k in kinds):
        return None
    found = tiledb.FragmentInfoList(str(uri), ctx=CTX)
    said = []
    for one in found:
        ends = [[as_number(x) for x in d] for d in one.nonempty_domain]
        said.append({"name": one.uri.rsplit("/", 1)[1], "start": one.timestamp_range[0],
                     "end": one.timestamp_range[1], "version": one.version, "cells": one.cell_num,
                     "domain": ends})
    return said


def as_number(value):
    if isinstance(value, (np.datetime64, np.timedelta64)):
        value = value.astype("i8")
    return value.item() if hasattr(value, "item") else value
