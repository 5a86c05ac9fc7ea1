"""Every row of EXPECTED.csv: each real file as it lies, its plain text, and that text compressed again.

SPDX-License-Identifier: Apache-2.0
"""

import bz2
import csv
import gzip
import json
import lzma

import pytest
import support

# Damaged on purpose: read with --salvage. (wrong_obs2_count: a header that lies; the others: a line that is no epoch,
# a second of 60.)
DAMAGED = {"badtime.10o", "junk_time_obs3.10o", "wrong_obs2_count.10o"}
# A row that counts nothing because the file holds navigation messages: test_accept_bad_input.py.
NO_OBSERVATIONS = {"ELKO00USA_R_20182100000_01D_MN.rnx"}
FOLDED = (".gz", ".Z", ".bz2", ".zip")


def rows():
    path = support.RINEX / "EXPECTED.csv"
    if not path.exists():
        return {}
    with open(path, newline="") as f:
        return {r["file"]: r for r in csv.DictReader(f) if r["file"] not in NO_OBSERVATIONS}


def sources_of(name):
    """The stored files that decode to the text that a row counts."""
    found = []
    for path in sorted(support.RINEX.iterdir()):
        stem = path.name
        for end in FOLDED:
            stem = stem.removesuffix(end)
        if name in (stem, stem + ".rnx"):
            found.append(path)
    return found


ROWS = rows()
AS_THEY_LIE = [pytest.param(r, s.name, id=s.name) for r in ROWS for s in sources_of(r)]
SKIPPED = pytest.mark.skip(reason=f"no test data at {support.RINEX} (GARCO_TEST_DATA)")


def check(row, path, salvage):
    extra = ["--salvage"] if salvage else []
    info = json.loads(support.ok("info", "--json", *extra, path).out)
    got = {k: info[k] for k in ("epochs", "satellite_epochs", "observations", "zeros")}
    want = {
        "epochs": int(row["epochs"]),
        "satellite_epochs": int(row["sat_epochs"]),
        "observations": int(row["observations"]),
        "zeros": int(row["zeros"]),
    }
    assert got == want, path
    assert f"{float(info['version']):.2f}" == row["version"]
    words = ["--agg", "mean,count", "--field", "snr", "--system", "G", "--obs-code", "1C", "--format", "csv"]
    ran = support.ok("stats", path, *words, *extra)
    stats = support.table(ran.out)
    assert list(stats.columns) == ["snr_mean", "snr_count"], str(ran)
    assert len(stats) == 1, str(ran)
    assert int(stats["snr_count"][0]) == int(row["gps_s1_n"]), str(ran)
    if row["gps_s1_mean"]:
        # snr is a float32: half a unit in its last place at 32 to 64 dB-Hz is 1.9e-6
        assert abs(stats["snr_mean"][0] - float(row["gps_s1_mean"])) <= 2e-6, str(ran)
    else:
        assert stats["snr_mean"].isna().all(), str(ran)


@pytest.mark.parametrize("name, stored", AS_THEY_LIE or [pytest.param(None, None, marks=SKIPPED)])
def test_as_it_lies(name, stored):
    check(ROWS[name], support.RINEX / stored, name in DAMAGED)


@pytest.mark.parametrize("name", list(ROWS) or [pytest.param(None, marks=SKIPPED)])
def test_plain(name, tmp_path):
    sources = sources_of(name)
    assert sources, f"no stored file for the row {name}"
    plain = tmp_path / name
    plain.write_bytes(support.plain_text(sources[0]))
    check(ROWS[name], plain, name in DAMAGED)


FORMS = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "Z": support.unix_compressed,
    "zst": support.zstandard,
    "zip": support.zipped,
    "gz in two members": lambda text: gzip.compress(text[:5000]) + gzip.compress(text[5000:]),
}


@pytest.mark.parametrize("hatanaka", [False, True], ids=["plain", "hatanaka"])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["zegv0010.21d.rnx", "DUTH0630.22O"])
def test_compressed_again(name, form, hatanaka, tmp_path):
    """The content tells the form, whatever the name."""
    text = support.plain_text(support.data(name.removesuffix(".rnx")))
    path = tmp_path / "named_after_nothing"
    path.write_bytes(FORMS[form](support.hatanaka(text) if hatanaka else text))
    check(ROWS[name], path, False)


@pytest.mark.parametrize("name", ["zegv0010.21d.rnx", "DUTH0630.22O", "14601736.18o", "KOSG0010.95D.rnx"])
@pytest.mark.parametrize("hatanaka", [False, True], ids=["plain", "hatanaka"])
def test_line_ends(name, hatanaka, tmp_path):
    """CR LF for LF changes nothing; neither do blanks cut from, or added to, the ends of lines."""
    text = support.plain_text(support.data(name.removesuffix(".rnx")))
    lines = (support.hatanaka(text) if hatanaka else text).split(b"\n")[:-1]
    lines = [line.rstrip(b"\r") for line in lines]
    forms = {"crlf": b"\r\n".join(lines) + b"\r\n"}
    if not hatanaka:
        forms["cut"] = b"\n".join(line.rstrip() for line in lines) + b"\n"
        forms["padded"] = b"\n".join(line.rstrip().ljust(80) for line in lines) + b"\n"
    for form, changed in forms.items():
        path = tmp_path / form
        path.write_bytes(changed)
        check(ROWS[name], path, False)
