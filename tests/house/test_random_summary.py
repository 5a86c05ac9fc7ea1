"""A run of random tests ends with the number of its cases and the seed that draws them again.

SPDX-License-Identifier: Apache-2.0
"""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def summary(*words, seed):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "delete_records",
               "tests/py/test_arco_property.py", *words]
    environment = {**os.environ, "GARCO_EXAMPLES": "24", "GARCO_SEED": seed}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout
    (case,) = re.findall(r"^ *(\d+) cases in +[\d.]+ s: .*::test_delete_records_are_tiledbs$", done.stdout, re.M)
    (total,) = re.findall(r"^random tests: (\d+) cases; repeat with --hypothesis-seed=(\d+)$", done.stdout, re.M)
    return int(case), int(total[0]), total[1]


def test_cases_and_seed_are_printed():
    assert summary(seed="7") == (6, 6, "7")
    assert summary("--hypothesis-seed=9", seed="7") == (6, 6, "9")
    assert summary(seed="random")[2] != "random"
