"""garco simulate: the same command writes the same bytes, others read them, and the numbers are those of real orbits.

SPDX-License-Identifier: Apache-2.0
"""

import datetime
import gzip
import json
import os
import subprocess

import pytest
import slow_rinex
import support

numpy = pytest.importorskip("numpy")
pandas = pytest.importorskip("pandas")

STATION = numpy.array([-1833358.757, -4399352.969, 4226392.943])
LIGHT = 299792458.0
ORBIT = {"G": 26559.7e3, "R": 25508.2e3, "E": 29599.8e3, "C": 27906.1e3}
RANGES = {"G": (2.0e7, 2.6e7), "R": (1.9e7, 2.55e7), "E": (2.3e7, 2.95e7), "C": (2.1e7, 4.2e7)}
FREQUENCY = {"1": 1575.42e6, "2": 1227.60e6, "5": 1176.45e6, "6": 1278.75e6, "7": 1207.14e6, "8": 1191.795e6}
BEIDOU = {"1": 1575.42e6, "2": 1561.098e6, "5": 1176.45e6, "6": 1268.52e6, "7": 1207.14e6, "8": 1191.795e6}


class Decoded:
    """Text by RNXCMP, which reads the file without a word; cells by the slow reader."""

    def __init__(self, path):
        packed = support.decompressed(path)
        run = subprocess.run([support.tool("crx2rnx"), "-"], input=packed, capture_output=True, check=False)
        assert (run.returncode, run.stderr) == (0, b"")
        self.text = run.stdout.decode("ascii")
        self.header = self.text[: self.text.index("END OF HEADER")]
        self.rinex = slow_rinex.Rinex(self.text)
        self.frame = support.slow_cells(self.rinex)

    def codes(self, system):
        return sorted(self.frame.loc[self.frame["system"] == support.SYSTEMS.index(system), "obs_code"].unique())

    def series(self, system, code):
        of_system = self.frame["system"] == support.SYSTEMS.index(system)
        frame = self.frame[of_system & (self.frame["obs_code"] == code)]
        return frame.sort_values(["sat", "time"], ignore_index=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("simulated")


@pytest.fixture(scope="module")
def demo_file(folder):
    path = folder / "p0570010.24d.Z"
    support.simulate(path)
    return path


@pytest.fixture(scope="module")
def modern_file(folder):
    path = folder / "P05700USA_R_20240010000_01D_15S_MO.crx.gz"
    support.simulate(path, systems="GREC", version=3)
    return path


@pytest.fixture(scope="module")
def demo(demo_file):
    return Decoded(demo_file)


@pytest.fixture(scope="module")
def modern(modern_file):
    return Decoded(modern_file)


# ---------------------------------------------------------------------- bytes


@pytest.mark.parametrize("name", ["p0570010.24d.Z", "x.24d", "x.24o", "x.24o.gz", "x.24d.zst"])
def test_same_command_same_bytes(name, tmp_path):
    results = []
    for n, zone in enumerate(("UTC", "Asia/Tokyo")):
        (tmp_path / str(n)).mkdir()
        path = tmp_path / str(n) / name
        env = {**os.environ, "TZ": zone, "LC_ALL": "C" if n else "C.UTF-8"}
        support.simulate(path, seed=5, duration="3h", env=env)
        results.append(path.read_bytes())
    assert results[0] == results[1]
    assert len(results[0]) > 10000


def test_today_is_nowhere_in_it(demo_file, modern_file):
    now = datetime.datetime.now(datetime.timezone.utc)
    for path in (demo_file, modern_file):
        text = support.decompressed(path).decode("ascii")
        for form in ("%d-%b-%y", "%Y%m%d", "%Y-%m-%d", "%d-%b-%Y"):
            assert now.strftime(form).lower() not in text[:6000].lower()


def test_other_seed_other_bytes(tmp_path):
    for seed in (1, 2):
        support.simulate(tmp_path / f"{seed}.24o", seed=seed, duration="1h")
    assert (tmp_path / "1.24o").read_bytes() != (tmp_path / "2.24o").read_bytes()


def test_days_are_one_story(tmp_path):
    """Days of one station differ."""
    for day in (1, 2):
        support.simulate(tmp_path / f"{day}.24o", start=f"2024-01-0{day}", duration="1h")
    one, two = ((tmp_path / f"{day}.24o").read_bytes() for day in (1, 2))
    assert one != two
    assert b"\n 24  1  2  0  0  0.0000000  0" in two


def test_days_by_name(tmp_path):
    """--days: a file a day, named as the archive does, and each the file that the day alone gives."""
    support.ok("simulate", "--days", 3, "--start", "2024-02-28", "--interval", "5m", "-o", tmp_path / "days")
    names = ["p0570590.24d.Z", "p0570600.24d.Z", "p0570610.24d.Z"]
    assert sorted(p.name for p in (tmp_path / "days").iterdir()) == names
    support.simulate(tmp_path / "alone.24d.Z", start="2024-02-29", interval="5m")
    assert (tmp_path / "alone.24d.Z").read_bytes() == (tmp_path / "days" / names[1]).read_bytes()
    words = ["--days", 1, "--version", 3, "--system", "G,R", "--interval", "5m"]
    support.ok("simulate", *words, "-o", tmp_path / "modern")
    (path,) = (tmp_path / "modern").iterdir()
    assert path.name == "P05700USA_S_20240010000_01D_05M_MO.crx.gz"


def test_form_of_the_demo(demo_file, demo):
    assert demo_file.read_bytes()[:2] == b"\x1f\x9d"
    lines = support.decompressed(demo_file).decode("ascii").split("\n")
    assert lines[0].startswith("1.0 ") and lines[0][20:40] == "COMPACT RINEX FORMAT"
    assert lines[0][60:] == "CRINEX VERS   / TYPE" and lines[1][60:] == "CRINEX PROG / DATE"
    assert lines[2][:9].strip() == "2.11" and lines[2][20] == "O"
    assert demo.rinex.counts.version == 2.11
    assert "SIMULATED" in demo.header.upper()
    assert "P057" in demo.header.upper()


def test_form_of_rinex_3(modern_file, modern):
    assert modern_file.read_bytes()[:2] == b"\x1f\x8b"
    assert gzip.decompress(modern_file.read_bytes()).startswith(b"3.0 ")
    assert 3.0 <= modern.rinex.counts.version < 4
    assert "SIMULATED" in modern.header.upper()
    assert set(modern.rinex.types) == set("GREC")
    assert {support.SYSTEMS[n] for n in modern.frame["system"].unique()} == set("GREC")


def test_header_is_in_columns(demo, modern):
    for each in (demo, modern):
        lines = each.header.split("\n")[:-1]
        for line in lines:
            assert len(line) <= 80 and len(line.rstrip()) > 60, line
        position = next(line for line in lines if "APPROX POSITION" in line)
        assert numpy.allclose([float(v) for v in position[:42].split()], STATION, atol=1e-3)


def test_epochs(demo, modern):
    """A day of 15 s: 5760 epochs but for those of the receiver's own gaps, which are short and few."""
    for each in (demo, modern):
        times = sorted(each.frame["time"].unique())
        assert each.rinex.counts.epochs == len(times)
        assert 5700 <= len(times) <= 5760
        assert times[0] == 1704067200000 and times[-1] == 1704067200000 + 5759 * 15000
        steps = numpy.diff(times)
        assert (steps % 15000 == 0).all() and steps.max() <= 300000
        assert (steps > 15000).sum() < 20


@pytest.mark.parametrize("form", ["demo", "modern"])
def test_garco_counts_the_same(form, request):
    counts = request.getfixturevalue(form).rinex.counts
    path = request.getfixturevalue(form + "_file")
    info = json.loads(support.ok("info", "--json", path).out)
    assert info["epochs"] == counts.epochs
    assert info["satellite_epochs"] == counts.satellite_epochs
    assert info["observations"] == counts.observations
    assert info["zeros"] == counts.zeros == 0


@pytest.mark.parametrize("form", ["demo", "modern"])
def test_garco_reads_the_same(form, request):
    want = request.getfixturevalue(form).frame
    support.same_cells(support.cells(request.getfixturevalue(form + "_file")), want)


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("plain, packed", [("o", "d"), ("o.gz", "d.Z"), ("o.zst", "d.bz2")])
def test_plain_and_hatanaka_hold_the_same(version, plain, packed, tmp_path):
    """RNXCMP packs the plain text into the very bytes that garco writes, from the third line on."""
    for end in (plain, packed):
        systems = "GRE" if version == 2 else "GREC"
        support.simulate(tmp_path / f"x.24{end}", version=version, systems=systems, duration="2h")
    texts = []
    for end in (plain, packed):
        raw = tmp_path / f"x.24{end}"
        if end.endswith("zst"):
            unpacked = subprocess.run([support.tool("zstd"), "-dc", raw], capture_output=True, check=True).stdout
        else:
            unpacked = support.decompressed(raw)
        texts.append(unpacked)
    again = support.hatanaka(texts[0])
    assert again.split(b"\n")[2:] == texts[1].split(b"\n")[2:]


# ---------------------------------------------------------------------- numbers


def elevation(ranges, system):
    """Of a satellite on a circle, by the law of cosines; degrees. BeiDou has some at the height of a day's orbit."""
    station = numpy.linalg.norm(STATION)
    radius = numpy.where(ranges > 3.2e7, 42164.2e3, ORBIT[system])
    sine = (radius**2 - station**2 - ranges**2) / (2 * station * ranges)
    return numpy.degrees(numpy.arcsin(numpy.clip(sine, -1, 1)))


def wavelength(frame, system, code):
    if system == "R":
        base, step = (1602e6, 562500.0) if code[0] == "1" else (1246e6, 437500.0)
        return LIGHT / (base + step * frame["fcn"])
    return LIGHT / (BEIDOU if system == "C" else FREQUENCY)[code[0]]


def test_satellites_of_gps(demo):
    frame = demo.series("G", "1C")
    assert set(frame["sat"]) == set(range(1, 33))
    at_once = frame.groupby("time").size()
    assert 4 <= at_once.min() and at_once.max() <= 16 and 7 <= at_once.mean() <= 13
    for _, one in frame.groupby("sat"):
        hours = len(one) * 15 / 3600
        assert 2 < hours < 16, "a satellite of 12-hour orbits is up for some hours a day"


@pytest.mark.parametrize("system", "GREC")
def test_ranges_and_strength(system, modern):
    seen = 0
    for code in modern.codes(system):
        frame = modern.series(system, code)
        values = frame["range"].dropna()
        assert values.between(*RANGES[system]).all(), (code, values.min(), values.max())
        frame = frame.dropna(subset=["range", "snr"])
        if len(frame) < 1000:
            continue
        seen += 1
        assert frame["snr"].between(10, 62).all()
        angle = elevation(frame["range"].to_numpy(), system)
        assert angle.min() > -2 and angle.max() <= 90
        means = frame.groupby(pandas.cut(angle, [0, 15, 30, 45, 60, 90]), observed=True)["snr"].mean()
        assert len(means) == 5 or system == "C"
        assert means.is_monotonic_increasing, (code, means)
        assert frame["snr"].std() > 1
    assert seen, "no code with ranges and strengths"


@pytest.mark.parametrize("system", "GREC")
def test_phase_follows_code(system, modern):
    """Range minus phase in metres moves by noise alone, but for slips, which the loss-of-lock bit tells."""
    checked = 0
    for code in modern.codes(system):
        frame = modern.series(system, code).dropna(subset=["range", "phase"])
        if len(frame) < 1000:
            continue
        gap = frame["range"] - frame["phase"] * wavelength(frame, system, code)
        step = gap.diff().abs()
        following = (frame["sat"].diff() == 0) & (frame["time"].diff() == 15000)
        locked = following & (frame["flags"] & 1 == 0)
        assert step[locked].quantile(0.999) < 10, (code, step[locked].describe())
        assert step[locked].max() < 30, (code, step[locked].max())
        checked += locked.sum()
    assert checked > 1000


def test_slips_and_gaps_occur(modern, demo):
    for each in (modern, demo):
        frame = each.series("G", "1C")
        assert (frame["flags"] & 1).sum() > 5
        following = frame["sat"].diff() == 0
        assert (frame["time"].diff()[following] > 15000).sum() > 5


@pytest.mark.parametrize("system", "GREC")
def test_doppler_is_the_rate_of_phase(system, modern):
    checked = 0
    for code in modern.codes(system):
        frame = modern.series(system, code).dropna(subset=["phase", "doppler"]).reset_index(drop=True)
        if len(frame) < 1000:
            continue
        middle = slice(1, -1)
        before, after = frame.shift(1)[middle], frame.shift(-1)[middle]
        here = frame[middle]
        whole = (before["sat"] == here["sat"]) & (after["sat"] == here["sat"])
        whole &= after["time"] - before["time"] == 30000
        whole &= (here["flags"] & 1 == 0) & (after["flags"].astype(int) & 1 == 0)
        rate = (after["phase"] - before["phase"]) / 30
        off = (here["doppler"] + rate)[whole].abs()
        assert off.median() < 1.0, (code, off.describe())
        assert off.quantile(0.99) < 5.0, (code, off.describe())
        assert here["doppler"].abs().max() < 7000
        checked += whole.sum()
    assert checked > 1000, "no Doppler"


def test_satellites_rise_and_set(demo):
    """Each pass is an arch: low at its ends, higher between."""
    frame = demo.series("G", "1C")
    new_pass = (frame["sat"].diff() != 0) | (frame["time"].diff() > 3600000)
    passes = [p for _, p in frame.groupby(new_pass.cumsum()) if len(p) > 600]
    assert len(passes) > 30
    day = 1704067200000
    for one in passes:
        angle = elevation(one["range"].to_numpy(), "G")
        top = angle.argmax()
        if one["time"].iloc[0] > day + 600000:
            assert angle[0] < 20 and angle[:top:40].tolist() == sorted(angle[:top:40].tolist())
        if one["time"].iloc[-1] < day + 86400000 - 600000:
            assert angle[-1] < 20 and angle[top::40].tolist() == sorted(angle[top::40].tolist(), reverse=True)
