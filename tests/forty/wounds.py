"""Damage to the lines of a random file, and what must survive it.

SPDX-License-Identifier: Apache-2.0

What counts as touched, and so what may be lost:

- A block is an epoch or an event with all its lines. Damage touches the block whose line it cuts, changes, repeats, makes
  endless or drops, and the next block too where it takes the line end between them. A junk line between two blocks touches
  neither: the block before it is complete by its own count, and the next one is known by its shape.
- Plain text: an epoch whose lines are whole must be there with all its rows and values, whatever happened to its
  neighbours: an epoch line is known by its shape in both versions, so a count
  that lies, a missing line or an event that claims too many lines costs its own block only. Time that seems to go
  back is no reason to drop a sound epoch. One exception: where an epoch line of version 2 is touched, the epoch
  before it may be lost, since the satellites' lines that follow bear no names and may as well be surplus of that one,
  with its values shifted.
- Where the touched block is an event that brings new types of observations, nothing that follows is asked for, since
  no reader can know what its columns mean.
- Hatanaka text: a block must be there if it and all blocks back to the last initialised one (`&` in version 1, `>` in
  version 3) are untouched, and no junk stands between them; differences after a hole have nothing to stand on. Its
  lines bear no names in either version: where the line after a block is touched or junk, that block may be lost too.
- A line that is gone is missed: where rows are gone and something is left of their block, something is said. A whole
  block that is gone leaves no trace in plain text, and what is cut behind a field is a line that ends there.
- Values in touched blocks may be wrong (a flipped digit is a digit); that is asked for elsewhere, where damage can be
  seen.
"""

from collections import Counter
from dataclasses import dataclass, replace

from garco_program import parse_rows, run
from hypothesis import strategies as st

POSITION = st.integers(0, 2**30)
WOUNDS = st.one_of(
    st.tuples(st.just("flip"), POSITION, POSITION, st.integers(0, 255)),
    st.tuples(st.just("flip"), POSITION, POSITION, st.sampled_from(list(b"0123456789 .&>-G\n\r\t\0"))),
    st.tuples(st.just("drop"), POSITION),
    st.tuples(st.just("drop some"), POSITION, st.integers(2, 6)),
    st.tuples(st.just("cut"), POSITION, POSITION),
    st.tuples(st.just("repeat"), POSITION),
    st.tuples(st.just("junk"), POSITION, st.binary(max_size=90)),
    st.tuples(st.just("hole"), POSITION, POSITION, st.sampled_from([1, 16, 80, 500, 4096])),
    st.tuples(st.just("long"), POSITION, st.sampled_from([b"x", b" ", b"9", b"&", b">"])),
    st.tuples(st.just("end"), POSITION, POSITION),
)


@dataclass
class Line:
    bytes: bytes
    block: int | None  # None: junk
    is_head: bool = False


class Wounded:
    """The lines of a body; wounds change lines and remember the blocks."""

    def __init__(self, blocks):
        self.lines = [Line(line, k, i == 0) for k, b in enumerate(blocks) for i, line in enumerate(b)]
        self.touched, self.headless = set(), set()  # blocks, and those whose first line is touched
        self.gaps = set()  # blocks with junk before them

    def strike(self, wound):
        if self.lines:
            kind, at = wound[0], wound[1] % len(self.lines)
            getattr(self, kind.replace(" ", "_"))(at, *wound[2:])

    def touch(self, at):
        if at < len(self.lines) and self.lines[at].block is not None:
            self.touched.add(self.lines[at].block)
            if self.lines[at].is_head:
                self.headless.add(self.lines[at].block)

    def flip(self, at, column, byte):
        old = self.lines[at].bytes
        column %= len(old)
        if old[column] == byte:
            return
        self.touch(at)
        if column == len(old) - 1:
            self.touch(at + 1)
        self.lines[at].bytes = old[:column] + bytes([byte]) + old[column + 1 :]

    def drop(self, at):
        self.touch(at)
        del self.lines[at]

    def drop_some(self, at, count):
        for _ in range(min(count, len(self.lines) - at)):
            self.drop(at)

    def cut(self, at, column):
        old = self.lines[at].bytes
        if len(old) > 1:
            self.touch(at)
            self.lines[at].bytes = old[: column % (len(old) - 1)] + b"\n"

    def repeat(self, at):
        self.touch(at)
        self.lines.insert(at, replace(self.lines[at]))

    def junk(self, at, junk):
        """Between two blocks it touches neither; the place is noted."""
        if at > 0 and self.lines[at - 1].block == self.lines[at].block:
            self.touch(at)
        self.gaps.add(self.lines[at].block)
        self.lines.insert(at, Line(junk.replace(b"\n", b"").replace(b"\r", b"") + b"\n", None))

    def hole(self, at, column, size):
        """Bytes of this line and those behind it are NUL, line ends among them."""
        start, end, text, count = column % len(self.lines[at].bytes), column % len(self.lines[at].bytes) + size, b"", 0
        while len(text) <= end and at + count < len(self.lines):
            text += self.lines[at + count].bytes
            self.touch(at + count)
            count += 1
        torn = text[:start] + bytes(len(text[start:end])) + text[end:]
        self.lines[at : at + count] = [replace(self.lines[at], bytes=torn)]

    def long(self, at, byte):
        self.touch(at)
        self.lines[at].bytes = byte * 66000 + b"\n"

    def end(self, at, column):
        """The file ends within this line."""
        for k in range(at, len(self.lines)):
            self.touch(k)
        old = self.lines[at].bytes
        self.lines[at].bytes = old[: column % len(old)]
        del self.lines[at + (column % len(old) > 0) :]


def wounded(header, blocks, wounds):
    """The wounded file as bytes, and its wounds; `blocks` are lists of lines as bytes with their ends."""
    body = Wounded(blocks)
    for wound in wounds:
        body.strike(wound)
    return header + b"".join(line.bytes for line in body.lines), body


def sound(file, body, initialised=None):
    """Rows that must survive: of untouched blocks with an untouched chain behind them, known types and no doubt after them.
    `initialised` says which blocks of Hatanaka text need nothing before them; plain text has none that do."""
    rows, chain = [], True
    for k, block in enumerate(file.blocks):
        if k in body.touched and block.new_types:
            break
        alone = initialised is None or initialised[k]
        chain = (chain and k not in body.gaps or alone) and k not in body.touched
        if chain and not doubtful(file, body, k + 1, initialised is not None):
            rows += block.rows
    return rows


def doubtful(file, body, after, hatanaka):
    """Whether what follows a block may be taken for surplus lines of it."""
    if hatanaka:
        return after in body.headless or after in body.gaps
    return file.version == 2 and after in body.headless and not file.blocks[after].is_event


def check(file, data, body, wounds, initialised=None):
    status, stdout, stderr = run("query", "-", "--salvage", "--format", "csv", data=data)
    assert status == 0, stderr
    got = Counter(parse_rows(stdout))
    lost = Counter(sound(file, body, initialised)) - got
    assert not lost, f"touched {sorted(body.touched)}, lost {list(lost.elements())[:4]}; said {stderr!r}"
    if (
        {wound[0] for wound in wounds} == {"drop"}
        and body.touched <= {line.block for line in body.lines}
        and Counter(file.rows()) - got
    ):
        assert stderr.strip(), f"touched {sorted(body.touched)}: rows are gone and nothing is said"


def encoded(lines):
    return [line.encode("latin-1") + b"\n" for line in lines]
