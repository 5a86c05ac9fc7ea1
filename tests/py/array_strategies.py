# Schemas, cells, conditions and slices drawn by Hypothesis, for both libraries alike.
# SPDX-License-Identifier: Apache-2.0
#
# What a schema is made of is drawn, so that Hypothesis can shrink it; the cells' values come from
# numpy's generator under a drawn seed, which is many times faster and repeats as well.
import dataclasses
import functools

import numpy as np
from hypothesis import strategies as st

from garco_abi import TYPES

INTEGERS = {"i1": 5, "u1": 6, "i2": 7, "u2": 8, "i4": 0, "u4": 9, "i8": 1, "u8": 10}
FLOAT32, FLOAT64, CHAR, BLOB, BOOL = 2, 3, 4, 40, 41
ASCII, UTF8 = 11, 12
DATES, SPANS = list(range(18, 31)), list(range(31, 40))
NUMBERS = [*INTEGERS.values(), FLOAT32, FLOAT64]
ANY = 17


@dataclasses.dataclass
class Labels:
    """An enumeration: value i stands for label i."""

    name: str
    ordered: bool
    type: int
    values: list  # texts, or numbers of the type

    @property
    def stored(self):
        """The labels as either library gives them: bytes, or numbers."""
        return [v.encode() if isinstance(v, str) else v.item() for v in self.values]


@dataclasses.dataclass
class Label:
    """What a condition compares an attribute with labels to; its number is what the cells have."""

    code: object  # of the attribute's type
    value: object  # of the labels'
    type: int

    def item(self):
        return self.code.item()

    def text(self):
        return f"'{self.value}'" if isinstance(self.value, str) else repr(self.value.item())


@dataclasses.dataclass
class Field:
    name: str
    dimension: bool
    type: int
    width: int = 1
    nullable: bool = False
    filters: list = dataclasses.field(default_factory=list)
    domain: object = None
    extent: object = None
    fill: object = None
    tame: bool = False  # values whose differences a filter can hold
    even: int = 0  # not 0: all values are one, by this seed, as filters want of unsorted ones
    labels: Labels | None = None
    current: object = None  # of dimensions: the current domain, or of all none

    @property
    def kind(self):
        return np.dtype(TYPES[self.type])


@dataclasses.dataclass
class Schema:
    dims: list
    attrs: list
    capacity: int
    duplicates: bool
    tile_order: str
    cell_order: str
    coord_filters: list
    offset_filters: list
    validity_filters: list

    @property
    def kinds(self):
        return {f.name: (f.type, f.width) for f in self.dims + self.attrs}


# ------------------------------------------------------------------ drawing, cheaply


@functools.cache
def numbers_between(low, high):
    return st.integers(low, high)


@functools.cache
def one_of(choices):
    return st.sampled_from(choices)


def number(draw, low, high):
    return draw(numbers_between(low, high))


def pick(draw, *choices):
    return draw(one_of(choices))


def odds(draw, of):
    """True once in so many."""
    return draw(numbers_between(0, of - 1)) == of - 1


# ------------------------------------------------------------------ filters


def compressor(draw):
    name = pick(draw, "zstd", "gzip", "lz4", "bzip2")
    low, high = {"zstd": (-7, 12), "bzip2": (1, 9)}.get(name, (-1, 9))
    return {"name": name, "level": number(draw, low, high)}


def window(draw, name):
    # A window below a value's size ends libtiledb by a division by zero.
    return {"name": name, "window": pick(draw, 8, 24, 64, 256, 1024)}


def check(draw):
    return {"name": pick(draw, "checksum_md5", "checksum_sha256")}


def mover(draw):
    return {"name": pick(draw, "bitshuffle", "byteshuffle")}


def difference(draw, name, size):
    """Delta filters: of the field's own type, or of another one's numbers."""
    chosen = {"name": name, "level": -1}
    if odds(draw, 2):
        chosen["reinterpret"] = pick(draw, *[
            n for k, n in INTEGERS.items() if size % np.dtype(k).itemsize == 0])
    return chosen


