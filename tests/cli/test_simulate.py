# garco simulate: names, repetition, words. What is in the files is tested in C.
# SPDX-License-Identifier: Apache-2.0
import json

import pytest


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_days_are_named_as_archives_name_them(garco, tmp_path):
    garco("simulate", "--days", "2", "--interval", "1h", "--start", "2023-12-31", "-o", "days")
    assert names(tmp_path / "days") == ["p0570010.24d.Z", "p0573650.23d.Z"]
    garco("simulate", "--days", "1", "--interval", "30m", "--version", "3", "--station", "abcd",
          "--system", "G,E", "-o", "three/")
    assert names(tmp_path / "three") == ["ABCD00USA_S_20240010000_01D_30M_MO.crx.gz"]
    info = json.loads(garco("info", "--json", next((tmp_path / "three").iterdir())).out)
    assert info["version"] == "3.04" and info["epochs"] == 48 and set(info["systems"]) == {"G", "E"}
    assert info["marker_name"].startswith("ABCD") and info["interval"] == 1800


@pytest.mark.parametrize("name, hatanaka", [
    ("a.24o", None), ("a.24d", "1.0"), ("a.rnx.gz", None), ("a.crx.gz", "1.0"), ("a.24d.Z", "1.0")])
def test_the_form_follows_the_name(garco, name, hatanaka):
    garco("simulate", "--duration", "1h", "--interval", "10m", "-o", name)
    info = json.loads(garco("info", "--json", name).out)
    assert info.get("hatanaka") == hatanaka
    assert info["epochs"] == 6 and info["version"] == "2.11"
    assert info["first"] == "2024-01-01T00:00:00.000"


def test_the_same_words_write_the_same_bytes(garco, tmp_path):
    words = ["simulate", "--duration", "1h", "--seed", "7"]
    garco(*words, "-o", "a.24d.Z")
    garco(*words, "-o", "b.24d.Z")
    garco("simulate", "--duration", "1h", "--seed", "8", "-o", "c.24d.Z")
    a, b, c = ((tmp_path / f"{n}.24d.Z").read_bytes() for n in "abc")
    assert a == b != c
    plain = garco(*words, "--form", "rinex", "-o", "-").out
    assert plain.splitlines()[0].endswith("RINEX VERSION / TYPE")
    assert garco("query", "-", stdin=plain.encode()).out == garco("query", "a.24d.Z").out


@pytest.mark.parametrize("words, message", [
    ([], "no output"),
    (["-o", "x", "--days", "0"], "--days"),
    (["-o", "x", "--days", "2", "--duration", "1h"], "exclude each other"),
    (["-o", "-", "--days", "2"], "standard output"),
    (["-o", "x", "--station", "P0571"], "--station"),
    (["-o", "x", "--position", "1,2"], "--position"),
    (["-o", "x", "--seed", "-1"], "--seed"),
    (["-o", "x", "--version", "4"], "--version"),
    (["-o", "x", "--interval", "soon"], "--interval"),
    (["-o", "x", "--version", "2", "--system", "C"], "garco: RINEX 2.11 has no BeiDou (C)"),
    (["-o", "x", "--position", "0,0,0"], "garco: the position is not near"),
    (["x"], 'unexpected word "x"'),
])
def test_wrong_words_end_with_2(garco, tmp_path, words, message):
    assert message in garco("simulate", *words, status=2).err
    assert names(tmp_path) == []


def test_a_folder_that_cannot_be_is_a_failure(garco):
    garco("simulate", "--duration", "1h", "-o", "no/such/file.24d", status=1)
    garco("simulate", "--days", "1", "-o", "no/such/", status=1)


@pytest.mark.parametrize("words, message", [
    (["--system", "J"], 'unknown system "J": expected letters of GREC'), (["--start", "soon"], "is no time")])
def test_systems_and_times_that_are_none_end_with_1(garco, tmp_path, words, message):
    assert message in garco("simulate", "-o", "x", *words, status=1).err
    assert names(tmp_path) == []
