"""Runs the program under test and RNXCMP's two programs, and reads what they print.

SPDX-License-Identifier: Apache-2.0
"""

import csv
import io
import json
import os
import subprocess
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GARCO = os.environ.get("GARCO", str(ROOT / "build/release/cli/garco"))
SECONDS = 30  # longer is a hang: the largest input of most tests has a few hundred lines

LOSS_OF_LOCK, HALF_CYCLE, BOC, ANTISPOOFING, POWER_FAILURE = 1, 2, 4, 8, 16
HEADER = "time,system,sat,obs_code,range,phase,doppler,snr,slip,flags,fcn"


def run(*arguments, data=b"", seconds=SECONDS):
    """Runs garco; a crash or a hang fails the test here, whatever it is about."""
    try:
        done = subprocess.run([GARCO, *map(str, arguments)], input=data, capture_output=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        raise AssertionError(f"garco {arguments} did not end in {seconds} s") from None
    stderr = done.stderr.decode("utf-8", "replace")
    assert done.returncode in (0, 1, 2), f"garco {arguments} ended by {done.returncode}: {stderr[-2000:]}"
    assert "Sanitizer" not in stderr and "runtime error" not in stderr, stderr[-4000:]
    return done.returncode, done.stdout, stderr


def succeed(*arguments, data=b"", seconds=SECONDS):
    status, stdout, stderr = run(*arguments, data=data, seconds=seconds)
    assert status == 0, f"garco {arguments}: {stderr}"
    return stdout, stderr


def refuse(*arguments, data=b""):
    """What the program must refuse: status 1 and one line that says why. Gives that line."""
    status, _, stderr = run(*arguments, data=data)
    assert status == 1, f"garco {arguments} ended with {status}, expected 1: {stderr}"
    assert stderr.count("\n") == 1 and stderr.strip(), f"expected one line of error, got {stderr!r}"
    return stderr


@dataclass(frozen=True)
class Row:
    """A row of `garco query`; numbers in units of 1e-4, so that they compare exactly."""

    time: str
    sat: str
    code: str
    range: int | None = None
    phase: int | None = None
    doppler: int | None = None
    snr: int | None = None
    flags: int = 0
    fcn: str | None = field(default=None, compare=False)

    def values(self):
        return sum(v is not None for v in (self.range, self.phase, self.doppler, self.snr))


def scaled(value):
    return None if value is None else round(float(value) * 10000)


def row(time, sat, code, range=None, phase=None, doppler=None, snr=None, flags=0):
    """An expected row; `time` in seconds after 2024-01-01T00:00:00, or text."""
    return Row(
        time if isinstance(time, str) else clock_time(time),
        sat,
        code,
        *map(scaled, (range, phase, doppler, snr)),
        flags,
    )


def clock_time(seconds):
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60000)
    hours, minutes = divmod(minutes, 60)
    return f"2024-01-01T{hours:02d}:{minutes:02d}:{rest // 1000:02d}.{rest % 1000:03d}"


def number(cell, decimals):
    return None if cell == "" else round(round(float(cell), decimals) * 10000)


def parse_row(cells):
    time, system, sat, code, code_range, phase, doppler, snr, slip, flags, fcn = cells
    assert slip == "0", f"RINEX carries no lock counter, got slip {slip!r}"
    sat_number = int(sat.lstrip(system))
    # float32 holds a strength to about 7 digits: 1e-3 is what the file gave.
    return Row(
        time,
        f"{system}{sat_number:02d}",
        code,
        number(code_range, 4),
        number(phase, 4),
        number(doppler, 4),
        number(snr, 3),
        int(flags),
        fcn,
    )


def parse_rows(stdout):
    lines = list(csv.reader(io.StringIO(stdout.decode("ascii"))))
    assert lines and ",".join(lines[0]) == HEADER, f"header {lines[:1]}"
    return [parse_row(cells) for cells in lines[1:]]


def query(data, *options):
    """Rows of a file's bytes, read from standard input."""
    stdout, _ = succeed("query", "-", *options, "--format", "csv", data=data)
    return parse_rows(stdout)


def salvage(data, *options):
    """Rows and what was said about the damage; salvaging a readable file ends with status 0."""
    stdout, stderr = succeed("query", "-", "--salvage", *options, "--format", "csv", data=data)
    return parse_rows(stdout), stderr


def info(data, *options):
    stdout, _ = succeed("info", "--json", "-", *options, data=data)
    return json.loads(stdout)


def ordered(rows):
    return sorted(rows, key=lambda r: (r.time, r.sat, r.code, r.values(), str(r)))


def assert_rows(got, expected):
    """The same rows, whatever their order within an epoch."""
    missing = ordered((Counter(expected) - Counter(got)).elements())
    surplus = ordered((Counter(got) - Counter(expected)).elements())
    assert (
        not missing and not surplus
    ), f"{len(expected)} rows expected, {len(got)} got\n  missing {missing[:6]}\n  surplus {surplus[:6]}"


def values_of(rows):
    return sum(r.values() for r in rows)


# ------------------------------------------------------------------ RNXCMP, from the PyPI package hatanaka


def rnxcmp_folder():
    try:
        import hatanaka
    except ImportError:
        return None
    folder = Path(hatanaka.__file__).parent / "bin"
    return folder if (folder / "rnx2crx").exists() and (folder / "crx2rnx").exists() else None


RNXCMP = rnxcmp_folder()


def rnxcmp(program, data, *options):
    done = subprocess.run([str(RNXCMP / program), "-", *options], input=data, capture_output=True, timeout=SECONDS)
    return done.returncode, done.stdout, done.stderr.decode("latin-1")


def rnx2crx(data, *options):
    """What rnx2crx makes of it; the test's input must be good enough for it."""
    status, stdout, stderr = rnxcmp("rnx2crx", data, *options)
    assert status == 0, f"rnx2crx: {stderr}"
    return stdout


def crx2rnx(data, *options):
    status, stdout, stderr = rnxcmp("crx2rnx", data, *options)
    assert status == 0, f"crx2rnx: {stderr}"
    return stdout


def from_line_3(crx):
    """Hatanaka text without its two own lines, which name the program and the minute."""
    return crx.split(b"\n", 2)[2]
