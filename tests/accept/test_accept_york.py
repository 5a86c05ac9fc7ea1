"""york0440.15d.Z, the demo's own kind of file: a day of RINEX 2.11 by teqc, Hatanaka version 1, Unix compress.

SPDX-License-Identifier: Apache-2.0
"""

import json

import pytest
import support

FORMS = ["york0440.15d.Z", "york0440.15d", "plain"]


def source(form, york_plain):
    return york_plain if form == "plain" else support.data(form)


@pytest.mark.parametrize("stdin", [False, True], ids=["named", "stdin"])
@pytest.mark.parametrize("form", FORMS)
def test_counts(form, stdin, york_plain):
    path = source(form, york_plain)
    name, piped = ("-", path.read_bytes()) if stdin else (path, b"")
    info = json.loads(support.ok("info", "--json", name, stdin=piped).out)
    assert info["epochs"] == 2880
    assert info["satellite_epochs"] == 27251
    assert info["observations"] == 162204
    assert info["zeros"] == 0


@pytest.mark.parametrize("stdin", [False, True], ids=["named", "stdin"])
@pytest.mark.parametrize("form", FORMS)
def test_mean(form, stdin, york_plain):
    path = source(form, york_plain)
    name, piped = ("-", path.read_bytes()) if stdin else (path, b"")
    ran = support.ok(
        "stats", name, "--agg", "mean,count", "--field", "snr", "--system", "G", "--obs-code", "1C", "--by", "day",
        "--format", "csv", stdin=piped,
    )
    stats = support.table(ran.out)
    assert len(stats) == 1
    assert stats.iloc[0, 0].startswith("2015-02-13")
    assert f"{stats['snr_mean'][0]:.6f}" == "45.464754"
    assert stats["snr_count"][0] == 27251


def test_query_is_the_same_for_every_form(york_plain):
    texts = {support.ok("query", source(form, york_plain), "--format", "csv").out_bytes for form in FORMS}
    texts.add(support.ok("query", "-", "--format", "csv", stdin=york_plain.read_bytes()).out_bytes)
    assert len(texts) == 1
    assert texts.pop().decode().split("\n")[0] == support.HEADER
