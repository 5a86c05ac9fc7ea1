"""Arrays of every kind in the test data: versions, filters, consolidation, deletes, evolution. garco against TileDB-Py.

SPDX-License-Identifier: Apache-2.0
"""

import csv
import io
import random
import subprocess

import pytest
import support

tiledb = pytest.importorskip("tiledb", reason="no TileDB-Py here")
numpy = pytest.importorskip("numpy")

PACKED = support.DATA / "tiledb" / "arrays.tar.zst"
# Arrays with texts; tests/py compares their cells one by one.
TEXTS = ["arr/es_shot", "un/dic", "un/strat"]
# To be read or refused in one line, by the kind that each is named after.
UNUSUAL_REFUSED = ["dense", "enc", "hil"]
UNUSUAL_READ = ["curd", "enum", "fdim"]


def names(folder):
    if not PACKED.exists():
        return []
    words = f"zstd -dc '{PACKED}' | tar t"
    listing = subprocess.run(words, shell=True, capture_output=True, text=True, check=False).stdout
    below = (line.partition(f"{folder}/")[2] for line in listing.splitlines())
    return sorted({rest.split("/")[0] for rest in below} - {""})


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    if not PACKED.exists():
        pytest.skip(f"no test data: {PACKED.name} is not there (GARCO_TEST_DATA)")
    support.tool("zstd")
    folder = tmp_path_factory.mktemp("arrays")
    subprocess.run(f"zstd -dc '{PACKED}' | tar x -C '{folder}'", shell=True, check=True)
    return folder


def by_tiledb(path):
    """Columns in row-major order, dimensions first, numbers as they are kept."""
    with tiledb.open(str(path)) as array:
        dimensions = [array.schema.domain.dim(i).name for i in range(array.schema.domain.ndim)]
        attributes = [array.schema.attr(i).name for i in range(array.schema.nattr)]
        raw = array.query(order="C")[:]
    return {name: raw[name] for name in dimensions + attributes}


def by_garco(path, *options):
    """Rows as text."""
    out = support.ok("query", path, "--format", "csv", "--raw-missing", *options).out
    heading, *rows = csv.reader(out.splitlines())
    return [{"system": "sys", "obs_code": "obs"}.get(name, name) for name in heading], rows


def moment(text):
    return int(numpy.datetime64(text, "ms").astype("int64"))


def parsed(name, texts, wanted, first_system):
    """The numbers that a column of CSV stands for, where `wanted` are those expected."""
    if name == "time":
        return [moment(text) for text in texts]
    if name == "sys":
        return [support.SYSTEMS.index(t) + first_system if t in support.SYSTEMS else int(t) for t in texts]
    if name == "obs":
        # Two characters where the number is a code: "21" alone does not tell.
        code = [len(t) == 2 and w > 254 for t, w in zip(texts, wanted)]
        return [(ord(t[0]) << 8) | ord(t[1]) if c else int(t) for t, c in zip(texts, code)]
    if name == "fcn":
        return [int(t) if t else support.FCN_UNKNOWN for t in texts]
    if wanted.dtype.kind == "f":
        numbers = numpy.array([t or "nan" for t in texts], dtype=wanted.dtype).tolist()
        return [None if n != n else n for n in numbers]
    return [int(t) for t in texts]


def same(got, wanted, mask=None, in_order=True):
    heading, rows = got
    assert heading == list(wanted)
    columns = [values if mask is None else values[mask] for values in wanted.values()]
    assert len(rows) == len(columns[0])
    if not rows:
        return
    first = int("sys" in wanted and wanted["sys"].min() > 0)
    found = [parsed(n, texts, w, first) for n, texts, w in zip(heading, zip(*rows), columns)]
    expected = [[None if v != v else v for v in values.tolist()] for values in columns]
    if not in_order:
        found, expected = ([sorted(map(str, zip(*side)))] for side in (found, expected))
    for name, a, b in zip(heading, found, expected):
        assert a == b, name


ARRAYS = [name for name in names("arr") if f"arr/{name}" not in TEXTS] or [pytest.param("none", marks=pytest.mark.skip(reason=f"no test data at {PACKED}"))]


@pytest.mark.parametrize("name", ARRAYS)
def test_array(name, unpacked):
    path = unpacked / "arr" / name
    wanted = by_tiledb(path)
    # The order of cells of equal coordinates, where they are allowed, is no one's promise.
    in_order = not tiledb.ArraySchema.load(str(path)).allows_duplicates
    same(by_garco(path), wanted, in_order=in_order)
    rng = random.Random(name)
    for _ in range(3):
        low, high = sorted(rng.choices(wanted["time"].tolist(), k=2))
        if low == high:
            continue
        mask = (wanted["time"] >= low) & (wanted["time"] < high)
        window = ["--start", str(numpy.datetime64(low, "ms")), "--end", str(numpy.datetime64(high, "ms"))]
        same(by_garco(path, *window), wanted, mask, in_order)


@pytest.mark.parametrize("name", UNUSUAL_REFUSED)
def test_refused(name, unpacked):
    for verb in ("query", "stats", "info"):
        ran = support.garco(verb, unpacked / "un" / name)
        if verb != "info":
            support.refused(verb, unpacked / "un" / name, names=name)
        assert ran.code in (0, 1)


@pytest.mark.parametrize("name", UNUSUAL_READ)
def test_unusual(name, unpacked):
    wanted = by_tiledb(unpacked / "un" / name)
    same(by_garco(unpacked / "un" / name), wanted)


@pytest.mark.parametrize("name", TEXTS)
def test_texts(name, unpacked):
    """Every row, and each attribute's column of it, is there."""
    with tiledb.open(str(unpacked / name)) as array:
        wanted = array[:]
    rows = list(csv.reader(io.StringIO(support.ok("query", unpacked / name, "--format", "csv").out)))
    assert set(rows[0]) == set(wanted) and len(rows) - 1 == len(next(iter(wanted.values())))
    assert len(rows) > 1 and all(len(row) == len(rows[0]) for row in rows)


def test_no_cells(unpacked):
    assert by_garco(unpacked / "un" / "empty")[1] == []
