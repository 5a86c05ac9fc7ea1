"""The README's tour is run as it stands: each command of its console blocks, in order, in one folder.

What follows a line "$ COMMAND" is its output. In it "..." stands for any text within a line, and alone on a line for any
number of lines.
"""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GARCO = Path(os.environ.get("GARCO", ROOT / "build/release/cli/garco"))


def steps_of(text):
    """(command, expected output) of all console blocks."""
    steps = []
    for block in re.findall(r"^```console\n(.*?)^```$", text, re.M | re.S):
        for line in block.splitlines():
            if line.startswith("$ "):
                steps.append([line[2:], []])
            elif steps and steps[-1][0].endswith("\\") and not steps[-1][1]:
                steps[-1][0] += "\n" + line.removeprefix("> ")
            else:
                steps[-1][1].append(line)
    return [(command, "".join(line + "\n" for line in lines)) for command, lines in steps]


def pattern_of(expected):
    parts = [r"(?:.*\n)*" if line == "...\n" else r".*".join(map(re.escape, line.split("...")))
             for line in expected.splitlines(keepends=True)]
    return re.compile("".join(parts))


@pytest.mark.parametrize(
    "expected, printed, same",
    [
        ("a\nb\n", "a\nb\n", True),
        ("a\n", "a\nb\n", False),
        ("a\nb\n", "a\n", False),
        ("took ... s\n", "took 0.12 s\n", True),
        ("took ... s\n", "took 0.12 s\nmore\n", False),
        ("a\n...\nd\n", "a\nb\nc\nd\n", True),
        ("a\n...\n", "a\n", True),
        ("a\n...\nd\n", "a\nb\n", False),
        ("1.5\n", "1x5\n", False),
        ("", "", True),
        ("", "a\n", False),
    ],
)
def test_how_outputs_are_compared(expected, printed, same):
    assert bool(pattern_of(expected).fullmatch(printed)) == same


def test_how_steps_are_found():
    text = "text\n```console\n$ a \\\n>   b\nout\n$ c\n```\n```\n$ not this\n```\n```console\n$ d\n...\n```\n"
    assert steps_of(text) == [("a \\\n  b", "out\n"), ("c", ""), ("d", "...\n")]


@pytest.mark.skipif(not os.access(GARCO, os.X_OK), reason=f"no program at {GARCO}")
def test_the_tour(tmp_path):
    environment = {**os.environ, "PATH": f"{GARCO.parent}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8", "COLUMNS": "100"}
    steps = steps_of((ROOT / "README.md").read_text())
    assert len(steps) >= 5
    for command, expected in steps:
        done = subprocess.run(["sh", "-c", command], cwd=tmp_path, env=environment, timeout=120, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if not pattern_of(expected).fullmatch(done.stdout):
            pytest.fail(f"$ {command}\n{done.stdout}", pytrace=False)
