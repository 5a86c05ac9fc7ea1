# What the program loads when it starts, and what it loads for its work (decision 0006).
# SPDX-License-Identifier: Apache-2.0
import pytest

from samples import MIN3

LATE = ("libarchive.so", "libcrypto.so")


@pytest.mark.parametrize("words, late", [
    (["--version"], []),
    (["info", "plain.rnx"], []),
    (["info", "day.rnx.gz"], []),
    (["info", "day.rnx.Z"], ["libarchive.so"]),
])
def test_libraries_are_loaded_when_needed(garco, tmp_path, monkeypatch, words, late):
    (tmp_path / "plain.rnx").write_text(MIN3)
    for ending in ("gz", "Z"):
        garco("convert", "plain.rnx", "-o", f"day.rnx.{ending}")
    monkeypatch.setenv("LD_DEBUG", "files")
    opened = [line for line in garco(*words).err.splitlines() if "calling init" in line]
    assert any("libc.so" in line for line in opened)
    assert [name for name in LATE if any(name in line for line in opened)] == late
