# Plain and Hatanaka text, both ways, against RNXCMP 4.1 on every shared file.
# SPDX-License-Identifier: Apache-2.0
import re
import hashlib

import pytest

from convert_support import (DATA, HATANAKA, PLAIN, body, epoch2, epoch3, field, header2, header3,
                             line, plain_text, rnxcmp, run, shared, text_of)

# rnx2crx stops at their clocks, whose point is not in the third column.
REFUSED = ["demo.10o", "demo3.10o", "rinex2onesat.10o"]
C1 = [[field(20000000.0)]]


@pytest.mark.parametrize("name", HATANAKA)
def test_plain_text_is_that_of_crx2rnx(name, tmp_path):
    path = shared(name)
    made = run("convert", path, "-o", "-").bytes
    assert made == run("convert", path, "--to", "rinex").bytes
    listed = dict(reversed(row.split()) for row in (DATA / "CRX2RNX.sha256").read_text().splitlines())
    wanted = listed.get(name + ".rnx")
    if wanted is not None:
        assert hashlib.sha256(made).hexdigest() == wanted
    assert made == rnxcmp("crx2rnx", text_of(path)).stdout


@pytest.mark.parametrize("name", [name for name in PLAIN if name not in REFUSED])
def test_hatanaka_text_is_that_of_rnx2crx(name):
    path = shared(name)
    made = run("convert", path, "-o", "-").bytes
    theirs = rnxcmp("rnx2crx", text_of(path))
    if theirs.returncode == 0:
        assert body(made) == body(theirs.stdout)
    assert rnxcmp("crx2rnx", made).stdout == run("convert", "-", "--to", "rinex", stdin=made).bytes


@pytest.mark.parametrize("name", HATANAKA)
def test_hatanaka_text_comes_back_from_plain(name):
    path = shared(name)
    plain = run("convert", path).bytes
    assert body(run("convert", "-", stdin=plain).bytes) == body(text_of(path))


@pytest.mark.parametrize("name", PLAIN)
def test_plain_text_comes_back_from_hatanaka(name):
    path = shared(name)
    packed = run("convert", path).bytes
    back, plain = run("convert", "-", stdin=packed).bytes, plain_text(name)
    if name not in REFUSED:
        assert back == plain
    else:  # their clocks have other numbers of decimals
        differ = [(a, b) for a, b in zip(back.splitlines(), plain.splitlines()) if a != b]
        assert all(a.split()[:8] == b.split()[:8] for a, b in differ)
        assert len(differ) <= 2 and back.count(b"\n") == plain.count(b"\n")


@pytest.mark.parametrize("name", PLAIN)
def test_a_copy_keeps_the_text(name):
    path = shared(name)
    assert run("convert", path, "--to", "rinex").bytes == plain_text(name)


@pytest.mark.parametrize("name", HATANAKA)
def test_a_hatanaka_copy_keeps_the_text(name):
    path = shared(name)
    assert body(run("convert", path, "--to", "crinex").bytes) == body(text_of(path))


@pytest.mark.parametrize("ending", ["", ".Z", ".gz", ".bz2", ".xz", ".zst"])
def test_form_and_compression_by_name(ending, tmp_path):
    path, plain = shared("zegv0010.21o"), run("convert", shared("zegv0010.21d")).bytes
    for name, wanted in [("a.21o", plain), ("a.rnx", plain), ("a.21O", plain),
                         ("a.21d", None), ("a.crx", None), ("a.21D", None)]:
        run("convert", path, "-o", tmp_path / (name + ending))
        raw = (tmp_path / (name + ending)).read_bytes()
        if ending == "":
            assert raw == plain if wanted else body(raw) == body(text_of(shared("zegv0010.21d")))
        back = run("convert", tmp_path / (name + ending), "--to", "rinex").bytes
        assert back == plain
        assert (raw[:1] == b" ") == (ending == "" and wanted is not None)


# ------------------------------------------------------------------ where RNXCMP is wrong


def crinex(version, clocks):
    head = header2(["C1"]) if version == 2 else header3({"G": ["C1C"]})
    text = (line(("1.0" if version == 2 else "3.0") + " " * 17 + "COMPACT RINEX FORMAT",
                 "CRINEX VERS   / TYPE") + line("x", "CRINEX PROG / DATE") + head)
    start = "&24  5 11  0  0 {:2d}.0000000  0  1G01\n" if version == 2 else \
        "> 2024 05 11 00 00 {:2d}.0000000  0  1      G01\n"
    for i, clock in enumerate(clocks):
        text += start.format(i) + f"3&{clock}\n3&20000000000{'' if version == 2 else ' &&'}\n"
    return text.encode()


CLOCKS = [0, -1, -100000000, -1000000000, -1500000000, 1500000000, -123456789, -200000000, -99999999]


