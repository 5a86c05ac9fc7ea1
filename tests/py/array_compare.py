# Whether two libraries gave the same cells, and how many times that was asked.
# SPDX-License-Identifier: Apache-2.0
import numpy as np

COMPARED = {"reads": 0, "cells": 0}


def rows_of(values, valid, names, dims):
    """The cells as rows of bytes; what a null holds means nothing, and -0 is 0 for a coordinate."""
    columns = []
    for name in names:
        column = values[name]
        if isinstance(column, list):
            column = np.array([b"%d:" % len(v) + v for v in column] or [b""], "S")[:len(column)]
            column = np.array([c.ljust(80, b"\0") for c in column], "S80").view("u1").reshape(-1, 80)
            columns.append(column)
            continue
        column = np.ascontiguousarray(column)
        if name in dims and column.dtype.kind == "f":
            column = column + np.zeros(1, column.dtype)
        if name in valid:
            shape = (-1,) + (1,) * (column.ndim - 1)
            column = np.where(valid[name].reshape(shape) != 0, column, np.zeros(1, column.dtype))
            columns.append(valid[name].reshape(-1, 1))
        columns.append(np.ascontiguousarray(column).view("u1").reshape(len(column), -1))
    return np.concatenate(columns, axis=1)


def assert_same(ours, theirs, dims=(), ordered=True):
    """{name: values}, {name: validity} of each; of arrays with duplicates, whose equal coordinates
    come in any order, the rows are compared as a set that counts."""
    COMPARED["reads"] += 1
    names = list(theirs[0])
    counts = [len(v) for v in theirs[0].values()]
    if not counts or counts[0] == 0:
        assert not ours[0] or len(next(iter(ours[0].values()))) == 0, "cells where none are"
        return
    assert set(ours[0]) == set(names)
    COMPARED["cells"] += counts[0]
    for name in names:
        assert len(ours[0][name]) == counts[0], (name, len(ours[0][name]), counts[0])
        if not isinstance(theirs[0][name], list):
            assert ours[0][name].dtype.itemsize == theirs[0][name].dtype.itemsize, name
            assert ours[0][name].shape == theirs[0][name].shape, name
    assert set(ours[1]) == set(theirs[1]), "nullable fields"
    a, b = rows_of(*ours, names, dims), rows_of(*theirs, names, dims)
    if not ordered:
        a, b = a[np.lexsort(a.T)], b[np.lexsort(b.T)]
    if not np.array_equal(a, b):
        wrong = np.flatnonzero((a != b).any(axis=1))
        row = wrong[0]
        raise AssertionError(f"{len(wrong)} of {len(a)} rows differ; the first is row {row}: " + ", ".join(
            f"{n} {ours[0][n][row]} {theirs[0][n][row]}" for n in names))


def cells_there(cells):
    return bool(cells[0]) and len(next(iter(cells[0].values()))) > 0
