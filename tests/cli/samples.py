# Small RINEX files, written out.
# SPDX-License-Identifier: Apache-2.0


def header(text, label):
    return f"{text:60}{label}\n"


def fields(*values):
    """Fields of F14.3 and two indicators: None is blank, (value, "1") has a loss-of-lock digit."""
    text = ""
    for value in values:
        number, mark = value if isinstance(value, tuple) else (value, " ")
        text += (" " * 14 if number is None else f"{number:14.3f}") + mark + " "
    return text.rstrip() + "\n"


HEAD2 = (header("     2.11           OBSERVATION DATA    M", "RINEX VERSION / TYPE")
         + header("TEST", "MARKER NAME")
         + header("     5    C1    L1    D1    S1    P2", "# / TYPES OF OBSERV")
         + header("    30.000", "INTERVAL")
         + header("  2024     5    11     0     0    0.0000000     GPS", "TIME OF FIRST OBS")
         + header("", "END OF HEADER"))

MIN2 = (HEAD2
        + " 24  5 11  0  0  0.0000000  0  2G05R24\n"
        + fields(20891534.648, (109786142.123, "1"), -123.5, 45.25, 20891533)
        + fields(21000000, 112000000.001, 0, 40)
        + " 24  5 11  0  0 30.0000000  0  2G05G07\n"
        + fields(20891500, 0, None, 46.5)
        + fields(None, (99999999.999, "1"), None, 30)
        + " 24  5 12  0  0  0.0000000  0  1G05\n"
        + fields(20891400, None, None, 44))

# What `garco query` prints of it: a 0 in a phase is missing, a 0 of Doppler is none.
MIN2_ROWS = """time,system,sat,obs_code,range,phase,doppler,snr,slip,flags,fcn
2024-05-11T00:00:00.000,G,5,1C,20891534.648,109786142.123,-123.5,45.25,0,1,0
2024-05-11T00:00:00.000,G,5,2W,20891533,,,,0,0,0
2024-05-11T00:00:00.000,R,24,1C,21000000,112000000.001,0,40,0,0,
2024-05-11T00:00:30.000,G,5,1C,20891500,,,46.5,0,0,0
2024-05-11T00:00:30.000,G,7,1C,,99999999.999,,30,0,1,0
2024-05-12T00:00:00.000,G,5,1C,20891400,,,44,0,0,0
"""

MIN3 = (header("     3.04           OBSERVATION DATA    M", "RINEX VERSION / TYPE")
        + header("G    2 C1C S1C", "SYS / # / OBS TYPES")
        + header("E    2 C1X S1X", "SYS / # / OBS TYPES")
        + header("  2024     5    11     0     0    0.0000000     GPS", "TIME OF FIRST OBS")
        + header("", "END OF HEADER")
        + "> 2024 05 11 00 00  0.0000000  0  3\n"
        + "G05  20891534.648          45.250\n"
        + "E05  23000000.000          41.000\n"
        + "E11                        39.125\n")

MIN3_ROWS = """time,system,sat,obs_code,range,phase,doppler,snr,slip,flags,fcn
2024-05-11T00:00:00.000,G,5,1C,20891534.648,,,45.25,0,0,0
2024-05-11T00:00:00.000,E,5,1X,23000000,,,41,0,0,0
2024-05-11T00:00:00.000,E,11,1X,,,,39.125,0,0,0
"""


def rows(text, *wanted):
    """The heading and the rows of these numbers, from 0."""
    lines = text.splitlines()
    return "".join(line + "\n" for line in [lines[0], *(lines[1 + i] for i in wanted)])
