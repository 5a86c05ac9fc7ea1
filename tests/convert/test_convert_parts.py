# Merging parts and splitting into hours and days.
# SPDX-License-Identifier: Apache-2.0
import random
import subprocess

import pytest

from convert_support import (GARCO, body, epoch2, epoch3, field, header, header2, header3, line, rows,
                             run, shared, text_of)

C1 = [field(2e7)]


def write(folder, **texts):
    for name, text in texts.items():
        (folder / name).write_text(text)
    return [folder / name for name in texts]


def epochs(minutes, value=2e7, sats=("G05",)):
    return "".join(epoch2(minute, 0, list(sats), [[field(value + minute)]] * len(sats))
                   for minute in minutes)


# ------------------------------------------------------------------ split and merge again


@pytest.mark.parametrize("name", ["york0440.15d.Z", "npaz3550.21o", "14601736.18o",
                                  "P43300USA_R_20190012056_17M_15S_MO.crx",
                                  "CEDA00USA_R_20182100000_23H_15S_MO.rnx.gz", "LARM0010.22O"])
@pytest.mark.parametrize("by", ["hour", "day"])
def test_merged_parts_are_the_original(name, by, tmp_path):
    path = shared(name)
    parts = run("split", path, "--by", by, "-o", tmp_path / "parts", "--compress", "gz").lines()
    assert sorted(map(str, (tmp_path / "parts").iterdir())) == sorted(parts)
    assert sum((rows(part) for part in sorted(parts)), []) == rows(path)
    random.Random(1).shuffle(parts)
    whole = run("merge", *parts, "-o", tmp_path / "whole", "--to", "rinex")
    assert rows(tmp_path / "whole") == rows(path)
    plain = run("convert", path, "--to", "rinex").out.split("END OF HEADER\n", 1)[1]
    assert (tmp_path / "whole").read_text().split("END OF HEADER\n", 1)[1] == plain, whole.err


def test_names_of_version_2(tmp_path):
    made = run("split", shared("york0440.15d.Z"), "--by", "hour", "-o", tmp_path)
    names = [path.split("/")[-1] for path in made.lines()]
    assert names == [f"york044{chr(ord('a') + hour)}.15d" for hour in range(24)]
    first = header((tmp_path / "york044f.15d").read_text().split("\n", 2)[2])
    assert first["TIME OF FIRST OBS"] == ["  2015     2    13     5     0    0.0000000     GPS"]
    assert body((tmp_path / "york044f.15d").read_bytes()).split(b"END OF HEADER\n")[1][:1] == b"&"
    made = run("split", shared("york0440.15d.Z"), "--by", "day", "-o", tmp_path / "d", "--to", "rinex")
    assert made.lines() == [str(tmp_path / "d" / "york0440.15o")]


def test_names_of_version_3(tmp_path):
    name = "P43300USA_R_20190012056_17M_15S_MO.crx"
    made = run("split", shared(name), "--by", "hour", "-o", tmp_path)
    assert [path.split("/")[-1] for path in made.lines()] == [
        "P43300USA_R_20190012000_01H_15S_MO.crx", "P43300USA_R_20190012100_01H_15S_MO.crx"]
    made = run("split", shared(name), "--by", "day", "-o", tmp_path, "--interval", "1m", "--system",
               "G", "--version", "2", "--compress", "Z")
    assert [path.split("/")[-1] for path in made.lines()] == ["p4330010.19d.Z"]


