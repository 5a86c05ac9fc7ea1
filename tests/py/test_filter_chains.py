# Which chains of filters may be created: whatever TileDB refuses, garco refuses by the filter's name, and
# what garco takes opens in TileDB. Every filter on every type, every pair on every number.
# SPDX-License-Identifier: Apache-2.0
import itertools
import json
import os
import subprocess

import numpy as np
import pytest
import tiledb

from arco_reader import ROOT

GARCO = os.environ.get("GARCO", str(ROOT / "build/release/cli/garco"))
INTEGERS = ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"]
NUMBERS = [*INTEGERS, "float32", "float64"]
TYPES = {**{t: t for t in NUMBERS}, "bool": "bool", "char": "S1", "datetime_ms": "datetime64[ms]"}
REINTERPRETED = [None, *INTEGERS, "float32", "float64", "bool", "datetime_ms"]


def delta(name, kind, as_type):
    number = None if as_type is None else getattr(tiledb.libtiledb.DataType, as_type.upper())
    words = {} if as_type is None else {"reinterpret": as_type}
    return {"name": name, **words}, kind(reinterp_dtype=number)


DELTAS = [delta(name, kind, as_type) for as_type in REINTERPRETED
          for name, kind in (("delta", tiledb.DeltaFilter), ("double_delta", tiledb.DoubleDeltaFilter))]
OTHERS = [({"name": "zstd", "level": 7}, tiledb.ZstdFilter(7)),
          ({"name": "rle"}, tiledb.RleFilter()),
          ({"name": "bit_width_reduction", "window": 256}, tiledb.BitWidthReductionFilter(256)),
          ({"name": "positive_delta", "window": 1024}, tiledb.PositiveDeltaFilter(1024)),
          ({"name": "bitshuffle"}, tiledb.BitShuffleFilter()),
          ({"name": "byteshuffle"}, tiledb.ByteShuffleFilter()),
          ({"name": "xor"}, tiledb.XORFilter()),
          ({"name": "checksum_md5"}, tiledb.ChecksumMD5Filter()),
          *(({"name": "float_scale", "scale": 0.5, "offset": 0, "byte_width": width},
             tiledb.FloatScaleFilter(0.5, 0.0, width)) for width in (1, 2, 4, 8))]


def by_tiledb(kind, filters):
    dim = tiledb.Dim("d", domain=(0, 9), tile=10, dtype="int32")
    try:
        attr = tiledb.Attr("a", dtype=np.dtype(TYPES[kind]), filters=tiledb.FilterList(filters))
        tiledb.ArraySchema(domain=tiledb.Domain(dim), attrs=[attr], sparse=True).check()
    except tiledb.TileDBError:
        return False
    return True


def by_garco(folder, kind, filters):
    schema = {"fields": [
        {"name": "d", "dimension": True, "type": "int32", "domain": [0, 9], "extent": 10},
        {"name": "a", "type": kind, "filters": filters}]}
    text = folder / "schema.json"
    text.write_text(json.dumps(schema))
    result = subprocess.run([GARCO, "create", folder / "a.tdb", "--schema", text],
                            capture_output=True, text=True)
    if result.returncode == 0:
        with tiledb.open(str(folder / "a.tdb")) as opened:
            assert len(opened.schema.attr("a").filters) == len(filters)
        subprocess.run(["rm", "-r", folder / "a.tdb"], check=True)
        return None
    assert any(f["name"] in result.stderr for f in filters), result.stderr
    assert result.stderr.count("\n") == 1
    return result.stderr


def compare(folder, kind, chain):
    theirs = by_tiledb(kind, [f[1] for f in chain])
    why = by_garco(folder, kind, [f[0] for f in chain])
    words = (kind, [f[0] for f in chain], why)
    assert theirs or why is not None, ("TileDB refuses it", words)
    # Integers through float_scale and characters through deltas are all that only TileDB takes.
    assert not theirs or why is None or "float_scale of" in why or "is given char" in why, words
    return why is None


@pytest.mark.parametrize("kind", TYPES)
def test_every_filter(tmp_path, kind):
    taken = sum(compare(tmp_path, kind, [f]) for f in DELTAS + OTHERS)
    assert taken > 8


@pytest.mark.parametrize("kind", NUMBERS)
def test_deltas_behind_deltas(tmp_path, kind):
    """A filter behind another is given what that one takes its values for."""
    chosen = [f for f in DELTAS if f[0]["name"] == "delta"]
    taken = [compare(tmp_path, kind, pair) for pair in itertools.product(chosen, chosen)]
    assert any(taken) and not all(taken)


@pytest.mark.parametrize("kind", ["float32", "float64"])
def test_deltas_behind_scales(tmp_path, kind):
    scales = [f for f in OTHERS if f[0]["name"] == "float_scale"]
    taken = [compare(tmp_path, kind, [a, *b, c]) for a in scales for c in DELTAS[:14]
             for b in ([], [OTHERS[6]])]
    assert any(taken) and not all(taken)
