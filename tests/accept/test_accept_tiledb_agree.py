"""The array, with TileDB-Py as the judge of its bytes, and a slow reader of RINEX as the judge of its cells.

SPDX-License-Identifier: Apache-2.0
"""

import random

import pytest
import slow_rinex
import support

tiledb = pytest.importorskip("tiledb", reason="no TileDB-Py here")
numpy = pytest.importorskip("numpy")
pandas = pytest.importorskip("pandas")

import schema  # noqa: E402

SMALL = [
    "14601736.18o",
    "AJAC3550.21D",
    "DUTH0630.22D",
    "KMS300DNK_R_20221591000_01H_30S_MO.crx",
    "KOSG0010.95D",
    "LARM0010.22O",
    "P43300USA_R_20190012056_17M_15S_MO.crx.bz2",
    "ab430140.18o.zip",
    "ac660270.18o.Z",
    "aopr0010.17d",
    "default_time_system2.10o",
    "gps_10MSps.23O.gz",
    "zegv0010.21d",
]
# The other real files, one array each (some are the same day of the same satellites as one above).
OTHERS = [
    "ABMF00GLP_R_20181330000_01D_30S_MO.zip",
    "ACOR00ESP_R_20213550000_01D_30S_MO.crx",
    "CEDA00USA_R_20182100000_23H_15S_MO.rnx.gz",
    "demo.10o",
    "demo3.10o",
    "minimal2.10o",
    "minimal3.10o",
    "npaz3550.21d",
    "rinex2onesat.10o",
    "wsra0010.21d",
]
ESBC = "ESBC00DNK_R_20201770000_01D_30S_MO.crx.gz"


def slow(name):
    return support.slow_cells(slow_rinex.Rinex(support.plain_text(support.data(name)).decode("latin-1")))


@pytest.fixture(scope="module")
def small_array(tmp_path_factory):
    array = tmp_path_factory.mktemp("small") / "small.tdb"
    support.ok("ingest", "--any-station", *[support.data(name) for name in SMALL], array)
    return array


# ---------------------------------------------------------------------- schema


def test_schema_equals_earthscope(york_array, tmp_path):
    twin = str(tmp_path / "twin.tdb")
    tiledb.Array.create(twin, schema.earthscope())
    ours, theirs = tiledb.ArraySchema.load(str(york_array)), tiledb.ArraySchema.load(twin)
    assert repr(ours) == repr(theirs)
    assert ours == theirs
    assert ours.version == theirs.version == 22
    assert schema.payload(york_array) == schema.payload(twin)
    assert not ours.allows_duplicates
    assert ours.sparse
    assert ours.capacity == 500000
    for i in range(ours.domain.ndim):
        assert repr(ours.domain.dim(i)) == repr(theirs.domain.dim(i))
        assert list(map(repr, ours.domain.dim(i).filters)) == list(map(repr, theirs.domain.dim(i).filters))
    for i in range(ours.nattr):
        assert repr(ours.attr(i)) == repr(theirs.attr(i))
        assert numpy.array_equal(ours.attr(i).fill, theirs.attr(i).fill, equal_nan=ours.attr(i).dtype.kind == "f")
    for filters in ("offsets_filters", "coords_filters", "validity_filters"):
        assert list(map(repr, getattr(ours, filters))) == list(map(repr, getattr(theirs, filters))), filters


def test_one_fragment_a_file(small_array):
    fragments = tiledb.FragmentInfoList(str(small_array))
    assert len(fragments) == len(SMALL)
    assert {f.version for f in fragments} == {22}
    assert all(f.timestamp_range[0] == f.timestamp_range[1] for f in fragments)
    assert len({f.timestamp_range for f in fragments}) == len(SMALL), "a time of writing used twice"


# ---------------------------------------------------------------------- three readings of one file


def agree(array, want):
    """TileDB-Py's reading and garco's own of an array: both the cells wanted."""
    by_tiledb = schema.read(array)
    support.same_cells(by_tiledb, want)
    support.same_cells(support.cells(array), by_tiledb)


def test_york(york_array):
    want = slow("york0440.15d.Z")
    assert len(want) == 54119
    agree(york_array, want)
    support.same_cells(support.cells(support.data("york0440.15d.Z")), want)


def test_many_files_in_one_array(small_array):
    want = pandas.concat([slow(name) for name in SMALL], ignore_index=True)
    agree(small_array, want)


def test_files_that_overlap(tmp_path):
    """Two stations of one day in one array: of equal coordinates the later file's cell counts."""
    array = tmp_path / "two.tdb"
    support.ok("ingest", "--any-station", support.data("wsra0010.21d"), support.data("zegv0010.21d"), array)
    both = pandas.concat([slow("wsra0010.21d"), slow("zegv0010.21d")])
    want = both.drop_duplicates(support.KEYS, keep="last")
    assert len(want) < len(both)
    agree(array, want)


