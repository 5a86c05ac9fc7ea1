"""Test 39: damage, of each kind that is seen in the wild.

SPDX-License-Identifier: Apache-2.0

Without --salvage the first damage is an error with its place; with it, damage costs what it touches and is reported
with its place. What is no damage at all (CRLF, a byte-order mark, blank lines at the end) is read either way.
"""

import re
from collections import Counter

import garco_program
import pytest
from garco_program import assert_rows, info, parse_rows, query, refuse, row, run, salvage, succeed
from rinex_text import comment, crinex, end_of_header, epoch2, epoch3, header2, header3, satellite2, satellite3, text

TIMES = (0, 15, 30, 45)
PLACE = re.compile(r":[0-9]+:|byte [0-9]+")


def value(seconds, k):
    return 20000000.125 + 1000.5 * k + seconds, 105000000.25 + 5000.5 * k + 5 * seconds


def rows_at(*times):
    return [row(s, name, "1C", *value(s, k)) for s in times for k, name in enumerate(["G01", "G02"])]


def epoch_of_2(seconds, satellites=("G01", "G02"), count=None, label=None):
    return [
        *epoch2(seconds if label is None else label, list(satellites), count=count),
        *[
            line
            for k, _ in enumerate(satellites)
            for line in satellite2([(v, " ", "7") for v in value(seconds, k % 2)])
        ],
    ]


def epoch_of_3(seconds, satellites=("G01", "G02"), count=None, label=None):
    return [
        *epoch3(seconds if label is None else label, len(satellites) if count is None else count),
        *[
            line
            for k, name in enumerate(satellites)
            for line in satellite3(name, [(v, " ", "7") for v in value(seconds, k % 2)])
        ],
    ]


VERSIONS = {2: (header2(["C1", "L1"]), epoch_of_2), 3: (header3({"G": ["C1C", "L1C"]}), epoch_of_3)}
version = pytest.mark.parametrize("version", VERSIONS)


def whole(version, times=TIMES, end="\n"):
    header, epoch = VERSIONS[version]
    return text(header, *[epoch(s) for s in times], end=end)


def parts(version):
    return VERSIONS[version]


def harmless(data, expected):
    """Read with and without --salvage, and no damage."""
    assert_rows(query(data), expected)
    assert_rows(query(data, "--salvage"), expected)
    assert info(data)["damaged"] == 0


def reported(data):
    """Refused with its place; by salvage read, and the place named. Gives the rows."""
    assert PLACE.search(refuse("query", "-", data=data))
    rows, said = salvage(data)
    assert PLACE.search(said), f"no line or byte in {said!r}"
    assert info(data, "--salvage")["damaged"] >= 1
    return rows


# ------------------------------------------------------------------ no damage


@version
@pytest.mark.parametrize("end", ["\r\n", "\r"], ids=["CRLF", "CR"])
def test_39_damage_line_ends(version, end):
    harmless(whole(version, end=end), rows_at(*TIMES))


@version
def test_39_damage_mixed_line_ends(version):
    lines = whole(version).split(b"\n")[:-1]
    harmless(b"".join(line + (b"\r\n" if k % 3 else b"\n") for k, line in enumerate(lines)), rows_at(*TIMES))


@version
def test_39_damage_byte_order_mark(version):
    harmless(b"\xef\xbb\xbf" + whole(version), rows_at(*TIMES))


@version
def test_39_damage_blank_first_line(version):
    harmless(b"\n" + whole(version), rows_at(*TIMES))


@version
def test_39_damage_no_final_line_end(version):
    harmless(whole(version)[:-1], rows_at(*TIMES))


@version
@pytest.mark.parametrize(
    "tail", [b"\n", b"\n\n\n", b"   \n", b" " * 80 + b"\n\n", b"\r\n"], ids=["LF", "LFs", "blanks", "long", "CRLF"]
)
def test_39_damage_blank_tail(version, tail):
    harmless(whole(version) + tail, rows_at(*TIMES))


@version
def test_39_damage_header_of_other_letters(version):
    """UTF-8 and Latin-1 in a comment shift no label that counts."""
    header, epoch = parts(version)
    data = text(header[:1], comment("station"), header[1:], epoch(0)).replace(
        b"station", "Universit\u00e9 \u00e0 c\u00f4t\u00e9".encode() + b" \xe9\xff"
    )
    harmless(data, rows_at(0))


# ------------------------------------------------------------------ truncation at every byte


