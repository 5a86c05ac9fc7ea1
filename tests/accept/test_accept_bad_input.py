"""Bad input: one line on standard error with file, line and what was expected, exit 1, nothing written.

With --salvage the sound epochs stay and each damaged place is reported. Random damage never ends in a signal or a wait.

SPDX-License-Identifier: Apache-2.0
"""

import bz2
import gzip
import json
import lzma
import pathlib
import random
import shutil
import subprocess
import time

import pytest
import support
import tiny_rinex

VERBS = ["info", "query", "stats", "ingest"]
QUICK = 5.0


def command(verb, path, array):
    return {
        "info": ["info", path],
        "query": ["query", path, "--format", "csv"],
        "stats": ["stats", path, "--agg", "mean,count", "--field", "snr", "--by", "day"],
        "ingest": ["ingest", path, array],
    }[verb]


def refused_by(verb, path, tmp_path, line=None, stdin=b"", names=None):
    """Refused by a verb, and for ingest: no array made, an array that was there as it was."""
    target = tmp_path / "target.tdb"
    names = names or pathlib.Path(path).name
    ran = support.refused(*command(verb, path, target), names=names, line=line, stdin=stdin)
    if verb != "query":
        assert ran.out == "", str(ran)
    assert not target.exists(), f"something was written\n{ran}"
    if verb == "ingest":
        good = tmp_path / "good.24o"
        good.write_bytes(tiny_rinex.rinex2(day=20))
        support.ok("ingest", good, target)
        before = support.tree_digest(target)
        support.refused("ingest", path, target, names=names, line=line, stdin=stdin)
        assert support.tree_digest(target) == before
    return ran


def line_of(text, part):
    return text[: text.index(part)].count(b"\n") + 1


# ---------------------------------------------------------------------- texts that are damaged, by name


def replaced(text, old, new, count=1):
    assert old in text
    return text.replace(old, new, count)


V2 = tiny_rinex.rinex2(epochs=6)
V3 = tiny_rinex.rinex3(epochs=6)
THIRD2 = b" 24  1  1  0  1  0.0000000  0  3G01G02G13\n"
THIRD3 = b"> 2024 01 01 00 01 00.0000000  0  4\n"

