# What filters make of each field of observations: bytes a cell, by file. It is how the compact schema was
# chosen (docs/decisions). Every candidate is a schema of its own that garco ingests the files by; where
# TileDB-Py does not read a field as it reads EarthScope's, that is said.
# SPDX-License-Identifier: Apache-2.0
import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

import numpy as np
import tiledb

ROOT = pathlib.Path(__file__).resolve().parents[1]
GARCO = ROOT / "build/release/cli/garco"

D, DD, X = {"name": "delta"}, {"name": "double_delta"}, {"name": "xor"}
B, BITS = {"name": "byteshuffle"}, {"name": "bitshuffle"}
N, R = {"name": "bit_width_reduction", "window": 256}, {"name": "rle"}
SHORT = {"delta": "D", "double_delta": "DD", "xor": "X", "byteshuffle": "B", "bitshuffle": "Bi",
         "bit_width_reduction": "N", "rle": "R", "float_scale": "S", "zstd": "Z", "bzip2": "Bz"}


def z(level):
    return {"name": "zstd", "level": level}


def bz(level):
    return {"name": "bzip2", "level": level}


STEPS = {"snr": 1e-3, "range": 1e-4, "phase": 1e-4, "doppler": 1e-4}  # EarthScope's


def after_scale(field, *chains):
    scale = {"name": "float_scale", "scale": STEPS[field], "offset": 0.0,
             "byte_width": 4 if field == "snr" else 8}
    return [[scale, *chain] for chain in chains]


def candidates(level):
    c = z(level)
    plain = [[z(7)], [c], [R, c], [N, c], [B, c], [D, c], [D, B, c], [D, R, c], [BITS, c]]
    moves = ([z(7)], [c], [B, c], [BITS, c], [D, c], [D, B, c], [D, BITS, c], [D, D, c], [D, D, B, c],
             [D, D, BITS, c], [D, D, D, B, c],
             [D, D, D, BITS, c], [X, B, c], [D, D, B, bz(9)], [DD, B, c], [DD, c])
    chosen = {f: plain for f in ("sys", "sat", "obs", "slip", "flags", "fcn")}
    chosen["time"] = [[z(7)], [c], [D, c], [D, B, c], [D, D, c], [D, D, B, c], [DD, c], [DD, B, c]]
    for field in ("range", "phase", "doppler", "snr"):
        chosen[field] = after_scale(field, *moves)
    return chosen


def label(filters):
    return " ".join(SHORT[f["name"]] + (str(f["level"]) if "level" in f else "") for f in filters)


def read(array, field):
    with tiledb.open(str(array)) as opened:
        names = [opened.schema.attr(i).name for i in range(opened.schema.nattr)]
        query = opened.query(attrs=[field] if field in names else names[:1], coords=True, order="C")
        return np.asarray(query[:][field])


def ingest(place, schema, path, number):
    """The array by the schema, or None and why not."""
    array = place / f"{path.name}.{number}.tdb"
    file = place / "schema.json"
    file.write_text(json.dumps(schema))
    subprocess.run([GARCO, "create", "--schema", file, array], check=True)
    done = subprocess.run([GARCO, "ingest", "--salvage", path, array], capture_output=True, text=True)
    return (array, "") if done.returncode == 0 else (None, done.stderr.strip().splitlines()[-1])


def with_field(base, field, filters):
    schema = json.loads(json.dumps(base))
    for one in schema["fields"]:
        one["filters"] = filters if one["name"] == field else [z(1)]
        if one["name"] in ("range", "phase", "doppler", "snr") and one["name"] != field:
            one["filters"] = after_scale(one["name"], [z(1)])[0]
    return schema


def field_file(schema, field):
    dims = [f["name"] for f in schema["fields"] if f.get("dimension")]
    names = [f["name"] for f in schema["fields"]]
    index = names.index(field)
    return f"d{index}.tdb" if field in dims else f"a{index - len(dims)}.tdb"


def difference(values, expected):
    if values.tobytes() == expected.tobytes():
        return ""
    return f"differs by up to {np.max(np.abs(values - expected)[expected > -1e14]):.1g}"


def measure(place, base, path, fields, level):
    reference, _ = ingest(place, base, path, "es")
    cells = len(read(reference, "time"))
    print(f"{path.name}: {cells:,} cells")
    for field in fields:
        expected = read(reference, field)
        for number, filters in enumerate(candidates(level)[field]):
            array, why = ingest(place, with_field(base, field, filters), path, f"{field}{number}")
            if array is None:
                print(f"  {field:8} {label(filters):18}        - {why[-110:]}")
                continue
            (fragment,) = (array / "__fragments").iterdir()
            size = (fragment / field_file(base, field)).stat().st_size
            print(f"  {field:8} {label(filters):18} {size / cells:8.4f}  "
                  f"{difference(read(array, field), expected)}", flush=True)
            shutil.rmtree(array)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--level", type=int, default=19, help="zstd's")
    parser.add_argument("--field", action="append")
    parser.add_argument("--step", type=float, help="of range, phase and Doppler; 1e-4 where not given")
    parser.add_argument("files", nargs="+", type=pathlib.Path)
    words = parser.parse_args()
    if words.step is not None:
        STEPS.update(range=words.step, phase=words.step, doppler=words.step)
    place = pathlib.Path(tempfile.mkdtemp(prefix="garco_compact_"))
    try:
        subprocess.run([GARCO, "create", place / "base.tdb"], check=True)
        told = subprocess.run([GARCO, "info", "--json", place / "base.tdb"], check=True,
                              capture_output=True, text=True).stdout
        base = json.loads(told)["schema"]
        for path in words.files:
            measure(place, base, path, words.field or list(candidates(0)), words.level)
    finally:
        shutil.rmtree(place)
    return 0


if __name__ == "__main__":
    sys.exit(main())
