"""What the differential tests share: the files, garco's rows as single values, and RNXCMP.

SPDX-License-Identifier: Apache-2.0
"""

import csv
import importlib.util
import io
import json
import os
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from shared_files import DATA as SHARED
from shared_files import ROOT

GARCO = os.environ.get("GARCO", str(ROOT / "build/release/cli/garco"))
ORACLE = SHARED.parent / "tools" / "rinex_oracle.py"
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


def oracle():
    """The slow oracle's function of a plain file's path, None where the oracle is not there:
    [name, version, epochs, satellites under them, fields, zeros among them, GPS S1 values, their mean as text]."""
    if not ORACLE.exists():
        return None
    spec = importlib.util.spec_from_file_location("rinex_oracle", ORACLE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.count


def counts_of(path, *words):
    """The same by garco, of any form of the file."""
    about = json.loads(run("info", "--json", path, *words))
    strengths = ["--agg", "count,mean", "--field", "snr", "--system", "G", "--obs-code", "1C"]
    ((count, mean),) = list(csv.reader(io.StringIO(run("stats", path, *strengths, *words))))[1:]
    counts = [about[key] for key in ("epochs", "satellite_epochs", "observations", "zeros")]
    return [f"{float(about['version']):.2f}", *counts, int(count), float(mean or "nan")]


def same_counts(mine, theirs):
    """The mean to what a float holds of a strength."""
    mean = float(theirs[7] or "nan")
    return mine[:6] == theirs[1:7] and (abs(mine[6] - mean) <= 2e-6 or (mine[6] != mine[6] and mean != mean))
