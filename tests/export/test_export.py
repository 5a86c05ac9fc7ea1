# garco export: file -> array -> file gives the same observations.
# SPDX-License-Identifier: Apache-2.0
import gzip
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from samples import HEAD2, MIN2, MIN3, fields, header
from shared_files import DAMAGED, WHOLE

tiledb = pytest.importorskip("tiledb")
BIN = Path(sys.executable).parent
CRX2RNX, RNX2CRX = (shutil.which(name, path=f"{BIN}:/usr/bin") or shutil.which(name)
                    for name in ("crx2rnx", "rnx2crx"))


def rows(text):
    return sorted(text.splitlines()[1:])


def rounded(text):
    """Rows whose values are as the array's filters keep them, to the fourth decimal."""
    def value(word):
        return f"{float(word):.4f}" if "." in word and "T" not in word else word

    return [",".join(map(value, row.split(","))) for row in rows(text)]


def head_of(text):
    return text[:text.index("END OF HEADER")].splitlines()


def order_of(text):
    """The satellites of the epochs, one after the other, of rows as `garco convert` writes them."""
    listed = [tuple(row.split(",")[:3]) for row in text.splitlines()[1:]]
    return [row for row, before in zip(listed, [None, *listed]) if row != before]


@pytest.fixture
def there_and_back(garco):
    """Ingests a file and exports the array: gives garco's result; the file is out.rnx."""

    def go(file, *options, salvage=()):
        garco("ingest", *salvage, file, "a.tdb")
        return garco("export", "a.tdb", "-o", "out.rnx", *options)

    return go


@pytest.mark.parametrize("name", WHOLE)
def test_a_real_file_comes_back(garco, there_and_back, data, tmp_path, name):
    file = data("rinex/" + name)
    assert there_and_back(file).err == ""
    assert rows(garco("query", "out.rnx").out) == rows(garco("query", file).out)
    assert garco("verify", "out.rnx", "a.tdb").out.endswith(" cells, all equal\n")
    files = ["--to", "csv", "-o", "-"]
    assert order_of(garco("convert", "out.rnx", *files).out) == order_of(garco("convert", file, *files).out)


def shuffled(seed, start, epochs):
    """RINEX 3 whose satellites stand in an order that changes now and then, come and go."""
    draw = random.Random(seed)
    sky = [f"{system}{number:02d}" for system in "GRE" for number in range(1, 9)]
    text = (header("     3.04           OBSERVATION DATA    M", "RINEX VERSION / TYPE")
            + "".join(header(f"{system}    1 C1C", "SYS / # / OBS TYPES") for system in "GRE")
            + header("", "END OF HEADER"))
    for epoch in range(epochs):
        if draw.random() < 0.2:
            draw.shuffle(sky)
        listed = [sat for sat in sky if draw.random() < 0.8] or sky[:1]
        minute, second = divmod(start + epoch, 60)
        text += f"> 2024 05 11 00 {minute:02d} {second:2d}.0000000  0{len(listed):3d}\n"
        text += "".join(sat + fields(2e7 + epoch) for sat in listed)
    return text


@pytest.mark.parametrize("seed", range(20))
def test_satellites_come_back_in_their_order(garco, there_and_back, tmp_path, seed):
    text = shuffled(seed, 0, 100)
    (tmp_path / "in.rnx").write_text(text)
    there_and_back("in.rnx")
    assert (tmp_path / "out.rnx").read_text().split("END OF HEADER")[1].split("\n", 1)[1] \
        == text.split("END OF HEADER")[1].split("\n", 1)[1]
    assert garco("export", "a.tdb", "-o", "-", "--start", "2024-05-11T00:00:40").out.split("END OF HEADER")[1] \
        .split("\n", 1)[1] == "> 2024 05 11 00 00 40" + text.split("> 2024 05 11 00 00 40")[1]


