# The command line under test, and the files that it is tested on.
# SPDX-License-Identifier: Apache-2.0
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
GARCO = os.environ.get("GARCO", str(ROOT / "build/release/cli/garco"))
DATA = pathlib.Path(os.environ.get("GARCO_TEST_DATA", ROOT.parent / "shared/data"))


class Result:
    def __init__(self, process):
        self.status = process.returncode
        self.out = process.stdout.decode()
        self.err = process.stderr.decode()

    def lines(self):
        return self.out.splitlines()


@pytest.fixture
def garco(tmp_path):
    """Runs garco in an empty folder; `status` is what it must end with."""

    def run_to_any_end(*words, stdin=b""):
        return Result(subprocess.run([GARCO, *map(str, words)], cwd=tmp_path, input=stdin,
                                     capture_output=True, timeout=300))

    def run(*words, status=0, stdin=b""):
        result = run_to_any_end(*words, stdin=stdin)
        assert result.status == status, f"{words}: {result.status}\n{result.err}"
        if status != 0:
            assert result.err.count("\n") == 1 and result.err.startswith("garco: "), result.err
        return result

    run.any = run_to_any_end
    return run


@pytest.fixture
def data():
    """The path of a shared file; skips where it is absent."""

    def path(name):
        found = DATA / name
        if not found.exists():
            pytest.skip(f"no test data at {found}")
        return found

    return path
