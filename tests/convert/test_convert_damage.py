# What salvage makes of damaged files is whole: read again, strictly, it has the same rows.
# SPDX-License-Identifier: Apache-2.0
import random

import pytest

from convert_support import epoch2, epoch3, field, header, header2, header3, line, rows, run, shared
from shared_files import DAMAGED


@pytest.mark.parametrize("name", DAMAGED)
@pytest.mark.parametrize("form", ["rinex", "crinex"])
def test_damaged_files_come_out_whole(name, form):
    path = shared(name)
    err = run("convert", path, "--to", form, status=1).err
    assert err.count("\n") == 1 and err.startswith(f"garco: {path}:")
    made = run("convert", path, "--to", form, "--salvage")
    # a second of 60 stays as it was written, so it takes salvage again
    again = ["--salvage"] if name == "badtime.10o" else []
    assert rows("-", *again, stdin=made.bytes) == rows(path, "--salvage")


def test_a_header_without_its_end_gets_one():
    text = header2(["C1"]).replace(line("", "END OF HEADER"), "") + epoch2(
        0, 0, ["G05"], [[field(2e7)]])
    made = run("convert", "-", "--to", "rinex", "--salvage", stdin=text.encode())
    assert header(made.out)["# / TYPES OF OBSERV"] == ["     1    C1"]
    assert len(rows("-", stdin=made.bytes)) == 1


BODY2 = header2(["C1", "L1", "S1", "P2", "L2", "S2"]) + "".join(
    epoch2(i, 0, ["G05", "R07"], [[field(2e7 + i, "1"), field(None), field(45)] * 2] * 2)
    for i in range(8))
BODY3 = header3({"G": ["C1C", "L1C"], "R": ["C1C"]}) + "".join(
    epoch3(i, 0, {"G05": [field(2e7 + i), field(1e8, "1")], "R07": [field(2.1e7)]})
    for i in range(8))
WAYS = [["--to", "rinex"], ["--to", "crinex"], ["--version", "3"], ["--version", "2"],
        ["--obs-code", "1C", "--to", "rinex"], ["--interval", "2m", "--system", "G"]]


@pytest.mark.parametrize("text", [BODY2, BODY3], ids=["2", "3"])
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "hatanaka"])
def test_random_damage(text, packed, tmp_path):
    source = random.Random(text + str(packed))
    data = text.encode()
    if packed:
        data = run("convert", "-", stdin=data).bytes
    for way in WAYS * 8:
        damaged = bytearray(data)
        for _ in range(source.randrange(1, 4)):
            at = source.randrange(len(damaged) or 1)
            kind = source.randrange(4)
            if kind == 0:
                damaged[at:at + 1] = bytes([source.randrange(256)])
            elif kind == 1:
                del damaged[at:at + source.randrange(1, 90)]
            elif kind == 2:
                damaged[at:at] = bytes(damaged[at:at + source.randrange(1, 90)])
            else:
                del damaged[max(at, 1):]
        (tmp_path / "in").write_bytes(damaged)
        result = run("convert", tmp_path / "in", *way, "-o", tmp_path / "out", status=None)
        assert result.status == 0 or result.err.startswith("garco: "), result.err
        result = run("convert", tmp_path / "in", *way, "--salvage", "-o", tmp_path / "out",
                     status=None)
        if result.status == 0 and way[0] == "--to" and len(way) == 2:
            assert rows(tmp_path / "out", "--salvage") == rows(tmp_path / "in", "--salvage")
