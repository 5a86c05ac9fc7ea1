"""scripts/check-files says what is the same, what is refused and what differs.

SPDX-License-Identifier: Apache-2.0
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support_differential import GARCO, ORACLE

pytest.importorskip("hatanaka")
PROGRAM = Path(__file__).with_name("check_files.py")
TEXT = (
    f"{'     2.11           OBSERVATION DATA    G':60}RINEX VERSION / TYPE\n"
    f"{'     1    C1':60}# / TYPES OF OBSERV\n"
    f"{'':60}END OF HEADER\n"
    " 24  5 11  0  0  0.0000000  0  1G05\n"
    "  20891534.648\n"
)


def check(folder, garco=GARCO):
    done = subprocess.run(
        [sys.executable, PROGRAM, folder], capture_output=True, text=True, timeout=60, env={**os.environ, "GARCO": str(garco)}
    )
    return done.returncode, done.stdout + done.stderr


def test_check_files(tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "good.24o").write_text(TEXT)
    (folder / "bad.24o").write_text(TEXT.replace("0.0000000", "0.00000x0"))
    (folder / "notes.txt").write_text("no RINEX at all\n")
    status, said = check(folder)
    assert status == 0 and "good.24o: same" in said and "bad.24o: garco refuses" in said and "notes" not in said
    assert said.endswith("1 garco refuses, 1 same\n")


def liar(folder, change):
    """A garco whose every output sed changes."""
    path = folder / "liar"
    path.write_text(f"#!/bin/bash\nset -o pipefail\n{GARCO} \"$@\" | sed '{change}'\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    "change, what", [("s/20891534/20891535/", "Hatanaka text"), ('s/"observations": 1/"observations": 2/', "counts, garco")]
)
def test_check_files_of_a_liar(tmp_path, change, what):
    if what.startswith("counts") and not ORACLE.exists():
        pytest.skip(f"no oracle at {ORACLE}")
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "good.24o").write_text(TEXT)
    status, said = check(folder, liar(tmp_path, change))
    assert status == 1 and f"good.24o: DIFFERS: {what}" in said and said.endswith("1 DIFFERS\n")
