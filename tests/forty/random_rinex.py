"""Random well-formed RINEX 2 and 3 files, and what is in them.

SPDX-License-Identifier: Apache-2.0

Hypothesis draws the shape (systems, types, satellites, epochs, events, what is missing) and a seed for the digits, so
that a failure shrinks to a small shape. A file is its header and a list of blocks: an epoch or an event, its lines,
and the rows that a reader must give for it.
"""

import random
from dataclasses import dataclass, field

from garco_program import POWER_FAILURE, Row
from hypothesis import strategies as st
from rinex_text import (
    comment,
    epoch2,
    epoch3,
    event2,
    event3,
    header2,
    header3,
    labelled,
    satellite2,
    satellite3,
    text,
    types2,
    types3,
)

# Version 2 types that GPS, GLONASS and Galileo can have, and the codes that they map to where P1 and P2 are listed.
TYPES_2 = "C1 L1 D1 S1 P1 P2 L2 D2 S2 C2 C5 L5 D5 S5 C7 L7 D7 S7".split()
CODES_2 = {
    "G": {"C1": "1C", "P1": "1W", "C2": "2X", "P2": "2W", "1": "1C", "2": "2W", "5": "5X"},
    "R": {"C1": "1C", "P1": "1P", "C2": "2C", "P2": "2P", "1": "1C", "2": "2P"},
    "E": {"1": "1X", "5": "5X", "7": "7X"},
}
PAIRS_3 = {
    "G": ["1C", "1W", "2W", "2L", "5X", "1L"],
    "R": ["1C", "1P", "2C", "2P"],
    "E": ["1X", "5X", "7X", "8Q"],
    "C": ["2I", "7I", "6I"],
    "J": ["1C", "2L"],
    "S": ["1C", "5I"],
}
ATTRIBUTE = {"C": "range", "P": "range", "L": "phase", "D": "doppler", "S": "snr"}


@dataclass
class Block:
    lines: list
    rows: list = field(default_factory=list)
    is_event: bool = False
    new_types: bool = False
    satellites: int = 0
    fields: int = 0


@dataclass
class File:
    version: int
    header: list
    blocks: list

    def text(self, end="\n"):
        return text(self.header, *[b.lines for b in self.blocks], end=end)

    def rows(self):
        return [r for b in self.blocks for r in b.rows]


def code_2(system, kind, listed):
    """The two-character code of a version 2 type, None where the system has none."""
    codes = CODES_2[system]
    if kind in codes:
        return codes[kind]
    if kind[0] in "CP" and system != "E" and kind[1] in "12":
        return None
    if kind[0] == "P" or kind[1] not in codes:
        return None
    if kind[1] == "2" and kind[0] in "LDS" and "P2" not in listed:
        return ("2X" if system == "G" else "2C") if "C2" in listed else ("2W" if system == "G" else "2C")
    return codes[kind[1]]


def draw_value(rng, kind):
    """Thousandths, of a size that the kind has, now and then an edge of F14.3."""
    if rng.random() < 0.02 and kind != "S":
        return rng.choice([9999999999999, -999999999999, 1, -1, 999, -999])
    if kind == "S":
        return rng.randrange(1000, 99999)
    if kind == "D":
        return rng.choice([0, rng.randrange(-9999999, 9999999)])
    return rng.randrange(15000000000, 45000000000) if kind in "CP" else rng.randrange(-(10**12) + 1, 10**12)


def thousandths(value):
    sign = "-" if value < 0 else ""
    return f"{sign}{abs(value) // 1000}.{abs(value) % 1000:03d}"


def seconds_of(tick):
    """Ticks of 100 ms since midnight: label and ISO text."""
    minutes, rest = divmod(tick, 600)
    hours, minutes = divmod(minutes, 60)
    return hours, minutes, rest / 10, f"T{hours:02d}:{minutes:02d}:{rest // 10:02d}.{rest % 10}00"


