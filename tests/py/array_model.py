# What an array holds, by plain Python: every cell ever written with its time, every delete, every
# schema; and what a reader between two times must see of them.
# SPDX-License-Identifier: Apache-2.0
import dataclasses
import operator

import numpy as np

from array_strategies import BLOB, BOOL, CHAR, Label

LEAVES = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
          "==": operator.eq, "!=": operator.ne}
OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "==", "in": "not in",
            "not in": "in", "and": "or", "or": "and"}


@dataclasses.dataclass
class Cell:
    time: int
    place: tuple
    values: dict  # of the attributes that were written; None: null
    until: int = 0  # of an old fragment without times of cells: the end of its own


def kept(cell, tree, keep=True):
    """Whether a delete leaves the cell: what the format keeps is the negation of the condition, by
    which NaN is unequal to everything and nothing else, and null is nothing at all: neither unequal,
    nor outside of a list."""
    word, *rest = tree
    if word == "not":
        return kept(cell, rest[0], not keep)
    word = OPPOSITE[word] if keep else word
    if word in ("and", "or"):
        return (all if word == "and" else any)(kept(cell, t, keep) for t in rest)
    name, wanted = rest
    value = cell[name]
    numbers = [w.code if isinstance(w, Label) else w for w in (wanted if isinstance(wanted, list) else [wanted])]
    if value is None:
        return False
    if word in ("in", "not in"):
        return any(value == n for n in numbers) == (word == "in")
    return bool(LEAVES[word](value, numbers[0]))


def scaled(values, chosen):
    """What float scale makes of values: integers of a width, in the values' own arithmetic, and
    back, in that of doubles."""
    kind, width = values.dtype.type, chosen["byte_width"]
    with np.errstate(invalid="ignore", over="ignore"):
        steps = (values - kind(chosen["offset"])) / kind(chosen["scale"])
        whole = np.trunc(steps)
        whole += np.where(np.abs(steps - whole) >= 0.5, np.sign(steps), 0).astype(kind)
        least = np.iinfo(f"i{width}").min
        whole = np.where(np.isnan(whole), kind(least), whole)
        return (chosen["scale"] * whole.astype("f8") + chosen["offset"]).astype(kind)


def as_stored(field, values):
    for chosen in field.filters:
        if chosen["name"] == "float_scale":
            return scaled(values, chosen)
    return values


def fill_of(field):
    """What a cell has of an attribute that it was never given."""
    if field.fill is not None:
        return field.fill if field.width > 1 else field.fill[0]
    kind = field.kind
    if field.type in (BLOB, BOOL):
        value = 0
    elif field.type == CHAR:
        value = 0x80
    elif kind.kind == "f":
        value = np.nan
    else:
        value = np.iinfo(kind).min if kind.kind == "i" else np.iinfo(kind).max
    made = np.full(field.width, value, kind)
    return None if field.nullable else made if field.width > 1 else made[0]


class Model:
    def __init__(self, schema, time):
        self.dims, self.duplicates = schema.dims, schema.duplicates
        self.cells, self.deletes, self.puts = [], [], []
        self.schemas = [(time, schema.attrs)]

    def attributes(self, time=None):
        """Those of the latest schema, or of the one that a reader at a time has."""
        return [attrs for t, attrs in self.schemas if time is None or t <= time][-1]

    def labels(self, time=None):
        """{attribute: (name, ordered, type, labels)} of those that have labels."""
        known = {f.name: f.labels for f in self.attributes(time) if f.labels is not None}
        return {k: (v.name, v.ordered, v.type, v.stored) for k, v in known.items()}

    def write(self, time, columns):
        fields = {f.name: f for _, attrs in self.schemas for f in attrs}
        places = list(zip(*(columns[d.name].tolist() for d in self.dims)))
        stored = {}
        for name in columns.keys() & fields.keys():
            values, validity = columns[name], None
            if isinstance(values, tuple):
                values, validity = values
            values = as_stored(fields[name], values)
            stored[name] = [v if validity is None or validity[i] else None
                            for i, v in enumerate(values)]
        for i, place in enumerate(places):
            self.cells.append(Cell(time, place, {k: v[i] for k, v in stored.items()}))

    def delete(self, time, tree):
        self.deletes.append((time, tree))

    def evolve(self, time, attrs):
        self.schemas.append((time, attrs))

    def put(self, time, items):
        self.puts.append((time, items))

    def consolidate_metadata(self):
        """Items forget when they were put: all are of the first one's time then, and what was
        removed is forgotten."""
        if len(self.puts) > 1:
            left = {k: v for k, v in self.items().items() if v is not None}
            self.puts = [(min(t for t, _ in self.puts), left)]

    def items(self):
        found = {}
        for _, items in sorted(self.puts, key=lambda p: p[0]):
            found.update(items)
        return found

    def metadata(self):
        """{key: (type, bytes)} of all times."""
        return {k: (v[0], v[1].tobytes()) for k, v in self.items().items() if v is not None}

    def seen(self, start, end):
        """The cells between two times, in no order."""
        cells = [c for c in self.cells if start <= c.time and max(c.time, c.until) <= end]
        if not self.duplicates:
            latest = {}
            for cell in sorted(cells, key=lambda c: c.time):
                latest[cell.place] = cell
            cells = list(latest.values())
        deletes = [(t, tree) for t, tree in self.deletes if start <= t <= end]
        return [c for c in cells if self.survives(c, deletes)]

    def survives(self, cell, deletes):
        values = {**dict(zip((d.name for d in self.dims), cell.place)), **cell.values}
        return all(t < cell.time or kept(values, tree) for t, tree in deletes)

    def read(self, start, end):
        """{name: values}, {name: validity} in row-major order, as a reader gives them."""
        cells = sorted(self.seen(start, end), key=lambda c: c.place)
        values = {d.name: np.array([c.place[i] for c in cells], d.kind)
                  for i, d in enumerate(self.dims)}
        valid = {}
        for field in self.attributes(end):
            fill, zero = fill_of(field), np.zeros((), field.kind)
            column = [c.values.get(field.name, fill) for c in cells]
            if field.nullable:
                valid[field.name] = np.array([v is not None for v in column], "u1")
            shape = (len(cells), field.width) if field.width > 1 else (len(cells),)
            made = np.zeros(shape, field.kind)
            for i, value in enumerate(column):
                made[i] = zero if value is None else value
            values[field.name] = made
        return values, valid
