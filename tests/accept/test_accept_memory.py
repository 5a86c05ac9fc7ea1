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


READING_KB = 32 * 1000 * 1000 // 1024


def write_days(path, days):
    """40 satellites of 12 types every 30 s: 23 MB a day."""
    fields = "  23629347.915   124171000.12347      -353.25000" * 4
    sats = "".join(f"{system}{number:02}{fields}\n" for system in "GE" for number in range(1, 21))
    types = " ".join(f"{kind}{code}" for code in ("1C", "2W", "5Q", "7Q") for kind in "CLD")
    with open(path, "w") as file:
        file.write("     3.04           OBSERVATION DATA    M                   RINEX VERSION / TYPE\n")
        for system in "GE":
            file.write(f"{system}   12 {types:<53} SYS / # / OBS TYPES\n")
        file.write(f"{'':60}END OF HEADER\n")
        for epoch in range(days * 2880):
            minute = epoch % 2880 // 2
            file.write(f"> 2024 01 {1 + epoch // 2880:02} {minute // 60:02} {minute % 60:02} {epoch % 2 * 30:2}.0000000"
                       f"  0 40\n{sats}")


def test_reading_does_not_grow_with_the_file(tmp_path):
    """Whatever the file's length, plain and Hatanaka: what is read and not kept takes the same room."""
    peaks = {}
    for days in (1, 6):
        plain, compact = tmp_path / f"{days}.rnx", tmp_path / f"{days}.crx"
        write_days(plain, days)
        subprocess.run([support.GARCO, "convert", plain, "-o", compact], check=True, capture_output=True)
        for form, path in (("plain", plain), ("Hatanaka", compact)):
            peaks[form, days] = max(peak_kb("stats", path, "--agg", "count", "--field", "range"),
                                    peak_kb("convert", path, "--to", "rinex", "-o", "-"))
    print(peaks)
    assert max(peaks.values()) <= READING_KB
    for form in ("plain", "Hatanaka"):
        assert peaks[form, 6] <= peaks[form, 1] + 1024


@pytest.mark.parametrize("what", ["a hole in the file", "a line without an end"])
def test_what_salvage_leaves_out_takes_no_room(what, tmp_path):
    path = tmp_path / "damaged.rnx"
    write_days(path, 1)
    size = path.stat().st_size
    with open(path, "r+b") as file:
        if what.startswith("a hole"):
            file.truncate(size + 200_000_000)
        file.seek(0, 2)
        for _ in range(0 if what.startswith("a hole") else 200):
            file.write(b"7" * 1_000_000)
        file.write(b"\n> 2024 01 03 00 00 00.0000000  0  0\n")
    ran = support.garco("info", "--json", "--salvage", path)
    assert '"epochs": 2881' in ran.out and ran.err.count("\n") == 1, str(ran)
    peak = max(peak_kb("info", "--json", "--salvage", path), peak_kb("convert", path, "--salvage", "--to", "crinex", "-o", "-"))
    print(f"{peak} KB")
    assert peak <= READING_KB


@pytest.mark.parametrize("name", ["ESBC00DNK_R_20201770000_01D_30S_MO.crx.gz", "york0440.15d.Z"])
def test_reading_is_bounded(name, tmp_path):
    peak = peak_kb("info", "--json", support.data(name))
    print(f"{peak} KB")
    assert peak <= READING_KB