# name -> (text, line that has to be named or None for some line, epochs that --salvage keeps at least)
TEXTS = {
    "junk_epoch_v3": (replaced(V3, THIRD3, b"> 23 29\n" + THIRD3), line_of(V3, THIRD3), 6),
    "second_of_60_v2": (replaced(V2, b"  0  1  0.0000000  0  3", b"  0  0 60.0000000  0  3"), line_of(V2, THIRD2), 5),
    "second_of_60_v3": (replaced(V3, b"00 01 00.0000000", b"00 00 60.0000000"), line_of(V3, THIRD3), 5),
    "month_13_v2": (replaced(V2, THIRD2, THIRD2.replace(b" 24  1  1", b" 24 13  1")), line_of(V2, THIRD2), 5),
    "month_13_v3": (replaced(V3, THIRD3, THIRD3.replace(b"2024 01", b"2024 13")), line_of(V3, THIRD3), 5),
    "day_30_of_february_v3": (replaced(V3, THIRD3, THIRD3.replace(b"01 01", b"02 30")), line_of(V3, THIRD3), 5),
    "count_too_big_v3": (replaced(V3, THIRD3, THIRD3.replace(b"  4\n", b"  5\n")), None, 5),
    "count_too_small_v3": (replaced(V3, THIRD3, THIRD3.replace(b"  4\n", b"  3\n")), None, 5),
    "count_too_big_v2": (replaced(V2, THIRD2, THIRD2.replace(b"  3G", b"  4G")), None, 5),
    "letters_in_a_value_v2": (replaced(V2, b"110021010.192", b"11002x010.192"), line_of(V2, b"110021010.192"), 5),
    "letters_in_a_value_v3": (replaced(V3, b"21003997.861", b"2100399?.861"), line_of(V3, b"21003997.861"), 5),
    "no_point_in_a_value_v3": (replaced(V3, b"21003997.861", b"210039970861"), line_of(V3, b"21003997.861"), 5),
    "unknown_system_v3": (replaced(V3, b"\nR03", b"\nX03"), line_of(V3, b"\nR03") + 1, 5),
    "system_without_types_v3": (replaced(V3, b"\nR03", b"\nC03"), line_of(V3, b"\nR03") + 1, 5),
    "letters_in_a_satellite_v3": (replaced(V3, b"\nR03", b"\nR#3"), line_of(V3, b"\nR03") + 1, 5),
    "letters_in_a_satellite_v2": (replaced(V2, b"3G01G02G13", b"3G01Gx2G13"), line_of(V2, b"3G01G02G13"), 5),
    "lines_lost_v2": (replaced(V2, b"        42.500\n", b""), None, 4),
    "long_line_v2": (replaced(V2, THIRD2, THIRD2 + b"9" * 70000), line_of(V2, THIRD2) + 1, 5),
    "long_line_v3": (replaced(V3, b"\nR03", b" " * 70000 + b"\nR03"), line_of(V3, b"\nR03"), 5),
    "long_epoch_line_v3": (replaced(V3, THIRD3, THIRD3[:-1] + b"x" * 70000 + b"\n"), line_of(V3, THIRD3), 5),
    "hole_v2": (replaced(V2, THIRD2, THIRD2[:38] + bytes(5000)), line_of(V2, THIRD2), 5),
    "hole_v3": (replaced(V3, THIRD3, THIRD3 + bytes(5000)), line_of(V3, THIRD3) + 1, 5),
    "noise_in_the_body_v3": (replaced(V3, THIRD3, b"+++ATH0 NO CARRIER\n" + THIRD3), line_of(V3, THIRD3), 5),
}
# name -> text whose header or kind is wrong, so that there is nothing to salvage
HOPELESS = {
    "empty": b"",
    "one_blank_line": b"\n",
    "words": b"The quick brown fox jumps over the lazy dog.\n" * 30,
    "noise": bytes(random.Random(1).randrange(256) for _ in range(5000)),
    "navigation_v2": tiny_rinex.header_line("     2.11           N: GPS NAV DATA", "RINEX VERSION / TYPE").encode()
    + tiny_rinex.header_line("", "END OF HEADER").encode()
    + b" 1 24  1  1  0  0  0.0-1.234567890123D-04-1.136868377216D-12 0.000000000000D+00\n",
    "navigation_v3": tiny_rinex.header_line(
        "     3.04           N: GNSS NAV DATA    M: MIXED", "RINEX VERSION / TYPE"
    ).encode()
    + tiny_rinex.header_line("", "END OF HEADER").encode()
    + b"G01 2024 01 01 00 00 00-1.234567890123E-04-1.136868377216E-12 0.000000000000E+00\n",
    "meteorology": tiny_rinex.header_line("     2.11           METEOROLOGICAL DATA", "RINEX VERSION / TYPE").encode()
    + tiny_rinex.header_line("", "END OF HEADER").encode(),
    "version_9": V3.replace(b"     3.04 ", b"     9.00 "),
    "version_of_letters": V3.replace(b"     3.04 ", b"     a.bc "),
    "header_cut": V3[:200],
    "gzip_of_nothing": gzip.compress(b""),
    "gzip_of_words": gzip.compress(b"words and no RINEX\n" * 20),
    "zip_without_members": b"PK\x05\x06" + bytes(18),
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("name", TEXTS)
def test_damaged_text(name, verb, tmp_path):
    text, line, _ = TEXTS[name]
    path = tmp_path / name
    path.write_bytes(text)
    refused_by(verb, path, tmp_path, line if line else r"\d+")


@pytest.mark.parametrize("name", TEXTS)
def test_damaged_text_salvaged(name, tmp_path):
    text, _, kept = TEXTS[name]
    path = tmp_path / name
    path.write_bytes(text)
    whole = tmp_path / "whole"
    whole.write_bytes(V2 if name.endswith("v2") else V3)
    target = tmp_path / "target.tdb"
    sound = set(support.ok("query", whole, "--format", "csv").out.splitlines())
    for verb in VERBS:
        ran = support.ok(*command(verb, path, target), "--salvage")
        reported(ran, name)
        if verb == "query":
            got = ran.out.splitlines()
            assert len({row[:23] for row in got[1:]} & {row[:23] for row in sound}) >= kept, str(ran)
            # all but the damaged epoch and its neighbour hold nothing but what is in the sound text
            wrong = {row[:23] for row in got if row not in sound}
            assert len(wrong) <= 1, str(ran)
    assert support.ok("query", target, "--format", "csv").out.count("\n") == len(got)


@pytest.mark.parametrize("name", [name for name in TEXTS if name.startswith(("long", "hole"))])
def test_holes_are_the_same_to_all(name, tmp_path):
    """What is left of a file with a hole: rows of the file, its array, of the text made of it; proven, and sound when read again."""
    path, array, again = tmp_path / name, tmp_path / "a.tdb", tmp_path / ("again.24o" if name.endswith("2") else "again.rnx")
    path.write_bytes(TEXTS[name][0])
    rows = support.ok("query", path, "--salvage", "--format", "csv").out
    support.ok("ingest", path, array, "--salvage")
    support.ok("verify", path, array, "--salvage")
    keys = [row.split(",")[:4] for row in support.ok("query", array, "--format", "csv").out.splitlines()]
    assert keys == [row.split(",")[:4] for row in rows.splitlines()]
    support.refused("convert", path, "-o", again, names=name, line=r"\d+")
    assert not again.exists()
    reported(support.ok("convert", path, "--salvage", "-o", again), name)
    assert support.ok("query", again, "--format", "csv").out == rows


def reported(ran, name):
    lines = ran.err.splitlines()
    assert lines, f"no damage reported\n{ran}"
    assert any(line.startswith("garco: ") and name in line for line in lines), str(ran)


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("name", HOPELESS)
def test_no_observation_file(name, verb, tmp_path):
    path = tmp_path / name
    path.write_bytes(HOPELESS[name])
    refused_by(verb, path, tmp_path)


@pytest.mark.parametrize("verb", VERBS)
def test_missing(verb, tmp_path):
    ran = refused_by(verb, tmp_path / "not_there.24o", tmp_path)
    assert "o such file" in ran.err or "not found" in ran.err, str(ran)


@pytest.mark.parametrize("verb", VERBS)
def test_empty_standard_input(verb, tmp_path):
    refused_by(verb, "-", tmp_path, names="input")


@pytest.mark.parametrize("verb", VERBS)
def test_directory_that_is_no_array(verb, tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "notes.txt").write_text("no array\n")
    before = support.tree_digest(folder)
    refused_by(verb, folder, tmp_path)
    assert support.tree_digest(folder) == before


@pytest.mark.parametrize("kind", ["folder with files", "file"])
def test_ingest_into_what_is_no_array(kind, tmp_path):
    good = tmp_path / "good.24o"
    good.write_bytes(V2)
    target = tmp_path / "target"
    if kind == "file":
        target.write_text("precious\n")
    else:
        target.mkdir()
        (target / "precious.txt").write_text("precious\n")
    before = support.tree_digest(tmp_path)
    support.refused("ingest", good, target, names="target")
    assert support.tree_digest(tmp_path) == before


def test_ingest_where_no_folder_is(tmp_path):
    good = tmp_path / "good.24o"
    good.write_bytes(V2)
    support.refused("ingest", good, tmp_path / "no" / "such" / "array.tdb", names="array.tdb")
    assert not (tmp_path / "no").exists()


# ---------------------------------------------------------------------- truncation


def cut_points(text, mark):
    """Cuts that leave an epoch incomplete beyond doubt: inside an epoch line's list, after it, inside a number."""
    at = text.index(mark)
    end = text.index(b"\n", at) + 1
    return {"epoch_line": at + len(mark) - 5, "no_satellites": end, "in_a_number": end + 10}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("where", ["epoch_line", "no_satellites", "in_a_number"])
@pytest.mark.parametrize("version", [2, 3])
def test_truncated_text(version, where, verb, tmp_path):
    text, mark = ((V2, THIRD2), (V3, THIRD3))[version - 2]
    path = tmp_path / f"cut_v{version}"
    path.write_bytes(text[: cut_points(text, mark)[where]])
    refused_by(verb, path, tmp_path, r"\d+")
    kept = support.ok("query", path, "--salvage", "--format", "csv")
    reported(kept, path.name)
    assert {row[:23] for row in kept.out.splitlines()[1:]} >= {"2024-01-01T00:00:00.000", "2024-01-01T00:00:30.000"}


FOLDS = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "Z": support.unix_compressed,
    "zip": support.zipped,
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("fold", FOLDS)
def test_truncated_compressed(fold, verb, tmp_path):
    """Two thirds of a compressed file: the text ends inside an epoch."""
    text = tiny_rinex.rinex2(epochs=400)
    folded = FOLDS[fold](text)
    path = tmp_path / f"cut.24o.{fold}"
    size = len(folded) * 2 // 3
    if fold == "Z":
        size = cut_inside_an_epoch(folded, text, size)
    path.write_bytes(folded[:size])
    refused_by(verb, path, tmp_path)


def cut_inside_an_epoch(folded, text, size):
    """.Z has no end mark: choose a cut whose text ends inside a number."""
    while True:
        run = subprocess.run([support.tool("gzip"), "-dc"], input=folded[:size], capture_output=True, check=False)
        rest = text[: len(run.stdout)].rsplit(b"\n", 1)[1]
        if 3 < len(rest) < 10:
            return size
        size += 1


@pytest.mark.parametrize("fold", ["gz", "bz2", "xz", "Z"])
def test_truncated_compressed_salvaged(fold, tmp_path):
    text = tiny_rinex.rinex2(epochs=2800 if fold == "bz2" else 400)
    whole = tmp_path / "whole.24o"
    whole.write_bytes(text)
    folded = FOLDS[fold](text) if fold != "bz2" else bz2.compress(text, 1)
    path = tmp_path / f"cut.24o.{fold}"
    path.write_bytes(folded[: len(folded) * 2 // 3])
    ran = support.ok("query", path, "--salvage", "--format", "csv")
    reported(ran, path.name)
    sound = support.ok("query", whole, "--format", "csv").out.splitlines()
    got = ran.out.splitlines()
    assert len(got) > 20
    # Of the epoch that the end cuts, what is whole may be kept; nothing that is kept is false.
    last = got[-1][:23]
    before = [row for row in got if row[:23] != last]
    assert before == sound[: len(before)]
    there = {tuple(row.split(",")[:4]): row.split(",") for row in sound}
    for row in got[len(before) :]:
        values = row.split(",")
        assert all(v in ("", w) for v, w in zip(values, there[tuple(values[:4])]))


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("version", [2, 3])
def test_truncated_hatanaka(version, verb, tmp_path):
    text = support.hatanaka(V2 if version == 2 else V3)
    path = tmp_path / "cut.crx"
    lines = text.split(b"\n")
    path.write_bytes(b"\n".join(lines[:-3]) + b"\n")
    refused_by(verb, path, tmp_path, r"\d+")
    reported(support.ok("query", path, "--salvage", "--format", "csv"), path.name)


@pytest.mark.parametrize("base", ["v2", "v3", "crx1", "crx3"])
def test_no_cut_makes_a_false_value(base, tmp_path):
    """Cut after every third byte: what salvage keeps is what the whole file has there, or nothing."""
    text = {"2": tiny_rinex.rinex2, "1": tiny_rinex.rinex2, "3": tiny_rinex.rinex3}[base[-1]](epochs=2)
    content = support.hatanaka(text) if base.startswith("crx") else text
    path = tmp_path / base
    path.write_bytes(content)
    sound = {tuple(row.split(",")[:4]): row.split(",") for row in rows_of(path)}
    seen = set()
    for size in range(content.index(b"END OF HEADER") + 14, len(content), 3):
        path.write_bytes(content[:size])
        rows = rows_of(path, "--salvage")
        for row in rows[1:]:
            values = row.split(",")
            assert all(v in ("", w) for v, w in zip(values, sound[tuple(values[:4])])), (size, row)
        seen.add(len(rows))
    assert len(seen) > 5


def rows_of(path, *options):
    return support.ok("query", path, "--format", "csv", *options).out.splitlines()


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(
    "old, new",
    [
        (b"\n571123 3001456", b"\n5711x3 3001456"),
        (b"\n571123 3001456", b"\n57112399999999999999999999 3001456"),
        (b"\n3&21003997861", b"\n9&21003997861"),
        (b"\n3&21003997861", b"\n21003997861"),
    ],
    ids=["letter", "overflow", "order_9", "no_arc_start"],
)
def test_damaged_hatanaka(old, new, verb, tmp_path):
    path = tmp_path / "damaged.crx"
    path.write_bytes(replaced(support.hatanaka(V3), old, new))
    refused_by(verb, path, tmp_path, r"\d+")
    reported(support.ok("query", path, "--salvage", "--format", "csv"), path.name)


# ---------------------------------------------------------------------- real files

NAVIGATION = [
    "demo.10n",
    "demo_nav3.17n",
    "brdc2800.15n",
    "brdc2420.18n.gz",
    "ELKO00USA_R_20182100000_01D_MN.rnx.gz",
    "spirentGSS9000.zip",
    "igs19362.sp3c",
    "EXPECTED.csv",
]


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("name", NAVIGATION)
def test_real_file_of_another_kind(name, verb, tmp_path):
    refused_by(verb, support.data(name), tmp_path)


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(
    "name, line", [("junk_time_obs3.10o", "10"), ("badtime.10o", "(5|22)"), ("wrong_obs2_count.10o", r"\d+")]
)
def test_real_damage(name, line, verb, tmp_path):
    refused_by(verb, support.data(name), tmp_path, line)


@pytest.mark.parametrize("name, rows", [("junk_time_obs3.10o", 10), ("badtime.10o", 21), ("wrong_obs2_count.10o", 18)])
def test_real_damage_salvaged(name, rows, tmp_path):
    path = support.data(name)
    ran = support.ok("query", path, "--salvage", "--format", "csv")
    reported(ran, name)
    assert ran.out.count("\n") == 1 + rows, str(ran)
    for verb in ("info", "stats", "ingest"):
        reported(support.ok(*command(verb, path, tmp_path / "a.tdb"), "--salvage"), name)
    pytest.importorskip("pandas")
    support.same_cells(support.cells(tmp_path / "a.tdb"), support.cells(path, "--salvage"))


@pytest.mark.parametrize("name", ["york0440.15d.Z", "york0440.15d", "ESBC00DNK_R_20201770000_01D_30S_MO.crx.gz"])
def test_real_day_cut_in_two(name, tmp_path):
    raw = support.data(name).read_bytes()
    size = len(raw) // 2
    while name.endswith("d") and not raw[size - 1 : size + 1].isdigit():
        size += 1
    path = tmp_path / name
    path.write_bytes(raw[:size])
    for verb in VERBS:
        refused_by(verb, path, tmp_path)
    ran = support.ok("info", "--json", "--salvage", path)
    reported(ran, name)
    assert 1000 < json.loads(ran.out)["epochs"] < 2000


# ---------------------------------------------------------------------- random damage

SEED = 20240511


def bases():
    sats = tuple(f"G{i:02d}" for i in range(1, 15))
    wide = tiny_rinex.rinex2(epochs=3, sats=sats, types=tuple("L1 L2 C1 P2 S1 S2 D1 C2 L5 C5 S5".split()))
    texts = {"v2": V2, "v3": V3, "wide": wide}
    if shutil.which("rnx2crx") or shutil.which("rnx2crx", path=str(pathlib.Path(support.sys.executable).parent)):
        texts |= {"crx1": support.hatanaka(V2), "crx3": support.hatanaka(V3)}
    texts |= {"v2.gz": gzip.compress(V2, mtime=0), "v3.bz2": bz2.compress(V3)}
    if shutil.which("compress"):
        texts["v2.Z"] = support.unix_compressed(V2)
    return texts


def damaged(raw, rng):
    raw = bytearray(raw)
    for _ in range(rng.choice([1, 1, 2, 5, 20])):
        at = rng.randrange(len(raw))
        kind = rng.randrange(7)
        if kind == 0:
            raw[at] = rng.randrange(256)
        elif kind == 1:
            raw[at] ^= 1 << rng.randrange(8)
        elif kind == 2:
            del raw[at : at + rng.choice([1, 1, 3, 80])]
        elif kind == 3:
            raw[at:at] = bytes(rng.choice(b"0123456789 .-&>\n\r\0G") for _ in range(rng.choice([1, 1, 2, 40])))
        elif kind == 4:
            raw[at] = rng.choice(b"0123456789 &-\n")
        elif kind == 5:
            other = rng.randrange(len(raw))
            raw[at:at] = raw[other : other + rng.choice([5, 50, 300])]
        elif len(raw) > 40:
            del raw[rng.randrange(20, len(raw)) :]
        if not raw:
            raw = bytearray(b" ")
    return bytes(raw)


@pytest.mark.parametrize("base", bases())
def test_random_damage(base, tmp_path):
    raw = bases()[base]
    rng = random.Random(f"{SEED} {base}")
    print("seed", SEED)
    path = tmp_path / f"damaged.{base}"
    outcomes = {0: 0, 1: 0}
    for i in range(60):
        path.write_bytes(damaged(raw, rng))
        verb = VERBS[i % 3] if i % 10 else "ingest"
        salvage = ["--salvage"] if i % 2 else []
        began = time.monotonic()
        target = tmp_path / f"{i}.tdb"
        try:
            ran = support.garco(*command(verb, path, target), *salvage, timeout=QUICK)
            assert ran.code in (0, 1), str(ran)
            assert time.monotonic() - began < QUICK
            if ran.code == 1 and not salvage:
                assert len(ran.err.splitlines()) == 1, str(ran)
                assert not target.exists(), str(ran)
            if ran.code == 1:
                assert ran.err.splitlines()[-1].startswith("garco: "), str(ran)
        except (AssertionError, subprocess.TimeoutExpired):
            keep = pathlib.Path(tmp_path) / f"failing_{i}.{base}"
            shutil.copy(path, keep)
            print("kept as", keep)
            raise
        outcomes[ran.code] += 1
    assert outcomes[1] > 5, "the damage hardly hurts"


def test_random_damage_of_an_array(tmp_path):
    """Every file of an array is input too."""
    good, array = tmp_path / "good.24o", tmp_path / "good.tdb"
    good.write_bytes(tiny_rinex.rinex3(epochs=40))
    support.ok("ingest", good, array)
    files = [p.relative_to(array) for p in sorted(array.rglob("*")) if p.is_file() and p.stat().st_size]
    rng = random.Random(SEED)
    print("seed", SEED)
    outcomes = {0: 0, 1: 0}
    for i in range(200):
        copy = tmp_path / f"copy{i}.tdb"
        shutil.copytree(array, copy)
        for _ in range(rng.choice([1, 1, 3])):
            victim = copy / rng.choice(files)
            victim.write_bytes(damaged(victim.read_bytes(), rng))
        verb = VERBS[i % 3]
        ran = support.garco(*command(verb, copy, tmp_path / "unused"), timeout=QUICK)
        assert ran.code in (0, 1), str(ran)
        if ran.code == 1:
            assert ran.err.splitlines()[-1].startswith("garco: "), str(ran)
            assert len(ran.err.splitlines()) == 1, str(ran)
        outcomes[ran.code] += 1
        shutil.rmtree(copy)
    assert outcomes[1] > 20, "the damage hardly hurts"
