# The arrays of the shared test data, each whole, at each of its times, and cut at random by the values that
# are in it: garco reads of them what TileDB reads, cell by cell.
# SPDX-License-Identifier: Apache-2.0
import csv
import io
import itertools
import os
import re
import subprocess
import zlib

import numpy as np
import pytest
import tiledb

import garco_abi as garco
import tiledb_oracle as oracle
from arco_reader import ROOT
from array_compare import assert_same, cells_there
from test_arco_tiledb import times_of

GARCO = os.environ.get("GARCO", str(ROOT / "build/release/cli/garco"))
SLICES = int(os.environ.get("GARCO_SLICES", "6"))  # of each array at each of its times
MEMORIES = [0, 1, 20_000, 500_000, 1 << 26]

ARR = """basic cons cons_dups cons_novac del del_commits del_commits_frag del_cons
del_cons_purge es_shot evo evo_cons evo_del_fill evo_drop fmeta many multi multi_dups two two_meta
two_metav v_05 v_06 v_07 v_08 v_10 v_11 v_12 v_14 v_15 v_16 v_18 v_19 v_20 v_21 v_22 w_obs0 w_obs1
w_ref0 w_ref1 zoo""".split()
# Of un/, what garco makes of each: of a current domain, dictionaries and run lengths of texts, enumerations
# and dimensions of floats the cells; of arrays without cells none; the others it names.
CELLS = ["curd", "dic", "enum", "fdim", "strat"]
NO_CELLS = ["empty", "multi"]
REFUSED = {"dense": "dense array; garco reads sparse arrays", "hil": "cells in Hilbert order",
           "enc": "encrypted array"}
READ = [f"arr/{n}" for n in ARR] + [f"un/{n}" for n in CELLS]


def test_no_array_is_forgotten(packed_arrays):
    """The lists are those of the archive's own table."""
    listed = subprocess.run(["tar", "t", "--zstd", "-f", packed_arrays], capture_output=True, text=True, check=True)
    found = {"arr": set(), "un": set()}
    for path in listed.stdout.splitlines():
        top, name = (path.split("/") + ["", ""])[:2]
        if name:
            found[top].add(name)
    assert sorted(ARR) == sorted(found["arr"])
    assert sorted([*CELLS, *NO_CELLS, *REFUSED]) == sorted(found["un"])


@pytest.mark.parametrize("name", REFUSED)
def test_refused_by_name(arrays, name):
    with pytest.raises(garco.Failed, match=f"GARCO_ERR_UNSUPPORTED: .*un/{name}/.*{REFUSED[name]}"):
        garco.Array(arrays / "un" / name)
    said = subprocess.run([GARCO, "query", arrays / "un" / name], capture_output=True, text=True)
    assert (said.returncode, said.stdout) == (1, "") and said.stderr.count("\n") == 1
    assert REFUSED[name] in said.stderr


@pytest.mark.parametrize("name", NO_CELLS)
def test_no_cells(arrays, name):
    with garco.Array(arrays / "un" / name) as opened:
        assert opened.scan() == ({}, {}) and opened.fragments() == []
    assert not cells_there(oracle.read(arrays / "un" / name))


# ------------------------------------------------------------------ whole, and at each time


def moments(array):
    """The times in the names of the array's files, and those of cells within a joined fragment."""
    times = set(times_of(array))
    for path in array.rglob("__*_*_*"):
        first, last = map(int, re.match(r"__(\d+)_(\d+)_", path.name).groups())
        if first < last < 1000:
            times |= set(range(first, last, 5))
    return sorted(times)


def spans(array):
    """What to open the array at: up to each time, right before it, from it on, at it alone, and between."""
    times = moments(array)
    chosen = [(0, t) for t in times] + [(0, t - 1) for t in times if t > 1]
    chosen += [(t, times[-1]) for t in times] + [(t, t) for t in times]
    chosen += [p for p in itertools.combinations(times, 2) if p[1] < 1000]
    return list(dict.fromkeys(chosen))


@pytest.fixture(scope="module")
def random(request):
    """The generator for an array: by the seed of all random tests, which is printed at their end."""
    seed = zlib.crc32(str(request.config.option.hypothesis_seed).encode())
    return lambda name: np.random.default_rng([seed, zlib.crc32(name.encode())])


def compare(opened, uri, span, schema, **wanted):
    """What garco and TileDB read of the array in a span of times."""
    memory = wanted.pop("memory")
    theirs = oracle.read(uri, *span, **{**wanted, "ranges": schema.clamped(wanted.get("ranges", ()))})
    try:
        assert_same(opened.scan(memory=memory, **wanted), theirs, schema.dims, not schema.duplicates)
    except AssertionError as error:
        raise AssertionError(f"{uri.name} at {span}, memory {memory}, {wanted}: {error}") from None
    return cells_there(theirs)


