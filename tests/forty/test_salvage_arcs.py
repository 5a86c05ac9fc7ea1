"""Hatanaka text that is never re-initialised, damaged: values come back with their arcs, and no value is wrong.

SPDX-License-Identifier: Apache-2.0

The files have 400 epochs, 30 s apart, and six to ten satellites that rise and set, two at once now and then so that the
list changes and its length does not. `channels` puts a new satellite where the old one stood, as receivers do.
"""

import random
from dataclasses import dataclass
from functools import cached_property

import garco_program
import pytest
from garco_program import parse_rows, run, rnxcmp, scaled, succeed
from rinex_text import epoch2, epoch3, header2, header3, labelled, satellite2, satellite3, text

EPOCHS, STEP = 400, 30
KINDS = {"C": "range", "L": "phase"}
SURE = 21  # epochs after damage until the tens of minutes have been written


@dataclass
class Sky:
    """What a file is made of: for each epoch its satellites in their order, and each one's values (None: missing)."""

    version: int
    epochs: list

    def text(self):
        interval = labelled(f"{STEP:10.3f}", "INTERVAL")
        header = header2(["C1", "L1"], extra=[interval]) if self.version == 2 else header3({"G": ["C1C", "L1C"]}, extra=[interval])
        return text(header, *[self.block(i, sats) for i, sats in enumerate(self.epochs)])

    def block(self, index, sats):
        minutes, seconds = divmod(index * STEP, 60)
        hours, minutes = divmod(minutes, 60)
        if self.version == 2:
            lines = [epoch2(seconds, list(sats), date=f" 24  1  1 {hours:2d} {minutes:2d}")]
            lines = lines if isinstance(lines[0], str) else lines[0]
            return [*lines, *[line for values in sats.values() for line in as_list(satellite2(values))]]
        lines = as_list(epoch3(seconds, len(sats), date=f"> 2024 01 01 {hours:02d} {minutes:02d}"))
        return [*lines, *[line for name, values in sats.items() for line in as_list(satellite3(name, values))]]

    @cached_property
    def cells(self):
        return {
            (i, name, kind): scaled(value)
            for i, sats in enumerate(self.epochs)
            for name, values in sats.items()
            for kind, value in zip(KINDS.values(), values)
            if value is not None
        }

    @cached_property
    def arc_starts(self):
        """For each cell the epoch at which its arc starts."""
        starts = {}
        for key in sorted(self.cells):
            i, name, kind = key
            starts[key] = starts.get((i - 1, name, kind), i)
        return starts


def as_list(lines):
    return [lines] if isinstance(lines, str) else list(lines)


def make_sky(version, channels, seed):
    rng = random.Random(seed)
    tracked, epochs, gone, speed = [], [], list(range(1, 33)), {}
    rng.shuffle(gone)
    for i in range(EPOCHS):
        for _ in range(8 if i == 0 else rng.choice([0] * 12 + [1])):
            if len(tracked) < 10:
                tracked.append(gone.pop(0))
        if i and rng.random() < 0.06:  # one sets as another rises
            at = rng.randrange(len(tracked))
            gone.append(tracked[at])
            tracked[at] = gone.pop(0)
        if len(tracked) > 6 and rng.random() < 0.04:
            gone.append(tracked.pop(rng.randrange(len(tracked))))
        sats = {}
        for number in tracked if channels else sorted(tracked):
            base, slope, bend = speed.setdefault(number, (rng.uniform(2e7, 3e7), rng.uniform(-9e3, 9e3), rng.uniform(-5, 5)))
            code = base + slope * i + bend * i * i / 2 + rng.uniform(-1, 1)
            lost = rng.random() < 0.01
            sats[f"G{number:02d}"] = [None if lost else round(code, 3), None if rng.random() < 0.02 else round(code * 5.25, 3)]
        epochs.append(sats)
    return Sky(version, epochs)


@dataclass
class Packed:
    """Hatanaka text by lines, and where each epoch's begin."""

    sky: Sky
    lines: list
    starts: list

    def __post_init__(self):
        self.at_start = {line: epoch for epoch, line in enumerate(self.starts)}

    def without(self, first, end):
        return b"".join(self.lines[:first] + self.lines[end:])

    def is_deceptive(self, left):
        """Whether between two epoch lines of those left there are as many lines as the first one's epoch has, and they are not
        its own, or the second is not the next: nothing but the time can show that."""
        heads = [i for i, line in enumerate(left) if line in self.at_start]
        for head, end in zip(heads, [*heads[1:], len(left)]):
            epoch = self.at_start[left[head]]
            size = 2 + len(self.sky.epochs[epoch])
            following = self.starts[epoch] + size
            if end - head == size and left[head : end + 1] != list(range(self.starts[epoch], following + (end < len(left)))):
                return True
        return False


@pytest.fixture(scope="module", params=[(2, False), (2, True), (3, False), (3, True)], ids="2 2-channels 3 3-channels".split())
def packed(request):
    version, channels = request.param
    sky = make_sky(version, channels, f"{version} {channels}")
    crx, _ = succeed("convert", "-", "--to", "crinex", data=sky.text())
    lines = crx.splitlines(keepends=True)
    at = [i for i, line in enumerate(lines) if b"END OF HEADER" in line][0] + 1
    starts = []
    for sats in sky.epochs:
        starts.append(at)
        at += 2 + len(sats)
    assert at == len(lines)
    return Packed(sky, lines, starts)


