# What the tests of conversions share: running garco, the shared files, rows, RNXCMP.
# SPDX-License-Identifier: Apache-2.0
import os
import pathlib
import subprocess

import pytest

import shared_files
from shared_files import HATANAKA, RINEX as DATA, text_of

ROOT = pathlib.Path(__file__).resolve().parents[2]
GARCO = os.environ.get("GARCO", str(ROOT / "build/release/cli/garco"))
PLAIN = [name for name in shared_files.PLAIN if name not in shared_files.DAMAGED]
# Epochs of up to three hours, so that a test of many options does not take long.
SMALL = [name for name in PLAIN + HATANAKA if not name.startswith(("CEDA", "ESBC", "york"))]


class Result:
    def __init__(self, process):
        self.status = process.returncode
        self.bytes = process.stdout
        self.err = process.stderr.decode("latin-1")

    @property
    def out(self):
        return self.bytes.decode("latin-1")

    def lines(self):
        return self.out.splitlines()


def run(*words, status=0, stdin=b"", cwd=None):
    """Runs garco; `status` is what it must end with, None: 0 or 1."""
    result = Result(subprocess.run([GARCO, *map(str, words)], input=stdin, capture_output=True,
                                   timeout=300, cwd=cwd))
    assert result.status in ((0, 1) if status is None else (status,)), f"{words}: {result.status}\n{result.err}"
    return result


def shared(name):
    """The path of a shared file; skips where it is absent."""
    path = DATA / name
    if not path.exists():
        pytest.skip(f"no test data at {path}")
    return path


def trimmed(text):
    """Lines right-trimmed and with LF ends, as all that garco writes."""
    return b"".join(line.rstrip(b" \r\n") + b"\n" for line in text.splitlines(keepends=True))


def plain_text(name):
    """A plain shared file as garco copies it; one has a stray line behind its last epoch."""
    text = trimmed(text_of(shared(name)))
    return text[:-1] if name == "demo3.10o" else text


def rnxcmp(tool, text):
    """What crx2rnx or rnx2crx writes for a text; skips where they are not installed."""
    hatanaka = pytest.importorskip("hatanaka")
    program = pathlib.Path(hatanaka.__file__).parent / "bin" / tool
    return subprocess.run([program, "-"], input=text, capture_output=True, timeout=120)


def body(text):
    """Hatanaka text behind line 2, which holds the program and the date."""
    return text.split(b"\n", 2)[2]


def rows(source, *options, stdin=b""):
    """The rows that query prints, without their heading."""
    return run("query", source, "--keep-zeros", *options, stdin=stdin).lines()[1:]


def header(text):
    """A header's lines by label: {label: [content]}."""
    found = {}
    for line in text.splitlines():
        found.setdefault(line[60:].strip(), []).append(line[:60].rstrip())
        if line[60:].strip() == "END OF HEADER":
            return found
    raise AssertionError("no END OF HEADER")


# ------------------------------------------------------------------ small files, written out


def line(text, label):
    return f"{text:60}{label}\n"


def field(value, lli=" ", ssi=" "):
    return (" " * 14 if value is None else f"{value:14.3f}") + lli + ssi


def epoch2(minute, second, sats, records, flag=0, clock=""):
    """An epoch of RINEX 2: one list of fields a satellite, five a line."""
    head = f" 24  5 11  0 {minute:2d}{second:11.7f}  {flag}{len(sats):3d}" + "".join(sats)
    text = f"{head:68}{clock}".rstrip() + "\n"
    for fields in records:
        for i in range(0, len(fields), 5):
            text += "".join(fields[i:i + 5]).rstrip() + "\n"
    return text


def header2(types, system="M", extra=""):
    lists = ""
    for i in range(0, len(types), 9):
        count = f"{len(types):6d}" if i == 0 else " " * 6
        lists += line(count + "".join(f"{t:>6}" for t in types[i:i + 9]), "# / TYPES OF OBSERV")
    return (line(f"     2.11           OBSERVATION DATA    {system}", "RINEX VERSION / TYPE")
            + line("TEST", "MARKER NAME")
            + lists + extra
            + line("  2024     5    11     0     0    0.0000000     GPS", "TIME OF FIRST OBS")
            + line("", "END OF HEADER"))


def header3(types, system="M", extra="", version="3.04"):
    """`types`: {"G": ["C1C", ...]}."""
    lists = ""
    for letter, codes in types.items():
        for i in range(0, len(codes), 13):
            count = f"{letter}{len(codes):5d}" if i == 0 else " " * 6
            lists += line(count + "".join(f" {c:3}" for c in codes[i:i + 13]),
                          "SYS / # / OBS TYPES")
    return (line(f"     {version}           OBSERVATION DATA    {system}", "RINEX VERSION / TYPE")
            + line("TEST", "MARKER NAME")
            + lists + extra
            + line("  2024     5    11     0     0    0.0000000     GPS", "TIME OF FIRST OBS")
            + line("", "END OF HEADER"))


def epoch3(minute, second, records, flag=0, clock=""):
    """An epoch of RINEX 3: {satellite: list of fields}."""
    head = f"> 2024 05 11 00 {minute:02d}{second:11.7f}  {flag}{len(records):3d}"
    text = f"{head:41}{clock}".rstrip() + "\n"
    for sat, fields in records.items():
        text += (sat + "".join(fields)).rstrip() + "\n"
    return text


def convert(text, *options, **more):
    return run("convert", "-", "--to", "rinex", *options, stdin=text.encode(), **more)


@pytest.fixture
def in_file(tmp_path):
    """Converts a text by way of a file, which can be read twice."""

    def make(text, *options):
        (tmp_path / "in").write_text(text)
        return run("convert", tmp_path / "in", "--to", "rinex", *options)

    return make
