"""The files of the shared data, found by walking its folder, and what each of them is.

SPDX-License-Identifier: Apache-2.0

What a file is, its first bytes say, unpacked by others than garco: so a file that is new there is in every test that
goes over these lists, and one of no known kind fails test_every_file.py.
"""

import bz2
import gzip
import os
import subprocess
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("GARCO_TEST_DATA", ROOT.parent / "shared/data"))
RINEX = DATA / "rinex"
ENOUGH = 4096  # bytes that tell what a file is

# Refused without --salvage: a second of 60, a line that is no epoch, a count of types that lies.
DAMAGED = ["badtime.10o", "junk_time_obs3.10o", "wrong_obs2_count.10o"]


def text_of(path, size=-1):
    """A file's bytes, unpacked; the first `size` of them."""
    with path.open("rb") as file:
        start = file.read(4)
        if start[:2] not in (b"\x1f\x8b", b"BZ", b"PK", b"\x1f\x9d"):
            return start + file.read(size if size < 0 else size - 4)
    if start[:2] == b"\x1f\x8b":
        with gzip.open(path) as file:
            return file.read(size)
    if start[:2] == b"BZ":
        with bz2.open(path) as file:
            return file.read(size)
    if start[:2] == b"PK":
        with zipfile.ZipFile(path) as members, members.open(members.namelist()[0]) as file:
            return file.read(size)
    unpacked = subprocess.run(["gzip", "-dc", path], capture_output=True, check=True).stdout
    return unpacked if size < 0 else unpacked[:size]


def is_hatanaka(text):
    return text[60:80].startswith(b"CRINEX VERS")


def version_line(text):
    for line in text.splitlines()[:10]:
        if line[60:80].startswith(b"RINEX VERSION"):
            return line
    return None


def kind_of(path):
    """plain, hatanaka, navigation, orbits, arrays or notes; None: none of these."""
    if path.suffix in (".md", ".csv", ".sha256"):
        return "notes"
    text = text_of(path, ENOUGH)
    if path.name.endswith(".tar.zst") and text[:4] == b"\x28\xb5\x2f\xfd":
        return "arrays"
    line = version_line(text)
    if line is not None and line[20:21] == b"O":
        return "hatanaka" if is_hatanaka(text) else "plain"
    if line is not None and line[20:21] in b"NGHLE":
        return "navigation"
    return "orbits" if text.lstrip()[:2] in (b"#a", b"#b", b"#c", b"#d") else None


def version_of(name):
    """RINEX version of an observation file."""
    return float(version_line(text_of(RINEX / name, ENOUGH))[:9])


KINDS = {path: kind_of(path) for path in sorted(DATA.rglob("*") if DATA.exists() else []) if path.is_file()}
PLAIN, HATANAKA = ([path.name for path, kind in KINDS.items() if kind == wanted] for wanted in ("plain", "hatanaka"))
OBSERVATIONS = sorted(PLAIN + HATANAKA)
WHOLE = [name for name in OBSERVATIONS if name not in DAMAGED]
