# What TileDB-Py prints of the schema and of the fragments of the same data written by each: after writes,
# overwrites, deletes, evolution and upkeep by each, the same text but for names and times that nobody chose.
# SPDX-License-Identifier: Apache-2.0
import os
import re

import numpy as np
import tiledb
from hypothesis import event, given, settings
from hypothesis import strategies as st

import array_strategies as draws
import tiledb_oracle as oracle
from array_compare import cells_there
from array_places import place  # noqa: F401 (a fixture)
from array_sides import GARCO, TILEDB

EXAMPLES = int(os.environ.get("GARCO_EXAMPLES", "150"))
PAIRS = [(TILEDB, GARCO), (GARCO, TILEDB), (GARCO, GARCO)]


def masked(text, uri):
    """Without the array's place and random digits; sizes depend on the build of a compressor. Times are the
    test's own, and stay. Of a current domain libtiledb prints an address."""
    text = re.sub("[0-9a-f]{32}", "RANDOM", text.replace(f"file://{uri}", "ARRAY").replace(str(uri), "ARRAY"))
    return re.sub(r"Size: \d+|<bound method .*?>|0x[0-9a-f]{8,}", "", text)


def printed_schema(uri):
    schema = tiledb.ArraySchema.load(str(uri), ctx=oracle.CTX)
    try:
        return str(schema)
    except tiledb.TileDBError as error:  # of spans of time TileDB-Py prints nothing
        return str(error)


def printed_fragments(uri):
    """The list, each of the fragments, and libtiledb's own print of them."""
    found = tiledb.FragmentInfoList(str(uri), include_mbrs=True, ctx=oracle.CTX)
    return [repr(found), *map(repr, found), found.dump()]


def current_domain(uri, schema):
    found = tiledb.ArraySchema.load(str(uri), ctx=oracle.CTX).current_domain
    return "none" if found.is_empty else str([(f.name, found.ndrectangle.range(f.name)) for f in schema.dims])


def printable(field):
    """Asked for fragments over spans of time or dates before 1970, TileDB-Py fails, and after some tries ends
    the program."""
    return field.type not in draws.SPANS and (field.type not in draws.DATES or field.domain[0] >= 0)


def printed(uri, schema):
    said = [printed_schema(uri), oracle.dump(uri) or "", current_domain(uri, schema)]
    if all(map(printable, schema.dims)):
        said += printed_fragments(uri)
    return [masked(s, uri) for s in said]


class Twins:
    """The same array twice, whose names are as long as each other's."""

    def __init__(self, root, schema):
        root.mkdir()
        self.uris, self.schema = (root / "a", root / "b"), schema
        TILEDB.create(self.uris[0], schema)
        GARCO.create(self.uris[1], schema)
        for uri in self.uris:  # made before all that is written
            (file,) = (f for f in (uri / "__schema").iterdir() if f.is_file())
            file.rename(file.with_name(f"__1_1_{file.name[-32:]}"))

    def do(self, pair, what, *words, **options):
        for side, uri in zip(pair, self.uris):
            getattr(side, what)(uri, *words, **options)
        self.compare(what, *words[:1])

    def compare(self, *what):
        theirs, ours = (printed(uri, self.schema) for uri in self.uris)
        for a, b in zip(theirs, ours):
            assert a == b, what
        assert len(theirs) == len(ours)


def number_fields(schema):
    return [f for f in schema.dims + schema.attrs if draws.comparable(f)]


def written(twins, random, times):
    for time in times:
        # Of equal coordinates in one write libtiledb's sort gives any order.
        cells = draws.cells(twins.schema, random, int(random.integers(1, 80)), spread=40, distinct=True)
        twins.do((TILEDB, GARCO), "write", cells, twins.schema.kinds, time)


def kept(twins, data, what, **options):
    """Upkeep by both libraries, whichever of them wrote the array."""
    pair = data.draw(st.sampled_from(PAIRS))
    event(f"{what} by {pair[0].name}, {pair[1].name}")
    twins.do(pair, "consolidate", what, **options)
    if data.draw(st.booleans()):
        twins.do(data.draw(st.sampled_from(PAIRS)), "vacuum", what)


@settings(max_examples=EXAMPLES)
@given(data=st.data())
def test_prints_of_both_are_the_same(place, data):
    schema = data.draw(draws.schemas())
    if data.draw(st.booleans()):
        schema = draws.narrow(data.draw, schema)
        event("a current domain")
    random = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    twins = Twins(place.array(), schema)
    twins.compare("create")
    times = [10, 20, 30][:data.draw(st.integers(1, 3))]
    written(twins, random, times)
    tree = None
    if data.draw(st.booleans()):
        tree = data.draw(draws.conditions(number_fields(schema)).filter(GARCO.can_delete))
        twins.do((TILEDB, GARCO), "delete", oracle.without_lists(tree, schema.kinds), schema.kinds, 35)
    if data.draw(st.booleans()):
        kept(twins, data, "fragment_meta")
    if data.draw(st.booleans()):
        start, end = data.draw(st.sampled_from([(0, 0), (0, 20), (20, 40)]))
        # Of one fragment, and of cells that are all deleted, only garco purges; in a window TileDB purges by later
        # deletes too, and takes from readers of the window what was there.
        purge = len(times) > 1 and end == 0 and data.draw(st.booleans())
        purge = purge and cells_there(oracle.read(twins.uris[0]))
        kept(twins, data, "fragments", start=start, end=end, purge=purge)
    if data.draw(st.booleans()):
        added = data.draw(draws.added_attributes("late"))
        dropped = [] if tree else schema.attrs[1:2]  # one that a delete compares with stays
        twins.do((TILEDB, GARCO), "evolve", [added], [f.name for f in dropped], 38)
        schema.attrs = [f for f in schema.attrs if f not in dropped] + [added]
    written(twins, random, [40][:data.draw(st.integers(0, 1))])
    if data.draw(st.booleans()):
        kept(twins, data, "fragment_meta")
    if data.draw(st.booleans()):
        kept(twins, data, "commits")