def hatanaka_form(version):
    """The same file as rnx2crx writes it, stated by hand."""
    header, _ = parts(version)
    first = ["3&20000000125 3&105000000250", "3&20001000625 3&105005000750"]
    flags = "  7 7" if version == 2 else " &7&7"
    lines = [
        "&24  1  1  0  0  0.0000000  0  2G01G02" if version == 2 else "> 2024 01 01 00 00  0.0000000  0  2      G01G02",
        "",
        *[f + flags for f in first],
    ]
    at = 16 if version == 2 else 19
    for s, token in ((15, "15000 75000"), (30, "0 0"), (45, "0 0")):
        digits = {15: "15", 30: "30", 45: "45"}[s]
        lines += [" " * at + digits, "", token, token]
    return crinex("1.0" if version == 2 else "3.0", header, *lines)


FILES = {
    f"{form}{v}": (whole if form == "plain" else hatanaka_form)(v) for form in ("plain", "hatanaka") for v in VERSIONS
}


@version
def test_39_damage_hatanaka_form(version, hatanaka):
    """The texts that are cut below are what they should be."""
    assert hatanaka_form(version).split(b"\n", 2)[2] == garco_program.from_line_3(hatanaka(whole(version)))
    harmless(hatanaka_form(version), rows_at(*TIMES))


