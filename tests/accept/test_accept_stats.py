"""garco stats against pandas on the rows of garco query, and a file against the array made of it.

SPDX-License-Identifier: Apache-2.0
"""

import itertools
import json
import math

import pytest
import support
import tiny_rinex

pandas = pytest.importorskip("pandas", reason="no pandas here")

AGGREGATES = ["mean", "count", "min", "max", "std"]
GROUPS = {"day": "day", "sat": "sat", "sys": "system", "obs": "obs_code"}
# Names that a group's column may have in the table.
ALIASES = {"sys": "system", "obs": "obs_code"}
EVERY_BY = [",".join(c) for n in range(5) for c in itertools.combinations(GROUPS, n)]


def stats(source, by="", fields=("snr",), *options):
    words = ["stats", source, "--agg", ",".join(AGGREGATES), "--format", "csv"]
    words += ["--field", ",".join(fields)]
    if by:
        words += ["--by", by]
    return support.table(support.ok(*words, *options).out).rename(columns=ALIASES)


def rows(source, *options):
    frame = support.table(support.ok("query", source, "--format", "csv", *options).out)
    frame["day"] = frame["time"].str[:10]
    return frame


def close(got, want, exact):
    if want is None or (isinstance(want, float) and math.isnan(want)):
        return isinstance(got, float) and math.isnan(got)
    return got == want if exact else math.isclose(got, want, rel_tol=1e-9, abs_tol=1e-6)


def check(got, frame, by, fields):
    groups = [GROUPS[b] for b in by.split(",") if b]
    assert set(got.columns) == set(groups) | {f"{f}_{a}" for f in fields for a in AGGREGATES}
    assert list(got.columns)[len(groups) :] == [f"{f}_{a}" for f in fields for a in AGGREGATES]
    key = (lambda row: tuple(str(row[g])[:10] if g == "day" else str(row[g]) for g in groups))
    table = {key(row): row for _, row in got.iterrows()}
    assert len(table) == len(got), "a group twice"
    parts = {(): frame} if not groups else {k: v for k, v in frame.groupby(groups)}
    assert len(got) == len(parts)
    for name, part in parts.items():
        row = table[tuple(map(str, name))]
        for field in fields:
            values = part[field].dropna()
            want = {
                "mean": values.mean(),
                "count": len(values),
                "min": values.min() if len(values) else math.nan,
                "max": values.max() if len(values) else math.nan,
                "std": values.std(ddof=1) if len(values) > 1 else math.nan,
            }
            for aggregate, value in want.items():
                found = row[f"{field}_{aggregate}"]
                assert close(found, value, aggregate == "count"), (name, field, aggregate, found, value)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """Three days in RINEX 3 and one in RINEX 2, as files and as one array."""
    folder = tmp_path_factory.mktemp("tiny")
    files = []
    for day in (1, 2, 3):
        files.append(folder / f"day{day}.rnx")
        files[-1].write_bytes(tiny_rinex.rinex3(epochs=5 + day, day=day))
    files.append(folder / "day4.24o")
    files[-1].write_bytes(tiny_rinex.rinex2(epochs=7, day=4))
    support.ok("ingest", *files, folder / "tiny.tdb")
    return files, folder / "tiny.tdb"


@pytest.mark.parametrize("by", EVERY_BY)
def test_tiny_array(tiny, by):
    fields = ("snr", "range", "phase", "doppler")
    check(stats(tiny[1], by, fields), rows(tiny[1]), by, fields)


@pytest.mark.parametrize("by", ["", "day", "day,sat,sys,obs"])
def test_several_sources_are_one(tiny, by):
    """The files together answer as the array made of them does."""
    words = ["--agg", ",".join(AGGREGATES), "--format", "csv", "--field", "snr", *(["--by", by] if by else [])]
    assert support.ok("stats", *tiny[0], *words).out == support.ok("stats", tiny[1], *words).out


def test_groups_are_sorted(tiny):
    got = stats(tiny[1], "day,sys,sat,obs")
    order = [(r["day"], support.SYSTEMS.index(r["system"]), int(r["sat"]), r["obs_code"]) for _, r in got.iterrows()]
    assert order == sorted(order)


