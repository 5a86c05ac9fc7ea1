"""The command line: verbs, options, help, exit statuses and the forms of what is printed.

SPDX-License-Identifier: Apache-2.0
"""

import json
import re

import pytest
import support
import tiny_rinex

VERBS = ["info", "ingest", "query", "stats", "simulate"]
SECTIONS = ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "EXAMPLES"]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    path = tmp_path_factory.mktemp("cli") / "tiny.rnx"
    path.write_bytes(tiny_rinex.rinex3(epochs=10))
    return path


@pytest.fixture(scope="module")
def tiny_array(tiny, tmp_path_factory):
    array = tmp_path_factory.mktemp("cli_array") / "tiny.tdb"
    support.ok("ingest", tiny, array)
    return array


@pytest.fixture(params=["file", "array"])
def source(request, tiny, tiny_array):
    return tiny if request.param == "file" else tiny_array


def lines(*arguments, **options):
    return support.ok(*arguments, **options).out.splitlines()


# ---------------------------------------------------------------------- help and version


@pytest.mark.parametrize("verb", VERBS)
def test_help(verb):
    ran = support.ok(verb, "--help")
    assert ran.err == ""
    headings = [line for line in ran.out.splitlines() if re.fullmatch(r"[A-Z][A-Z ]+", line)]
    assert [h for h in headings if h in SECTIONS] == SECTIONS, str(ran)
    assert f"garco {verb}" in ran.out.split("DESCRIPTION")[0]
    for status in "012":
        assert re.search(rf"^\s+{status}\s", ran.out.split("EXIT STATUS")[1], re.M), "exit status not told"
    assert max(map(len, ran.out.splitlines())) <= 100


@pytest.mark.parametrize("verb", ["info", "query", "stats", "ingest"])
def test_help_names_the_options(verb):
    text = support.ok(verb, "--help").out
    options = {
        "info": ["--json", "--salvage"],
        "query": ["--format", "--field", "--start", "--end", "--span", "--system", "--sat", "--obs-code", "--salvage"],
        "stats": ["--agg", "--by", "--format", "--field", "--start", "--span", "--system", "--obs-code", "--salvage"],
        "ingest": ["--salvage"],
    }[verb]
    for option in options:
        assert option in text, option


def test_help_of_all():
    ran = support.ok("--help")
    for verb in VERBS:
        assert re.search(rf"\b{verb}\b", ran.out)


def test_examples_in_help_use_options_that_exist():
    """Every long option in an EXAMPLES section is one that the OPTIONS section explains."""
    for verb in VERBS:
        text = support.ok(verb, "--help").out
        explained = set(re.findall(r"--[a-z-]+", text.split("\nOPTIONS")[1].split("\nEXIT STATUS")[0]))
        shown = [line for line in text.split("\nEXAMPLES")[1].splitlines() if f"garco {verb}" in line]
        assert shown, verb
        for line in shown:
            assert set(re.findall(r"--[a-z-]+", line)) <= explained, line


def test_version():
    assert re.fullmatch(r"(garco )?\d+\.\d+\.\d+\n", support.ok("version").out)
    assert support.ok("--version").out == support.ok("version").out


# ---------------------------------------------------------------------- usage errors

USAGE = [
    [],
    ["nosuchverb"],
    ["--nosuchoption"],
    ["info"],
    ["query"],
    ["stats"],
    ["ingest"],
    ["ingest", "FILE"],
    ["simulate"],
    ["info", "--nosuch", "FILE"],
    ["query", "--nosuch", "FILE"],
    ["query", "FILE", "--format", "xml"],
    ["query", "FILE", "--format"],
    ["query", "FILE", "--start", "2024-01-01", "--span", "-1h"],
    ["query", "FILE", "--start", "2024-01-01", "--span", "12parsec"],
    ["stats", "FILE", "--agg", "mode"],
    ["stats", "FILE", "--by", "weather"],
    ["stats", "FILE", "--format", "xml"],
    ["ingest", "--nosuch", "FILE", "ARRAY"],
    ["simulate", "--nosuch", "1", "-o", "ARRAY"],
    ["simulate", "--version", "5", "-o", "ARRAY"],
    ["simulate", "--seed", "x", "-o", "ARRAY"],
    ["simulate", "--interval", "0", "-o", "ARRAY"],
    ["simulate", "--station", "TOOLONG", "-o", "ARRAY"],
]


@pytest.mark.parametrize("words", USAGE, ids=" ".join)
def test_usage_error(words, tiny, tmp_path):
    words = [{"FILE": tiny, "ARRAY": tmp_path / "a.tdb"}.get(w, w) for w in words]
    ran = support.garco(*words)
    assert ran.code == 2, str(ran)
    assert ran.out == "", str(ran)
    assert ran.err.startswith("garco: ") or ran.err.lower().startswith("usage"), str(ran)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("words", [["query", "FILE"], ["simulate", "-o", "ARRAY"]], ids=" ".join)
