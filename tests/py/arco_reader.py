# What arco_dump, built with the tests, says of arrays: what garco reads in them.
# SPDX-License-Identifier: Apache-2.0
import os
import pathlib
import subprocess
import time

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
DUMP = os.environ.get("ARCO_DUMP", str(ROOT / "build/release/tests/arco_dump"))

SIZES = {"year": "Y", "month": "M", "week": "W", "day": "D", "hr": "h", "min": "m", "sec": "s",
         "ms": "ms", "us": "us", "ns": "ns", "ps": "ps", "fs": "fs", "as": "as"}


def numpy_type(name):
    if name.startswith("datetime_"):
        return np.dtype(f"M8[{SIZES[name[9:]]}]")
    if name.startswith("time_"):
        return np.dtype(f"m8[{SIZES[name[5:]]}]")
    return np.dtype({"bool": "u1", "char": "S1", "blob": "u1",
                     "string_ascii": "S1", "string_utf8": "S1"}.get(name, name))


class Refused(Exception):
    pass


class Dump:
    """What arco_dump says of arrays; the form of its cells is described in its source."""

    def run(self, *words, stdin=b""):
        done = subprocess.run([DUMP, *map(str, words)], input=stdin, capture_output=True,
                              timeout=300)
        assert done.returncode in (0, 1), f"{words}: {done.returncode}\n{done.stderr.decode()}"
        if done.returncode == 1:
            assert done.stderr.count(b"\n") == 1
            raise Refused(done.stderr.decode().strip())
        return done.stdout

    def info(self, array, **options):
        return self.run("info", array, *self.words(options)).decode().splitlines()

    def words(self, options):
        for key, value in options.items():
            if key == "ranges":
                for dimension, low, high in value:
                    yield from ("--range", dimension, low, high)
            elif key == "texts":
                for dimension, low, high in value:
                    yield from ("--text", dimension, low, high)
            elif key == "fields":
                for field in value:
                    yield from ("--field", field)
            elif key == "raw":
                yield from (["--raw"] if value else [])
            else:
                yield from (f"--{key}", value)

    def cells(self, array, **options):
        """{name: values}, {name: validity} of the cells in their order; no keys without cells."""
        out = self.run("cells", array, *self.words(options))
        values, validity, at, columns = {}, {}, 0, []
        while True:
            end = out.index(b"\n", at)
            word, *rest = out[at:end].decode().split()
            at = end + 1
            if word == "end":
                assert at == len(out)
                break
            if word == "columns":
                for _ in range(int(rest[0])):
                    end = out.index(b"\n", at)
                    name, kind, width, nullable = out[at:end].decode().split()
                    columns.append((name, numpy_type(kind), int(width), nullable == "1"))
                    at = end + 1
                continue
            for name, kind, width, nullable in columns:
                rows = int(rest[0])
                if width == 2**32 - 1:
                    places = np.frombuffer(out[at:at + 8 * rows + 8], "u8").astype(int)
                    at += 8 * rows + 8
                    assert places[0] == 0
                    cells = np.empty(rows, object)
                    for i in range(rows):
                        cells[i] = out[at + places[i]:at + places[i + 1]]
                    values.setdefault(name, []).append(cells)
                    at += int(places[-1])
                else:
                    size = rows * width * kind.itemsize
                    values.setdefault(name, []).append(np.frombuffer(out[at:at + size], kind))
                    at += size
                if nullable:
                    validity.setdefault(name, []).append(
                        np.frombuffer(out[at:at + int(rest[0])], "u1"))
                    at += int(rest[0])
        join = {k: np.concatenate(v) for k, v in values.items()}
        return join, {k: np.concatenate(v) for k, v in validity.items()}

    def input(self, columns):
        """{name: values} as arco_dump takes them."""
        names = {np.dtype(v): k for k, v in {
            "int8": "i1", "uint8": "u1", "int16": "i2", "uint16": "u2", "int32": "i4",
            "uint32": "u4", "int64": "i8", "uint64": "u8", "float32": "f4",
            "float64": "f8"}.items()}
        rows = len(next(iter(columns.values())))
        text = f"columns {len(columns)}\n"
        body = b""
        for name, values in columns.items():
            nullable = isinstance(values, np.ma.MaskedArray)
            data = np.ascontiguousarray(values.data if nullable else values)
            kind = data.dtype
            label = names[kind] if kind in names else f"datetime_{np.datetime_data(kind)[0]}"
            text += f"{name} {label} 1 {nullable:d}\n"
            body += data.tobytes()
            if nullable:
                body += (~np.ma.getmaskarray(values)).astype("u1").tobytes()
        return f"{text}rows {rows}\n".encode() + body

    def write(self, array, columns):
        """Writes a fragment of {name: values}; gives its name."""
        return self.run("write", array, stdin=self.input(columns)).decode().strip()

    def write_and_kill(self, array, columns, delay):
        """Kills the writer `delay` seconds after it has its cells; True if it was still there."""
        writer = subprocess.Popen([DUMP, "write", str(array)], stdin=subprocess.PIPE,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        writer.stdin.write(self.input(columns))
        writer.stdin.close()
        time.sleep(delay)
        writer.kill()
        return writer.wait() != 0