def scale(draw):
    return {"name": "float_scale", "byte_width": pick(draw, 4, 8, 2, 1),
            "offset": pick(draw, 0.0, 1.5, -20.0), "scale": pick(draw, 0.001, 0.25, 1.0, 3.0)}


def attribute_filters(draw, field):
    """Filters that go together for the field; says in it what values they can hold."""
    size, chosen = field.kind.itemsize, []
    numbers = field.kind.kind in "iu" and field.type not in (CHAR, BLOB)
    if field.kind.kind == "f" and odds(draw, 2):
        chosen.append(scale(draw))
        field.tame, numbers, size = True, True, chosen[0]["byte_width"]
    for _ in range(pick(draw, 1, 0, 2)):
        name = pick(draw, "mover", "check", "none", *(
            "bit_width_reduction", "delta", "xor") * numbers, *(
            ["positive_delta", "double_delta"] * (numbers and (not chosen or chosen[-1]["name"] == "float_scale"))))
        if name in ("mover", "check"):
            chosen.append(mover(draw) if name == "mover" else check(draw))
        elif name in ("bit_width_reduction", "positive_delta"):
            chosen.append(window(draw, name))
        elif name in ("delta", "double_delta"):
            chosen.append(difference(draw, name, size))
            if name == "double_delta" and "reinterpret" in chosen[-1]:
                field.even = field.even or number(draw, 1, 99)
        else:
            chosen.append({"name": name})
        field.tame |= name in ("delta", "double_delta", "xor")
        if name == "positive_delta":
            field.even = number(draw, 1, 99)
        # what comes out of these are bytes, no more numbers of the type
        numbers &= name not in ("double_delta", "bit_width_reduction", "positive_delta")
        if name == "delta" and "reinterpret" not in chosen[-1] and odds(draw, 2):
            chosen.append(dict(chosen[-1]))  # differences of differences
        numbers &= name != "delta"
    if not chosen and odds(draw, 3):
        return [{"name": "rle", "level": -1}]
    if not odds(draw, 4):
        chosen.append(compressor(draw))
    if chosen and odds(draw, 6):
        chosen.append(check(draw))
    return chosen


def dimension_filters(draw, field):
    """Filters that hold any coordinates; none: those of all coordinates are used."""
    how = pick(draw, "none", "compressor", "mover", "check", "rle", *(
        ("bits", "xor", "differences") * (field.kind.kind in "iu")))
    if how in ("none", "rle", "xor"):
        return [] if how == "none" else [{"name": how, "level": -1} if how == "rle" else {"name": how}]
    chosen = [compressor(draw)]
    if how == "mover":
        chosen.insert(0, mover(draw))
    elif how == "check":
        chosen.insert(0, check(draw))
    elif how == "bits":
        chosen.insert(0, window(draw, "bit_width_reduction"))
    elif how == "differences" and gentle(field):
        chosen.insert(0, {"name": pick(draw, "delta", "double_delta"), "level": -1})
    return chosen


def gentle(field):
    """Whether differences of differences of any coordinates stay within the type."""
    width = int(field.domain[1]) - int(field.domain[0])
    return width < (2**40 if field.kind.itemsize > 4 else 60)


# ------------------------------------------------------------------ fields


def dimension(draw, index):
    field = Field(f"d{index}", True, pick(draw, *NUMBERS, *DATES, *SPANS))
    if field.kind.kind == "f":
        low, extent = number(draw, -100, 100) / 2, number(draw, 1, 50) / 2
        high = low + pick(draw, 2, 0, 1, 17, 100)
        extent = min(extent, max(high - low, 0.5))
    else:
        low, high, extent = whole_domain(draw, np.iinfo(field.kind))
    field.domain = np.array((low, high), field.kind)
    field.extent = np.array([extent], field.kind) if not odds(draw, 8) else None
    field.filters = dimension_filters(draw, field)
    return field


