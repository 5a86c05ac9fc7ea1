"""Test 37: holes in Hatanaka text.

SPDX-License-Identifier: Apache-2.0

The file has nine epochs of two satellites, 30 s apart and re-initialised every third epoch, four lines an epoch.
"""

from collections import Counter

import pytest
from garco_program import assert_rows, parse_rows, rnxcmp, row, run, salvage
from rinex_text import epoch2, header2, labelled, satellite2, text
from test_31_38 import cells, h_hole_plain, h_hole_rows


def cells_of_crx2rnx(crx):
    """What crx2rnx -s saves of it, read back through garco from plain text."""
    status, stdout, _ = rnxcmp("crx2rnx", crx, "-s")
    if b"END OF HEADER" not in stdout:
        return Counter()
    status, rows, _ = run("query", "-", "--salvage", "--format", "csv", data=stdout)
    return cells(parse_rows(rows)) if status == 0 else Counter()


@pytest.fixture(params=[2, 3])
def holed(request, hatanaka):
    """The file re-initialised every third epoch: lines, and the index where its body starts."""
    lines = hatanaka(h_hole_plain(request.param), "-e", "3").decode().split("\n")[:-1]
    return lines, [i for i, line in enumerate(lines) if "END OF HEADER" in line][0] + 1


def without(lines, first, count):
    return "".join(line + "\n" for line in lines[:first] + lines[first + count :]).encode()


def group_starts(lines):
    return [i for i, line in enumerate(lines) if line.startswith(("&24", "> 2024"))]


def test_37_h_hole_off_the_grid(holed):
    """One to three lines cut anywhere: no false value, all epochs outside the group of three kept, more than crx2rnx -s
    saves. Where an initialised line is cut, the epoch before it may be taken for one of too many lines."""
    kept = [cut_everywhere(*holed, count) for count in (1, 2, 3)]
    assert sum(ours for ours, _ in kept) > sum(theirs for _, theirs in kept), kept


def cut_everywhere(lines, body, count):
    """`count` lines cut at each place: cells kept, by garco and by crx2rnx -s."""
    truth = cells(h_hole_rows())
    starts = [*group_starts(lines), len(lines)]
    kept = kept_by_rnxcmp = 0
    for first in range(body, len(lines) - count + 1):
        damaged = without(lines, first, count)
        rows, said = salvage(damaged)
        got = cells(rows)
        where = f"lines {first + 1} to {first + count} cut"
        assert not got - truth, f"{where}: false values {list((got - truth).elements())[:4]}"
        touched = {k for k in range(3) if starts[k] < first + count and first < starts[k + 1]}
        doubtful = {3 * k - 1 for k in range(1, 3) if first <= starts[k] < first + count}
        whole = Counter({c: 1 for c in truth if epoch_index(c) // 3 not in touched and epoch_index(c) not in doubtful})
        assert not whole - got, f"{where}: lost {list((whole - got).elements())[:4]}"
        if first + count < len(lines):
            assert said.strip(), f"{where}: nothing is said"
        kept += sum(got.values())
        kept_by_rnxcmp += sum((cells_of_crx2rnx(damaged) & truth).values())
    return kept, kept_by_rnxcmp


def epoch_index(cell):
    return (int(cell[0][14:16]) * 60 + int(cell[0][17:19])) // 30


def test_37_h_hole_or_another_interval(hatanaka):
    """A step that comes three times in a row is the interval from then on, and no gap any more; the next gap is one."""
    interval = labelled(f"{1:10.3f}", "INTERVAL")
    seconds = [0, 1, 2, 7, 12, 17, 22, 27, 32, 42]
    one = [part for s in seconds for part in (epoch2(s, ["G01"]), satellite2([20000000.0 + s]))]
    rows, said = salvage(hatanaka(text(header2(["C1"], extra=[interval]), *one)))
    assert_rows(rows, [row(s, "G01", "1C", 20000000.0 + s) for s in seconds])
    assert [int(line.split(":")[2]) for line in said.splitlines()] == [16, 19, 22, 34], said
    assert said.count("unverified") == 4


@pytest.mark.parametrize("epoch", range(9))
def test_37_h_hole_whole_epoch(holed, epoch):
    """A whole epoch cut: the arcs have a gap that no count betrays, so until their next `n&` they are unverified."""
    lines, body = holed
    rows, said = salvage(without(lines, body + 4 * epoch, 4))
    truth = cells(h_hole_rows())
    got = cells(rows)
    safe = Counter(
        {
            c: 1
            for c in truth
            if epoch_index(c) != epoch and (epoch_index(c) // 3 != epoch // 3 or epoch_index(c) < epoch)
        }
    )
    assert not safe - got, f"lost {list((safe - got).elements())[:4]}"
    # The epochs after the gap in its group are differences to what is not there. The last epoch of a group leaves none,
    # and without the first nothing of the group is known, which is another damage.
    false = got - truth
    if epoch % 3 == 1:
        line = body + 4 * epoch + 1
        assert false and f":{line}: " in said and "unverified until they start anew" in said, said
    elif epoch % 3 == 0:
        assert said.strip() and (not false or "unverified" in said), said
    else:
        assert not false and not said.strip(), said