@pytest.mark.parametrize("by", ["", "day", "sat", "obs", "sys,obs", "day,sat,sys,obs"])
def test_york(york_array, by):
    source = support.data("york0440.15d.Z")
    frame = rows(source)
    fields = ("snr", "range")
    for each in (source, york_array):
        check(stats(each, by, fields), frame, by, fields)


def test_daily_means_of_file_and_array(york_array):
    words = ["--agg", "mean", "--field", "snr", "--system", "G", "--obs-code", "1C", "--by", "day"]
    for form in ("csv", "jsonl", "table"):
        of_file = support.ok("stats", support.data("york0440.15d.Z"), *words, "--format", form).out
        of_array = support.ok("stats", york_array, *words, "--format", form).out
        assert of_file == of_array
        assert "45.46475" in of_file


@pytest.mark.parametrize(
    "name", ["ESBC00DNK_R_20201770000_01D_30S_MO.crx.gz", "P43300USA_R_20190012056_17M_15S_MO.crx"]
)
def test_real_files(name):
    source = support.data(name)
    frame = rows(source)
    for by in ("sys,obs", "day,sys,sat,obs"):
        check(stats(source, by, ("snr", "doppler")), frame, by, ("snr", "doppler"))


def test_selection(tiny):
    got = stats(tiny[1], "sat,obs", ("snr",), "--system", "G", "--start", "2024-01-02", "--span", "1d")
    frame = rows(tiny[1])
    frame = frame[(frame["system"] == "G") & (frame["day"] == "2024-01-02")]
    check(got, frame, "sat,obs", ("snr",))


def test_nothing_selected(tiny):
    """No rows: by nothing one row that counts 0, by day no row."""
    none = stats(tiny[1], "", ("snr",), "--start", "2030")
    assert list(none["snr_count"]) == [0]
    assert none["snr_mean"].isna().all()
    assert len(stats(tiny[1], "day", ("snr",), "--start", "2030")) == 0


def test_formats_say_the_same(tiny):
    words = ["--agg", ",".join(AGGREGATES), "--field", "snr,doppler", "--by", "day,sys,sat,obs"]
    csv = support.table(support.ok("stats", tiny[1], *words, "--format", "csv").out)
    lines = [json.loads(line) for line in support.ok("stats", tiny[1], *words, "--format", "jsonl").out.splitlines()]
    assert len(lines) == len(csv)
    for (_, row), record in zip(csv.iterrows(), lines):
        assert list(record) == list(csv.columns)
        for name, value in record.items():
            if value is None:
                assert math.isnan(row[name])
            elif isinstance(value, str):
                assert str(row[name]) == value
            else:
                assert math.isclose(float(row[name]), value, rel_tol=1e-12)
    shown = support.ok("stats", tiny[1], *words, "--format", "table").out.splitlines()
    assert shown[0].split() == list(csv.columns)
    body = [line.split() for line in shown if line.split() and not set(line.strip()) <= set("-+| =")][1:]
    assert [line[: 4] for line in body] == [[str(v) for v in row[:4]] for row in csv.itertuples(index=False)]


def test_query_formats_say_the_same(tiny):
    csv = support.table(support.ok("query", tiny[1], "--format", "csv").out)
    lines = [json.loads(line) for line in support.ok("query", tiny[1], "--format", "jsonl").out.splitlines()]
    assert len(lines) == len(csv) > 100
    for (_, row), record in zip(csv.iterrows(), lines):
        assert list(record) == support.HEADER.split(",")
        for name, value in record.items():
            if value is None:
                assert math.isnan(row[name]), (name, record)
            elif isinstance(value, str):
                assert row[name] == value
            else:
                assert float(row[name]) == value
    shown = support.ok("query", tiny[1], "--format", "table").out.splitlines()
    assert shown[0].split() == support.HEADER.split(",")
    assert sum(line.lstrip().startswith("2024-01-") for line in shown) == len(csv)
