"""Random well-formed files: the rows are those that the file was made of.

SPDX-License-Identifier: Apache-2.0
"""

import garco_program
import pytest
from garco_program import assert_rows, info, query

pytest.importorskip("hypothesis")
from hypothesis import HealthCheck, given, settings  # noqa: E402
from random_rinex import files_2, files_3  # noqa: E402

needs_rnxcmp = pytest.mark.skipif(
    garco_program.RNXCMP is None, reason="the Python package hatanaka, which brings RNXCMP, is not installed"
)


def some(examples):
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


def check(file, data):
    got = query(data)
    assert_rows(got, file.rows())
    times = [r.time for r in got]
    assert times == sorted(times), "rows stand in the order of the file"


@given(files_2())
@some(100)
def test_random_plain_2(file):
    check(file, file.text())


@given(files_3())
@some(100)
def test_random_plain_3(file):
    check(file, file.text())


@given(files_2())
@some(25)
def test_random_line_ends(file):
    check(file, file.text(end="\r\n"))


@given(files_3())
@some(25)
def test_random_salvage_changes_nothing(file):
    """What is sound reads alike with --salvage, and nothing is damaged."""
    assert_rows(query(file.text(), "--salvage"), file.rows())
    assert info(file.text(), "--salvage")["damaged"] == 0


@given(files_2())
@some(40)
def test_random_counts_2(file):
    check_counts(file)


@given(files_3())
@some(40)
def test_random_counts_3(file):
    check_counts(file)


def check_counts(file):
    about = info(file.text())
    epochs = [b for b in file.blocks if not b.is_event]
    assert about["epochs"] == len(epochs)
    assert about["events"] == len(file.blocks) - len(epochs)
    assert about["satellite_epochs"] == sum(b.satellites for b in epochs)
    assert about["observations"] == sum(b.fields for b in epochs)
    assert about["damaged"] == 0


@needs_rnxcmp
@given(files_2())
@some(80)
def test_random_hatanaka_2(file):
    check(file, garco_program.rnx2crx(file.text()))


@needs_rnxcmp
@given(files_3())
@some(80)
def test_random_hatanaka_3(file):
    check(file, garco_program.rnx2crx(file.text()))