def test_satellites_stand_as_in_the_file_put_in_last(garco, tmp_path):
    """Parts have orders of their own; of what comes again the later one's holds, be it by number."""
    parts = [shuffled(seed, start, 60) for seed, start in ((1, 0), (2, 60), (3, 120))]
    for number, text in enumerate(parts):
        (tmp_path / f"{number}.rnx").write_text(text)
        garco("ingest", f"{number}.rnx", "a.tdb")
    bodies = [text.split("END OF HEADER")[1].split("\n", 1)[1] for text in parts]
    assert garco("export", "a.tdb", "-o", "-").out.endswith("".join(bodies))
    ordered = "".join(order for order in by_number(bodies[1]))
    (tmp_path / "1.rnx").write_text(parts[1].replace(bodies[1], ordered))
    garco("ingest", "--replace=always", "1.rnx", "a.tdb")
    assert garco("export", "a.tdb", "-o", "-").out.endswith(bodies[0] + ordered + bodies[2])


def by_number(body):
    """The epochs of a body, the satellites of each by system, as arrays number them, and number."""
    for epoch in body.split("> ")[1:]:
        first, *sats = epoch.splitlines(keepends=True)
        yield "> " + first + "".join(sorted(sats, key=lambda sat: ("GRE".index(sat[0]), sat[1:3])))


def test_a_damaged_order_is_told(garco, tmp_path):
    (tmp_path / "in.rnx").write_text(shuffled(5, 0, 30))
    garco("ingest", "in.rnx", "a.tdb")
    with tiledb.open(str(tmp_path / "a.tdb")) as array:
        (key, kept), = ((k, bytes(v)) for k, v in array.meta.items() if k.startswith("garco.order."))
    for damaged in (b"no frame", kept[:-4], kept[:12] + b"\0" * 8 + kept[20:]):
        with tiledb.open(str(tmp_path / "a.tdb"), "w") as array:
            array.meta[key] = damaged
        told = garco("export", "a.tdb", "-o", "out.rnx", status=1).err
        assert told.startswith(f'garco: metadata "{key}": ') and told.count("\n") == 1
        assert not (tmp_path / "out.rnx").exists()


@pytest.mark.parametrize("name", ["york0440.15d", "ACOR00ESP_R_20213550000_01D_30S_MO.rnx",
                                  "AJAC3550.21O", "zegv0010.21o", "demo3.10o", "LARM0010.22O"])
def test_an_array_of_one_file_has_its_header(there_and_back, data, tmp_path, name):
    file = data("rinex/" + name)
    there_and_back(file)
    original = file.read_bytes().decode("latin-1")
    if "CRINEX" in original[:80]:
        original = original.split("\n", 2)[2]
    kept = (tmp_path / "out.rnx").read_bytes().decode("latin-1")
    assert head_of(kept) == [line.rstrip() for line in head_of(original)][:-1] + head_of(original)[-1:]


@pytest.mark.parametrize("name", DAMAGED)
def test_what_was_saved_comes_back_sound(garco, there_and_back, data, name):
    file = data("rinex/" + name)
    there_and_back(file, salvage=["--salvage"])
    assert rows(garco("query", "out.rnx").out) == rows(garco("query", "--salvage", file).out)


@pytest.mark.parametrize("name", ["york0440.15d.Z", "ACOR00ESP_R_20213550000_01D_30S_MO.rnx",
                                  "KMS300DNK_R_20221591000_01H_30S_MO.crx", "ab430140.18o.zip",
                                  "CEDA00USA_R_20182100000_23H_15S_MO.rnx.gz"])