@pytest.mark.parametrize("name", SMALL + OTHERS)
def test_query_on_the_file(name):
    support.same_cells(support.cells(support.data(name)), slow(name))


@pytest.mark.parametrize("name", OTHERS)
def test_one_file_one_array(name, tmp_path):
    array = tmp_path / "one.tdb"
    support.ok("ingest", support.data(name), array)
    agree(array, slow(name))


def test_esbc(tmp_path):
    array = tmp_path / "esbc.tdb"
    support.ok("ingest", support.data(ESBC), array)
    want = slow(ESBC)
    assert len(want) == 432050
    agree(array, want)


def test_keep_zeros(tmp_path):
    """KOSG0010.95D holds 23 zeros, all of them in code or phase fields."""
    path = support.data("KOSG0010.95D")
    kept = support.cells(path, "--keep-zeros")
    dropped = support.cells(path)
    values = ["range", "phase", "snr"]
    assert (kept[values] == 0).sum().sum() == 23
    assert (dropped[values] == 0).sum().sum() == 0
    assert kept[values].notna().sum().sum() - dropped[values].notna().sum().sum() == 23
    array = tmp_path / "zeros.tdb"
    support.ok("ingest", "--keep-zeros", path, array)
    support.same_cells(schema.read(array), kept)


# ---------------------------------------------------------------------- arrays that TileDB-Py wrote

DAY = 86400000
START = 1704067200000
CODES = ["1C", "2W", "5X", "2L"]


