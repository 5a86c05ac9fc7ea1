# Rows of an array: TileDB's, in TileDB's row-major order.
# SPDX-License-Identifier: Apache-2.0
import io

import numpy as np
import pandas as pd
import pytest

from budgets import within
from random_stores import FIELDS, build, rows
from test_query_tiles import SEEDS, question


def read(out):
    table = pd.read_csv(io.StringIO(out), dtype={"obs_code": str, "system": str})
    table["time"] = pd.to_datetime(table["time"]).astype("M8[ms]").astype("i8")
    table["sys"] = table["system"].map("GRSECJI".index).astype("i8") if len(table) else []
    table["obs"] = [ord(c[0]) << 8 | ord(c[1]) for c in table["obs_code"]]
    return table


def drawn(random):
    """A memory at random, and words that say threads at random."""
    return str(random.choice(["64K", "200K", "1M", "3M", "16M", "256M"])), ["--threads", int(random.integers(1, 9))]


@pytest.mark.parametrize("seed", SEEDS)
def test_rows_of_random_stores(tmp_path, garco, seed):
    array = tmp_path / "array"
    duplicates = build(array, seed)
    table = rows(array)
    random = np.random.default_rng(2000 + seed)
    for _ in range(6):
        words, selected = question(random, table)
        fields = [f for f in FIELDS if random.random() < 0.5] or ["snr"]
        names = ["time", "system", "sat", "obs_code", *fields]
        outs = set()
        for _ in range(3):
            memory, more = drawn(random)
            outs.add(within(garco, memory, "query", array, *words, "--field", ",".join(names), *more))
        assert len(outs) == 1  # in the same order, whatever the threads and the memory
        ours = read(outs.pop())
        keys = ["time", "sys", "sat", "obs"]
        if duplicates:  # equal coordinates come in no order that TileDB promises
            ours = ours.sort_values(keys + fields).reset_index(drop=True)
            selected = selected.sort_values(keys + fields)
        selected = selected.reset_index(drop=True)
        assert len(ours) == len(selected)
        for name in keys + fields:
            assert np.array_equal(ours[name].to_numpy(float), selected[name].to_numpy(float),
                                  equal_nan=True), name
