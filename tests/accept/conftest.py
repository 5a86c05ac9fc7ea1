"""Acceptance: the garco program from outside, held against other readers of the same formats.

GARCO            the program; by default build/release/cli/garco of this checkout
GARCO_TEST_DATA  the folder of real files; by default shared/data beside the checkout; tests that need it are skipped
                 and say so where it is not there

SPDX-License-Identifier: Apache-2.0
"""

import os

import pytest
import support


def pytest_report_header():
    return [f"garco: {support.GARCO}", f"test data: {support.DATA}{'' if support.RINEX.is_dir() else ' (absent)'}"]


def pytest_sessionstart():
    if not os.access(support.GARCO, os.X_OK):
        pytest.exit(f"no garco program at {support.GARCO}: build it, or set GARCO", returncode=3)


@pytest.fixture(scope="session")
def york_array(tmp_path_factory):
    """york.tdb, ingested once for all."""
    array = tmp_path_factory.mktemp("york") / "york.tdb"
    support.ok("ingest", support.data("york0440.15d.Z"), array)
    return array


@pytest.fixture(scope="session")
def york_plain(tmp_path_factory):
    path = tmp_path_factory.mktemp("york_plain") / "york0440.15o"
    path.write_bytes(support.plain_text(support.data("york0440.15d.Z")))
    return path
