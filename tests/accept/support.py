"""Running garco from outside, and reading what it prints.

SPDX-License-Identifier: Apache-2.0
"""

import bz2
import gzip
import hashlib
import io
import os
import pathlib
import re
import shutil
import subprocess
import sys
import zipfile

import pytest

HERE = pathlib.Path(__file__).resolve().parent
CHECKOUT = HERE.parent.parent
GARCO = os.environ.get("GARCO") or str(CHECKOUT / "build" / "release" / "cli" / "garco")
DATA = pathlib.Path(os.environ.get("GARCO_TEST_DATA") or CHECKOUT.parent / "shared" / "data")
RINEX = DATA / "rinex"

SYSTEMS = "GRSECJI"
FCN_UNKNOWN = -128
HEADER = "time,system,sat,obs_code,range,phase,doppler,snr,slip,flags,fcn"


# ---------------------------------------------------------------------- running


def preloaded(name, folder):
    """The library of NAME.c here, made in the folder, for LD_PRELOAD."""
    compiler = shutil.which("cc")
    if not compiler:
        pytest.skip("no cc here")
    library = folder / f"{name}.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, HERE / f"{name}.c", "-ldl"], check=True)
    return library


class Ran:
    def __init__(self, arguments, process):
        self.arguments = arguments
        self.code = process.returncode
        self.out_bytes = process.stdout
        self.out = process.stdout.decode("utf-8", "replace")
        self.err = process.stderr.decode("utf-8", "replace")

    def __str__(self):
        words = " ".join(str(a) for a in self.arguments)
        return f"garco {words}\nexit {self.code}\nstdout: {self.out[:2000]}\nstderr: {self.err[:2000]}"


def garco(*arguments, stdin=b"", timeout=120, env=None):
    """Runs it; whatever the outcome, never by a signal."""
    process = subprocess.run(
        [GARCO, *map(str, arguments)], input=stdin, capture_output=True, timeout=timeout, env=env, check=False
    )
    ran = Ran(arguments, process)
    assert ran.code >= 0, f"ended by signal {-ran.code}\n{ran}"
    assert "Sanitizer" not in ran.err and "runtime error" not in ran.err, str(ran)
    return ran


def ok(*arguments, **options):
    ran = garco(*arguments, **options)
    assert ran.code == 0, str(ran)
    return ran


def refused(*arguments, names=None, line=None, **options):
    """Exit 1 and one line on standard error that begins with `garco: `, names the file and, where asked, the line."""
    ran = garco(*arguments, **options)
    assert ran.code == 1, str(ran)
    assert re.fullmatch(r"garco: [^\n]+\n", ran.err), str(ran)
    if names is not None:
        assert str(names) in ran.err, str(ran)
    if line is not None:
        assert re.search(rf":{line}:", ran.err), f"no line {line}\n{ran}"
    return ran


# ---------------------------------------------------------------------- data


def data(name):
    """A file of the test data, or the test is skipped and says so."""
    path = RINEX / name
    if not path.exists():
        pytest.skip(f"no test data: {name} is not there (GARCO_TEST_DATA)")
    return path


def tool(name):
    """A program on the path or beside this Python, or a skip."""
    found = shutil.which(name) or shutil.which(name, path=os.path.dirname(sys.executable))
    if not found:
        pytest.skip(f"no {name} here")
    return found


def decompressed(path):
    raw = pathlib.Path(path).read_bytes()
    if raw[:2] == b"\x1f\x8b":
        return gzip.decompress(raw)
    if raw[:3] == b"BZh":
        return bz2.decompress(raw)
    if raw[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(raw)) as z:
            return z.read(z.namelist()[0])
    if raw[:2] == b"\x1f\x9d":
        return subprocess.run([tool("gzip"), "-dc"], input=raw, capture_output=True, check=True).stdout
    return raw


def plain_text(path):
    """Plain RINEX: decompressed by Python or gzip, from Hatanaka by RNXCMP's own program."""
    text = decompressed(path)
    if b"CRINEX VERS   / TYPE" in text[:80]:
        done = subprocess.run([tool("crx2rnx"), "-"], input=text, capture_output=True, check=False)
        assert done.returncode in (0, 2), done.stderr
        return done.stdout
    return text


def hatanaka(text):
    return subprocess.run([tool("rnx2crx"), "-"], input=text, capture_output=True, check=True).stdout