def whole_domain(draw, info):
    width = min(pick(draw, 60, 5, 1, 0, 2**20, 2**40), info.max - info.min - 1)
    low = pick(draw, 0, 1000, -width // 2, info.min, info.min + 1, info.max - width - 64, 1 << 40)
    low = max(info.min, min(low, info.max - width - 1))
    extent = pick(draw, width // 3, 1, 7, width // 10, width + 1, width // 2)
    extent = max(1, min(extent, width + 1, info.max))
    # The domain, widened to whole tiles, has to stay within the type.
    if low + (width // extent + 1) * extent > info.max:
        extent = 1
    return low, low + width, extent


def label_values(draw, kind, count):
    """Some labels of a type; no two are the same."""
    random = np.random.default_rng(number(draw, 0, 1000))
    if kind in (ASCII, UTF8):
        words = ["", "red", "Red", "dark red", "a,b", 'x "y"', "z" * 40, *(["é", "Ä ö", "東京"] * (kind == UTF8))]
        return [str(w) for w in random.permutation(words)[:count]]
    dtype = np.dtype(TYPES[kind])
    if dtype.kind == "f":
        return list(random.permutation(np.arange(-4, 5) / 4).astype(dtype)[:count])
    return list(np.unique(random.integers(np.iinfo(dtype).min, np.iinfo(dtype).max, 9, dtype=dtype))[:count])


def labels(draw, name):
    kind = pick(draw, ASCII, UTF8, *NUMBERS)
    return Labels(name, odds(draw, 2), kind, label_values(draw, kind, number(draw, 0, 6)))


@st.composite
def more_labels(draw, known):
    """The enumeration with further labels behind those that it has."""
    added = [v for v in label_values(draw, known.type, 9) if v not in known.values]
    return dataclasses.replace(known, values=known.values + added[:number(draw, 1, 3)])


def attribute(draw, name, widths=(1,), with_labels=None):
    kind = pick(draw, *NUMBERS * 3, *DATES, *SPANS, CHAR, BLOB, BOOL)
    field = Field(name, False, kind, pick(draw, *[1] * 8, *widths), odds(draw, 4))
    if with_labels is not None:
        field.type, field.width, field.labels = pick(draw, *INTEGERS.values()), 1, with_labels
    field.filters = attribute_filters(draw, field)
    if odds(draw, 2) and not field.nullable:  # TileDB-Py gives a nullable one no fill value
        seed = number(draw, 0, 100)
        field.fill = values_of(field, np.random.default_rng(seed), 1).reshape(-1)
    return field


@st.composite
def added_attributes(draw, name, labelled=False):
    """An attribute to add to an array with cells: its filters hold the fill value among others."""
    while True:
        field = attribute(draw, name, with_labels=labels(draw, f"{name} labels") if labelled else None)
        chosen = {f["name"]: f for f in field.filters}
        far = field.fill is None and (chosen.keys() & {"delta", "double_delta"} or
                                      chosen.get("float_scale", {}).get("byte_width", 8) < 4)
        if not field.even and not far:
            return field


@st.composite
def schemas(draw, duplicates=None, widths=(2, 3), labelled=False):
    """`labelled`: attributes may have labels, which garco makes no arrays with."""
    dims = [dimension(draw, i) for i in range(pick(draw, 1, 2, 3))]
    made = labels(draw, "labels") if labelled and odds(draw, 3) else None
    attrs = [attribute(draw, f"a{i}", widths, made if made is not None and (i == 0 or odds(draw, 2)) else None)
             for i in range(pick(draw, 1, 2, 3))]
    simple = [[compressor(draw)] if odds(draw, 2) else [] for _ in range(3)]
    if odds(draw, 2):
        simple[2] = [{"name": "rle", "level": -1}]
    return Schema(
        dims, attrs, pick(draw, *range(1, 9), 20, 60, 1000),
        odds(draw, 2) if duplicates is None else duplicates,
        pick(draw, "row-major", "col-major"), pick(draw, "row-major", "col-major"), *simple)


def narrow(draw, schema):
    """Gives the schema a current domain; libtiledb has none beside dates and spans of time, which become numbers."""
    for field in schema.dims:
        field.type = INTEGERS["i8"] if field.type in DATES + SPANS else field.type
        low, high = (x.item() for x in field.domain)
        half = (high - low) / 2 if field.kind.kind == "f" else (high - low) // 2
        field.current = np.array(pick(draw, (low, high - half), (low + half, high), (low, high)), field.kind)
    return schema


# ------------------------------------------------------------------ cells


def with_strange(field, random, values, scaled):
    """Some of the values NaN and what else floats have, where the filters can hold them."""
    if values.size < 2 or random.integers(0, 3) > 0 or (field.tame and not scaled):
        return values
    strange = [np.nan] if scaled else [np.nan, np.inf, -np.inf, -0.0, 5e-324, np.finfo(field.kind).max]
    if scaled and (scaled[0]["byte_width"] < 4 or len(field.filters) > 2 or field.even):
        return values  # what stands for NaN is far from all other numbers
    places = random.random(values.shape) < random.choice([0.05, 0.5])
    values[places] = random.choice(np.array(strange).astype(field.kind), int(places.sum()))
    return values


def values_of(field, random, count):
    """Values of an attribute that its filters can hold."""
    shape = (count, field.width) if field.width > 1 else (count,)
    kind = field.kind
    if field.even:
        shape, random = (1,), np.random.default_rng(field.even)
    if kind.kind == "f":
        scaled = [f for f in field.filters if f["name"] == "float_scale"]
        if scaled:
            bits = scaled[0]["byte_width"] * 8 - 1
            reach = min(2.0**bits - 2, 2.0**20) * scaled[0]["scale"]
            values = random.uniform(-reach, reach, shape) * 0.98
            values = np.round(values + scaled[0]["offset"], 3)
        elif field.tame:
            values = np.round(random.uniform(-1000, 1000, shape), 2)
        else:
            values = random.normal(0, 1, shape) * 10.0 ** random.integers(-30, 30, shape)
        values = with_strange(field, random, values.astype(kind), scaled)
    elif field.labels is not None:  # one number beyond them has no label
        values = random.integers(0, len(field.labels.values), shape, endpoint=True).astype(kind)
    elif field.type == BOOL:
        values = random.integers(0, 2, shape).astype(kind)
    else:
        info = np.iinfo(kind)
        low, high = info.min, info.max
        if field.tame:  # differences of differences stay within the type
            low, high = int(low) // 16, int(high) // 16
        how = random.integers(0, 3)
        values = random.integers(low, high, shape, dtype=kind, endpoint=True)
        if how == 0:
            values = np.sort(values, axis=0)
        elif how == 1:
            values = (values % 5 if kind.kind == "u" else np.abs(values // 2) % 5).astype(kind)
    if field.even:
        values = np.full((count, field.width) if field.width > 1 else count, values[0], kind)
    return values


def coordinates(field, random, count, spread):
    low, high = field.domain if field.current is None else field.current
    if field.kind.kind == "f":
        steps = int((high - low) * 2)
        return (low + random.integers(0, min(steps, spread) + 1, count) / 2).astype(field.kind)
    width = int(high) - int(low)
    steps = random.integers(0, min(width, spread), count, dtype="u8", endpoint=True)
    if width > spread and random.integers(0, 2):  # far apart rather than close together
        steps = steps * np.uint64(width // spread)
    return (steps + np.array(int(low) % 2**64, "u8")).astype("u8").view("i8").astype(
        field.kind) if field.kind.kind == "i" else (steps + np.uint64(int(low))).astype(field.kind)


def cells(schema, random, count, spread=200, distinct=False, places=()):
    """{name: values, or (values, validity)} for cells of one fragment, in no order; some are at
    `places`."""
    columns = {f.name: coordinates(f, random, count, spread) for f in schema.dims}
    for i in np.flatnonzero(random.random(count) < 0.25) if places else ():
        for field, value in zip(schema.dims, places[random.integers(len(places))]):
            columns[field.name][i] = value
    if distinct or not schema.duplicates:
        places = {p: i for i, p in enumerate(zip(*(c.tolist() for c in columns.values())))}
        keep = np.array(sorted(places.values()), int)
        columns = {k: v[keep] for k, v in columns.items()}
    count = len(columns[schema.dims[0].name])
    for field in schema.attrs:
        columns[field.name] = values_of(field, random, count)
        if field.nullable:
            validity = (random.random(count) < 0.7).astype("u1")
            columns[field.name] = (columns[field.name], validity)
    return columns


# ------------------------------------------------------------------ slices


@st.composite
def slices(draw, schema):
    """Ranges as (dimension, low, high); those of one dimension do not meet: what lies in two of its
    ranges TileDB gives twice and garco once."""
    ranges = []
    for i, field in enumerate(schema.dims):
        if odds(draw, 2) or field.domain[1] >= 2**63:  # garco's ranges are of int64
            continue
        step = 0.5 if field.kind.kind == "f" else 1
        low, high = (x.item() for x in field.domain)
        count = int((high - low) / step) if step == 0.5 else high - low
        ends = sorted({number(draw, 0, min(count, 80) if odds(draw, 2) else count)
                       for _ in range(pick(draw, 2, 4))})
        if len(ends) % 2:
            ends.append(ends[-1])
            ends = ends[-2:]
        for a, b in zip(ends[::2], ends[1::2]):
            ranges.append((i, low + a * step, low + b * step))
    return ranges


@st.composite
def chosen_fields(draw, schema):
    if odds(draw, 2):
        return []
    names = [f.name for f in schema.dims + schema.attrs if odds(draw, 2)]
    return names[::-1] if odds(draw, 2) else names


MEMORY = st.sampled_from([0, 0, 1, 1000, 20_000])


# ------------------------------------------------------------------ conditions


def comparable(field):
    return field.type in NUMBERS + DATES + SPANS and field.width == 1 and (
        field.labels is None or len(field.labels.values) > 0)


def condition(draw, fields, depth=2):
    """A condition as nested tuples, on the given fields."""
    what = pick(draw, "leaf", "leaf", "in", "and", "or", "not") if depth else "leaf"
    if what in ("and", "or"):
        return (what, *[condition(draw, fields, depth - 1) for _ in range(2)])
    if what == "not":
        return (what, condition(draw, fields, depth - 1))
    field = pick(draw, *range(len(fields)))
    field = fields[field]
    random = np.random.default_rng(number(draw, 0, 1000))
    count = number(draw, 1, 3) if what == "in" else 1
    if field.labels is not None:
        values = labels_of(field, random, count)
    else:
        values = coordinates(field, random, count, 60) if field.dimension else values_of(field, random, count)
    if what == "in":
        return ("in", field.name, list(values))
    ordered = field.labels is None or field.labels.ordered
    return (pick(draw, *(("<", "<=", ">", ">=") * ordered), "==", "!="), field.name, values[0])


def labels_of(field, random, count):
    known = field.labels
    chosen = random.permutation(len(known.values))[:count]
    return [Label(field.kind.type(i), known.values[i], known.type) for i in chosen]


@st.composite
def conditions(draw, fields):
    return condition(draw, fields)


def values_in(tree):
    """The numbers that a condition compares with."""
    word, *rest = tree
    if word in ("and", "or", "not"):
        return [v for t in rest for v in values_in(t)]
    return [v.item() for v in (rest[1] if word == "in" else rest[1:])]


def fields_in(tree):
    word, *rest = tree
    return {rest[0]} if word not in ("and", "or", "not") else set().union(*map(fields_in, rest))


def value_text(value):
    return value.text() if isinstance(value, Label) else repr(value.item())


def condition_text(tree):
    """As garco takes it."""
    word, *rest = tree
    if word == "not":
        return f"not ({condition_text(rest[0])})"
    if word in ("and", "or"):
        return f" {word} ".join(f"({condition_text(t)})" for t in rest)
    name, value = rest
    if word == "in":
        return f"{name} in ({', '.join(map(value_text, value))})"
    return f"{name} {word} {value_text(value)}"
