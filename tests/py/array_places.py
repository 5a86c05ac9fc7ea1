# Where random tests keep their arrays.
# SPDX-License-Identifier: Apache-2.0
import itertools
import shutil

import pytest

import garco_abi as garco

MADE = [0]


class Place:
    """Fresh directories for arrays, one after the other; the last two are kept."""

    def __init__(self, root):
        self.root, self.count, self.last = root, itertools.count(), []

    def array(self):
        MADE[0] += 1
        for old in self.last[:-1]:
            shutil.rmtree(old, ignore_errors=True)
        self.last = self.last[-1:] + [self.root / f"array{next(self.count)}"]
        return self.last[-1]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return Place(tmp_path_factory.mktemp("arrays"))


def read(uri, start=0, end=0, **wanted):
    with garco.Array(uri, start, end) as array:
        return array.scan(**wanted)
