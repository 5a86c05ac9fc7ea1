# The compact schema: the same observations at half the bytes, which TileDB reads and consolidates.
# SPDX-License-Identifier: Apache-2.0
import json

import numpy as np
import pytest

tiledb = pytest.importorskip("tiledb")


def cells(array):
    with tiledb.open(str(array)) as opened:
        return opened.query(coords=True, order="C")[:]


def size(garco, array):
    told = json.loads(garco("info", "--json", array).out)
    return told["bytes"], told["cells"]


def both(garco, path):
    for schema in ("earthscope", "compact"):
        garco("ingest", "--salvage", "--schema", schema, path, f"{schema}.tdb")
    return size(garco, "earthscope.tdb"), size(garco, "compact.tdb")


def check_same(tmp_path):
    ours, theirs = cells(tmp_path / "compact.tdb"), cells(tmp_path / "earthscope.tdb")
    for name, expected in theirs.items():
        values = np.asarray(ours[name])
        if name not in ("range", "phase", "doppler"):
            assert values.tobytes() == np.asarray(expected).tobytes(), name
            continue
        there = expected > -1e14  # what is missing is the lowest integer, of either step
        assert np.array_equal(there, values > -1e14), name
        assert np.array_equal(np.round(values[there] * 1000), np.round(expected[there] * 1000)), name
        assert np.max(np.abs(values - expected)[there], initial=0) < 5e-8, name


@pytest.mark.parametrize("options", [(), ("--version", "3", "--system", "GREC", "--interval", "30s")])
def test_a_simulated_day(garco, tmp_path, options):
    garco("simulate", *options, "-o", "day.24o")
    (whole, count), (half, same) = both(garco, "day.24o")
    assert count == same
    assert half <= 5.5 * count and half <= whole / 2
    check_same(tmp_path)
    assert "all equal" in garco("verify", "day.24o", "compact.tdb").out


@pytest.mark.parametrize("name", ["rinex/york0440.15d.Z",
                                  "rinex/ESBC00DNK_R_20201770000_01D_30S_MO.crx.gz"])
def test_real_days(garco, data, tmp_path, name):
    (whole, count), (half, same) = both(garco, data(name))
    assert count == same and half <= whole / 2
    check_same(tmp_path)


def test_tiledb_consolidates(garco, tmp_path):
    for day in (1, 2):
        garco("simulate", "--start", f"2024-01-0{day}", "--duration", "2h", "-o", f"d{day}.24o")
        garco("ingest", "--schema", "compact", f"d{day}.24o", "compact.tdb")
    before = cells(tmp_path / "compact.tdb")
    tiledb.consolidate(str(tmp_path / "compact.tdb"))
    tiledb.vacuum(str(tmp_path / "compact.tdb"))
    after = cells(tmp_path / "compact.tdb")
    assert len(json.loads(garco("info", "--json", "compact.tdb").out)["fragments"]) == 1
    for name, expected in before.items():
        assert np.asarray(after[name]).tobytes() == np.asarray(expected).tobytes(), name
    for day in (1, 2):
        assert "all equal" in garco("verify", f"d{day}.24o", "compact.tdb").out


def test_only_observations_are_ingested(garco):
    assert "expected earthscope or compact" in garco(
        "ingest", "--schema", "demo", "a.24o", "a.tdb", status=2).err


@pytest.mark.parametrize("made, wanted", [("compact", "earthscope"), ("earthscope", "compact")])
def test_an_array_of_another_schema_is_not_taken_for_it(garco, made, wanted):
    garco("simulate", "--duration", "10m", "-o", "a.24o")
    garco("simulate", "--start", "2024-01-02", "--duration", "10m", "-o", "b.24o")
    garco("create", "--schema", made, "a.tdb")
    for name in "ab":
        assert f'a.tdb: the array is there, and is not of the schema {wanted}: attribute "range"' in garco(
            "ingest", "--schema", wanted, f"{name}.24o", "a.tdb", status=1).err
        garco("ingest", "--schema", made, f"{name}.24o", "a.tdb")
    garco("evolve", "a.tdb", "--add-attr", "q:uint8")
    assert "ingested before" in garco("ingest", "--schema", made, "a.24o", "a.tdb").out
    assert "ingested before" in garco("ingest", "a.24o", "a.tdb").out
