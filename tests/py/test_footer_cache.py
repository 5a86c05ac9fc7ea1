# Consolidated fragment metadata: arrays open by them, whoever wrote them, and by the fragments' own files
# where they do not reach; what is damaged is named.
# SPDX-License-Identifier: Apache-2.0
import shutil

import pytest
import tiledb

from arco_reader import Refused
from test_upkeep import delete, fragments, garco, make, ours, seen, write


def consolidate(side, array):
    if side == "garco":
        garco("consolidate", "--what", "fragment-meta", array)
    else:
        tiledb.consolidate(str(array), config=tiledb.Config({"sm.consolidation.mode": "fragment_meta"}))


def metas(array):
    return sorted((array / "__fragment_meta").iterdir())


def spoil(array, names):
    """The fragments' own metadata files are of no use any more."""
    for name in names:
        (array / "__fragments" / name / "__fragment_metadata.tdb").write_bytes(b"spoilt")


@pytest.fixture(params=["garco", "tiledb"])
def side(request):
    return request.param


def history(array, count=6):
    make(array, capacity=100)
    for time in range(1, count + 1):
        write(array, time, [time, time + 1, 50], v=[time, time, time])


def test_opens_by_them_alone(tmp_path, dump, side):
    array = tmp_path / "a"
    history(array)
    before = {t: seen(array, t) for t in range(1, 8)}
    consolidate(side, array)
    spoil(array, fragments(array))
    for time in range(3, 8):  # of less than three fragments, each opens by itself
        assert ours(dump, array, end=time) == before[time]
    assert len(garco("fragments", array).splitlines()) == 1 + 6


def test_reads_by_themselves_what_they_do_not_have(tmp_path, dump, side):
    array = tmp_path / "a"
    history(array)
    consolidate(side, array)
    old = fragments(array)
    for time in (7, 8, 9):
        write(array, time, [time, 60], v=[time, time])
    expected = seen(array)
    spoil(array, old)
    assert ours(dump, array) == expected
    assert len(metas(array)) == 1


def test_the_latest_and_then_earlier_ones(tmp_path, dump, side):
    """Of two files the later one counts, and the earlier one for what only it has."""
    array = tmp_path / "a"
    history(array)
    consolidate(side, array)
    (early,) = metas(array)
    for time in (7, 8, 9):
        write(array, time, [time, 60], v=[time, time])
    consolidate(side, array)
    (late,) = [p for p in metas(array) if p != early]
    expected = {t: seen(array, t) for t in (6, 9)}
    spoil(array, fragments(array))
    assert ours(dump, array) == expected[9]
    early.write_bytes(early.read_bytes()[:40])  # of no more use, and not read
    assert ours(dump, array) == expected[9]
    garco("vacuum", "--what", "fragment-meta", array)
    assert metas(array) == [late]
    assert {t: ours(dump, array, end=t) for t in (6, 9)} == expected


def test_fragments_that_are_gone(tmp_path, dump, side):
    array = tmp_path / "a"
    history(array)
    delete(array, 7, "v == 2")
    write(array, 8, [80], v=[8])
    consolidate(side, array)
    tiledb.consolidate(str(array), timestamp=(1, 3))
    tiledb.vacuum(str(array))
    for time in (9, 10):
        write(array, time, [time], v=[time])
    expected = seen(array)
    assert ours(dump, array) == expected
    assert len(fragments(array)) == 7


def test_evolved_and_of_many_tiles(tmp_path, dump, side):
    array = tmp_path / "a"
    make(array, capacity=3)
    for time in range(1, 4):
        write(array, time, range(time, time + 20), v=range(20))
    evolution = tiledb.ArraySchemaEvolution()
    evolution.timestamp(4)
    evolution.add_attribute(tiledb.Attr("w", dtype="f8"))
    evolution.array_evolve(str(array))
    for time in range(5, 8):
        write(array, time, range(time, time + 20), v=range(20), w=range(20))
    consolidate(side, array)
    assert ours(dump, array) == seen(array)


def test_damage_is_named(tmp_path, dump, side):
    """Whatever byte is wrong: the same cells, or the file's name."""
    array = tmp_path / "a"
    history(array)
    expected = seen(array)
    consolidate(side, array)
    (file,) = metas(array)
    good = file.read_bytes()
    said = set()
    for at in range(0, len(good), 3):
        for bad in (good[:at], good[:at] + bytes([good[at] ^ 0x55]) + good[at + 1:]):
            file.write_bytes(bad)
            try:
                cells = ours(dump, array)
            except Refused as error:
                assert file.name in str(error), error
                said.add(str(error).split(file.name)[-1].split(": ")[-1][:20])
            else:
                assert cells == expected
    assert len(said) > 3, said
    file.unlink()
    assert ours(dump, array) == expected
    shutil.rmtree(array / "__fragment_meta")
    assert ours(dump, array) == expected
