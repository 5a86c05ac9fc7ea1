"""garco beside GeoRinex and RNXCMP on every RINEX observation file of the shared data.

SPDX-License-Identifier: Apache-2.0

Each file is read as it is and as plain text (crx2rnx's, where it is Hatanaka), by garco and by GeoRinex, and the values
that each gives of every type are compared, those that only one gives too. GeoRinex takes minutes for a day of RINEX 3, so
of long files both read the first EPOCHS epochs only (GeoRinex's tlim, garco's --end), which is at most some 10 s in all.
The rest is read beside RNXCMP: the rows of a whole file and of the other form that crx2rnx or rnx2crx makes of it are the same.

Where the two differ, DIVERGENCE says how many values only the one and only the other gives, and why GeoRinex is the
one that is wrong. Another number, in a file that is named or in one that is not, fails the test.
"""

import hashlib
import warnings
from collections import Counter

import numpy
import pytest
from shared_files import DAMAGED, OBSERVATIONS, RINEX, is_hatanaka, text_of
from support_differential import codes_of, rnxcmp, rows_of, run, values_of

georinex = pytest.importorskip("georinex")

EPOCHS = 16
# Files that rnx2crx ends with an error on, and why.
REFUSED = {
    "demo.10o": "a clock offset of five decimals",
    "demo3.10o": "a clock offset whose point is not in its column",
    "rinex2onesat.10o": "a clock offset of five decimals",
}

# Files that GeoRinex refuses as plain text (it takes the version of Hatanaka text for the RINEX version), and its words.
REFUSED_BY_GEORINEX = {"KMS300DNK_R_20221591000_01H_30S_MO.crx": "unknown RINEX .*'version': 4.0"}

# file: (values that only garco gives, values that only GeoRinex gives, why)
DIVERGENCE = {
    "badtime.10o": (7, 0, "its second epoch has second 60, which is the next minute: GeoRinex leaves it out"),
    "default_time_system2.10o": (35, 0, "the header says R, the epoch has G too: GeoRinex leaves those out"),
}


def window(path, words):
    """The first and last of the EPOCHS first times of a longer file, for tlim and --end; None: all of it."""
    times = sorted({row["time"] for row in rows_of(path, "--field", "time", *words)})
    return (times[0], times[EPOCHS - 1]) if len(times) > EPOCHS else None


def one_ms_after(time):
    return str(numpy.datetime64(time, "ms") + numpy.timedelta64(1, "ms"))


def georinex_values(path, limits, codes):
    """GeoRinex's values, each under the code that garco says its type has."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table = georinex.load(path, tlim=limits) if limits else georinex.load(path)
    times = table.time.values.astype("datetime64[us]") + numpy.timedelta64(500, "us")
    labels = times.astype("datetime64[ms]").astype(str)
    found = Counter()
    for kind in table.data_vars:
        values = table[kind].transpose("time", "sv").values
        for i, j in zip(*numpy.nonzero(~numpy.isnan(values))):
            sat = str(table.sv.values[j]).replace(" ", "0")
            code = codes[sat[0], kind]
            found[(labels[i], sat, *code, round(float(values[i, j]) * 1000))] += 1
    return found


def plain_copy(path, folder):
    """The file as plain text, by crx2rnx where it is Hatanaka; the path itself where it is that already."""
    text = text_of(path)
    if is_hatanaka(text):
        text = rnxcmp("crx2rnx", text)
    elif text == path.read_bytes():
        return path
    copy = folder / (path.name.split(".")[0] + ".rnx")
    copy.write_bytes(text)
    return copy


@pytest.mark.parametrize("name", OBSERVATIONS)
def test_differential_georinex(name, tmp_path):
    path, words = RINEX / name, ["--salvage"] if name in DAMAGED else []
    forms = {path, plain_copy(path, tmp_path)}
    mine_of_first = None
    for source in sorted(forms):
        limits = window(source, words)
        end = ["--end", one_ms_after(limits[1])] if limits else []
        if name in REFUSED_BY_GEORINEX and source != path:
            with pytest.raises(ValueError, match=REFUSED_BY_GEORINEX[name]):
                georinex.load(source)
            continue
        mine = values_of(rows_of(source, *words, *end))
        theirs = georinex_values(source, limits, codes_of(source, *words))
        only_mine, only_theirs = mine - theirs, theirs - mine
        counts = only_mine.total(), only_theirs.total()
        assert counts == DIVERGENCE.get(name, (0, 0))[:2], (
            f"{source.name}: only garco gives {counts[0]}: {sorted(only_mine)[:3]}, "
            f"only GeoRinex {counts[1]}: {sorted(only_theirs)[:3]}"
        )
        assert mine and mine_of_first in (None, mine), "the two forms differ"
        mine_of_first = mine


def digest(path):
    return hashlib.sha256(run("query", path, "--keep-zeros", "--format", "csv").encode("latin-1")).digest()


@pytest.mark.parametrize("name", [name for name in OBSERVATIONS if name not in DAMAGED])
def test_differential_rnxcmp(name, tmp_path):
    """All rows of a file are those of what RNXCMP makes of it; what it refuses is named, and why."""
    text = text_of(RINEX / name)
    other = rnxcmp("crx2rnx" if is_hatanaka(text) else "rnx2crx", text)
    assert (other is None) == (name in REFUSED), "REFUSED is stale"
    if other is not None:
        (tmp_path / "other").write_bytes(other)
        assert digest(RINEX / name) == digest(tmp_path / "other")


def test_differential_lists_are_of_files_that_are_there():
    if not OBSERVATIONS:
        pytest.skip("no shared data; GARCO_TEST_DATA names its folder")
    assert {*DIVERGENCE, *DAMAGED, *REFUSED, *REFUSED_BY_GEORINEX} <= set(OBSERVATIONS)