def test_rnxcmp_reads_what_is_written(garco, data, tmp_path, name):
    """Hatanaka text through crx2rnx is the plain file; the plain file passes rnx2crx and back."""
    if CRX2RNX is None or RNX2CRX is None:
        pytest.skip("no RNXCMP")
    garco("ingest", data("rinex/" + name), "a.tdb")
    garco("export", "a.tdb", "-o", "plain.rnx")
    garco("export", "a.tdb", "--to", "crinex", "-o", "packed.crx")
    plain = (tmp_path / "plain.rnx").read_bytes()
    packed = (tmp_path / "packed.crx").read_bytes()
    assert b"CRINEX VERS   / TYPE" in packed[:90]

    def run(program, text):
        done = subprocess.run([program, "-"], input=text, capture_output=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert run(CRX2RNX, packed) == plain
    assert run(CRX2RNX, run(RNX2CRX, plain)) == plain


@pytest.mark.parametrize("options", [
    ["--version", "2", "--system", "G"], ["--version", "2", "--system", "GRE"],
    ["--version", "3", "--system", "GREC"], ["--version", "3", "--system", "R"]])
def test_a_simulated_file_comes_back(garco, there_and_back, options):
    garco("simulate", *options, "--duration", "2h", "-o", "sim.rnx")
    there_and_back("sim.rnx")
    assert rows(garco("query", "out.rnx").out) == rows(garco("query", "sim.rnx").out)


@pytest.mark.parametrize("name", ["york0440.15d.Z", "ab430140.18o.zip", "npaz3550.21d",
                                  "14601736.18o"])
def test_rinex_2_as_3_differs_in_antispoofing_alone(garco, there_and_back, data, name):
    file = data("rinex/" + name)
    err = there_and_back(file, "--version", "3").err
    assert "left out: antispoofing, which RINEX 3 cannot say\n" in err

    def less(row):
        values = row.split(",")
        values[9] = str(int(values[9]) & ~8)
        return ",".join(values)

    assert rows(garco("query", "out.rnx").out) == sorted(
        map(less, rows(garco("query", file).out)))


@pytest.mark.parametrize("name", ["ab430140.18o.zip", "zegv0010.21o", "demo.10o"])
def test_rinex_2_as_3_and_back(garco, there_and_back, data, name):
    file = data("rinex/" + name)
    there_and_back(file, "--version", "3")
    garco("ingest", "out.rnx", "b.tdb")
    garco("export", "b.tdb", "--version", "2.11", "-o", "back.rnx")
    values = ["--field", "time,system,sat,obs_code,range,phase,doppler,snr"]
    assert rows(garco("query", *values, "back.rnx").out) == rows(garco("query", *values, file).out)


def test_what_rinex_2_cannot_say_is_told(garco, there_and_back, tmp_path):
    text = (header("     3.04           OBSERVATION DATA    M", "RINEX VERSION / TYPE")
            + header("G    7 C1C L1C C2W L2W L2L S2L C5Q", "SYS / # / OBS TYPES")
            + header("R    1 C3Q", "SYS / # / OBS TYPES")
            + header("  1 R03  5", "GLONASS SLOT / FRQ #")
            + header("", "END OF HEADER")
            + "> 2024 05 11 00 00  0.0000000  0  2\n"
            + "G05" + fields(1, (2, "4"), 3, 4, 5, 6, 7) + "R03" + fields(8))
    (tmp_path / "m.rnx").write_text(text)
    notes = there_and_back("m.rnx", "--version", "2").err.splitlines()
    assert notes == ["garco: note: a.tdb: " + note for note in [
        "left out of the header, since RINEX 2 has no place for it: GLONASS SLOT / FRQ #",
        "left out, since RINEX 2 has no type for it or the same as for another: G L2L",
        "types that are read back as these codes with a code map only: G S2 2L, G C5 5Q, R C3 3Q",
        "left out: BOC tracking, which RINEX 2 cannot say",
        "left out: GLONASS channels, which RINEX 2 cannot say"]]
    got = garco("query", "--field", "system,sat,obs_code,range,phase,snr,flags", "out.rnx").out
    assert rows(got) == ["G,5,1C,1,2,,0", "G,5,2W,3,4,6,0", "G,5,5X,7,,,0", "R,3,3X,8,,,0"]
    (tmp_path / "own.map").write_text("G C5 5Q\nR C3 3Q\n")
    own = garco("query", "--code-map", "own.map", "--field", "obs_code,range", "out.rnx").out
    assert "5Q,7" in own and "3Q,8" in own


SMALL_BODY = """ 24  5 11  0  0  0.0000000  0  2G05R24
  20891534.648   109786142.1231       -123.500          45.250    20891533.000
  21000000.000   112000000.001            .000          40.000
 24  5 11  0  0 30.0000000  0  2G05G07
  20891500.000                                          46.500
                  99999999.9991                         30.000
 24  5 12  0  0  0.0000000  0  1G05
  20891400.000                                          44.000
"""


def test_the_small_file_byte_for_byte(there_and_back, tmp_path):
    """A phase of 0 is a missing one, which is blank; a Doppler of 0 is a value."""
    (tmp_path / "min.24o").write_text(MIN2)
    there_and_back("min.24o")
    assert (tmp_path / "out.rnx").read_text() == HEAD2 + SMALL_BODY


def test_a_selection_has_a_header_of_its_own(garco, tmp_path):
    (tmp_path / "min.24o").write_text(MIN2)
    garco("ingest", "min.24o", "a.tdb")
    selection = ["--start", "2024-05-11T00:00:30", "--system", "G", "--obs-code", "1C"]
    garco("export", "a.tdb", *selection, "-o", "out.24o")
    text = (tmp_path / "out.24o").read_text()
    assert header("     2.11           OBSERVATION DATA    M", "RINEX VERSION / TYPE") in text
    assert header("     3    C1    L1    S1", "# / TYPES OF OBSERV") in text
    assert header("  2024     5    11     0     0   30.0000000     GPS", "TIME OF FIRST OBS") in text
    assert header("TEST", "MARKER NAME") in text
    assert rows(garco("query", "out.24o").out) == rows(garco("query", *selection, "min.24o").out)


def test_the_header_of_the_first_time_is_taken(garco, tmp_path):
    for day in (10, 11, 12):
        (tmp_path / f"{day}.24o").write_text(
            MIN2[:MIN2.index(" 24  5 12")].replace("TEST", f"DAY{day}")
            .replace(" 24  5 11", f" 24  5 {day}").replace("     5    11  ", f"     5    {day}  "))
    garco("ingest", "12.24o", "10.24o", "11.24o", "a.tdb")
    for day in (10, 11, 12):
        span = ["--start", f"2024-05-{day}", "--span", "1d"]
        assert garco("export", "a.tdb", *span, "-o", "out.24o").err == ""
        text = (tmp_path / "out.24o").read_text()
        assert f"DAY{day}" in text and f"  2024     5    {day}     0     0    0.0000000" in text
        garco("verify", "out.24o", "a.tdb")
    whole = garco("export", "a.tdb", "-o", "out.24o")
    assert whole.err == ("garco: note: a.tdb: the header is that of 10.24o; "
                         "2 more files of this time have others\n")
    assert rounded(garco("query", "out.24o").out) == rounded(garco("query", "a.tdb").out)


def test_files_of_two_versions_in_one_array(garco, tmp_path):
    (tmp_path / "min.24o").write_text(MIN2)
    (tmp_path / "min.rnx").write_text(MIN3.replace(" 05 11 00 00", " 05 13 00 00"))
    garco("ingest", "min.24o", "min.rnx", "a.tdb")
    for version in ("2", "3"):
        garco("export", "a.tdb", "--version", version, "-o", "out.rnx")
        assert rounded(garco("query", "out.rnx").out) == rounded(garco("query", "a.tdb").out)
    text = (tmp_path / "out.rnx").read_text()
    assert header("E    2 C1X S1X", "SYS / # / OBS TYPES") in text


def test_an_array_without_headers(garco, tmp_path):
    (tmp_path / "min.24o").write_text(MIN2.replace("R24", "R04"))
    garco("ingest", "min.24o", "a.tdb")
    with tiledb.open(str(tmp_path / "a.tdb"), "w") as array:
        for key in list(tiledb.open(str(tmp_path / "a.tdb")).meta.keys()):
            if key.startswith("garco.header."):
                del array.meta[key]
    for version, first in (("3", "     3.04"), ("2", "     2.11")):
        done = garco("export", "a.tdb", "--version", version, "-o", "out.rnx")
        assert "the array keeps no header" in done.err
        text = (tmp_path / "out.rnx").read_text()
        assert text.startswith(first + "           OBSERVATION DATA    M")
        assert header("  2024     5    11     0     0    0.0000000     GPS",
                      "TIME OF FIRST OBS") in text
        assert rounded(garco("query", "out.rnx").out) == rounded(garco("query", "a.tdb").out)
    garco("export", "a.tdb", "--header", "min.24o", "-o", "own.rnx")
    assert header("TEST", "MARKER NAME") in (tmp_path / "own.rnx").read_text()
    assert rounded(garco("query", "own.rnx").out) == rounded(garco("query", "a.tdb").out)


def test_power_failure_and_own_codes_come_back(garco, there_and_back, tmp_path):
    (tmp_path / "own.map").write_text("G P2 2L\n")
    (tmp_path / "min.24o").write_text(MIN2.replace("30.0000000  0", "30.0000000  1"))
    garco("ingest", "--code-map", "own.map", "min.24o", "a.tdb")
    done = garco("export", "a.tdb", "-o", "out.24o")
    assert done.err == ("garco: note: a.tdb: types that are read back as these codes with a code "
                        "map only: G P2 2L\n")
    own = ["--code-map", "own.map"]
    assert rounded(garco("query", *own, "out.24o").out) == rounded(garco("query", "a.tdb").out)
    assert "30.0000000  1  2G05G07" in (tmp_path / "out.24o").read_text()


@pytest.mark.parametrize("version", [2, 3])
def test_every_loss_of_lock_indicator_comes_back(garco, there_and_back, tmp_path, version):
    """0 to 7 on the phase, in the order of the array; 0 is blank."""
    sats = [f"G{k + 1:02d}" for k in range(8)]
    if version == 2:
        text = (HEAD2 + " 24  5 11  0  0  0.0000000  0  8" + "".join(sats) + "\n"
                + "".join(fields(2e7, (1e8, str(k))) for k in range(8)))
    else:
        text = (header("     3.04           OBSERVATION DATA    G", "RINEX VERSION / TYPE")
                + header("G    2 C1C L1C", "SYS / # / OBS TYPES") + header("", "END OF HEADER")
                + "> 2024 05 11 00 00  0.0000000  0  8\n"
                + "".join(sat + fields(2e7, (1e8, str(k))) for k, sat in enumerate(sats)))
    (tmp_path / "lli.rnx").write_text(text)
    there_and_back("lli.rnx")
    place = 31 if version == 2 else 34
    marks = [line[place - 1:place] for line in (tmp_path / "out.rnx").read_text().splitlines()[-8:]]
    assert marks == [""] + list("1234567")
    assert rows(garco("query", "out.rnx").out) == rows(garco("query", "lli.rnx").out)


def test_channels_of_every_slot_are_written(garco, there_and_back, tmp_path):
    """Nine of them, from R00 to R99, on two lines."""
    slots = {0: 6, 1: 1, 2: -4, 3: 5, 24: 2, 25: -7, 27: 0, 50: 3, 99: -1}
    names = [f"R{slot:02d}" for slot in slots]
    groups = [f"{name} {channel:2d} " for name, channel in zip(names, slots.values())]
    lines = (header("  9 " + "".join(groups[:8]), "GLONASS SLOT / FRQ #")
             + header("    " + groups[8], "GLONASS SLOT / FRQ #"))
    text = (header("     4.00           OBSERVATION DATA    R", "RINEX VERSION / TYPE")
            + header("R    1 C1C", "SYS / # / OBS TYPES") + lines + header("", "END OF HEADER")
            + f"> 2024 05 11 00 00  0.0000000  0{len(names):3d}\n" + "".join(n + fields(2e7) for n in names))
    (tmp_path / "slots.rnx").write_text(text)
    there_and_back("slots.rnx", "--version", "3")
    assert lines in (tmp_path / "out.rnx").read_text()
    assert rows(garco("query", "out.rnx").out) == rows(garco("query", "slots.rnx").out)


def test_a_satellite_without_a_type_is_not_listed(garco, there_and_back, tmp_path):
    """B1C of BeiDou has no name in RINEX 2: with it goes the satellite, at the begin, the end and in the middle."""
    text = (header("     3.04           OBSERVATION DATA    M", "RINEX VERSION / TYPE")
            + header("G    1 C1C", "SYS / # / OBS TYPES") + header("C    2 C2I C1P", "SYS / # / OBS TYPES")
            + header("", "END OF HEADER"))
    for second, sats in ((0, ["G05", "C07", "C08"]), (1, ["C07"]), (2, ["C07", "C08", "C09"])):
        text += f"> 2024 05 11 00 00 {second:2d}.0000000  0{len(sats):3d}\n"
        text += "".join(s + (fields(2e7) if s in ("G05", "C08") else fields(None, 2.1e7)) for s in sats)
    (tmp_path / "b1c.rnx").write_text(text)
    there_and_back("b1c.rnx", "--version", "2")
    body = (tmp_path / "out.rnx").read_text().split("END OF HEADER\n")[1].splitlines()
    assert [line[29:] for line in body if line.startswith(" 24")] == ["  2G05C08", "  1C08"] and len(body) == 5


def test_scale_factors_come_back(garco, there_and_back, tmp_path):
    text = MIN3.replace(header("", "END OF HEADER"), header("G   10  1 C1C", "SYS / SCALE FACTOR")
                        + header("", "END OF HEADER"))
    (tmp_path / "min.rnx").write_text(text)
    there_and_back("min.rnx")
    assert rows(garco("query", "out.rnx").out) == rows(garco("query", "min.rnx").out)
    done = garco("export", "a.tdb", "--version", "2", "-o", "out.rnx")
    assert "1 values have more than the three decimals of RINEX and were rounded" in done.err


def test_forms_and_endings(garco, tmp_path):
    (tmp_path / "min.24o").write_text(MIN2)
    garco("ingest", "min.24o", "a.tdb")
    garco("export", "a.tdb", "-o", "p.24d.gz")
    assert b"COMPACT RINEX FORMAT" in gzip.decompress((tmp_path / "p.24d.gz").read_bytes())
    garco("export", "a.tdb", "-o", "p.24d", "--to", "rinex")
    plain = garco("export", "a.tdb", "-o", "-").out
    assert (tmp_path / "p.24d").read_text() == plain
    assert rounded(garco("query", "p.24d.gz").out) == rounded(garco("query", "a.tdb").out)


def test_words_that_are_wrong(garco, tmp_path):
    (tmp_path / "min.24o").write_text(MIN2)
    garco("ingest", "min.24o", "a.tdb")
    for words in (["a.tdb"], ["-o", "x"], ["a.tdb", "b.tdb", "-o", "x"],
                  ["a.tdb", "-o", "x", "--to", "csv"], ["a.tdb", "-o", "x", "--version", "5"],
                  ["a.tdb", "-o", "x", "--version", "3.9"], ["a.tdb", "-o", "x", "--version", "3.09"]):
        garco("export", *words, status=2)
    for words in (["--system", "Q"], ["--sat", "Q01"], ["--obs-code", "1c"], ["--at", "soon"]):
        garco("export", "a.tdb", "-o", "x", *words, status=1)
    assert "nothing is selected" in garco("export", "a.tdb", "--sat", "G31", "-o", "x", status=1).err
    assert "none.tdb" in garco("export", "none.tdb", "-o", "x", status=1).err
    assert not (tmp_path / "x").exists()


def test_more_systems_than_rinex_has(garco, tmp_path):
    (tmp_path / "min.24o").write_text(MIN2)
    garco("ingest", "min.24o", "a.tdb")
    cell = {"range": [1.0], "phase": [1.0], "doppler": [1.0], "snr": [40.0], "slip": [0],
            "flags": [0], "fcn": [0]}
    for coordinates in ((1715385600000, 9, 5, 12611), (1715385600000, 0, 120, 12611),
                        (1715385600000, 0, 5, 300)):
        with tiledb.open(str(tmp_path / "a.tdb"), "w") as array:
            array[tuple([c] for c in coordinates)] = cell
        garco("export", "a.tdb", "-o", "x", status=1)
        with tiledb.open(str(tmp_path / "a.tdb"), "d") as array:
            array.query(cond=f"sys == {coordinates[1]} and sat == {coordinates[2]} "
                             f"and obs == {coordinates[3]}").submit()
    garco("export", "a.tdb", "-o", "x")