@pytest.mark.parametrize("version, scale", [(2, 1), (3, 1), (3, 1000)])
def test_negative_clocks_of_round_numbers(version, scale):
    text = crinex(version, [clock * scale for clock in CLOCKS])
    theirs = rnxcmp("crx2rnx", text)
    assert theirs.returncode == 0
    ours = run("convert", "-", stdin=text)
    assert run("convert", "-", "--rnxcmp-compatible", stdin=text).bytes == theirs.stdout
    width = 68 if version == 2 else 41
    unit = 1e-9 if version == 2 else 1e-12
    read = [float(row[width:]) for row in ours.lines() if row[:3] in (" 24", "> 2")]
    assert read == [round(clock * scale * unit, 12) for clock in CLOCKS]


@pytest.mark.parametrize("clock", ["  .123", "  .1", " 0.000123", "-0.123", "-1.5", "  .12345678",
                                   "  .123456789", "12.345678901"])
@pytest.mark.parametrize("version", [2, 3])
def test_clocks_of_few_decimals(version, clock):
    text = header2(["C1"]) + epoch2(0, 0, ["G01"], C1, clock=clock) if version == 2 else \
        header3({"G": ["C1C"]}) + epoch3(0, 0, {"G01": C1[0]}, clock=clock)
    theirs = rnxcmp("rnx2crx", text.encode())
    assert theirs.returncode == 0
    exact = run("convert", "-", stdin=text.encode()).bytes
    alike = run("convert", "-", "--rnxcmp-compatible", stdin=text.encode()).bytes
    assert body(alike) == body(theirs.stdout)
    token = exact.splitlines()[-2]
    assert token == b"3&%d" % round(float(clock) * (1e9 if version == 2 else 1e12))


def test_values_below_one_lose_their_zero_in_hatanaka_text_only():
    text = (header2(["C1", "D1"]) + epoch2(0, 0, ["G01"], [[f"{'0.528':>14}", f"{'  -0.123':>16}"]])
            ).encode()
    assert run("convert", "-", "--to", "rinex", stdin=text).bytes == text
    back = run("convert", "-", stdin=run("convert", "-", stdin=text).bytes)
    assert back.lines()[-1] == f"{'.528':>14}  {'-.123':>14}"


def test_values_that_stay_keep_their_zeros_when_others_go():
    text = (header2(["C1", "D1"])
            + epoch2(0, 0, ["G01", "G02"], [["         0.528  ", "        -0.123"],
                                            ["         0.000", ""]])).encode()
    kept = run("convert", "-", "--to", "rinex", "--sat", "G01", stdin=text).lines()
    assert kept[-1] == "         0.528          -0.123"


def test_picoseconds_go_through_hatanaka_3_1():
    epochs = (epoch3(0, 0, {"G01": C1[0]}, clock="  .123456789012 12345")
              + epoch3(1, 0, {"G01": C1[0]}, clock="                54321")
              + epoch3(2, 0, {"G01": C1[0]}))
    text = (header3({"G": ["C1C"]}, version="4.02") + epochs).encode()
    packed = run("convert", "-", stdin=text).bytes
    assert packed.startswith(b"3.1 ")
    assert run("convert", "-", stdin=packed).bytes == text
    alike = run("convert", "-", "--rnxcmp-compatible", stdin=text).bytes
    assert alike.startswith(b"3.0 ")


@pytest.mark.parametrize("tool, text, wanted", [
    ("rnx2crx", header2(["C1"]) + epoch2(0, 0, ["G01"], [[field(None, "1")]]), "indicator"),
    ("rnx2crx", header2(["C1"]) + epoch2(0, 0, ["G01"], [["  20000000 000"]]), "F14.3"),
    ("crx2rnx", crinex(2, [5]).decode().replace("3&5", "7&5"), "arc"),
])
def test_what_both_refuse(tool, text, wanted):
    assert rnxcmp(tool, text.encode()).returncode == 1
    err = run("convert", "-", stdin=text.encode(), status=1).err
    assert re.match(r"garco: standard input:\d+: ", err), err
    assert err.count("\n") == 1


def test_what_hatanaka_text_cannot_hold_is_told_by_the_line_of_the_input(tmp_path):
    text = header2(["C1"]) + epoch2(0, 0, ["G01"], [[field(2e7)]]) + epoch2(1, 0, ["G01"], [[field(None, "1")]])
    (tmp_path / "day.24o").write_text(text)
    err = run("convert", "day.24o", "-o", "day.24d", status=1, cwd=tmp_path).err
    assert err == (f"garco: day.24o:{text.count(chr(10)) - 1}: G01 has an indicator beside a blank value, "
                   "which Hatanaka 1.0 cannot hold\n")
    assert [path.name for path in tmp_path.iterdir()] == ["day.24o"]
