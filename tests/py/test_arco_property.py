# Schemas, writes, overwrites, deletes, upkeep and slices at random: TileDB writes and garco reads, garco
# writes and TileDB reads, each equal to the other cell by cell.
# SPDX-License-Identifier: Apache-2.0
import os

import numpy as np
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

import array_strategies as draws
import garco_abi as garco
import tiledb_files as files
import tiledb_oracle as oracle
from array_compare import assert_same
from array_places import place, read  # noqa: F401 (a fixture)
from array_sides import SIDES

EXAMPLES = int(os.environ.get("GARCO_EXAMPLES", "600"))
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


@pytest.mark.parametrize("writer", SIDES)
@settings(max_examples=EXAMPLES)
@given(data=st.data())
def test_one_writes_and_both_read(place, writer, data):
    uri, schema, random = place.array(), data.draw(draws.schemas()), random_of(data)
    side = SIDES[writer]
    side.create(uri, schema)
    times = data.draw(st.lists(TIMES, min_size=1, max_size=4, unique=True))
    for time in times:
        cells = draws.cells(schema, random, int(random.integers(1, 120)))
        side.write(uri, cells, schema.kinds, time)
    fields = [f for f in schema.dims + schema.attrs if draws.comparable(f)]
    compare(uri, schema, data, times)
    fragments_agree(uri, schema)
    if data.draw(st.booleans()):
        time = data.draw(TIMES.filter(lambda t: t not in times))
        side.delete(uri, data.draw(draws.conditions(fields).filter(side.can_delete)), schema.kinds, time)
        times.append(time)
        compare(uri, schema, data, times)
        event("deleted")
    if data.draw(st.booleans()):
        side.consolidate(uri, "fragments", purge=data.draw(st.booleans()))
        compare(uri, schema, data, times)
        if data.draw(st.booleans()):
            side.vacuum(uri, "fragments")
            compare(uri, schema, data, times)
        event("consolidated")


def delete_record(uri):
    (file,) = (uri / "__commits").glob("*.del")
    tiles, rest = files.generic_tiles(file.read_bytes())
    assert len(tiles) == 1 and rest == b""
    return tiles[0]


@settings(max_examples=EXAMPLES // 4)
@given(data=st.data())
def test_delete_records_are_tiledbs(place, data):
    schema = data.draw(draws.schemas())
    fields = [f for f in schema.dims + schema.attrs if draws.comparable(f)]
    tree = data.draw(draws.conditions(fields).filter(SIDES["garco"].can_delete))
    tree = oracle.without_lists(tree, schema.kinds)
    records = []
    for side in SIDES.values():
        uri = place.array()
        side.create(uri, schema)
        side.delete(uri, tree, schema.kinds, 7)
        records.append(delete_record(uri))
    assert records[0] == records[1], tree


def test_terms_within_terms_of_the_same_kind_leave_later_cells(place):
    """libtiledb deletes by an "and" within an "and" what was written after the delete."""
    field, kind = draws.Field, np.int32
    schema = draws.Schema(
        [field("d0", True, 0, domain=np.array([0, 60], "i4"), extent=np.array([20], "i4"))],
        [field("a0", False, 0)], 10, False, "row-major", "row-major", [], [], [])
    for word in ("and", "or"):
        less = ("<", "d0", kind(51))
        for tree in ((word, less, (word, less, less)), (word, (word, less, less), less),
                     ("not", (word, less, ("not", (word, less, less))))):
            uri = place.array()
            SIDES["garco"].create(uri, schema)
            SIDES["garco"].write(uri, {"d0": np.array([3, 55], "i4"), "a0": np.array([1, 2], "i4")},
                                 schema.kinds, 20)
            SIDES["garco"].delete(uri, tree, schema.kinds, 10)
            assert oracle.read(uri)[0]["d0"].tolist() == [3, 55], tree


@pytest.mark.parametrize("word, left", [("or", [1]), ("and", [1, 2, 3])])
@pytest.mark.parametrize("side", SIDES)
def test_a_null_beside_another_term_counts_as_met(place, side, word, left):
    field, five = draws.Field, np.int32(5)
    schema = draws.Schema(
        [field("d0", True, 0, domain=np.array([0, 60], "i4"), extent=np.array([20], "i4"))],
        [field("a", False, 0, nullable=True), field("b", False, 0)], 10, False, "row-major", "row-major", [], [], [])
    uri = place.array()
    SIDES[side].create(uri, schema)
    SIDES[side].write(uri, {"d0": np.arange(4, dtype="i4"), "b": np.array([1, 2, 2, 2], "i4"),
                            "a": (np.array([5, 7, 5, 5], "i4"), np.array([0, 1, 0, 1], "u1"))}, schema.kinds, 10)
    SIDES[side].delete(uri, (word, ("==", "a", five), ("==", "b", np.int32(1))), schema.kinds, 20)
    assert read(uri)[0]["d0"].tolist() == oracle.read(uri)[0]["d0"].tolist() == left


def test_a_delete_before_its_attribute_is_refused(place):
    """Readers of the times between would refuse the array."""
    field = draws.Field
    schema = draws.Schema(
        [field("d0", True, 0, domain=np.array([0, 60], "i4"), extent=np.array([20], "i4"))],
        [field("a0", False, 0)], 10, False, "row-major", "row-major", [], [], [])
    uri = place.array()
    garco.create(uri, schema)
    with garco.Array(uri) as array:
        array.evolve([field("late", False, 0)], [])
        with pytest.raises(garco.Failed, match='GARCO_ERR_UNSUPPORTED: .*no attribute "late"'):
            array.delete("late < 5", 30)
        array.delete("a0 < 5", 30)
        array.delete("late < 5")
    assert read(uri, 0, 40) == ({}, {})
