# Schemas, writes, upkeep and slices at random: TileDB writes and garco reads, garco writes and TileDB
# reads, each equal to the other cell by cell.
# SPDX-License-Identifier: Apache-2.0
import os

import numpy as np
from hypothesis import event, given, settings
from hypothesis import strategies as st

import array_strategies as draws
import garco_abi as garco
import tiledb_oracle as oracle
from array_compare import assert_same
from array_places import place, read  # noqa: F401 (a fixture)

EXAMPLES = int(os.environ.get("GARCO_EXAMPLES", "20"))
TIMES = st.integers(1, 60)


def compare(uri, schema, data, times):
    """Reads the array in several ways by both; gives the number of cells of all."""
    dims = {f.name for f in schema.dims}
    ordered = not schema.duplicates
    whole = oracle.read(uri)
    memory = data.draw(draws.MEMORY)
    assert_same(read(uri, memory=memory), whole, dims, ordered)
    ranges, fields = data.draw(draws.slices(schema)), data.draw(draws.chosen_fields(schema))
    start, end = sorted(data.draw(st.tuples(st.integers(0, max(times) + 2), st.sampled_from(times))))
    start, end = data.draw(st.sampled_from([(0, end), (start, end), (0, max(times)), (0, end - 1)]))
    end = max(end, 1)
    ours = read(uri, start, end, ranges=ranges, fields=fields, memory=memory)
    assert_same(ours, oracle.read(uri, start, end, ranges=ranges, fields=fields), dims, ordered)
    return len(next(iter(whole[0].values())))


def fragments_agree(uri, schema):
    """What both say of the fragments."""
    with garco.Array(uri) as array:
        ours = array.fragments()
        domain = [array.domain(i) for i in range(len(schema.dims))]
    theirs = oracle.fragments(uri)
    if theirs is None:
        return
    assert [(f["name"], f["start"], f["end"], f["version"], f["cells"]) for f in ours] == [
        (f["name"], f["start"], f["end"], f["version"], f["cells"]) for f in theirs]
    for mine, other in zip(ours, theirs):
        assert other["domain"] is None or mine["domain"] == other["domain"]
    lows_highs = [f["domain"] for f in ours]
    for i, found in enumerate(domain):
        expected = [min(d[i][0] for d in lows_highs), max(d[i][1] for d in lows_highs)]
        assert found == expected


def random_of(data):
    return np.random.default_rng(data.draw(st.integers(0, 2**32)))


@settings(max_examples=EXAMPLES)
@given(data=st.data())
def test_tiledb_writes_and_garco_reads(place, data):
    uri, schema, random = place.array(), data.draw(draws.schemas()), random_of(data)
    oracle.create(uri, schema)
    times = data.draw(st.lists(TIMES, min_size=1, max_size=4, unique=True))
    for time in times:
        cells = draws.cells(schema, random, int(random.integers(1, 120)))
        oracle.write(uri, cells, schema.kinds, time)
    fields = [f for f in schema.dims + schema.attrs if draws.comparable(f)]
    compare(uri, schema, data, times)
    fragments_agree(uri, schema)
    if data.draw(st.booleans()):
        time = data.draw(TIMES.filter(lambda t: t not in times))
        oracle.delete(uri, data.draw(draws.conditions(fields)), schema.kinds, time)
        times.append(time)
        compare(uri, schema, data, times)
        event("deleted")
    if data.draw(st.booleans()):
        oracle.consolidate(uri, "fragments", purge=data.draw(st.booleans()))
        compare(uri, schema, data, times)
        if data.draw(st.booleans()):
            oracle.vacuum(uri, "fragments")
            compare(uri, schema, data, times)
        event("consolidated")
