# Files of arrays cut short, changed by a bit, and gone: an error that names the file, and no crash.
# SPDX-License-Identifier: Apache-2.0
import re
import shutil
import zlib

import numpy as np
import pytest

from arco_reader import Refused

ARRAYS = ["arr/basic", "arr/del_commits_frag", "arr/evo", "arr/two_meta", "arr/v_07", "un/dic",
          "un/enum"]


def damages(whole, seed):
    """(how, bytes or None) of a file."""
    random = np.random.default_rng(seed)
    sizes = {0, 1, 7, 33, len(whole) // 3, len(whole) // 2, len(whole) - 9, len(whole) - 1}
    for size in sorted(s for s in sizes if 0 <= s < len(whole)):
        yield f"cut to {size}", whole[:size]
    for _ in range(8 if whole else 0):
        at, bit = int(random.integers(len(whole))), int(random.integers(8))
        changed = bytearray(whole)
        changed[at] ^= 1 << bit
        yield f"bit {bit} of byte {at}", bytes(changed)
    yield "gone", None


def looked_at(dump, array):
    """What a reader gets, or the message that refuses it."""
    try:
        dump.info(array)
        dump.run("meta", array)
        return dump.run("cells", array, "--raw"), None
    except Refused as refusal:
        return None, str(refusal)


def check(damaged, how, cells, message, whole):
    data = damaged.suffix == ".tdb"
    if message is None:
        assert not data or how.startswith("bit") or cells == whole, "other cells, and no error"
        return
    assert re.match(r"GARCO_ERR_(CORRUPT|TRUNCATED|FORMAT|UNSUPPORTED|NOT_FOUND|LIMIT): ", message)
    if how == "gone" and damaged.name == "__array_schema.tdb":
        assert "no array: the folder has no __schema in it" in message
    elif data and how.startswith("bit"):  # a length may lead to another file of the fragment
        assert damaged.parent.name in message and ".tdb" in message, message
    elif data or how.startswith("cut") and damaged.suffix == ".con":
        assert damaged.name in message, message
        assert how == "gone" or re.search(r"byte \d+: |TRUNCATED", message), message
    elif damaged.parent.name in ("__schema", "__meta"):
        assert damaged.name in message or "__schema" in message or "schema" in message, message


@pytest.mark.parametrize("name", ARRAYS)
def test_damaged_files(arrays, dump, tmp_path, name):
    array = tmp_path / "array"
    shutil.copytree(arrays / name, array)
    whole, message = looked_at(dump, array)
    assert message is None
    for place in sorted(p for p in array.rglob("*") if p.is_file()):
        content = place.read_bytes()
        for how, bytes_ in damages(content, zlib.crc32(place.name.encode())):
            if bytes_ is None:
                place.unlink()
            else:
                place.write_bytes(bytes_)
            cells, message = looked_at(dump, array)
            try:
                check(place, how, cells, message, whole)
            except AssertionError as error:
                raise AssertionError(f"{place.relative_to(array)} {how}: {error}") from None
        place.write_bytes(content)
    assert looked_at(dump, array) == (whole, None)


def test_no_array(dump, tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"text")
    (tmp_path / "group/__group").mkdir(parents=True)
    for name, text in (("folder", "GARCO_ERR_FORMAT: .*no array: the folder has no __schema in it"),
                       ("file", "GARCO_ERR_FORMAT: .*no array: a file, expected a folder"),
                       ("nothing", "GARCO_ERR_NOT_FOUND: .*no such array"),
                       ("group", "GARCO_ERR_UNSUPPORTED: .*a group of arrays")):
        with pytest.raises(Refused, match=text):
            dump.cells(tmp_path / name)


@pytest.mark.parametrize("version, text", [
    (23, "format version 23; garco reads versions 5 to 22"), (4, "format version 4; garco reads"),
    (1, "format version 1; garco reads"), (22 | 1 << 31, "experimental format version")])
def test_other_versions(arrays, dump, tmp_path, version, text):
    array = tmp_path / "array"
    shutil.copytree(arrays / "arr/basic", array)
    (schema,) = (p for p in (array / "__schema").iterdir() if p.is_file())
    whole = schema.read_bytes()
    schema.write_bytes(version.to_bytes(4, "little") + whole[4:])
    with pytest.raises(Refused, match=f"GARCO_ERR_UNSUPPORTED: .*{schema.name}: .*{text}"):
        dump.cells(array)


def test_updates_are_refused(arrays, dump, tmp_path):
    array = tmp_path / "array"
    shutil.copytree(arrays / "arr/basic", array)
    (array / "__commits/__5_5_00000000000000000000000000000000_22.upd").touch()
    with pytest.raises(Refused, match="GARCO_ERR_UNSUPPORTED: .*update file __5_5_0+_22.upd"):
        dump.cells(array)