def complete_epochs(data):
    """For each length in bytes, how many epochs are complete before it."""
    body = data.index(b"END OF HEADER")
    body = data.index(b"\n", body) + 1
    lines = data[body:].split(b"\n")[:-1]
    per = 4 if data.startswith((b"1.0", b"3.0")) else 3
    ends = [body + sum(len(line) + 1 for line in lines[: per * (k + 1)]) for k in range(len(lines) // per)]
    return ends


def as_cells(rows):
    return Counter(
        (r.time, r.sat, r.code, kind, getattr(r, kind))
        for r in rows
        for kind in ("range", "phase")
        if getattr(r, kind) is not None
    )


def leaves_no_trace(data, ends, size, hatanaka):
    """Cuts that no reader can tell from a sound file without a final line end: between epochs, within blanks, and in plain
    text behind a value or indicator of the last satellite, where fields may be left off, or before the count of
    satellites, which may be blank.
    """
    if any(size in (end, end - 1) for end in ends):
        return True
    start = data.rindex(b"\n", 0, size) + 1
    rest = data[start:size]
    if rest and not rest.strip():
        return True
    if hatanaka or not rest:
        return False
    if data[start:].startswith((b" 24", b"> 2024")):
        line = data[start : data.index(b"\n", start)]
        return len(line[: line.index(b"  0  2") + 3]) <= len(rest) <= line.index(b"  0  2") + 5
    name = 3 if rest[:1] == b"G" else 0
    tail = (len(rest) - name) % 16
    of_last_satellite = any(end == data.index(b"\n", size) + 1 for end in ends)
    return of_last_satellite and len(rest) >= name and (tail == 0 or tail >= 14 or not rest[-tail:].strip())


@pytest.mark.parametrize("name", FILES)
def test_39_damage_truncated_header(name):
    """At every byte before the first epoch is complete: an error or a report, and no false value."""
    data = FILES[name]
    truth = as_cells(rows_at(0))
    first = complete_epochs(data)[0]
    for size in range(first):
        status, stdout, stderr = run("query", "-", "--salvage", "--format", "csv", data=data[:size])
        got = as_cells(parse_rows(stdout)) if stdout else Counter()
        assert not got - truth, f"cut at byte {size}: false values {list((got - truth).elements())[:4]}"
        ends_well = status == 0 and leaves_no_trace(data, [*complete_epochs(data), end_of(data)], size, "hatanaka" in name)
        assert got or stderr.strip() or ends_well, f"cut at byte {size}: nothing is said"


def end_of(data):
    """Where the header ends."""
    return data.index(b"\n", data.index(b"END OF HEADER")) + 1


@pytest.mark.parametrize("name", FILES)
def test_39_damage_truncated_at_every_byte(tmp_path, name):
    """No false value, no complete epoch lost, and the place named; every cut is a file, all read in one run."""
    data = FILES[name]
    ends = complete_epochs(data)
    cuts = range(ends[0], len(data))
    paths = [tmp_path / f"cut{size}" for size in cuts]
    for path, size in zip(paths, cuts):
        path.write_bytes(data[:size])
    stdout, stderr = succeed("query", *paths, "--salvage", "--format", "csv")
    truth = as_cells(rows_at(*TIMES))
    pieces = split_files(parse_rows(stdout))
    assert len(pieces) == len(paths)
    for size, rows in zip(cuts, pieces):
        got = as_cells(rows)
        assert not got - truth, f"cut at byte {size}: false values {list((got - truth).elements())[:4]}"
        kept = as_cells(rows_at(*TIMES[: sum(end <= size for end in ends)]))
        assert not kept - got, f"cut at byte {size}: lost {list((kept - got).elements())[:4]}"
        said = "".join(line for line in stderr.splitlines() if f"cut{size}:" in line)
        assert leaves_no_trace(data, ends, size, "hatanaka" in name) or PLACE.search(
            said
        ), f"cut at byte {size}: the place is not named"


def split_files(rows):
    """Rows of many files, each of which starts with the first satellite of the first epoch."""
    first = rows_at(0)[0]
    starts = [k for k, r in enumerate(rows) if r == first] + [len(rows)]
    return [rows[a:b] for a, b in zip(starts, starts[1:])]


@pytest.mark.parametrize("name", FILES)
def test_39_damage_truncated_refused(name):
    """Without --salvage every cut within an epoch is an error of one line."""
    data = FILES[name]
    ends = complete_epochs(data)
    cuts = [
        size for size in range(ends[0] + 1, ends[-1] - 1) if not leaves_no_trace(data, ends, size, "hatanaka" in name)
    ]
    assert len(cuts) > 40
    for size in cuts:
        status, _, stderr = run("query", "-", data=data[:size])
        assert (
            status == 1 and stderr.count("\n") == 1 and PLACE.search(stderr)
        ), f"cut at byte {size}: {status} {stderr!r}"


# ------------------------------------------------------------------ non-text


@version
def test_39_damage_nul_between_epochs(version):
    header, epoch = parts(version)
    data = text(header, epoch(0)) + b"\0" * 40 + text(epoch(15)) + b"\0" * 4096 + text(epoch(30))
    assert_rows(reported(data), rows_at(0, 15, 30))


@version
def test_39_damage_nul_block_over_an_epoch(version):
    """Forty bytes of one epoch are NUL: it may be lost, its neighbours not, unless its epoch line is gone in version 2: then
    its satellites' lines, which bear no names, may as well be surplus of the epoch before."""
    header, epoch = parts(version)
    before, middle, after = text(header, epoch(0)), text(epoch(15)), text(epoch(30), epoch(45))
    for at in range(0, len(middle) - 40, 7):
        rows = reported(before + middle[:at] + b"\0" * 40 + middle[at + 40 :] + after)
        sure = (30, 45) if version == 2 and at < 38 else (0, 30, 45)
        assert not as_cells(rows_at(*sure)) - as_cells(rows), f"at {at}"


@version
def test_39_damage_nul_tail(version):
    rows, _ = salvage(whole(version) + b"\0" * 512)
    assert_rows(rows, rows_at(*TIMES))


@version
def test_39_damage_tab(version):
    """A tab stands for one blank, and by salvage only."""
    header, epoch = parts(version)
    lines = epoch(15)
    lines[0] = lines[0].replace("0  2", "0 \t2")
    assert "\t" in lines[0]
    assert_rows(reported(text(header, epoch(0), lines, epoch(30))), rows_at(0, 15, 30))


@version
def test_39_damage_modem_noise(version):
    header, epoch = parts(version)
    data = text(header, epoch(0), ["\xfe\x80~x}#\x01!{r\xff" * 3, "}}}"], epoch(15), ["NO CARRIER"], epoch(30))
    assert_rows(reported(data), rows_at(0, 15, 30))


# ------------------------------------------------------------------ headers


@version
def test_39_damage_concatenated(version):
    """A header in the middle, as `cat` makes it, is taken like an event with header lines."""
    rows, _ = salvage(whole(version, (0, 15)) + whole(version, (30, 45)))
    assert_rows(rows, rows_at(*TIMES))


@version
def test_39_damage_concatenated_other_types(version):
    """The second header's types hold for what follows it."""
    if version == 2:
        other = text(header2(["S1", "L1", "C1"]), epoch2(30, ["G03"]), satellite2([45.5, 1.5, 20000000.0]))
    else:
        other = text(header3({"G": ["S1C", "L1C", "C1C"]}), epoch3(30, 1), satellite3("G03", [45.5, 1.5, 20000000.0]))
    rows, _ = salvage(whole(version, (0, 15)) + other)
    assert_rows(rows, rows_at(0, 15) + [row(30, "G03", "1C", 20000000.0, 1.5, snr=45.5)])


@version
def test_39_damage_no_end_of_header(version):
    """The first line that is an epoch ends the header."""
    header, epoch = parts(version)
    assert header[-1:] == end_of_header()
    assert_rows(reported(text(header[:-1], epoch(0), epoch(15))), rows_at(0, 15))


# ------------------------------------------------------------------ epochs


@version
def test_39_damage_epoch_twice(version):
    """The second of two epochs of one label is reported; the first and the others are whole."""
    header, epoch = parts(version)
    rows = reported(text(header, epoch(0), epoch(15), epoch(15), epoch(30)))
    assert not Counter(rows_at(0, 15, 30)) - Counter(rows)
    assert not set(rows) - set(rows_at(0, 15, 30))


@version
def test_39_damage_epoch_back(version):
    """Time that goes back is reported; every epoch that is sound is kept."""
    header, epoch = parts(version)
    rows = reported(text(header, epoch(30), epoch(0), epoch(45)))
    assert not Counter(rows_at(30, 45)) - Counter(rows)
    assert not set(rows) - set(rows_at(0, 30, 45))


@version
@pytest.mark.parametrize("count", [1, 3])
def test_39_damage_count(version, count):
    """A count of satellites that is one off costs that epoch at most."""
    header, epoch = parts(version)
    rows = reported(text(header, epoch(0), epoch(15, count=count), epoch(30), epoch(45)))
    assert not Counter(rows_at(0, 30, 45)) - Counter(rows)
    assert not set(rows) - set(rows_at(*TIMES))


@version
@pytest.mark.parametrize("count", [1, 3])
def test_39_damage_count_of_the_last(version, count):
    header, epoch = parts(version)
    rows = reported(text(header, epoch(0), epoch(15, count=count)))
    assert not Counter(rows_at(0)) - Counter(rows)
    assert not set(rows) - set(rows_at(0, 15))


@version
@pytest.mark.parametrize("count", [12, 99, 999])
def test_39_damage_count_far_off(version, count):
    """A count that reaches over all that follows swallows none of it."""
    header, epoch = parts(version)
    rows = reported(text(header, epoch(0), epoch(15, count=count), epoch(30), epoch(45)))
    assert not Counter(rows_at(0, 30, 45)) - Counter(rows)


@version
def test_39_damage_satellite_twice(version):
    """The first line of a satellite counts, or the epoch is left out; never the second."""
    header, epoch = parts(version)
    rows = reported(text(header, epoch(0), epoch(15, satellites=["G01", "G01"]), epoch(30)))
    assert not Counter(rows_at(0, 30)) - Counter(rows)
    assert not set(rows) - set(rows_at(0, 15, 30))


# Fields that are no F14.3, and the number that salvage may take them for, if any.
BAD_FIELDS = {
    "2000012.34567x": None,
    "2.0D+07": 20000000.0,
    "20000012,345": 20000012.345,
    "20000000.1234": 20000000.1234,
    "nonsense": None,
    "20000015125": None,
    "1.234 5.678": None,
}


@version
@pytest.mark.parametrize("bad", BAD_FIELDS)
def test_39_damage_value(version, bad):
    """A field that is no number of three decimals costs its epoch at most."""
    header, epoch = parts(version)
    if version == 2:
        lines = [*epoch2(15, ["G01", "G02"]), *satellite2([bad, value(15, 0)[1]]), *satellite2(value(15, 1))]
    else:
        lines = [*epoch3(15, 2), *satellite3("G01", [bad, value(15, 0)[1]]), *satellite3("G02", value(15, 1))]
    rows = reported(text(header, epoch(0), lines, epoch(30)))
    assert not Counter(rows_at(0, 30)) - Counter(rows)
    surplus = (
        as_cells(rows)
        - as_cells(rows_at(0, 30))
        - as_cells([row(15, "G01", "1C", BAD_FIELDS[bad], value(15, 0)[1]), rows_at(15)[1]])
    )
    assert not surplus, f"false values {surplus}"


@version
def test_39_damage_touching_values(version):
    """Values that touch are told by columns."""
    header, _ = parts(version)
    fields = [("9999999999.999", "9", "9"), ("-999999999.999", "1", "2")]
    lines = [*epoch2(0, ["G01"]), *satellite2(fields)] if version == 2 else [*epoch3(0, 1), *satellite3("G01", fields)]
    got = query(text(header, lines))
    assert [(r.range, r.phase) for r in got] == [(99999999999990, -9999999999990)]


def test_39_damage_nothing_there():
    refuse("query", "-", data=b"")


@version
def test_39_damage_header_alone(version):
    """No epoch is no damage."""
    assert query(text(parts(version)[0])) == []
