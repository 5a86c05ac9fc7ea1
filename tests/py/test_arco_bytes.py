# Random schemas and cells written by each: the files of the fragments, the schemas and what TileDB
# prints of them are the same but for names and times.
# SPDX-License-Identifier: Apache-2.0
import os

import numpy as np
from hypothesis import event, given, settings
from hypothesis import strategies as st

import array_strategies as draws
import garco_abi as garco
import tiledb_files as files
import tiledb_oracle as oracle
from array_compare import assert_same
from array_places import place, read  # noqa: F401 (a fixture)

EXAMPLES = int(os.environ.get("GARCO_EXAMPLES", "400"))


def made_by_both(place, data):
    """The same array and cells by each; None where a filter cannot hold the cells."""
    schema = data.draw(draws.schemas(widths=(2, 3)))
    random = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    # Of equal coordinates libtiledb's sort gives any order.
    cells = draws.cells(schema, random, int(random.integers(1, 300)), distinct=True)
    ours, theirs = place.array(), place.array()
    garco.create(ours, schema)
    oracle.create(theirs, schema)
    with garco.Array(ours) as array:
        threads, memory = data.draw(st.sampled_from([(0, 0), (1, 0), (3, 0), (1, 1 << 20)]))
        array.write(cells, schema.kinds, 1000, threads, memory)
    oracle.write(theirs, cells, schema.kinds, 1000)
    return schema, cells, ours, theirs


@settings(max_examples=EXAMPLES)
@given(data=st.data())
def test_the_same_files(place, data):
    schema, _, ours, theirs = made_by_both(place, data)
    assert files.tree(ours) == files.tree(theirs)
    assert oracle.dump(ours) == oracle.dump(theirs)
    assert files.schema(ours) == files.schema(theirs)
    dims = {f.name for f in schema.dims}
    whole = oracle.read(theirs)
    assert_same(oracle.read(ours), whole, dims, not schema.duplicates)
    assert_same(read(ours), whole, dims, not schema.duplicates)
    assert_same(read(theirs), whole, dims, not schema.duplicates)
    a, b = files.fragment(ours), files.fragment(theirs)
    assert set(a) == set(b)
    equal = True
    for name, field, filters in files.data_files(schema):
        if a[name] == b[name]:
            continue
        equal = False
        event("a data file of other bytes")
        x, y = (files.unpacked(f[name], field, filters) for f in (a, b))
        assert x == y, name
    files.assert_same_metadata(a, b, schema, equal)


def bytes_or_refusal(write, create, uri, schema, cells):
    create(uri, schema)
    try:
        write(uri, cells, schema.kinds, 10)
    except (garco.Failed, oracle.tiledb.TileDBError):
        return None
    return files.chunks(files.fragment(uri)["a0.tdb"])


def garco_write(uri, cells, kinds, timestamp):
    with garco.Array(uri) as array:
        array.write(cells, kinds, timestamp)


def test_double_delta_of_numbers_far_apart(place):
    """Written alike, and refused alike where differences do not go into 63 bits and a sign."""
    random, refused = np.random.default_rng(1), 0
    place_of = draws.Field("d0", True, 9, domain=np.array([0, 9], "u4"),
                           extent=np.array([10], "u4"))
    ranges = [(10, 0, 2**64), (10, 2**63 - 2**60, 2**63 + 2**60), (10, 2**64 - 2**60, 2**64),
              (1, -2**63, 2**63), (9, 0, 2**32), (7, -2**15, 2**15)]
    for kind, low, high in ranges * 15:
        field = draws.Field("a0", False, kind, filters=[{"name": "double_delta", "level": -1}])
        schema = draws.Schema([place_of], [field], 10, False, "row-major", "row-major", [], [], [])
        values = [low + int(random.integers(0, 2**63)) * (high - low) // 2**63 for _ in range(4)]
        cells = {"d0": np.arange(4, dtype="u4"), "a0": np.array(values, field.kind)}
        theirs = bytes_or_refusal(oracle.write, oracle.create, place.array(), schema, cells)
        ours = bytes_or_refusal(garco_write, garco.create, place.array(), schema, cells)
        assert ours == theirs, (kind, values)
        refused += theirs is None
    assert 0 < refused < 60
