"""Holds garco's conversions against RNXCMP's, byte for byte.

SPDX-License-Identifier: Apache-2.0
"""

from garco_program import crx2rnx, from_line_3, rnx2crx


def first_difference(got, expected):
    """The first line that differs, for the message of a failed test."""
    pairs = zip(got.split(b"\n"), expected.split(b"\n"))
    for k, (a, b) in enumerate(pairs):
        if a != b:
            return f"line {k + 1}: got {a!r}, expected {b!r}"
    return f"{got.count(bytes([10]))} lines, expected {expected.count(bytes([10]))}"


def same(got, expected):
    assert got == expected, first_difference(got, expected)


def same_crx(got, expected):
    """But for line 2, which names the program and the minute."""
    assert got.split(b"\n", 1)[0] == expected.split(b"\n", 1)[0], "line 1"
    same(from_line_3(got), from_line_3(expected))


def as_rnxcmp(convert, plain, *options, crx_options=()):
    """Both ways as RNXCMP does; gives the plain text that came back."""
    crx = rnx2crx(plain, *crx_options)
    if not crx_options:
        same_crx(convert(plain, "crinex", *options), crx)
    back = convert(crx, "rinex", *options)
    same(back, crx2rnx(crx))
    return back


def identity(convert, plain, *options):
    """As RNXCMP, and plain text comes back as it went."""
    same(as_rnxcmp(convert, plain, *options), plain)