class Shape:
    """What of an array's schema the comparisons need."""

    def __init__(self, uri):
        with tiledb.open(str(uri)) as opened:
            schema = opened.schema
            dims = [schema.domain.dim(i) for i in range(schema.domain.ndim)]
            self.duplicates = schema.allows_duplicates
            self.dims = [d.name for d in dims]
            self.domains = [None if d.dtype.kind == "S" else [as_number(x) for x in d.domain] for d in dims]
            self.current = None
            if not schema.current_domain.is_empty:
                boxes = schema.current_domain.ndrectangle
                self.current = [tuple(as_number(x) for x in boxes.range(d)) for d in self.dims]
                self.domains = self.current
            self.memories = MEMORIES if schema.nattr < 100 else [0, 1 << 26]
        whole, _ = oracle.read(uri, ranges=self.clamped(()))
        self.values = [sorted(set(whole[d] if isinstance(whole[d], list) else whole[d].tolist()))
                       for d in self.dims]

    def clamped(self, ranges):
        """TileDB keeps to a current domain only where it is given a range; it takes none outside of it."""
        if ranges or self.current is None:
            return ranges
        return [(i, *box) for i, box in enumerate(self.current)]


def as_number(value):
    value = np.asarray(value)
    return (value.astype("i8") if value.dtype.kind in "mM" else value).item()


@pytest.mark.parametrize("name", READ)
def test_whole_at_every_time(arrays, random, name):
    uri, chance = arrays / name, random(name)
    schema = Shape(uri)
    with garco.Array(uri) as opened:
        for memory in MEMORIES:
            assert compare(opened, uri, (0, None), schema, memory=memory)
    found = 0
    for start, end in spans(uri):
        with garco.Array(uri, start, end) as opened:
            found += compare(opened, uri, (start, end), schema, memory=int(chance.choice(schema.memories)))
    assert found > 1


# ------------------------------------------------------------------ cut at random


def point(chance, values, _):
    value = values[chance.integers(len(values))]
    return [(value, value)]


def stretch(chance, values, _):
    low, high = np.sort(chance.integers(0, len(values), 2))
    return [(values[low], values[high])]


def union(chance, values, _):
    """Stretches that do not meet: what lies in two ranges TileDB gives twice and garco once."""
    ends = np.sort(chance.choice(len(values), min(len(values), int(chance.integers(2, 9))), replace=False))
    pairs = list(zip(ends[::2], ends[1::2]))
    points = [(i, i) for i in ends[2 * len(pairs):]]
    return [(values[a], values[b]) for a, b in pairs + points]


def gap(chance, values, domain):
    """Between two neighbours, or below or beyond all values: no cell lies there."""
    at = int(chance.integers(len(values) + 1))
    if isinstance(values[0], bytes):
        return [(values[at] + b" ", values[at] + b"  ") if at < len(values) else (b"", b"!")]
    step = 1 if isinstance(values[0], int) else 2.0 ** -20
    low = values[at - 1] + step if at > 0 else domain[0]
    high = values[at] - step if at < len(values) else domain[1]
    return [(low, high)] if low <= high else point(chance, values, domain)


def rim(chance, values, domain):
    """From an end of the domain to a value."""
    value = values[chance.integers(len(values))]
    if isinstance(value, bytes):
        return [(b"", value)] if chance.integers(2) else [(value, b"~~~~")]
    return [(domain[0], value)] if chance.integers(2) else [(value, domain[1])]


CUTS = [point, stretch, union, union, gap, rim]


def ranges_of(chance, schema):
    """Ranges on some of the dimensions, and the names of what was drawn."""
    ndims = len(schema.dims)
    some = chance.choice(ndims, int(chance.integers(1, ndims + 1)), replace=False)
    ranges, cuts = [], set()
    for d in sorted(some.tolist()):
        cut = CUTS[chance.integers(len(CUTS))]
        cuts.add(cut)
        ranges += [(d, low, high) for low, high in cut(chance, schema.values[d], schema.domains[d])]
    return ranges, cuts


def fields_of(chance, names):
    if chance.integers(2):
        return []
    return [names[i] for i in chance.permutation(len(names))[:chance.integers(1, len(names) + 1)]]


@pytest.mark.parametrize("name", READ)
def test_random_slices_at_every_time(arrays, random, name):
    uri, chance = arrays / name, random(f"slices of {name}")
    schema = Shape(uri)
    found, drawn = [], set()
    for start, end in [(0, None), *spans(uri)]:
        with garco.Array(uri, start, end or 0) as opened:
            names = [garco.text(f.name) for f in opened.fields()]
            for _ in range(SLICES):
                ranges, cuts = ranges_of(chance, schema)
                found.append(compare(opened, uri, (start, end), schema, ranges=ranges,
                                     fields=fields_of(chance, names), memory=int(chance.choice(schema.memories))))
                drawn |= cuts
    assert any(found) and not all(found), f"{sum(found)} of {len(found)} slices have cells"
    assert drawn == set(CUTS)