class Maker:
    """Fills an epoch: fields as text, and the rows that they mean."""

    def __init__(self, version, rng, missing, zeros):
        self.version, self.rng, self.missing, self.zeros = version, rng, missing, zeros

    def satellite(self, name, kinds, codes, time, extra_flags):
        """Fields of one satellite, and its rows; `codes` holds the row's code of each kind, None where it has none."""
        cells, rows = [], {}
        for kind, code in zip(kinds, codes):
            cell, value, lli = self.field(kind) if code else (None, None, 0)
            cells.append(cell)
            if value is not None:
                values = rows.setdefault(code, {"flags": extra_flags})
                values[ATTRIBUTE[kind[0]]] = value * 10
                values["flags"] |= self.flags(lli)
        return cells, [Row(time, name, code, **values) for code, values in rows.items()]

    def field(self, kind):
        rng = self.rng
        if rng.random() < self.missing:
            return None, None, 0
        if rng.random() < self.zeros:
            return (rng.choice(["0.000", ".000"]), " ", " "), 0 if kind[0] == "D" else None, 0
        value = draw_value(rng, kind[0])
        lli = rng.choice([0, 0, 0, 1, 2, 3, 4, 5, 7]) if kind[0] == "L" else 0
        return (
            (
                thousandths(value),
                rng.choice([str(lli), str(lli), " " if lli == 0 else str(lli)]),
                rng.choice(" 0123456789"),
            ),
            value,
            lli,
        )

    def flags(self, lli):
        return (lli & 3) | (8 if self.version == 2 else 4) * (lli >> 2)


def draw_clock(rng, width):
    """F12.9 or F15.12 with the point where RNXCMP wants it."""
    digits = width - 3
    value = rng.randrange(10**digits)
    head = rng.choice(["  ", " -", " 1", "-2", "12"])
    return f"{head}.{value:0{digits}d}"


@st.composite
def names_of(draw, systems, most):
    """Distinct satellites, in any order; version 2 may leave out the letter of the file's system."""
    numbers = draw(
        st.lists(st.tuples(st.sampled_from(systems), st.integers(1, 32)), min_size=0, max_size=most, unique=True)
    )
    return [f"{s}{n:02d}" for s, n in numbers]


def written_2(name, rng, system):
    """The satellite as an old writer might put it: blank letter, blank-padded number."""
    letter = " " if name[0] == system and rng.random() < 0.3 else name[0]
    return f"{letter}{int(name[1:]):2d}" if rng.random() < 0.3 else letter + name[1:]


@st.composite
def files_2(draw, most_epochs=6, most_satellites=16, events=True):
    rng = random.Random(draw(st.integers(0, 2**32)))
    systems = draw(st.lists(st.sampled_from("GRE"), min_size=1, max_size=3, unique=True))
    types = draw(st.lists(st.sampled_from(TYPES_2), min_size=1, max_size=18, unique=True))
    letter = "M" if len(systems) > 1 else systems[0]
    header_letter = draw(st.sampled_from([letter, "" if letter == "G" else letter]))
    maker = Maker(2, rng, draw(st.sampled_from([0.0, 0.2, 0.6, 1.0])), draw(st.sampled_from([0.0, 0.1])))
    header = header2(types, header_letter, version=draw(st.sampled_from(["2.11", "2.10", "2"])))
    tick, blocks = draw(st.integers(0, 400000)), []
    for _ in range(draw(st.integers(1, most_epochs))):
        if events and draw(st.integers(0, 4)) == 0:
            block, types = draw_event_2(draw, types)
            blocks.append(block)
        tick += draw(st.sampled_from([1, 10, 150, 300, 6000]))
        names = draw(names_of(systems, most_satellites))
        blocks.append(
            epoch_block_2(
                rng, maker, types, names, tick, draw(st.sampled_from([0, 0, 0, 1])), letter if letter != "M" else "G"
            )
        )
    return File(2, header, blocks)


def epoch_block_2(rng, maker, types, names, tick, flag, letter):
    hours, minutes, seconds, iso = seconds_of(tick)
    number = rng.choice(["{:2d}", "{:02d}"])
    date = f" 24{number.format(1):>3}{number.format(1):>3} {number.format(hours)} {number.format(minutes)}"
    clock = draw_clock(rng, 12) if rng.random() < 0.3 else ""
    block = Block(epoch2(seconds, [written_2(n, rng, letter) for n in names], flag, date, clock), satellites=len(names))
    for name in names:
        codes = [code_2(name[0], t, types) for t in types]
        cells, rows = maker.satellite(name, types, codes, "2024-01-01" + iso, POWER_FAILURE if flag else 0)
        block.lines += satellite2(cells)
        block.rows += rows
        block.fields += sum(c is not None for c in cells)
    return block


