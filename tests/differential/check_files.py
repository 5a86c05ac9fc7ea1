"""What scripts/check-files does: each observation file of some folders, by garco and by RNXCMP.

SPDX-License-Identifier: Apache-2.0

A line a file: "same" where the other form of text that garco writes of it has RNXCMP's bytes (Hatanaka text but for its
first two lines), both forms have the same rows, and both have the counts of the slow oracle beside the shared data, where
that is there; "garco refuses" or "RNXCMP refuses" with the reason; else what differs. What RNXCMP refuses to pack is still
counted, and garco's Hatanaka text of it is still read by crx2rnx. Files that are no observation files are passed over. The
last line sums up. The exit status is 1 where something differs.
"""

import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import hatanaka  # noqa: E402
from shared_files import is_hatanaka, text_of  # noqa: E402
from support_differential import GARCO, counts_of, oracle, same_counts  # noqa: E402

COUNT = oracle()
NO_OBSERVATIONS = ("no RINEX file", "SP3 orbit file", "the file is empty", "no observation file", "navigation file",
                   "meteorological file")
RNXCMP = Path(hatanaka.__file__).parent / "bin"


def run(program, *words, data=b""):
    done = subprocess.run([str(program), *map(str, words)], input=data, capture_output=True, timeout=600)
    reason = done.stderr.decode("latin-1").strip().splitlines()
    return done.returncode, done.stdout, reason[-1] if reason else ""


def body(text):
    """Hatanaka text without the lines that name the program and the minute."""
    return text.split(b"\n", 2)[2] if is_hatanaka(text) else text


def rows(source, data=b""):
    return run(GARCO, "query", source, "--keep-zeros", "--format", "csv", data=data)[1]


def counts_differ(path, plain):
    """What the oracle counts in the plain text and garco in the file, where they differ."""
    if COUNT is None:
        return None
    with tempfile.NamedTemporaryFile(suffix=".rnx") as file:
        file.write(plain)
        file.flush()
        try:
            theirs = COUNT(file.name)
        except Exception as error:  # the oracle is for sound files
            return f"the oracle fails: {type(error).__name__} {error}"
    mine = counts_of(path)
    return None if same_counts(mine, theirs) else f"DIFFERS: counts, garco {mine}, oracle {theirs[1:]}"


def packed_differs(path, plain):
    """Of text that rnx2crx packs too: bytes both ways, and rows."""
    other, theirs, why = run(RNXCMP / "rnx2crx", "-", data=plain)
    packed = run(GARCO, "convert", path, "--to", "crinex", "-o", "-")[1]
    back = run(GARCO, "convert", "-", "--to", "rinex", "-o", "-", data=packed)[1]
    refused, text, reason = run(RNXCMP / "crx2rnx", "-", data=packed)
    if refused == 1 and run(RNXCMP / "crx2rnx", "-", data=theirs)[0] == 1:
        return f"RNXCMP refuses what it wrote: {reason}"
    if back != text:
        return "DIFFERS: plain text out of garco's Hatanaka text"
    if other != 0:
        return f"RNXCMP refuses: {why}"
    if body(packed) != body(theirs):
        return "DIFFERS: Hatanaka text"
    _, mine, _ = run(GARCO, "convert", "-", "--to", "rinex", "-o", "-", data=theirs)
    if mine != run(RNXCMP / "crx2rnx", "-", data=theirs)[1]:
        return "DIFFERS: plain text"
    return "same" if rows(path) == rows("-", theirs) else "DIFFERS: rows"


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
    return counts_differ(path, plain) or packed_differs(path, plain)


def main(folders):
    said = Counter()
    for path in sorted(p for folder in folders for p in Path(folder).rglob("*") if p.is_file()):
        what = verdict(path)
        if what is not None:
            print(f"{path}: {what}", flush=True)
            said[what.split(":")[0]] += 1
    print(", ".join(f"{count} {what}" for what, count in sorted(said.items())) or "no observation file")
    return 1 if said["DIFFERS"] else 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: scripts/check-files FOLDER...")
    sys.exit(main(sys.argv[1:]))
