"""A day of RINEX 3 with 31 to 54 satellites an epoch goes into an array within 256 MB.

SPDX-License-Identifier: Apache-2.0
"""

import subprocess
import sys

import pytest
import support

LIMIT_KB = 256 * 1000 * 1000 // 1024

# A process begins with the peak of the one that started it, so a small one stands between.
MEASURE = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def peak_kb(*arguments):
    run = [sys.executable, "-I", "-S", "-c", MEASURE, support.GARCO, *map(str, arguments)]
    code, peak = subprocess.run(run, capture_output=True, check=True, text=True).stdout.split()
    assert code == "0"
    return int(peak)


@pytest.mark.parametrize("form", ["as it lies", "plain"])
def test_ingest_of_a_large_day(form, tmp_path):
    path = support.data("ESBC00DNK_R_20201770000_01D_30S_MO.crx.gz")
    if form == "plain":
        text = support.plain_text(path)
        path = tmp_path / "esbc.rnx"
        path.write_bytes(text)
    peak = peak_kb("ingest", path, tmp_path / "esbc.tdb")
    print(f"{peak} KB")
    assert peak <= LIMIT_KB


def test_reading_is_bounded(tmp_path):
    """Counting a file of 33 MB takes a fraction of it."""
    path = support.data("ESBC00DNK_R_20201770000_01D_30S_MO.crx.gz")
    peak = peak_kb("info", "--json", path)
    print(f"{peak} KB")
    assert peak <= 64 * 1024
