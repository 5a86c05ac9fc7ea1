"""A slow and obvious reading of RINEX 2 and 3 observation text, to hold garco against.

Fixed columns and nothing else: one satellite, one field at a time. It reads sound files only and raises at what it
does not know, so that no test passes because both sides skipped the same lines.

SPDX-License-Identifier: Apache-2.0
"""

import datetime
import re

SYSTEMS = "GRSECJI"
ORIGIN = datetime.datetime(1970, 1, 1)

LOSS_OF_LOCK, HALF_CYCLE, BOC, ANTISPOOFING, POWER_FAILURE = 1, 2, 4, 8, 16
FCN_UNKNOWN = -128
PLACE = {"C": 0, "P": 0, "L": 1, "D": 2, "S": 3}


class Counts:
    """What EXPECTED.csv counts."""

    def __init__(self):
        self.version = 0.0
        self.epochs = self.satellite_epochs = self.observations = self.zeros = 0


class Rinex:
    """`cells`: {(time ms, system number, satellite, code): [range, phase, doppler, snr, slip, flags, fcn]}."""

    def __init__(self, text):
        self.lines = text.split("\n")
        if self.lines and self.lines[-1] == "":
            self.lines.pop()
        self.at = 0
        self.counts = Counts()
        self.system = "G"
        self.types = {}
        self.types2 = []
        self.channels = {}
        self.factors = {}
        self.cells = {}
        self._last_system = None
        self._read_header()
        self._read_body()

    def _next(self):
        line = self.lines[self.at].rstrip("\r")
        self.at += 1
        return line

    # ------------------------------------------------------------------ header

    def _read_header(self):
        while True:
            line = self._next()
            if line[60:80].strip() == "END OF HEADER":
                return
            self._header_line(line)

    def _header_line(self, line):
        label = line[60:80].strip()
        if label == "RINEX VERSION / TYPE":
            self.counts.version = float(line[:9])
            assert line[20] == "O", "no observation file"
            self.system = line[40] if line[40] != " " else "G"
        elif label == "# / TYPES OF OBSERV":
            if line[:6].strip():
                self.types2 = []
            self.types2 += [line[c + 4 : c + 6] for c in range(6, 60, 6) if line[c + 4 : c + 6].strip()]
        elif label == "SYS / # / OBS TYPES":
            if line[0] != " ":
                self._last_system = line[0]
                self.types[line[0]] = []
            self.types[self._last_system] += line[6:60].split()
        elif label == "GLONASS SLOT / FRQ #":
            # Real files leave the count out, and let entries touch: by shape, not by column.
            for slot, channel in re.findall(r"R(\d\d) *([+-]?\d)", line[:60]):
                self.channels[int(slot)] = int(channel)
        elif label == "SYS / SCALE FACTOR":
            if line[0] != " ":
                self._scale = (line[0], int(line[2:6]))
            system, factor = self._scale
            for code in line[10:60].split() or ["all"]:
                self.factors[system, code] = factor

    # ------------------------------------------------------------------ body

    def _read_body(self):
        while self.lines and not self.lines[-1].strip() and self._blank_tail_allowed():
            self.lines.pop()
        while self.at < len(self.lines):
            if self.counts.version >= 3:
                self._epoch3()
            else:
                self._epoch2()

    def _blank_tail_allowed(self):
        # In RINEX 2 a satellite without data ends a file with blank lines that belong to it.
        return self.counts.version >= 3

    def _events(self, count):
        for _ in range(count):
            self._header_line(self._next())

    @staticmethod
    def _time(year, month, day, hour, minute, second):
        whole = datetime.datetime(year, month, day, hour, minute) - ORIGIN
        ticks = round(float(second) * 1e7)
        return (whole.days * 86400 + whole.seconds) * 1000 + (ticks + 5000) // 10000

    def _epoch3(self):
        line = self._next()
        assert line[0] == ">", (self.at, line)
        flag, count = int(line[31]), int(line[32:35])
        if flag in (2, 3, 4, 5):
            return self._events(count)
        time = self._time(
            int(line[2:6]), int(line[7:9]), int(line[10:12]), int(line[13:15]), int(line[16:18]), line[18:29]
        )
        self.counts.epochs += 1
        for _ in range(count):
            line = self._next()
            if flag == 6:
                continue
            self.counts.satellite_epochs += 1
            system, number = line[0], int(line[1:3])
            fields = [line[3 + 16 * i : 19 + 16 * i] for i in range(len(self.types[system]))]
            names = [(name[0], self._code3(system, name)) for name in self.types[system]]
            factors = [self.factors.get((system, n), self.factors.get((system, "all"), 1)) for n in self.types[system]]
            self._satellite(time, flag, system, number, names, fields, factors)

    def _code3(self, system, name):
        band, attribute = name[1], name[2:3]
        if system == "C" and band == "1":
            if attribute in "IQ" or (attribute == "X" and self.counts.version == 3.02):
                band = "2"
        return band + attribute

    def _epoch2(self):
        line = self._next().ljust(80)
        flag, count = int(line[28].strip() or 0), int(line[29:32].strip() or 0)
        if flag in (2, 3, 4, 5):
            return self._events(count)
        year = int(line[1:3])
        time = self._time(
            year + (1900 if year >= 80 else 2000),
            int(line[4:6]),
            int(line[7:9]),
            int(line[10:12]),
            int(line[13:15]),
            line[15:26],
        )
        self.counts.epochs += 1
        listed = line[32:68]
        while len(listed) < 3 * count:
            listed += self._next().ljust(68)[32:68]
        per = -(-len(self.types2) // 5)
        for j in range(count):
            name = listed[3 * j : 3 * j + 3]
            system = name[0] if name[0] != " " else self.system if self.system != "M" else "G"
            body = "".join(self._next().ljust(80)[:80] for _ in range(per))
            if flag == 6:
                continue
            self.counts.satellite_epochs += 1
            fields = [body[16 * i : 16 * i + 16] for i in range(len(self.types2))]
            names = [(t[0], self._code2(system, t)) for t in self.types2]
            self._satellite(time, flag, system, int(name[1:]), names, fields, [1] * len(fields))

    def _code2(self, system, name):
        """RINEX 2 name -> band and attribute, as the format notes choose them; None: not known for the system."""
        kind, band = name
        p2 = "P2" in self.types2
        c2 = "C2" in self.types2
        if system == "G":
            if kind == "P":
                return band + "W"
            if band == "1":
                return "1C"
            if band == "2":
                return "2X" if kind == "C" or (c2 and not p2) else "2W"
            return {"5": "5X"}.get(band)
        if system == "R":
            if kind == "P":
                return band + "P"
            if band == "1":
                return "1C"
            if band == "2":
                return "2C" if kind == "C" or not p2 else "2P"
            return None
        if system == "E":
            return band + "X" if band in "15678" else None
        if system == "S":
            return {"1": "1C", "5": "5X"}.get(band)
        if system == "C":
            return {"1": "2I", "2": "2I", "7": "7I", "6": "6I"}.get(band)
        if system == "J":
            return {"1": "1C", "2": "2X", "5": "5X", "6": "6X"}.get(band)
        return None

    def _satellite(self, time, flag, system, number, names, fields, factors):
        cells = {}
        for (kind, code), field, factor in zip(names, fields, factors):
            text = field[:14].strip()
            if not text:
                continue
            self.counts.observations += 1
            value = float(text)
            if kind != "D" and value == 0:
                self.counts.zeros += 1
                continue
            assert code is not None, (system, kind, code, self.at)
            cell = cells.setdefault(code, [float("nan")] * 4 + [0, 0])
            place = PLACE[kind]
            assert cell[place] != cell[place], ("two values for one place", time, system, number, code)
            cell[place] = value / factor
            lli = int(field[14:15].strip() or 0)
            if kind == "L":
                cell[5] |= lli & (LOSS_OF_LOCK | HALF_CYCLE)
                if lli & 4:
                    cell[5] |= BOC if self.counts.version >= 3 else ANTISPOOFING
        fcn = self.channels.get(number, FCN_UNKNOWN) if system == "R" else 0
        for code, cell in cells.items():
            if flag == 1:
                cell[5] |= POWER_FAILURE
            key = (time, SYSTEMS.index(system), number, code)
            assert key not in self.cells, ("cell twice", key)
            self.cells[key] = [*cell, fcn]


def read(path):
    with open(path, encoding="latin-1", newline="") as f:
        return Rinex(f.read())