def draw_event_2(draw, types):
    which = draw(st.sampled_from(["comments", "site", "moving", "external", "types"]))
    if which == "types":
        types = draw(st.lists(st.sampled_from(TYPES_2), min_size=1, max_size=12, unique=True))
        return Block(event2(4, [*types2(types), comment("other types")]), is_event=True, new_types=True), types
    if which == "comments":
        return Block(event2(4, [comment("spliced")] * draw(st.integers(0, 12))), is_event=True), types
    if which == "site":
        return Block(event2(3, [labelled("ABCD", "MARKER NAME")]), is_event=True), types
    if which == "moving":
        return Block(event2(2, count=draw(st.sampled_from([False, 0]))), is_event=True), types
    return Block(event2(5, date=" 24  1  1  0  0  1.0000000"), is_event=True), types


@st.composite
def files_3(draw, most_epochs=6, most_satellites=16, events=True):
    rng = random.Random(draw(st.integers(0, 2**32)))
    systems = draw(st.lists(st.sampled_from("GRECJS"), min_size=1, max_size=4, unique=True))
    types = {s: draw(types_of(s)) for s in systems}
    maker = Maker(3, rng, draw(st.sampled_from([0.0, 0.2, 0.6, 1.0])), draw(st.sampled_from([0.0, 0.1])))
    header = header3(types, version=draw(st.sampled_from(["3.00", "3.03", "3.04", "3.05", "4.00"])))
    tick, blocks = draw(st.integers(0, 400000)), []
    for _ in range(draw(st.integers(1, most_epochs))):
        if events and draw(st.integers(0, 4)) == 0:
            blocks.append(draw_event_3(draw, types))
        tick += draw(st.sampled_from([1, 10, 150, 300, 6000]))
        names = draw(names_of(systems, most_satellites))
        blocks.append(epoch_block_3(rng, maker, types, names, tick, draw(st.sampled_from([0, 0, 0, 1]))))
    return File(3, header, blocks)


@st.composite
def types_of(draw, system):
    return draw(
        st.lists(
            st.sampled_from([kind + pair for pair in PAIRS_3[system] for kind in "CLDS"]),
            min_size=1,
            max_size=16,
            unique=True,
        )
    )


def epoch_block_3(rng, maker, types, names, tick, flag):
    hours, minutes, seconds, iso = seconds_of(tick)
    clock = draw_clock(rng, 15) if rng.random() < 0.3 else ""
    block = Block(
        epoch3(seconds, len(names), flag, f"> 2024 01 01 {hours:02d} {minutes:02d}", clock), satellites=len(names)
    )
    for name in names:
        kinds = types[name[0]]
        cells, rows = maker.satellite(
            name, kinds, [k[1:] for k in kinds], "2024-01-01" + iso, POWER_FAILURE if flag else 0
        )
        block.lines += satellite3(name, cells)
        block.rows += rows
        block.fields += sum(c is not None for c in cells)
    return block


def draw_event_3(draw, types):
    """Header lines in an event replace one system's types; `types` is changed in place for what follows."""
    which = draw(st.sampled_from(["comments", "site", "moving", "external", "types"]))
    if which == "types":
        system = draw(st.sampled_from(sorted(types)))
        types[system] = draw(types_of(system))
        return Block(event3(4, [*types3(system, types[system]), comment("other types")]), is_event=True, new_types=True)
    if which == "comments":
        return Block(event3(4, [comment("spliced")] * draw(st.integers(0, 12))), is_event=True)
    if which == "site":
        return Block(event3(3, [labelled("ABCD", "MARKER NAME")]), is_event=True)
    if which == "moving":
        return Block(event3(2, count=draw(st.sampled_from([False, 0]))), is_event=True)
    return Block(event3(5, date="> 2024 01 01 00 00  1.0000000"), is_event=True)
