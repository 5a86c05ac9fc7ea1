# --zstd-level: other bytes of the same cells, for any reader.
# SPDX-License-Identifier: Apache-2.0
import json

import numpy as np
import pytest

tiledb = pytest.importorskip("tiledb")

LEVELS = (None, 1, 7, 19)


def cells(array):
    with tiledb.open(str(array)) as opened:
        return opened.query(coords=True, order="C")[:]


def data_files(array):
    """The bytes of each data file of the array's one fragment."""
    (fragment,) = (array / "__fragments").iterdir()
    return {f.name: f.read_bytes() for f in fragment.iterdir() if f.name[1].isdigit()}


def made(garco, tmp_path, level, *words):
    array = tmp_path / f"{words[0]}{level}.tdb"
    how = () if level is None else ("--zstd-level", level)
    if words[0] == "write":
        garco("create", array)
        garco("write", *how, array, words[1])
    else:
        garco("ingest", *how, words[1], array)
    return array


def arrays(garco, tmp_path):
    """By each command, the arrays of each level."""
    garco("simulate", "--duration", "3h", "-o", "day.24o")
    (tmp_path / "rows.csv").write_text(garco("query", "day.24o").out)
    return {command: {level: made(garco, tmp_path, level, command, source) for level in LEVELS}
            for command, source in (("ingest", "day.24o"), ("write", "rows.csv"))}


def test_the_same_cells_in_other_bytes(garco, tmp_path):
    for command, by_level in arrays(garco, tmp_path).items():
        whole = cells(by_level[None])
        assert len(whole["time"]) > 10_000
        rows = garco("query", by_level[None]).out
        for level, array in by_level.items():
            for name, column in cells(array).items():
                assert np.asarray(column).tobytes() == np.asarray(whole[name]).tobytes(), name
            assert garco("query", array).out == rows, (command, level)
        sizes = {level: json.loads(garco("info", "--json", a).out)["bytes"]
                 for level, a in by_level.items()}
        assert sizes[7] == sizes[None] < sizes[1], command
        assert data_files(by_level[19]) != data_files(by_level[None])
        # The schema's own level is not another.
        assert data_files(by_level[7]) == data_files(by_level[None])


def test_tiledb_consolidates_them(garco, tmp_path):
    garco("simulate", "--duration", "1h", "-o", "a.24o")
    garco("simulate", "--start", "2024-01-01T01:00:00", "--duration", "1h", "-o", "b.24o")
    garco("ingest", "--keep-parts", "--zstd-level", 1, "a.24o", "day.tdb")
    garco("ingest", "--keep-parts", "--zstd-level", 12, "b.24o", "day.tdb")
    rows = garco("query", "day.tdb").out
    tiledb.consolidate(str(tmp_path / "day.tdb"))
    assert garco("query", "day.tdb").out == rows


@pytest.mark.parametrize("level", ["0", "23", "-1", "7x", "fast", ""])
@pytest.mark.parametrize("command", ["ingest", "write"])
def test_levels_that_are_none(garco, tmp_path, command, level):
    words = ("a.24o", "day.tdb") if command == "ingest" else ("day.tdb", "a.csv")
    told = garco(command, f"--zstd-level={level}", *words, status=2).err
    assert told == (f'garco: {command}: --zstd-level is "{level}": expected a number of 1 to 22; '
                    f"see garco {command} --help\n")
    assert not (tmp_path / "day.tdb").exists()