def random_fragments(seed, first_system=0, fragments=4, cells=900):
    """Cells that overlap and overwrite one another; the latest of equal coordinates is the one that counts."""
    rng = numpy.random.default_rng(seed)
    written = []
    for _ in range(fragments):
        frame = pandas.DataFrame(
            {
                "time": START + rng.integers(0, 12, cells) * (DAY // 4) + rng.integers(0, 3, cells) * 1000,
                "system": rng.integers(first_system, first_system + 3, cells),
                "sat": rng.integers(1, 5, cells),
                "obs_code": rng.choice(CODES, cells),
                "range": rng.uniform(1.9e7, 2.7e7, cells),
                "phase": rng.uniform(-1e9, 1e9, cells),
                "doppler": rng.uniform(-5e3, 5e3, cells),
                "snr": rng.uniform(0, 60, cells).astype("float32"),
                "slip": rng.integers(0, 65535, cells).astype("uint16"),
                "flags": rng.integers(0, 32, cells).astype("uint16"),
                "fcn": rng.integers(-128, 127, cells).astype("int8"),
            }
        ).drop_duplicates(support.KEYS, ignore_index=True)
        for name in ("range", "phase", "doppler", "snr"):
            frame.loc[rng.random(len(frame)) < 0.1, name] = numpy.nan
        written.append(frame)
    return written


def write(uri, frames, sys="sys", obs="obs"):
    tiledb.Array.create(str(uri), schema.earthscope(sys, obs))
    for stamp, frame in enumerate(frames, start=1):
        with tiledb.open(str(uri), "w", timestamp=1000 * stamp) as array:
            coordinates = (
                frame["time"].to_numpy("int64"),
                frame["system"].to_numpy("uint8"),
                frame["sat"].to_numpy("uint8"),
                frame["obs_code"].map(schema.code_number).to_numpy("uint16"),
            )
            array[coordinates] = {name: frame[name].to_numpy() for name in support.VALUES}


@pytest.fixture(scope="module", params=[1, 2, 3])
def written_by_tiledb(request, tmp_path_factory):
    array = tmp_path_factory.mktemp("theirs") / "theirs.tdb"
    write(array, random_fragments(request.param))
    return array


def test_their_array_whole(written_by_tiledb):
    want = schema.read(written_by_tiledb)
    assert len(want) > 1000
    assert want["snr"].isna().any()
    support.same_cells(support.cells(written_by_tiledb), want)


def test_latest_of_equal_coordinates(written_by_tiledb, request):
    frames = random_fragments(request.node.callspec.params["written_by_tiledb"])
    want = pandas.concat(frames).drop_duplicates(support.KEYS, keep="last")
    assert len(want) < sum(map(len, frames))
    got = support.cells(written_by_tiledb)
    support.same_cells(got, schema.read(written_by_tiledb))
    merged = got.merge(want, on=support.KEYS, suffixes=("", "_want"))
    assert len(merged) == len(got) == len(want)
    assert (merged["slip"] == merged["slip_want"]).all()


def test_rows_come_in_row_major_order(written_by_tiledb):
    got = support.cells(written_by_tiledb)
    order = got.assign(obs_code=got["obs_code"].map(schema.code_number))[support.KEYS]
    assert order.equals(order.sort_values(support.KEYS, ignore_index=True))


def test_their_array_in_slices(written_by_tiledb, request):
    seed = 100 + request.node.callspec.params["written_by_tiledb"]
    rng = random.Random(seed)
    print("seed", seed)
    whole = schema.read(written_by_tiledb)
    answered = 0
    for _ in range(25):
        start = START + rng.randrange(0, 3 * DAY, 500)
        end = start + rng.choice([1, 1000, 1001, DAY // 4, DAY, 3 * DAY])
        box, options = {"time": (start, end - 1)}, ["--start", moment(start), "--end", moment(end)]
        if rng.random() < 0.5:
            box["system"] = rng.randrange(3)
            options += ["--system", support.SYSTEMS[box["system"]]]
        if rng.random() < 0.5 and "system" in box:
            box["sat"] = rng.randrange(1, 6)
            options += ["--sat", f"{support.SYSTEMS[box['system']]}{box['sat']:02d}"]
        if rng.random() < 0.5:
            box["obs_code"] = rng.choice(CODES)
            options += ["--obs-code", box["obs_code"]]
        want = schema.read(written_by_tiledb, **box)
        mask = whole["time"].between(*box["time"])
        for name in ("system", "sat", "obs_code"):
            if name in box:
                mask &= whole[name] == box[name]
        assert mask.sum() == len(want)
        support.same_cells(support.cells(written_by_tiledb, *options), want)
        answered += len(want)
    assert answered > 0


def moment(ms):
    return str(numpy.datetime64(ms, "ms"))


def test_ingest_slices(york_array):
    """Slices of garco's own array against TileDB-Py's of the same."""
    rng = random.Random(440)
    start = 1423785600000
    for _ in range(10):
        begin = start + rng.randrange(0, DAY, 15000)
        end = begin + rng.choice([30000, 3600000, 43200000])
        sat = rng.randrange(1, 33)
        code = rng.choice(["1C", "2W", "1W", "2X"])
        options = ["--start", moment(begin), "--end", moment(end)]
        options += ["--system", "G", "--sat", f"G{sat:02d}", "--obs-code", code]
        want = schema.read(york_array, time=(begin, end - 1), system=0, sat=sat, obs_code=code)
        support.same_cells(support.cells(york_array, *options), want)
        support.same_cells(support.cells(support.data("york0440.15d.Z"), *options), want)


def test_dimensions_by_the_demo_s_names(tmp_path):
    array = tmp_path / "demo.tdb"
    write(array, random_fragments(7), sys="constell", obs="obs_code")
    support.same_cells(support.cells(array), schema.read(array, sys="constell", obs="obs_code"))


def test_systems_counted_from_one(tmp_path):
    """Without a 0 in the dimension and without metadata the SDK's numbering counts, and garco says so."""
    array = tmp_path / "sdk.tdb"
    write(array, random_fragments(8, first_system=1))
    ran = support.ok("query", array, "--format", "csv")
    assert set(support.table(ran.out)["system"]) == set("GRS")
    assert ran.err.strip(), "an assumption that is not said"


def test_fragments_of_both(tmp_path):
    """garco's fragment after TileDB's and TileDB's after garco's, in one array."""
    array = tmp_path / "both.tdb"
    theirs = random_fragments(9)
    write(array, theirs[:2])
    support.ok("ingest", support.data("zegv0010.21d"), array)
    before = schema.read(array)
    assert len(before) == len(pandas.concat(theirs[:2]).drop_duplicates(support.KEYS)) + len(slow("zegv0010.21d"))
    support.same_cells(support.cells(array), before)
    stamp = max(f.timestamp_range[1] for f in tiledb.FragmentInfoList(str(array))) + 1
    frame = theirs[2]
    with tiledb.open(str(array), "w", timestamp=stamp) as opened:
        coordinates = tuple(
            frame[name].map(schema.code_number).to_numpy("uint16") if name == "obs_code" else frame[name].to_numpy(kind)
            for name, kind in (("time", "int64"), ("system", "uint8"), ("sat", "uint8"), ("obs_code", "uint16"))
        )
        opened[coordinates] = {name: frame[name].to_numpy() for name in support.VALUES}
    after = schema.read(array)
    assert len(after) > len(before)
    support.same_cells(support.cells(array), after)


def test_tiledb_consolidates_what_garco_wrote(small_array, tmp_path):
    import shutil

    copy = tmp_path / "copy.tdb"
    shutil.copytree(small_array, copy)
    before = schema.read(copy)
    tiledb.consolidate(str(copy))
    support.same_cells(schema.read(copy), before)
    support.same_cells(support.cells(copy), before)
    tiledb.vacuum(str(copy))
    support.same_cells(schema.read(copy), before)
    support.same_cells(support.cells(copy), before)
