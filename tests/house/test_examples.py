"""Each example of examples/ runs and says what the program says."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GARCO = Path(os.environ.get("GARCO", ROOT / "build/release/cli/garco"))
EXAMPLES = GARCO.parents[1] / "examples"

pytestmark = pytest.mark.skipif(not EXAMPLES.is_dir(), reason=f"no examples built in {EXAMPLES}")


def run(*command):
    return subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=120)


def test_daily_mean(tmp_path):
    run(GARCO, "simulate", "--days", "2", "--interval", "5m", "-o", tmp_path)
    files = sorted(tmp_path.glob("*.Z"))
    assert len(files) == 2
    select = ["--field", "snr", "--system", "G", "--obs-code", "1C", "--by", "day", "--format", "csv"]
    table = run(GARCO, "stats", *files, "--agg", "mean,count", *select).stdout.splitlines()[1:]
    expected = [line.split(",") for line in table]
    done = run(EXAMPLES / "example_daily_mean", *files)
    assert done.returncode == 0, done.stderr
    assert [line.split() for line in done.stdout.splitlines()] == [
        [day, f"{float(mean):.6f}", count] for day, mean, count in expected
    ]
    assert len(expected) == 2


def test_daily_mean_of_no_file(tmp_path):
    done = run(EXAMPLES / "example_daily_mean", tmp_path / "absent.24o")
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1 and "absent.24o" in done.stderr
    assert run(EXAMPLES / "example_daily_mean").returncode == 2
