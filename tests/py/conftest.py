# The arrays of the shared test data, and the program that shows what garco reads in them.
# SPDX-License-Identifier: Apache-2.0
import os
import pathlib
import subprocess

import pytest

import array_places
from array_compare import COMPARED
from arco_reader import DUMP, ROOT, Dump

DATA = pathlib.Path(os.environ.get("GARCO_TEST_DATA", ROOT.parent / "shared/data"))


@pytest.fixture(scope="session")
def dump():
    if not os.path.exists(DUMP):
        pytest.skip(f"no {DUMP}: build it first")
    return Dump()


@pytest.fixture(scope="session")
def packed_arrays():
    packed = DATA / "tiledb/arrays.tar.zst"
    if not packed.exists():
        pytest.skip(f"no test data at {packed}")
    return packed


@pytest.fixture(scope="session")
def arrays(tmp_path_factory, packed_arrays):
    """The folder with arr/ and un/ of the shared data, unpacked."""
    place = tmp_path_factory.mktemp("arrays")
    subprocess.run(["tar", "x", "--zstd", "-f", str(packed_arrays), "-C", str(place)], check=True)
    return place


def pytest_terminal_summary(terminalreporter):
    if COMPARED["reads"]:
        terminalreporter.write_line(
            f"arrays: {array_places.MADE[0]} made at random, {COMPARED['reads']} reads by both compared, {COMPARED['cells']} cells")