def unix_compressed(text):
    return subprocess.run([tool("compress"), "-c", "-f"], input=text, capture_output=True, check=False).stdout


def zstandard(content):
    return subprocess.run([tool("zstd"), "-c"], input=content, capture_output=True, check=True).stdout


def zipped(content):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("member.rnx", content)
    return out.getvalue()


def tree_digest(folder):
    """Names and contents of everything below a folder."""
    digest = {}
    for path in sorted(pathlib.Path(folder).rglob("*")):
        name = str(path.relative_to(folder))
        digest[name] = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "/"
    return digest


# ---------------------------------------------------------------------- reading answers


def table(text):
    """CSV as garco prints it -> pandas, text columns as text, absent values NaN."""
    import pandas

    words = {"time": str, "day": str, "system": str, "sys": str, "obs_code": str, "obs": str, "sat": str}
    frame = pandas.read_csv(io.StringIO(text), dtype=words, keep_default_na=False, na_values=[""])
    return frame


def cells(source, *options):
    """`garco query` -> frame with time in ms, system number, satellite number and the values."""
    import pandas

    ran = ok("query", source, "--format", "csv", *options)
    frame = table(ran.out)
    if "time" in frame:
        moments = pandas.to_datetime(frame["time"], format="%Y-%m-%dT%H:%M:%S.%f")
        frame["time"] = moments.astype("datetime64[ms]").astype("int64")
    if "system" in frame:
        frame["system"] = frame["system"].map(SYSTEMS.index).astype("int64")
    if "sat" in frame:
        frame["sat"] = frame["sat"].astype("int64")
    if "fcn" in frame:
        # A channel that is not known is absent in print, and this number in the array.
        frame["fcn"] = frame["fcn"].fillna(FCN_UNKNOWN).astype("int64")
    return frame


KEYS = ["time", "system", "sat", "obs_code"]
VALUES = ["range", "phase", "doppler", "snr", "slip", "flags", "fcn"]


def fixed(frame):
    """Sorted by coordinates, numbers as the integers that the array's FloatScale keeps, absent as -1 << 62."""
    import numpy

    out = frame.sort_values(KEYS, ignore_index=True).copy()
    for name, scale in (("range", 1e4), ("phase", 1e4), ("doppler", 1e4), ("snr", 1e3)):
        values = out[name].astype("float32" if name == "snr" else "float64").to_numpy()
        absent = numpy.isnan(values)
        whole = numpy.rint(numpy.where(absent, 0, values).astype("float64") * scale).astype("int64")
        out[name] = numpy.where(absent, -(1 << 62), whole)
    return out


def same_cells(got, want):
    """Every cell and every value."""
    got, want = fixed(got), fixed(want)
    assert not got.duplicated(KEYS).any(), got[got.duplicated(KEYS, keep=False)].head()
    if len(got) != len(want) or not (got[KEYS].to_numpy() == want[KEYS].to_numpy()).all():
        merged = got.merge(want, on=KEYS, how="outer", indicator=True)
        off = merged[merged["_merge"] != "both"]
        raise AssertionError(f"{len(got)} cells, expected {len(want)}; of one side only:\n{off.head(10).to_string()}")
    for name in VALUES:
        differ = got[name].to_numpy() != want[name].to_numpy()
        if differ.any():
            got["expected"] = want[name]
            raise AssertionError(f"{differ.sum()} of {name} differ:\n{got[differ].head(10).to_string()}")


def slow_cells(rinex):
    """The slow reader's cells as a frame like that of `cells`."""
    import numpy
    import pandas

    keys = list(rinex.cells)
    columns = {name: [k[i] for k in keys] for i, name in enumerate(KEYS)}
    columns |= {name: [rinex.cells[k][i] for k in keys] for i, name in enumerate(VALUES)}
    frame = pandas.DataFrame(columns)
    frame["snr"] = frame["snr"].astype(numpy.float32)
    return frame


# ---------------------------------------------------------------------- simulated stations


def simulate(path, seed=1, start="2024-01-01", duration="1d", systems="G", version=2, interval="15s", **options):
    words = ["--seed", seed, "--start", start, "--duration", duration, "--system", systems]
    return ok("simulate", *words, "--version", version, "--interval", interval, "-o", path, **options)