def test_each_of_the_162_filter_combinations(arrays, random):
    """Each read by itself: a column that stood for another would be seen."""
    uri, chance = arrays / "arr/zoo", random("zoo")
    schema, combinations, contents = Shape(uri), set(), set()
    with tiledb.open(str(uri)) as opened:
        attributes = [opened.schema.attr(i) for i in range(opened.schema.nattr)]
    with garco.Array(uri) as opened:
        for attribute in attributes:
            combinations.add((attribute.dtype.str, repr(attribute.filters)))
            wanted = {"fields": [attribute.name], "memory": int(chance.choice(schema.memories))}
            assert compare(opened, uri, (0, None), schema, **wanted)
            assert compare(opened, uri, (0, None), schema, ranges=[(0, 1000, 12_000)], **wanted)
            contents.add(opened.scan(fields=[attribute.name])[0][attribute.name].tobytes())
    assert len(attributes) == len(combinations) == 162
    assert len(contents) > 30, "columns of few different values"


# ------------------------------------------------------------------ as users see them


def query(uri, fields, *words):
    """{field: texts} that garco query prints."""
    said = subprocess.run([GARCO, "query", uri, "--raw-missing", "--system-base", "0", "--field", ",".join(fields),
                           *words], capture_output=True, text=True)
    assert said.returncode == 0, (words, said.stderr)
    header, *rows = csv.reader(io.StringIO(said.stdout))
    assert header == fields
    return {f: [r[i] for r in rows] for i, f in enumerate(fields)}


SYSTEMS = "GRSECJI"
UNITS = {18 + i: u for i, u in enumerate(["Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as"])}


def number(name, kind, text):
    """The number that a text stands for: times, systems and codes are printed as people write them."""
    if name == "sys" and text in SYSTEMS:
        return SYSTEMS.index(text)
    if name == "obs" and not text.isdigit():
        return text[0].encode()[0] << 8 | text[1].encode()[0]
    if kind in UNITS or name == "time":
        return int(np.datetime64(text, UNITS.get(kind, "ms")).astype("i8"))
    return {"true": 1, "false": 0}[text] if kind == 41 else int(text)


def as_values(name, kind, texts, values):
    """The texts as values of TileDB's kind; NaN and null are no text."""
    if isinstance(values, list):
        return [t.encode() for t in texts]
    if values.dtype.kind == "f":
        return np.array([t or "nan" for t in texts], values.dtype)
    return np.array([number(name, kind, t) if t else 0 for t in texts], values.dtype)


def assert_printed(printed, theirs, kinds, duplicates):
    values, valid = theirs
    for name in values:
        assert len(printed[name]) == len(values[name]), name
    ours = {n: as_values(n, kinds[n], printed[n], values[n]) for n in values}
    marks = {n: np.array([t != "" for t in printed[n]], "u1") for n in valid}
    if cells_there(theirs):
        assert_same((ours, marks), theirs, list(values), not duplicates)


def condition(schema, names, ranges):
    """The ranges as `--where` takes them."""
    said = {}
    for d, low, high in ranges:
        said.setdefault(names[d], []).append(f"({low} <= {names[d]} and {names[d]} <= {high})")
    return " and ".join(f"({' or '.join(parts)})" for parts in said.values())


def words_for(chance, schema):
    """A selection in the command's words, and the same as ranges."""
    numbers = [d for d, values in enumerate(schema.values) if not isinstance(values[0], bytes)]
    ranges = [r for r in ranges_of(chance, schema)[0] if r[0] in numbers]
    if not ranges:
        return [], []
    if schema.dims[0] == "time" and chance.integers(2):
        (_, low, high), = [(0, *stretch(chance, schema.values[0], None)[0])]
        satellites = sorted(set(chance.choice(schema.values[schema.dims.index("sat")], 3).tolist())) \
            if "sat" in schema.dims else []
        span = [f"--start={np.datetime64(low, 'ms')}", f"--end={np.datetime64(high + 1, 'ms')}"]
        chosen = [(schema.dims.index("sat"), s, s) for s in satellites]
        return span + [f"--sat={s}" for s in satellites], [(0, low, high), *chosen]
    return ["--where", condition(schema, schema.dims, ranges)], ranges


@pytest.mark.parametrize("name", READ)
def test_garco_query_prints_the_same(arrays, random, name):
    uri, chance = arrays / name, random(f"printed {name}")
    schema, found = Shape(uri), 0
    for start, end in [(0, None), *chance.permutation(spans(uri)).tolist()[:4]]:
        at = [] if end is None else ["--at", str(end)] if start == 0 else ["--between", str(start), str(end)]
        with garco.Array(uri, start, end or 0) as opened:
            kinds = {garco.text(f.name): f.type for f in opened.fields()}
        fields = list(kinds) if len(kinds) < 50 else schema.dims + list(kinds)[2::9]
        for words, ranges in [([], []), *(words_for(chance, schema) for _ in range(3))]:
            theirs = oracle.read(uri, start, end, ranges=schema.clamped(ranges), fields=fields)
            memory = ["--memory=1M"] if chance.integers(2) else []
            try:
                assert_printed(query(uri, fields, *at, *words, *memory), theirs, kinds, schema.duplicates)
            except AssertionError as error:
                raise AssertionError(f"{name} {at} {words} {ranges}: {error}") from None
            found += cells_there(theirs)
    assert found > 2
