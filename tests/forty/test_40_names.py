"""Test 40: names are hints only; what a file is, its bytes say.

SPDX-License-Identifier: Apache-2.0
"""

import shutil
import subprocess

import pytest
from garco_program import assert_rows, parse_rows, query, refuse, row, succeed
from packing import PACKINGS, pack_gz, pack_z, pack_zip
from rinex_text import crinex, epoch2, epoch3, header2, header3, satellite2, satellite3, text

ROWS = [
    row(s, name, "1C", 20000000.0 + 1000 * k + s, 105000000.0 + 1000 * k + s)
    for s in (0, 30)
    for k, name in enumerate(["G01", "R02"])
]


def plain(version):
    header = header2(["C1", "L1"], "M (MIXED)") if version == 2 else header3({"G": ["C1C", "L1C"], "R": ["C1C", "L1C"]})
    parts = []
    for s in (0, 30):
        values = [[20000000.0 + 1000 * k + s, 105000000.0 + 1000 * k + s] for k in (0, 1)]
        parts += (
            [epoch2(s, ["G01", "R02"]), *map(satellite2, values)]
            if version == 2
            else [epoch3(s, 2), satellite3("G01", values[0]), satellite3("R02", values[1])]
        )
    return text(header, *parts)


def packed_epochs(version):
    """The same in Hatanaka form, by hand."""
    header = header2(["C1", "L1"], "M (MIXED)") if version == 2 else header3({"G": ["C1C", "L1C"], "R": ["C1C", "L1C"]})
    first = (
        "&24  1  1  0  0  0.0000000  0  2G01R02" if version == 2 else "> 2024 01 01 00 00  0.0000000  0  2      G01R02"
    )
    tail = "" if version == 2 else " &&&&"
    return crinex(
        "1.0" if version == 2 else "3.0",
        header,
        first,
        "",
        "3&20000000000 3&105000000000" + tail,
        "3&20001000000 3&105001000000" + tail,
        " " * (16 if version == 2 else 19) + "3",
        "",
        "30000 30000",
        "30000 30000",
    )


CONTENTS = {"plain2": plain(2), "plain3": plain(3), "hatanaka2": packed_epochs(2), "hatanaka3": packed_epochs(3)}

# The names that go with each content, by convention: daily, hourly, quarter-hourly, upper case, VMS and DOS;
# long ones; and loose ones.
NAMES = {
    "plain2": [
        "p0570010.24o",
        "P0570010.24O",
        "p057001a.24o",
        "p057001x15.24o",
        "p0570010.24Y",
        "p0570010.24O_Z",
        "p057.obs",
        "p057.txt",
        "p057.rnx",
    ],
    "hatanaka2": ["p0570010.24d", "P0570010.24D", "p057001a.24d", "p057001x45.24d", "p0570010.24E", "p057.crx"],
    "plain3": [
        "P05700USA_R_20240010000_01D_15S_MO.rnx",
        "P05700USA_S_20240010000_15M_01C_GO.rnx",
        "P05700USA_U_20240010100_01H_30S_RO.rnx",
        "p0570010.24o",
    ],
    "hatanaka3": ["P05700USA_R_20240010000_01D_15S_MO.crx", "P05700USA_R_20240010000_15M_10C_MO.crx", "duth0630.24d"],
}

# Endings that are not true: of another content, of another compression, and none that means anything.
WRONG = [
    "x.24o",
    "x.24d",
    "x.crx",
    "x.rnx",
    "x.gz",
    "x.Z",
    "x.zip",
    "x.24n",
    "x.csv",
    "x",
    "x.tdb",
    "x.24d.Z",
    "x.rnx.bz2",
]


def read(path):
    stdout, _ = succeed("query", path, "--format", "csv")
    return parse_rows(stdout)


@pytest.mark.parametrize("content", CONTENTS)
def test_40_names_base(content):
    assert_rows(query(CONTENTS[content]), ROWS)


