"""scripts/demo does the main job on files given, and leaves nothing behind but what it was asked to keep."""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GARCO = Path(os.environ.get("GARCO", ROOT / "build/release/cli/garco"))

pytestmark = pytest.mark.skipif(
    GARCO.resolve() != ROOT / "build/release/cli/garco", reason="scripts/demo runs the release build of this checkout"
)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("days")
    command = [GARCO, "simulate", "--days", "2", "--interval", "5m", "-o", folder]
    subprocess.run(command, check=True, capture_output=True)
    return sorted(folder.glob("*.Z"))


def demo(*words, temporary):
    environment = {**os.environ, "TMPDIR": str(temporary)}
    return subprocess.run([ROOT / "scripts/demo", *words], capture_output=True, text=True, timeout=300,
                          stdin=subprocess.DEVNULL, env=environment)


def test_files_of_the_user(files, tmp_path):
    done = demo(*files, temporary=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    means = re.findall(r"^(2024-01-0\d) +(\d+\.\d{6}) +(\S+) +(\S+)$", done.stdout, re.M)
    assert [row[0] for row in means] == ["2024-01-01", "2024-01-02"]
    assert all(len(set(row[1:])) == 1 for row in means)
    assert len(re.findall(r"^(?:1|2|3|before) .* [\d.]+ +[\d.]+$", done.stdout, re.M)) == 4
    assert done.stdout.endswith("The three ways agree on every day (2).\n")
    assert list(tmp_path.iterdir()) == []


def test_kept(files, tmp_path):
    kept = tmp_path / "kept"
    done = demo("--keep", kept, files[0], temporary=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (kept / "demo.tdb/__schema").is_dir()
    again = demo("--keep", kept, files[0], temporary=tmp_path)
    assert again.returncode == 1 and "not empty" in again.stderr


@pytest.mark.parametrize("text", ["", "no observations\n"])
def test_a_file_that_is_none(tmp_path, text):
    bad = tmp_path / "bad.24o"
    bad.write_text(text)
    done = demo(bad, temporary=tmp_path)
    assert done.returncode == 1
    assert "bad.24o" in done.stderr and "agree" not in done.stdout
    assert list(tmp_path.iterdir()) == [bad]


def test_a_file_that_is_absent(tmp_path):
    done = demo(tmp_path / "absent.24o", temporary=tmp_path)
    assert done.returncode == 1 and "absent.24o: no such file" in done.stderr


def test_an_option_that_is_none(tmp_path):
    assert demo("--nosuch", temporary=tmp_path).returncode == 2
