"""What scripts/check-files does: each observation file of some folders, by garco and by RNXCMP.

SPDX-License-Identifier: Apache-2.0

A line a file: "same" where the other form of text that garco writes of it has RNXCMP's bytes (Hatanaka text but for its
first two lines) and both forms have the same rows; "garco refuses" or "RNXCMP refuses" with the reason; else what differs.
Files that are no observation files are passed over. The exit status is 1 where something differs.
"""

import subprocess
import sys
from pathlib import Path

import hatanaka
from support_differential import GARCO, text_of

NO_OBSERVATIONS = ("no RINEX file", "SP3 orbit file", "the file is empty", "no observation file", "navigation file")
RNXCMP = Path(hatanaka.__file__).parent / "bin"


def run(program, *words, data=b""):
    done = subprocess.run([str(program), *map(str, words)], input=data, capture_output=True, timeout=600)
    reason = done.stderr.decode("latin-1").strip().splitlines()
    return done.returncode, done.stdout, reason[-1] if reason else ""


def is_hatanaka(text):
    return b"COMPACT RINEX FORMAT" in text[:80]


def body(text):
    """Hatanaka text without the lines that name the program and the minute."""
    return text.split(b"\n", 2)[2] if is_hatanaka(text) else text


def rows(source, data=b""):
    return run(GARCO, "query", source, "--keep-zeros", "--format", "csv", data=data)[1]


def verdict(path):
    """What is to be said of a file; None of one that is no observation file."""
    status, text, reason = run(GARCO, "convert", path, "--to", "rinex", "-o", "-")
    if status != 0:
        kind = run(GARCO, "info", path)[2]
        return None if any(words in kind for words in NO_OBSERVATIONS) else f"garco refuses: {reason}"
    plain = text_of(path)
    if is_hatanaka(plain):
        plain = run(RNXCMP / "crx2rnx", "-", data=plain)[1]
        if plain != text:
            return "DIFFERS: plain text of the Hatanaka file"
    other, theirs, why = run(RNXCMP / "rnx2crx", "-", data=plain)
    if other != 0:
        return f"RNXCMP refuses: {why}"
    if body(run(GARCO, "convert", path, "--to", "crinex", "-o", "-")[1]) != body(theirs):
        return "DIFFERS: Hatanaka text"
    _, mine, _ = run(GARCO, "convert", "-", "--to", "rinex", "-o", "-", data=theirs)
    if mine != run(RNXCMP / "crx2rnx", "-", data=theirs)[1]:
        return "DIFFERS: plain text"
    return "same" if rows(path) == rows("-", theirs) else "DIFFERS: rows"


def main(folders):
    differ = 0
    for path in sorted(p for folder in folders for p in Path(folder).rglob("*") if p.is_file()):
        said = verdict(path)
        if said is not None:
            print(f"{path}: {said}", flush=True)
            differ += said.startswith("DIFFERS")
    return 1 if differ else 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: scripts/check-files FOLDER...")
    sys.exit(main(sys.argv[1:]))