@pytest.mark.parametrize("marker, interval, wanted", [
    ("TEST", 30, "TEST00XXX_U_20241320000_01D_30S_MO.rnx"),
    ("abcd 12", 120, "ABCD00XXX_U_20241320000_01D_02M_MO.rnx"),
    ("ABMF00GLP", 1, "ABMF00GLP_U_20241320000_01D_01S_MO.rnx"),
    ("../x", 0.1, "XXXX00XXX_U_20241320000_01D_10Z_MO.rnx"),
])
def test_names_by_the_marker(tmp_path, marker, interval, wanted):
    text = header3({"G": ["C1C"]}).replace("TEST" + " " * 56, f"{marker:60}") + "".join(
        epoch3(int(i * interval // 60), i * interval % 60, {"G05": C1}) for i in range(2))
    (tmp_path / "in").write_text(text)
    made = run("split", tmp_path / "in", "--by", "day", "-o", tmp_path / "out")
    assert [path.split("/")[-1] for path in made.lines()] == [wanted]


def test_the_header_in_force_begins_each_part(tmp_path):
    text = (header2(["C1", "L1"], extra=line("        1.0000        0.0000        0.0000",
                                             "ANTENNA: DELTA H/E/N"))
            + epoch2(0, 0, ["G05"], [[field(2e7), field(1e8)]])
            + " 24  5 11  0 30  0.0000000  4  3\n" + line("higher", "COMMENT")
            + line("        2.0000        0.0000        0.0000", "ANTENNA: DELTA H/E/N")
            + line("     1    C1", "# / TYPES OF OBSERV")
            + " 24  5 11  0 31  0.0000000  2  1\n" + line("moves", "COMMENT")
            + epoch2(40, 0, ["G05"], [C1])
            + "                            4  1\n" + line("of the second hour", "COMMENT")
            + epoch2(0, 0, ["G05"], [C1]).replace(" 24  5 11  0", " 24  5 11  1"))
    write(tmp_path, **{"test1320.24o": text})
    parts = run("split", tmp_path / "test1320.24o", "--by", "hour", "-o", tmp_path / "out").lines()
    first, second = [open(path).read() for path in parts]
    assert header(first)["ANTENNA: DELTA H/E/N"] == ["        1.0000        0.0000        0.0000"]
    assert header(second)["ANTENNA: DELTA H/E/N"] == ["        2.0000        0.0000        0.0000"]
    assert header(second)["# / TYPES OF OBSERV"] == ["     1    C1"]
    assert "of the second hour" in second and "of the second hour" not in first
    assert "  2  1\nmoves" in second and "higher" not in second
    assert rows(parts[0]) + rows(parts[1]) == rows(tmp_path / "test1320.24o")


def test_a_time_just_before_the_hour_is_the_next_hours(tmp_path):
    """By the millisecond that its label is rounded to, as in an array."""
    text = header2(["C1"]) + "".join(epoch2(59, second, ["G05"], [C1]) for second in (59.9994, 59.9996))
    write(tmp_path, **{"test132a.24o": text})
    made = run("split", tmp_path / "test132a.24o", "--by", "hour", "-o", tmp_path / "o").lines()
    assert [path[-12:] for path in made] == ["test132a.24o", "test132b.24o"]
    assert [rows(path)[0][:23] for path in made] == ["2024-05-11T00:59:59.999", "2024-05-11T01:00:00.000"]


def test_time_that_goes_back_overwrites_nothing(tmp_path):
    early = epoch2(0, 0, ["G05"], [C1])
    text = header2(["C1"]) + early + early.replace(" 24  5 11  0", " 24  5 11  1") + early
    write(tmp_path, **{"test1320.24o": text})
    made = run("split", tmp_path / "test1320.24o", "--by", "hour", "-o", tmp_path / "o", "--salvage")
    assert len(made.lines()) == 2 and "goes back" in made.err
    assert sum(len(rows(path, "--salvage")) for path in made.lines()) == 3


# ------------------------------------------------------------------ merging


def test_epochs_of_two_parts_once(tmp_path):
    a, b = write(tmp_path, a=header2(["C1"]) + epochs(range(0, 4)),
                 b=header2(["C1"]) + epochs(range(2, 6)))
    made = run("merge", b, a, "--to", "rinex")
    assert made.out == header2(["C1"]) + epochs(range(0, 6)) and made.err == ""


@pytest.mark.parametrize("other, what", [
    (epochs(range(2, 6), 3e7), "values at G05 C1"),
    (epochs(range(2, 6), sats=("G05", "G07")), "numbers of satellites"),
    (epochs(range(2, 6), sats=("G07",)), "satellites at G05"),
])
def test_epochs_that_differ(tmp_path, other, what):
    a, b = write(tmp_path, a=header2(["C1"]) + epochs(range(0, 4)), b=header2(["C1"]) + other)
    err = run("merge", a, b, "-o", tmp_path / "out", status=1).err
    assert err.count("\n") == 1 and err.startswith(f"garco: {b}:6: the epoch 2024-05-11T00:02:00.000")
    assert what in err and f"than in {a}, line 10" in err
    assert not (tmp_path / "out").exists()
    made = run("merge", a, b, "--salvage", "--to", "rinex")
    assert made.err.count("the epoch 2024-05-11") == 2
    assert rows("-", stdin=made.bytes)[:4] == rows(a)


@pytest.mark.parametrize("mine, theirs, what", [
    ({}, {"clock": "  .000000001"}, "clock offsets"),
    ({"clock": "  .000000001"}, {"clock": "  .000000002"}, "clock offsets"),
    ({}, {"flag": 1}, "flags"),
    ({"mark": "1"}, {}, "values at G05 C1"),
    ({"phase": 1e8}, {}, "values at G05 L1"),
    ({}, {"phase": 1e8}, "values at G05 L1"),
    ({"phase": 1e8}, {"phase": 1e8 + 0.001}, "values at G05 L1"),
])
def test_one_epoch_that_differs_in_one_thing(tmp_path, mine, theirs, what):
    def part(phase=None, mark=" ", **more):
        return header2(["C1", "L1"]) + epoch2(0, 0, ["G05"], [[field(2e7, mark), field(phase)]], **more)

    a, b = write(tmp_path, a=part(**mine), b=part(**theirs))
    err = run("merge", a, b, "-o", tmp_path / "out", status=1).err
    assert f"the epoch 2024-05-11T00:00:00.000 has other {what} than in {a}" in err
    assert run("merge", a, a, "--to", "rinex").out == part(**mine)


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
@pytest.mark.parametrize("phase", [None, 1e8])
def test_a_type_that_one_part_has_alone(tmp_path, order, phase):
    """It is a difference where it has a value, whichever part comes first."""
    write(tmp_path, a=header2(["C1"]) + epoch2(0, 0, ["G05"], [[field(2e7)]]),
          b=header2(["C1", "L1"]) + epoch2(0, 0, ["G05"], [[field(2e7), field(phase)]]))
    parts = [tmp_path / name for name in order]
    if phase is None:
        assert run("merge", *parts, "--to", "rinex").lines()[-1] == "  20000000.000"
    else:
        assert "other values at G05 L1 than" in run("merge", *parts, "--to", "rinex", status=1).err


def test_epochs_within_one_millisecond_stay_in_order(tmp_path):
    one, two, three = (epoch2(0, 0, ["G05"], [[field(2e7)]]).replace("0.0000000", f"0.000000{k}") for k in (1, 2, 3))
    a, b = write(tmp_path, a=header2(["C1"]) + one + three, b=header2(["C1"]) + two)
    for parts in ((a, b), (b, a)):
        assert run("merge", *parts, "--to", "rinex").out == header2(["C1"]) + one + two + three


def test_order_of_satellites_and_types_is_no_difference(tmp_path):
    fields = [field(2e7), field(1e8, "1")]
    a, b = write(tmp_path, a=header2(["C1", "L1"]) + epoch2(0, 0, ["G05", "G07"], [fields, fields]),
                 b=header2(["L1", "C1"]) + epoch2(0, 0, ["G07", "G05"], [fields[::-1]] * 2))
    assert len(rows("-", stdin=run("merge", a, b).bytes)) == 2


def test_types_of_all_parts(tmp_path):
    a, b = write(
        tmp_path,
        a=header3({"G": ["C1C", "L1C"]}, system="G") + epoch3(0, 0, {"G05": [field(2e7), field(1e8)]}),
        b=header3({"G": ["L1C", "S1C"], "R": ["C1C"]}) + epoch3(
            1, 0, {"G05": [field(1.1e8), field(45)], "R07": [field(2.1e7)]}))
    made = run("merge", a, b, "--to", "rinex")
    found = header(made.out)
    assert found["SYS / # / OBS TYPES"] == ["G    3 C1C L1C S1C", "R    1 C1C"]
    assert found["RINEX VERSION / TYPE"][0].endswith("DATA    M")
    assert rows("-", stdin=made.bytes) == rows(a) + rows(b)


def test_records_that_differ_become_an_event(tmp_path):
    antenna = "{:14.4f}        0.0000        0.0000"
    heads = [header2(["C1"], extra=line(antenna.format(height), "ANTENNA: DELTA H/E/N")
                     + line(f"by {height}", "COMMENT")) for height in (1, 2)]
    a, b = write(tmp_path, a=heads[0] + epochs([0, 1]), b=heads[1] + epochs([2, 3]))
    made = run("merge", a, b, "--to", "rinex")
    assert made.out == (heads[0] + epochs([0, 1]) + "                            4  1\n"
                        + line(antenna.format(2), "ANTENNA: DELTA H/E/N") + epochs([2, 3]))
    assert made.err == "garco: note: header records left out: COMMENT\n"


def test_versions_of_two_kinds(tmp_path):
    a, b = write(tmp_path, a=header2(["C1"]) + epochs([0]),
                 b=header3({"G": ["C1C"]}) + epoch3(1, 0, {"G05": C1}))
    assert rows("-", stdin=run("merge", a, b).bytes) == rows(a) + rows(b)
    assert "     2.11 " in run("merge", a, b, "--to", "rinex").out
    assert "     3.04 " in run("merge", a, b, "--to", "rinex", "--version", "3").out


def test_times_of_two_kinds_do_not_go_together(tmp_path):
    a, b = write(tmp_path, a=header2(["C1"]) + epochs([0]),
                 b=header2(["C1"]).replace("GPS         TIME", "GLO         TIME") + epochs([1]))
    err = run("merge", a, b, status=1).err
    assert "times of GLO behind a part with those of GPS" in err and err.startswith(f"garco: {b}: ")


def test_counts_of_the_whole(tmp_path):
    extra = line("     1", "# OF SATELLITES") + line("   G05     2", "PRN / # OF OBS")
    a, b = write(tmp_path, a=header2(["C1"], extra=extra) + epochs([0, 1]),
                 b=header2(["C1"], extra=extra) + epochs([1, 2, 3], sats=("G05",)))
    found = header(run("merge", a, b, "--to", "rinex").out)
    assert found["PRN / # OF OBS"] == ["   G05     4"]


def test_many_parts_are_open_only_when_they_are_due(tmp_path):
    names = [f"p{i:03d}" for i in range(60)]
    write(tmp_path, **{name: header2(["C1"]) + epochs([i]) for i, name in enumerate(names)})
    limited = subprocess.run(["sh", "-c", f'ulimit -n 16; exec "{GARCO}" merge p* -o out --to rinex'],
                             cwd=tmp_path, capture_output=True)
    assert limited.returncode == 0, limited.stderr
    assert (tmp_path / "out").read_text() == header2(["C1"]) + epochs(range(60))


def test_events_of_both_parts_once(tmp_path):
    event = "                            4  1\n" + line("rain", "COMMENT")
    other = event.replace("rain", "snow")
    a, b = write(tmp_path, a=header2(["C1"]) + epochs([0]) + event + epochs([1]),
                 b=header2(["C1"]) + event + epochs([1]) + other + epochs([2]) + event)
    made = run("merge", a, b, "--to", "rinex")
    assert made.out == (header2(["C1"]) + epochs([0]) + event + epochs([1]) + other + epochs([2])
                        + event)


def test_a_part_from_standard_input(tmp_path):
    a, = write(tmp_path, a=header2(["C1"]) + epochs([0]))
    made = run("merge", "-", a, "--to", "rinex", stdin=(header2(["C1"]) + epochs([1])).encode())
    assert made.out == header2(["C1"]) + epochs([0, 1])


@pytest.mark.parametrize("words, message", [
    (["split", "in", "-o", "out"], "no --by"), (["split", "in", "--by", "day"], "no folder"),
    (["split", "in", "--by", "week", "-o", "x"], "--by is"), (["merge", "-o", "x"], "no file"),
    (["split", "in", "--by", "day", "-o", "x", "--to", "csv"], "rinex or crinex"),
    (["merge", "in", "--to", "jsonl"], "rinex or crinex"),
    (["split", "in", "--by", "day", "-o", "x", "--compress", "rar"], "--compress is"),
])
def test_wrong_words_of_parts(words, message, tmp_path):
    assert message in run(*words, status=2, cwd=tmp_path).err


def test_a_folder_that_cannot_be_made(tmp_path):
    write(tmp_path, **{"test1320.24o": header2(["C1"]) + epochs([0]), "file": ""})
    err = run("split", tmp_path / "test1320.24o", "--by", "day", "-o", tmp_path / "file/x", status=1).err
    assert "the directory cannot be made" in err
    err = run("split", tmp_path / "test1320.24o", "--by", "day", "-o", tmp_path / "file", status=1).err
    assert err.count("\n") == 1
