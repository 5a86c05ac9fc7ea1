"""Small RINEX texts for tests that run anywhere.

SPDX-License-Identifier: Apache-2.0
"""


def header_line(content, label):
    return f"{content:<60}{label}\n"


def field(value, lli=" ", ssi=" "):
    return " " * 16 if value is None else f"{value:14.3f}{lli}{ssi}"


def value_at(epoch, sat, kind):
    """Some number, the same for the same place, as far apart as real ones."""
    base = {"C": 21000000.0, "P": 21000001.0, "L": 110000000.0, "D": -1500.0, "S": 40.0}[kind[0]]
    step = {"C": 571.123, "P": 571.123, "L": 3001.456, "D": 1.25, "S": 0.25}[kind[0]]
    return base + step * epoch + sat * step * 7 + (0 if kind[1] == "1" else 3 * step)


def rinex2(epochs=4, sats=("G01", "G02", "G13"), types=("L1", "L2", "C1", "P2", "S1", "S2"), day=1, end="\n"):
    """RINEX 2.11 of 2024-01-`day`, every 30 s from midnight."""
    text = header_line("     2.11           OBSERVATION DATA    M (MIXED)", "RINEX VERSION / TYPE")
    text += header_line("TINY", "MARKER NAME")
    for i in range(0, len(types), 9):
        count = f"{len(types):6d}" if i == 0 else " " * 6
        text += header_line(count + "".join(f"{t:>6}" for t in types[i : i + 9]), "# / TYPES OF OBSERV")
    text += header_line(f"  2024     1{day:6d}     0     0    0.0000000     GPS", "TIME OF FIRST OBS")
    text += header_line("", "END OF HEADER")
    for e in range(epochs):
        stamp = f" 24  1 {day:2d} {e // 120:2d} {e // 2 % 60:2d} {e % 2 * 30:2d}.0000000  0{len(sats):3d}"
        for i in range(0, len(sats), 12):
            text += (stamp if i == 0 else " " * 32) + "".join(sats[i : i + 12]) + "\n"
        for sat in sats:
            fields = [field(value_at(e, int(sat[1:]), t)) for t in types]
            for i in range(0, len(fields), 5):
                text += "".join(fields[i : i + 5]).rstrip() + "\n"
    return text.replace("\n", end).encode("ascii")


def rinex3(epochs=4, sats=("G01", "G02", "R03", "E11"), day=1, end="\n", version="3.04"):
    """RINEX 3 of 2024-01-`day`, every 30 s from midnight."""
    types = {
        "G": ("C1C", "L1C", "D1C", "S1C", "C2W", "L2W", "S2W"),
        "R": ("C1C", "L1C", "S1C"),
        "E": ("C1X", "L1X", "D1X", "S1X"),
    }
    text = header_line(f"     {version}           OBSERVATION DATA    M (MIXED)", "RINEX VERSION / TYPE")
    text += header_line("TINY", "MARKER NAME")
    for system, codes in types.items():
        text += header_line(f"{system}  {len(codes):3d} " + " ".join(codes), "SYS / # / OBS TYPES")
    text += header_line("  1 R03  5", "GLONASS SLOT / FRQ #")
    text += header_line(f"  2024     1{day:6d}     0     0    0.0000000     GPS", "TIME OF FIRST OBS")
    text += header_line("", "END OF HEADER")
    for e in range(epochs):
        text += f"> 2024 01 {day:02d} {e // 120:02d} {e // 2 % 60:02d} {e % 2 * 30:02d}.0000000  0{len(sats):3d}\n"
        for sat in sats:
            text += (sat + "".join(field(value_at(e, int(sat[1:]), t)) for t in types[sat[0]])).rstrip() + "\n"
    return text.replace("\n", end).encode("ascii")
