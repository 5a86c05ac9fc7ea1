# garco codes and --code-map: which code a type of a RINEX file becomes.
# SPDX-License-Identifier: Apache-2.0
import json
import pathlib
import re

import pytest

from samples import HEAD2, MIN2, MIN2_ROWS, MIN3, fields, header

ROOT = pathlib.Path(__file__).resolve().parents[2]
MIN2_CODES = """# min.24o
G C1 1C
G L1 1C
G D1 1C
G S1 1C
G P2 2W
R C1 1C
R L1 1C
R D1 1C
R S1 1C
R P2 2P
"""


def test_a_file_and_the_array_it_went_into_tell_the_same(garco, tmp_path):
    (tmp_path / "min.24o").write_text(MIN2)
    (tmp_path / "min.rnx").write_text(MIN3)
    assert garco("codes", "min.24o").out == MIN2_CODES
    assert garco("codes", "-", stdin=MIN3.encode()).out == (
        "# -\nG C1C 1C\nG S1C 1C\nE C1X 1X\nE S1X 1X\n")
    garco("ingest", "min.24o", "min.rnx", "min.tdb")
    told = garco("codes", "min.tdb").out
    assert MIN2_CODES in told and garco("codes", "min.rnx").out in told
    garco("codes", status=2)
    garco("codes", "none.24o", status=1)


TABLE = (ROOT / "docs/codes.md").read_text().split("## RINEX 2\n\n")[1].split("\n\n")[0].splitlines()
SYSTEMS = [cell.strip() for cell in TABLE[0].split("|")[2:-1]]


@pytest.mark.parametrize("row", TABLE[2:])
def test_the_table_of_the_documentation(garco, row):
    """Each row of docs/codes.md, for each system."""
    name, *codes = [cell.strip() for cell in row.split("|")[1:-1]]
    band = name.removeprefix("band ")
    types = re.findall("`(..)`", name) if band == name else [kind + band for kind in "CLDS"]
    listed = []
    if "where the file lists `P2`" in name:
        types, listed = ["L2", "D2", "S2"], ["P2", "C2"]
    elif "where it lists `C2` alone" in name:
        types, listed = ["L2", "D2", "S2"], ["C2"]
    elif "where it lists neither" in name:
        types = ["L2", "D2", "S2"]
    every = types + [t for t in listed if t not in types]
    assert SYSTEMS == list("GRESCJI") and types and len(codes) == 7
    text = header("     2.11           OBSERVATION DATA    M", "RINEX VERSION / TYPE") + header(
        f"{len(every):6d}" + "".join(f"{t:>6}" for t in every), "# / TYPES OF OBSERV") + header("", "END OF HEADER")
    text += " 24  5 11  0  0  0.0000000  0  7" + "".join(f"{s}05" for s in SYSTEMS) + "\n"
    text += (fields(*range(1, len(every) + 1)) + "\n" * (len(every) > 5)) * 7
    told = garco("codes", "-", stdin=text.encode()).lines()
    for system, code in zip(SYSTEMS, codes):
        for kind in types:
            assert f"{system} {kind} {code}" in told


def test_assumed_attributes_are_marked(garco, tmp_path):
    (tmp_path / "min.24o").write_text(MIN2)
    (tmp_path / "own.map").write_text("G L1 1C\n")
    marked = garco("codes", "--assumed", "--code-map", "own.map", "min.24o").out
    said = ("G C1 1C", "G L1 1C", "G P2 2W", "R C1 1C", "R P2 2P")
    assert marked == "".join(
        line + ("\n" if line.startswith("#") or line in said else "  # assumed\n") for line in MIN2_CODES.splitlines())
    (tmp_path / "marked.map").write_text(marked)
    assert garco("codes", "--assumed", "--code-map", "marked.map", "min.24o").out == MIN2_CODES
    assert "assumed" not in garco("codes", "--assumed", "-", stdin=MIN3.encode()).out


def test_what_it_prints_is_a_map(garco, tmp_path):
    (tmp_path / "min.24o").write_text(MIN2)
    (tmp_path / "same.map").write_text(garco("codes", "min.24o").out)
    assert garco("query", "--code-map", "same.map", "min.24o").out == MIN2_ROWS
    (tmp_path / "own.map").write_text("G P2 2L # the long code\n* S1 1X\n")
    own = garco("codes", "--code-map", "own.map", "min.24o").out
    assert own == MIN2_CODES.replace("2W", "2L").replace("S1 1C", "S1 1X")


def test_a_map_goes_before_the_table(garco, tmp_path):
    (tmp_path / "min.24o").write_text(MIN2)
    (tmp_path / "own.map").write_text("G P2 2L\n")
    own = ["--code-map", "own.map"]
    rows = garco("query", *own, "min.24o").out
    assert rows == MIN2_ROWS.replace(",2W,", ",2L,")
    garco("ingest", *own, "min.24o", "own.tdb")
    assert garco("codes", "own.tdb").out == MIN2_CODES.replace("2W", "2L")
    by_code = ["--by", "obs", "--agg", "count", "--field", "range"]
    assert garco("stats", *own, *by_code, "min.24o").out == garco("stats", *by_code, "own.tdb").out
    assert "2L,1" in garco("stats", *by_code, "own.tdb").lines()
    info = json.loads(garco("info", "--json", "own.tdb").out)["metadata"]
    (record,) = (json.loads(v) for k, v in info.items() if k.startswith("garco.source."))
    assert "G P2 2L" in record["codes"] and "R P2 2P" in record["codes"]
    assert record["zeros"] is False


def test_a_map_that_is_wrong_says_where(garco, tmp_path):
    (tmp_path / "min.24o").write_text(MIN2)
    (tmp_path / "bad.map").write_text("# mine\nG P2 2l\n")
    for verb in (["query", "min.24o"], ["stats", "min.24o"], ["codes", "min.24o"],
                 ["ingest", "min.24o", "min.tdb"]):
        failed = garco(verb[0], "--code-map", "bad.map", *verb[1:], status=1)
        assert failed.err == (
            'garco: bad.map:2: code "2l": expected a band and an attribute, such as 2W\n')
    assert not (tmp_path / "min.tdb").exists()
    assert "none.map" in garco("query", "--code-map", "none.map", "min.24o", status=1).err


def test_types_that_come_later_are_told_too(garco, tmp_path):
    more = header("     6    C1    L1    D1    S1    P2    C2", "# / TYPES OF OBSERV")
    (tmp_path / "more.24o").write_text(
        MIN2 + "                            4  1\n" + more
        + " 24  5 13  0  0  0.0000000  0  1G05\n" + fields(1, 1, 1, 1, 1) + "\n")
    assert garco("codes", "more.24o").out.endswith("R P2 2P\nG C2 2X\n")


def test_the_header_is_kept_as_it_is(garco, tmp_path):
    """Bytes that are no UTF-8 too, which cannot be a text of the array's metadata."""
    latin = HEAD2.replace("TEST", "T\xc9ST")
    (tmp_path / "min.24o").write_bytes((latin + MIN2[len(HEAD2):]).encode("latin-1"))
    (tmp_path / "ascii.24o").write_text(MIN2)
    garco("ingest", "min.24o", "latin.tdb")
    garco("ingest", "ascii.24o", "ascii.tdb")
    for array, text in (("latin.tdb", latin), ("ascii.tdb", HEAD2)):
        info = json.loads(garco("info", "--json", array).out)["metadata"]
        (kept,) = (v for k, v in info.items() if k.startswith("garco.header."))
        assert kept == text
