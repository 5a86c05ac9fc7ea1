# What garco simulates is what RNXCMP's own tools read and write. Skipped where they are not installed.
# SPDX-License-Identifier: Apache-2.0
import gzip
import pathlib
import subprocess

import pytest

hatanaka = pytest.importorskip("hatanaka")
TOOLS = pathlib.Path(hatanaka.__file__).parent / "bin"
HOURS = ["--duration", "3h", "--interval", "30s"]


def rnxcmp(tool, text):
    process = subprocess.run([TOOLS / tool, "-"], input=text, capture_output=True, timeout=60)
    assert process.returncode == 0, process.stderr.decode()
    return process.stdout


def body(text):
    """The lines behind line 2, which holds the program and the date."""
    return text.split(b"\n", 2)[2]


@pytest.mark.parametrize("options", [["--version", "2"], ["--version", "2", "--system", "G,R,E"],
                                     ["--version", "3", "--system", "G,R,E,C", "--seed", "7"]])
def test_both_ways(garco, tmp_path, options):
    garco("simulate", *options, *HOURS, "--form", "rinex", "-o", "plain")
    garco("simulate", *options, *HOURS, "--form", "crinex", "-o", "hatanaka")
    plain = (tmp_path / "plain").read_bytes()
    hatanaka_text = (tmp_path / "hatanaka").read_bytes()
    assert rnxcmp("crx2rnx", hatanaka_text) == plain
    assert body(rnxcmp("rnx2crx", plain)) == body(hatanaka_text)


def test_archive_forms(garco, tmp_path):
    garco("simulate", *HOURS, "-o", "p0570010.24d.Z")
    garco("simulate", "--version", "3", *HOURS, "-o", "p.crx.gz")
    packed = (tmp_path / "p0570010.24d.Z").read_bytes()
    assert packed[:2] == b"\x1f\x9d"
    text = hatanaka.decompress(packed)
    assert text[20:21] == b"O" and b"SIMULATED" in text
    text = rnxcmp("crx2rnx", gzip.decompress((tmp_path / "p.crx.gz").read_bytes()))
    assert text.startswith(b"     3.04") and b"NON_PHYSICAL" in text