def epoch_of(row):
    hours, minutes, seconds = (float(part) for part in row.time[11:].split(":"))
    return round((hours * 3600 + minutes * 60 + seconds) / STEP)


def cells_of(rows):
    return {
        (epoch_of(r), r.sat, kind): getattr(r, kind) for r in rows for kind in KINDS.values() if getattr(r, kind) is not None
    }


def read(data):
    status, rows, said = run("query", "-", "--salvage", "--format", "csv", data=data)
    assert status == 0, said
    return cells_of(parse_rows(rows)), said


def salvaged(packed, data):
    """The cells that come out, all of them right."""
    cells, said = read(data)
    truth = packed.sky.cells
    wrong = [key for key, value in cells.items() if truth.get(key) != value]
    assert not wrong, f"{len(wrong)} wrong values such as {wrong[:3]}; said {said}"
    last = max(epoch for epoch, _, _ in cells)
    assert said.strip() or cells == {k: v for k, v in truth.items() if k[0] <= last}, "epochs are gone, and nothing is said"
    return cells


def saved_by_rnxcmp(packed, data):
    """How many right cells crx2rnx -s saves."""
    _, stdout, _ = rnxcmp("crx2rnx", data, "-s")
    truth = packed.sky.cells
    return sum(truth.get(key) == value for key, value in read(stdout)[0].items()) if b"END OF HEADER" in stdout else 0


def expect_return(packed, epoch, cells):
    """All that was there before an epoch, and from `SURE` epochs after it on all whose arcs started after it."""
    starts = packed.sky.arc_starts
    due = [k for k in packed.sky.cells if k[0] < epoch or (starts[k] > epoch and k[0] >= epoch + SURE)]
    lost = [key for key in due if key not in cells]
    assert not lost, f"{len(lost)} of {len(due)} lost by damage in epoch {epoch}, such as {lost[:3]}"


def test_a_line_lost(packed):
    """Of the clock or a satellite, in turn: arcs that start after it are known, whatever came before."""
    rng = random.Random(1)
    kept = kept_by_rnxcmp = 0
    for _ in range(12):
        epoch = rng.randrange(1, EPOCHS - 2)
        line = packed.starts[epoch] + rng.randrange(1, 2 + len(packed.sky.epochs[epoch]))
        data = packed.without(line, line + 1)
        cells = salvaged(packed, data)
        expect_return(packed, epoch, cells)
        kept += len(cells)
        if garco_program.RNXCMP:
            kept_by_rnxcmp += saved_by_rnxcmp(packed, data)
    assert kept >= kept_by_rnxcmp


def test_a_line_doubled_or_strange(packed):
    rng = random.Random(2)
    for _ in range(10):
        epoch = rng.randrange(1, EPOCHS - 2)
        line = packed.starts[epoch] + rng.randrange(1, 2 + len(packed.sky.epochs[epoch]))
        junk = rng.choice([packed.lines[line], b"\n", b"junk\n", b"x" * 70000 + b"\n", b"\0" * 100 + b"\n"])
        data = b"".join(packed.lines[:line] + [junk] + packed.lines[line:])
        expect_return(packed, epoch, salvaged(packed, data))


def test_lines_lost(packed):
    """Holes of any size at any place, one or several."""
    rng = random.Random(3)
    kept = kept_by_rnxcmp = deceptive = 0
    for _ in range(30):
        left = list(range(len(packed.lines)))
        for _ in range(rng.choice([1, 1, 2, 3])):
            first = rng.randrange(packed.starts[1], len(left))
            del left[first : first + rng.choice([1, 1, 2, 3, 5, 7, 20, 50, 200, 1000])]
        if packed.is_deceptive(left):
            deceptive += 1
            continue
        data = b"".join(packed.lines[line] for line in left)
        kept += len(salvaged(packed, data))
        if garco_program.RNXCMP:
            kept_by_rnxcmp += saved_by_rnxcmp(packed, data)
    assert kept >= kept_by_rnxcmp and deceptive < 10


def test_holes_that_end_with_an_epoch(packed):
    """The next epoch line there is is not the next of the file: behind two lost ones it gives the right time, as 00:00:30 and
    00:01:30 have the same seconds, and behind twenty the right minute."""
    rng = random.Random(4)
    for epochs in [0, 1, 2, 3, 4, 6, 19, 20, 21, 40, 60] * 2:
        epoch = rng.randrange(1, EPOCHS - 2 - epochs)
        first = packed.starts[epoch] + rng.randrange(1, 2 + len(packed.sky.epochs[epoch]))
        salvaged(packed, packed.without(first, packed.starts[epoch + 1 + epochs]))


def test_text_made_of_it_is_sound(packed, tmp_path):
    rng = random.Random(5)
    for form in ["rinex", "crinex"] * 3:
        epoch = rng.randrange(1, EPOCHS // 2)
        line = packed.starts[epoch] + 2
        data = packed.without(line, line + 1)
        made, _ = succeed("convert", "-", "--salvage", "--to", form, data=data)
        rows, _ = succeed("query", "-", "--format", "csv", data=made)
        expected, _ = succeed("query", "-", "--salvage", "--format", "csv", data=data)
        assert rows == expected
        if garco_program.RNXCMP and form == "rinex":
            status, crx, said = rnxcmp("rnx2crx", made)
            assert status == 0, said
