"""Composes RINEX and Hatanaka text by columns.

SPDX-License-Identifier: Apache-2.0

Lines are lists of strings without ends; text() joins them. Nothing is clever here, so that what a
test feeds to the program can be read off the test.

  version 2 epoch   col 2-3 year, 5-6, 8-9, 11-12, 14-15, seconds 16-26, flag 29, count 30-32,
                    satellites 33-68 (12 a line, then from col 33 again), clock 69-80
  version 3 epoch   '>', year 3-6, 8-9, 11-12, 14-15, 17-18, seconds 19-29, flag 32, count 33-35,
                    clock 42-56, picoseconds 58-62
  field             14 columns value, 1 LLI, 1 SSI
"""

CRX_PROGRAM = f"{'RNX2CRX ver.4.1.0':<40}{'01-Jan-24 00:00':<20}CRINEX PROG / DATE"


def labelled(content, label):
    return f"{content:<60}{label}"


def comment(content):
    return labelled(content, "COMMENT")


def version_line(version, system):
    return labelled(f"     {version:<15}OBSERVATION DATA    {system}", "RINEX VERSION / TYPE")


def types2(types, count=None):
    """`# / TYPES OF OBSERV`, nine a line; `count` may lie."""
    lines = []
    for k in range(0, len(types), 9):
        head = f"{len(types) if count is None else count:6d}" if k == 0 else " " * 6
        lines.append(labelled(head + "".join(f"{t:>6}" for t in types[k : k + 9]), "# / TYPES OF OBSERV"))
    return lines


def types3(system, types):
    """`SYS / # / OBS TYPES`, thirteen a line."""
    lines = []
    for k in range(0, len(types), 13):
        head = f"{system}  {len(types):3d}" if k == 0 else " " * 6
        lines.append(labelled(head + "".join(f" {t}" for t in types[k : k + 13]), "SYS / # / OBS TYPES"))
    return lines


def end_of_header():
    return [labelled("", "END OF HEADER")]


def header2(types, system="G (GPS)", version="2.11", extra=(), count=None):
    return [version_line(version, system), *types2(types, count), *extra, *end_of_header()]


def header3(types, system="M (MIXED)", version="3.04", extra=()):
    lists = [line for letter, codes in types.items() for line in types3(letter, codes)]
    return [version_line(version, system), *lists, *extra, *end_of_header()]


def seconds_text(seconds):
    return f"{seconds:11.7f}" if not isinstance(seconds, str) else f"{seconds:>11}"


def clock2(line, clock):
    return f"{line:<68}{clock}" if clock else line


def epoch2(seconds, satellites, flag=0, date=" 24  1  1  0  0", clock="", count=None):
    """The epoch line and its continuation lines; `date` reaches to the minute."""
    count = len(satellites) if count is None else count
    first = f"{date}{seconds_text(seconds)}  {flag}{count:3d}{''.join(satellites[:12])}"
    return [clock2(first, clock)] + [" " * 32 + "".join(satellites[k : k + 12]) for k in range(12, len(satellites), 12)]


def epoch3(seconds, count, flag=0, date="> 2024 01 01 00 00", clock="", picoseconds=""):
    line = f"{date}{seconds_text(seconds)}  {flag}{count:3d}"
    if clock or picoseconds:
        line = f"{line:<41}{clock:<15}"
    return [f"{line} {picoseconds}" if picoseconds else line.rstrip()]


def event2(flag, lines=(), count=None, date=""):
    """An event; `date` reaches to column 26, blank by default; count=False leaves it out."""
    number = "" if count is False else f"{len(lines) if count is None else count:3d}"
    return [f"{date:<28}{flag}{number}", *lines]


def event3(flag, lines=(), count=None, date=">"):
    number = "" if count is False else f"{len(lines) if count is None else count:3d}"
    return [f"{date:<31}{flag}{number}", *lines]


def field(value, lli=" ", ssi=" "):
    """`value` is a number, text of at most 14 columns, or None for a missing one."""
    if value is None:
        return " " * 14 + lli + ssi
    return (f"{value:14.3f}" if not isinstance(value, str) else f"{value:>14}") + lli + ssi


def fields(values):
    return [field(*v) if isinstance(v, tuple) else field(v) for v in values]


def satellite2(values):
    """A satellite's lines: five fields a line, every line there even if empty."""
    cells = fields(values)
    return ["".join(cells[k : k + 5]).rstrip() for k in range(0, len(cells), 5)]


def satellite3(name, values):
    return ["".join([name, *fields(values)]).rstrip()]


def text(*parts, end="\n"):
    """Joins lines and lists of lines; every line ends with `end`."""
    lines = []
    for part in parts:
        lines += [part] if isinstance(part, str) else part
    return "".join(line + end for line in lines).encode("latin-1")


def crinex(version, header, *body, end="\n"):
    """Hatanaka text by hand: the two lines before the header, the header, the body."""
    first = labelled(f"{version:<20}COMPACT RINEX FORMAT", "CRINEX VERS   / TYPE")
    return text(first, CRX_PROGRAM, header, *body, end=end)


def body_lines(data):
    """The lines after END OF HEADER."""
    lines = data.decode("latin-1").split("\n")
    ends = [i for i, line in enumerate(lines) if line[60:].startswith("END OF HEADER")]
    return lines[ends[0] + 1 : -1]