def test_unknown_system(words, tiny, tmp_path):
    words = [{"FILE": tiny, "ARRAY": tmp_path / "a.tdb"}.get(w, w) for w in words]
    ran = support.garco(*words, "--system", "Q")
    assert ran.code == 1, str(ran)
    assert ran.out == "" and ran.err.count("\n") == 1, str(ran)
    assert ran.err.startswith(f'garco: {words[0]}: unknown system "Q": expected'), str(ran)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("verb", ["query", "stats"])
@pytest.mark.parametrize("words", [
    ["--start", "tomorrow"],
    ["--start", "2024-13-01"],
    ["--start", "2024-02-01", "--end", "2024-01-01"],
    ["--sat", "X01"],
    ["--obs-code", "1"],
    ["--where", "snr >"],
], ids=" ".join)
def test_what_there_cannot_be(verb, words, tiny):
    ran = support.refused(verb, tiny, *words)
    assert ran.out == "", str(ran)


@pytest.mark.parametrize("verb", ["query", "stats"])
def test_unknown_field(verb, source):
    """Arrays have fields of their own, so it takes the source to tell."""
    ran = support.garco(verb, source, "--field", "nosuchfield")
    assert ran.code in (1, 2), str(ran)
    assert ran.out == "", str(ran)
    assert re.fullmatch(r"garco: [^\n]*nosuchfield[^\n]*\n", ran.err), str(ran)


# ---------------------------------------------------------------------- what is printed


def test_csv_header(source):
    assert lines("query", source, "--format", "csv")[0] == support.HEADER


def test_csv_rows(source):
    """Time with milliseconds and no zone, the system a letter, the satellite a number, absent values empty."""
    row = re.compile(
        r"2024-01-01T00:0\d:[03]0\.000,[GRE],\d{1,2},[0-9][A-Z]"
        r",(\d+\.\d+)?,(-?\d+\.\d+)?,(-?\d+(\.\d+)?)?,(\d+(\.\d+)?)?,0,0,-?\d+"
    )
    got = lines("query", source, "--format", "csv")[1:]
    assert len(got) == 10 * (2 + 2 + 1 + 1)
    for text in got:
        assert row.fullmatch(text), text
    assert not any("nan" in text.lower() for text in got)
    first = dict(zip(support.HEADER.split(","), got[0].split(",")))
    assert first["time"] == "2024-01-01T00:00:00.000"
    assert (first["system"], first["sat"], first["obs_code"]) == ("G", "1", "1C")
    assert float(first["range"]) == 21003997.861
    assert float(first["phase"]) == 110021010.192
    assert float(first["doppler"]) == -1491.25
    assert float(first["snr"]) == 41.75
    second = dict(zip(support.HEADER.split(","), got[1].split(",")))
    assert (second["obs_code"], second["doppler"]) == ("2W", "")
    glonass = [text for text in got if ",R,3," in text]
    assert glonass and all(text.endswith(",5") for text in glonass)


def test_file_and_array_print_the_same_rows(tiny, tiny_array):
    """A file gives its satellites in its own order, an array by coordinates."""
    pytest.importorskip("pandas")
    support.same_cells(support.cells(tiny), support.cells(tiny_array))


@pytest.mark.parametrize("fields", ["snr", "snr,time", "fcn,obs_code,sat,system,time", "range,phase,doppler"])
def test_fields_in_the_order_asked_for(source, fields):
    whole = [line.split(",") for line in lines("query", source, "--format", "csv")]
    places = [support.HEADER.split(",").index(f) for f in fields.split(",")]
    got = lines("query", source, "--format", "csv", "--field", fields)
    assert got[0] == fields
    assert got == [",".join(row[p] for p in places) for row in whole]


def test_field_given_twice_or_by_commas(source):
    apart = lines("query", source, "--format", "csv", "--field", "time", "--field", "snr")
    assert apart == lines("query", source, "--format", "csv", "--field", "time,snr")


def times(*options):
    return sorted({line[:23] for line in lines("query", *options, "--format", "csv", "--field", "time")[1:]})


def stamp(n):
    return f"2024-01-01T00:{n // 2:02d}:{n % 2 * 30:02d}.000"


def test_start_is_in_and_end_is_out(source):
    assert times(source) == [stamp(n) for n in range(10)]
    assert times(source, "--start", "2024-01-01T00:01:00") == [stamp(n) for n in range(2, 10)]
    assert times(source, "--end", "2024-01-01T00:01:00") == [stamp(n) for n in range(2)]
    assert times(source, "--start", "2024-01-01T00:01:00", "--end", "2024-01-01T00:02:00") == [stamp(2), stamp(3)]
    later = ("--start", "2024-01-01T00:01:00.001", "--end", "2024-01-01T00:02:00.001")
    assert times(source, *later) == [stamp(3), stamp(4)]
    support.refused("query", source, "--start", "2024-01-01T00:01:00", "--end", "2024-01-01T00:01:00")


