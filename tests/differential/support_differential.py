"""What the differential tests share: the files, garco's rows as single values, and RNXCMP.

SPDX-License-Identifier: Apache-2.0
"""

import bz2
import csv
import gzip
import io
import os
import subprocess
import zipfile
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GARCO = os.environ.get("GARCO", str(ROOT / "build/release/cli/garco"))
DATA = Path(os.environ.get("GARCO_TEST_DATA", ROOT.parent / "shared/data")) / "rinex"
KINDS = {"C": "range", "P": "range", "L": "phase", "D": "doppler", "S": "snr"}


def run(*words):
    done = subprocess.run([GARCO, *map(str, words)], capture_output=True, timeout=120)
    assert done.returncode == 0, f"garco {words}: {done.stderr.decode('latin-1')}"
    return done.stdout.decode("latin-1")


def rnxcmp(program, data):
    """What crx2rnx or rnx2crx makes of it; None where it refuses."""
    hatanaka = pytest.importorskip("hatanaka")
    path = Path(hatanaka.__file__).parent / "bin" / program
    done = subprocess.run([path, "-"], input=data, capture_output=True, timeout=120)
    return done.stdout if done.returncode == 0 else None


def rows_of(path, *words):
    """garco's rows, zeros and all, as dictionaries."""
    return list(csv.DictReader(io.StringIO(run("query", path, "--keep-zeros", "--format", "csv", *words))))


def text_of(path):
    """A file's text, decompressed by others than garco."""
    data = path.read_bytes()
    if data[:2] == b"\x1f\x8b":
        return gzip.decompress(data)
    if data[:3] == b"BZh":
        return bz2.decompress(data)
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as members:
            return members.read(members.namelist()[0])
    if data[:2] == b"\x1f\x9d":
        return subprocess.run(["gzip", "-dc", path], capture_output=True, check=True).stdout
    return data


def is_hatanaka(text):
    return text[60:80].startswith(b"CRINEX VERS")


def values_of(rows):
    """Rows as single values: (time, satellite, code, kind, thousandths), each with its count."""
    return Counter(
        (row["time"], f"{row['system']}{int(row['sat']):02d}", row["obs_code"], kind, round(float(row[kind]) * 1000))
        for row in rows
        for kind in ("range", "phase", "doppler", "snr")
        if row[kind] != ""
    )


def codes_of(path, *words):
    """What each type of a system is: {("G", "L2"): ("2W", "phase")}; ionosphere and channel numbers are not there."""
    lines = [line.rstrip("\n") for line in run("codes", path, *words).splitlines() if not line.startswith("#")]
    return {(line[0], line[2:].rsplit(" ", 1)[0]): (line[-2:], KINDS[line[2]]) for line in lines}