@pytest.mark.parametrize("packing", PACKINGS, ids=lambda p: p or "none")
@pytest.mark.parametrize("content", CONTENTS)
def test_40_names(tmp_path, content, packing):
    """Every name with its own compression and ending: all of them in one run, the same rows each."""
    data = PACKINGS[packing](CONTENTS[content])
    paths = [tmp_path / (name + packing) for name in NAMES[content]]
    for path in paths:
        path.write_bytes(data)
    stdout, _ = succeed("query", *paths, "--format", "csv")
    assert_rows(parse_rows(stdout), ROWS * len(paths))
    assert_rows(read(paths[0]), ROWS)


@pytest.mark.parametrize("packing", PACKINGS, ids=lambda p: p or "none")
@pytest.mark.parametrize("content", CONTENTS)
def test_40_names_arrays(tmp_path, content, packing):
    """Whatever it is packed in and called, the array has the plain file's cells; the plain file proves it."""
    plain, packed, array = tmp_path / "plain.rnx", tmp_path / "wrong.24n", tmp_path / "a.tdb"
    plain.write_bytes(CONTENTS[content[:-1].replace("hatanaka", "plain") + content[-1]])
    packed.write_bytes(PACKINGS[packing](CONTENTS[content]))
    succeed("ingest", packed, array)
    assert_rows(read(array), ROWS)
    stdout, _ = succeed("verify", plain, array)
    assert stdout.decode().startswith(f"{plain}: 4 cells, all equal")


@pytest.mark.parametrize("packing", PACKINGS, ids=lambda p: p or "none")
@pytest.mark.parametrize("content", CONTENTS)
def test_40_names_wrong(tmp_path, content, packing):
    data = PACKINGS[packing](CONTENTS[content])
    for name in WRONG:
        (tmp_path / name).write_bytes(data)
    stdout, _ = succeed("query", *[tmp_path / name for name in WRONG], "--format", "csv")
    assert_rows(parse_rows(stdout), ROWS * len(WRONG))


@pytest.mark.parametrize("packing", PACKINGS, ids=lambda p: p or "none")
def test_40_names_standard_input(packing):
    assert_rows(query(PACKINGS[packing](CONTENTS["hatanaka2"])), ROWS)


def test_40_names_zip_of_more(tmp_path):
    """Of an archive the first observation file counts, whatever stands before it."""
    import zipfile

    path = tmp_path / "abmf.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("README.txt", "not an observation file\n")
        archive.writestr("p0570010.24o", CONTENTS["plain2"])
    assert_rows(read(path), ROWS)


def test_40_names_packed_by_real_programs(tmp_path):
    """gzip(1), bzip2(1), xz(1) and compress(1), as far as they are here."""
    tried = 0
    for program in ("gzip", "bzip2", "xz", "zstd", "compress"):
        if shutil.which(program):
            data = subprocess.run([program, "-c"], input=CONTENTS["plain3"], capture_output=True, check=True).stdout
            assert_rows(query(data), ROWS)
            tried += 1
    if not tried:
        pytest.skip("none of the compressing programs is here")


@pytest.mark.parametrize("packing", [".Z", ".gz", ".bz2", ".xz", ".zst", ".zip"])
def test_40_names_packed_and_cut(packing):
    """A compressed file cut in the middle is refused with one line, and by salvage invents nothing."""
    data = PACKINGS[packing](CONTENTS["plain2"])
    cut = data[: len(data) * 2 // 3]
    refuse("query", "-", data=cut)


@pytest.mark.parametrize("name", ["x.rnx", "x.24o", "x.gz"])
def test_40_names_no_observations(tmp_path, name):
    """Navigation messages under an observation file's name, and bytes that are nothing."""
    for data in (
        b"     3.04           N: GNSS NAV DATA    M: MIXED            RINEX VERSION / TYPE\n",
        b"\x00\x01\x02" * 50,
        b"hello\n" * 30,
        pack_gz(b"hello\n" * 30),
        pack_zip(b"hello\n"),
        pack_z(b"hello\n" * 30),
        b"\x1f\x8b",
        b"\x1f\x9d",
        b"PK\x03\x04",
    ):
        path = tmp_path / name
        path.write_bytes(data)
        assert path.name in refuse("query", path)