@pytest.mark.parametrize("span", ["60s", "1m", "60", "60000ms"])
def test_span(source, span):
    assert times(source, "--start", "2024-01-01T00:01:00", "--span", span) == [stamp(2), stamp(3)]


@pytest.mark.parametrize("day", ["2024-01-01", "2024-001", "2024-01", "2024"])
def test_ways_to_write_a_day(source, day):
    assert times(source, "--start", day) == [stamp(n) for n in range(10)]
    assert times(source, "--start", day, "--span", "31s") == [stamp(0), stamp(1)]
    assert times(source, "--end", day) == []


def test_selection(source):
    def keys(*options):
        return {tuple(line.split(",")[1:4]) for line in lines("query", source, "--format", "csv", *options)[1:]}

    gps = {("G", "1", "1C"), ("G", "1", "2W"), ("G", "2", "1C"), ("G", "2", "2W")}
    everything = gps | {("R", "3", "1C"), ("E", "11", "1X")}
    assert keys() == everything
    assert keys("--system", "G") == {k for k in everything if k[0] == "G"}
    assert keys("--system", "RE") == {k for k in everything if k[0] in "RE"}
    assert keys("--obs-code", "1C") == {k for k in everything if k[2] == "1C"}
    assert keys("--obs-code", "2W,1X") == {k for k in everything if k[2] in ("2W", "1X")}
    assert keys("--sat", "G02") == {k for k in everything if k[:2] == ("G", "2")}
    assert keys("--sat", "G02,E11") == {k for k in everything if k[:2] in (("G", "2"), ("E", "11"))}
    assert keys("--system", "G", "--obs-code", "1X") == set()


def test_several_sources(tiny, tiny_array):
    one = lines("query", tiny, "--format", "csv")
    assert lines("query", tiny, tiny, "--format", "csv") == one + one[1:]
    assert len(lines("query", tiny, tiny_array, "--format", "csv")) == 2 * len(one) - 1


def test_standard_input(tiny):
    for words in (["query", "--format", "csv"], ["stats", "--agg", "mean"], ["info", "--json"]):
        named = support.ok(words[0], tiny, *words[1:]).out
        piped = support.ok(words[0], "-", *words[1:], stdin=tiny.read_bytes()).out
        if words[0] == "info":
            named, piped = ({k: v for k, v in json.loads(t).items() if k != "file"} for t in (named, piped))
            named, piped = str(named).replace(str(tiny), ""), str(piped)
            assert re.search(r"'epochs': 10", piped)
        else:
            assert named == piped


def test_ingest_of_standard_input(tiny, tmp_path, tiny_array):
    support.ok("ingest", "-", tmp_path / "a.tdb", stdin=tiny.read_bytes())
    assert lines("query", tmp_path / "a.tdb", "--format", "csv") == lines("query", tiny_array, "--format", "csv")


def test_info_of_a_file(tiny):
    info = json.loads(support.ok("info", "--json", tiny).out)
    assert info["epochs"] == 10
    assert info["satellite_epochs"] == 40
    assert info["observations"] == 10 * (7 + 7 + 3 + 4)
    assert info["zeros"] == 0
    shown = support.ok("info", tiny).out
    assert "TINY" in shown
    assert "3.04" in shown


def test_info_of_an_array(tiny_array):
    info = json.loads(support.ok("info", "--json", tiny_array).out)
    assert "60" in json.dumps(info), "the number of cells"
    for name in ("time", "sys", "sat", "obs", "range", "phase", "doppler", "snr", "slip", "flags", "fcn"):
        assert f'"{name}"' in json.dumps(info), name
        assert re.search(rf"\b{name}\b", support.ok("info", tiny_array).out), name


def test_options_may_stand_anywhere(tiny):
    a = lines("query", tiny, "--format", "csv", "--system", "G")
    assert a == lines("query", "--system", "G", "--format=csv", tiny)
    assert a == lines("query", "--format", "csv", "--system", "G", "--", tiny)


def test_closed_output_is_no_crash(tiny):
    """A reader that leaves early (`| head -1`)."""
    import subprocess

    run = subprocess.run(
        f"'{support.GARCO}' query {' '.join([repr(str(tiny))] * 300)} --format csv | head -1",
        shell=True, capture_output=True, timeout=30, check=False,
    )
    assert run.stdout.decode() == support.HEADER + "\n"


def test_output_that_cannot_be_written(tiny):
    """A full disk is an error, not silence."""
    import os
    import subprocess

    if not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full here")
    with open("/dev/full", "wb") as full:
        words = [support.GARCO, "query", tiny, "--format", "csv"]
        run = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, check=False)
    assert run.returncode == 1
    assert run.stderr.startswith(b"garco: ")
