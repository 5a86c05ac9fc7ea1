"""Fixtures of the forty tests.

SPDX-License-Identifier: Apache-2.0
"""

import garco_program
import pytest


@pytest.fixture
def hatanaka():
    """rnx2crx: plain RINEX to Hatanaka text."""
    if garco_program.RNXCMP is None:
        pytest.skip("the Python package hatanaka, which brings RNXCMP, is not installed")
    return garco_program.rnx2crx


@pytest.fixture(params=["plain", "hatanaka"])
def form(request):
    """A function from plain RINEX to the form under test: as it is, or through rnx2crx."""
    return (lambda data: data) if request.param == "plain" else request.getfixturevalue("hatanaka")


@pytest.fixture
def convert():
    """A function from bytes to bytes of the other form: convert(data, "rinex" or "crinex", *options)."""
    status, _, _ = garco_program.run("convert", "--help")
    if status == 2:
        pytest.skip("this garco has no verb convert")

    def to(data, form, *options):
        stdout, _ = garco_program.succeed("convert", "-", "-o", "-", "--to", form, *options, data=data)
        return stdout

    return to
