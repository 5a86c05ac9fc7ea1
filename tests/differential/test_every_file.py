"""Every file of the shared data, found by walking its folder: known for what it is, and counted as the slow oracle counts it.

SPDX-License-Identifier: Apache-2.0

The oracle (rinex_oracle.py beside the data) goes by fixed columns and nothing else. It reads plain text, so of Hatanaka
files it gets what crx2rnx makes of them; garco gets each file in three forms: as it lies, as plain text and as Hatanaka
text. That garco's own texts have RNXCMP's bytes, both ways, is in tests/convert/test_convert_rnxcmp.py, over the same lists.
"""

import pytest
from shared_files import DAMAGED, DATA, HATANAKA, KINDS, OBSERVATIONS, RINEX, is_hatanaka, text_of
from support_differential import ORACLE, counts_of, oracle, rnxcmp, same_counts

COUNT = oracle()


def test_each_file_is_of_a_known_kind():
    if not KINDS:
        pytest.skip(f"no shared data at {DATA}; GARCO_TEST_DATA names its folder")
    assert [str(path) for path, kind in KINDS.items() if kind is None] == []
    elsewhere = [path for path, kind in KINDS.items() if kind in ("plain", "hatanaka") and path.parent != RINEX]
    assert elsewhere == [], "observation files outside of rinex/, which the tests do not look into"
    assert set(DAMAGED) <= set(OBSERVATIONS)


def test_each_hatanaka_file_has_its_digest():
    """CRX2RNX.sha256 lists the text of every Hatanaka file, whatever it is packed in, and no other."""
    path = RINEX / "CRX2RNX.sha256"
    if not path.exists():
        pytest.skip(f"no {path}")
    listed = {row.split()[1] for row in path.read_text().splitlines()}
    unpacked = {name.removesuffix(".gz").removesuffix(".bz2").removesuffix(".Z") for name in HATANAKA}
    assert listed == {f"{name}.rnx" for name in unpacked}


@pytest.mark.skipif(COUNT is None, reason=f"no oracle at {ORACLE}")
@pytest.mark.parametrize("name", OBSERVATIONS)
def test_counts_are_those_of_the_oracle(name, tmp_path):
    path, words = RINEX / name, ["--salvage"] if name in DAMAGED else []
    text = text_of(path)
    plain = rnxcmp("crx2rnx", text) if is_hatanaka(text) else text
    assert plain is not None, "crx2rnx refuses it"
    packed = text if is_hatanaka(text) else rnxcmp("rnx2crx", text)
    (tmp_path / "plain").write_bytes(plain)
    forms = [path, tmp_path / "plain"]
    if packed is not None:
        (tmp_path / "packed").write_bytes(packed)
        forms.append(tmp_path / "packed")
    theirs = COUNT(str(tmp_path / "plain"))
    assert theirs[2] > 0 and theirs[4] > 0, "a file that the oracle finds nothing in proves nothing"
    for form in forms:
        mine = counts_of(form, *words)
        assert same_counts(mine, theirs), f"{form.name}: garco {mine}, the oracle {theirs}"


def test_another_count_would_be_seen():
    """That the comparison can fail, in each of its numbers."""
    sound = ["2.11", 2, 9, 51, 0, 6, 63.333333]
    theirs = ["x", "2.11", 2, 9, 51, 0, 6, "63.333333"]
    assert same_counts(sound, theirs)
    for k, other in enumerate(["3.00", 3, 8, 52, 1, 5, 63.333338]):
        assert not same_counts([*sound[:k], other, *sound[k + 1 :]], theirs)
    assert not same_counts([*sound[:6], float("nan")], theirs)
    assert same_counts([*sound[:5], 0, float("nan")], [*theirs[:6], 0, ""])
