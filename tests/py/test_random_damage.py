# Random arrays with random damage: reading them gives an error that names the file, or what was there; or
# other values, but only where bytes of cells were changed that no checksum covers. Never a crash.
# SPDX-License-Identifier: Apache-2.0
import faulthandler
import os
import re
import shutil

import numpy as np
from hypothesis import event, given, settings
from hypothesis import strategies as st

import array_strategies as draws
import garco_abi as garco
from array_compare import rows_of
from array_places import place  # noqa: F401 (a fixture)
from array_sides import GARCO, SIDES

EXAMPLES = int(os.environ.get("GARCO_EXAMPLES", "100"))
DAMAGES = 20
KNOWN = r"GARCO_ERR_(CORRUPT|TRUNCATED|FORMAT|UNSUPPORTED|NOT_FOUND|LIMIT): "
CHECKS = {"checksum_md5", "checksum_sha256"}


def history(uri, schema, data, random):
    """Cells, a delete, metadata and upkeep by either library."""
    draw = data.draw
    side = draw(st.sampled_from(sorted(SIDES)))
    SIDES[side].create(uri, schema)
    for time in range(1, draw(st.integers(1, 3)) + 1):
        cells = draws.cells(schema, random, int(random.integers(1, 80)))
        SIDES[side].write(uri, cells, schema.kinds, time)
    GARCO.put_metadata(uri, {"key": (0, np.arange(3, dtype="i4"))}, 5)
    if draw(st.booleans()):
        fields = [f for f in schema.dims + schema.attrs if draws.comparable(f)]
        tree = draw(draws.conditions(fields).filter(SIDES[side].can_delete))
        SIDES[side].delete(uri, tree, schema.kinds, 6)
    for what in ("commits", "fragments", "fragment_meta"):
        if draw(st.booleans()):
            SIDES[side].consolidate(uri, what)
            if draw(st.booleans()):
                SIDES[side].vacuum(uri, what)


def seen(uri, ranges):
    """What a reader gets of the array: all cells, those in ranges, metadata, fragments."""
    with garco.Array(uri) as array:
        return array.scan(), array.scan(ranges=ranges), array.metadata(), array.fragments()


def outcome(uri, ranges):
    """What a reader gets, or the message that refuses it."""
    faulthandler.dump_traceback_later(60, exit=True)  # a hang
    try:
        return seen(uri, ranges), None
    except garco.Failed as refusal:
        return None, str(refusal)
    finally:
        faulthandler.cancel_dump_traceback_later()


def damaged(whole, random):
    """(how, bytes or None) of a file with these bytes."""
    how = random.choice(["bit", "bit", "byte", "cut", "cut", "longer", "gone"])
    if how == "gone" or not whole and how != "longer":
        return "gone", None
    if how == "longer":
        return how, whole + random.bytes(int(random.integers(1, 40)))
    at = int(random.integers(len(whole)))
    if random.random() < 0.3:  # close to an end, where sizes are
        at = min(at % 40, len(whole) - 1) if random.random() < 0.5 else len(whole) - 1 - at % min(40, len(whole))
    if how == "cut":
        return how, whole[:at]
    changed = bytearray(whole)
    changed[at] ^= 1 << int(random.integers(8)) if how == "bit" else int(random.integers(1, 256))
    return f"{how} at {at}", bytes(changed)


def checked(file, schema):
    """Whether a checksum covers the values in a data file."""
    name = file.name.split(".")[0]
    if "validity" in name:
        return any(f["name"] in CHECKS for f in schema.validity_filters)
    fields = schema.attrs if name[0] == "a" else schema.dims
    if not name[1:].isdigit():
        return any(f["name"] in CHECKS for f in schema.coord_filters)
    field = fields[int(name[1:])]
    filters = field.filters or (schema.coord_filters if field.dimension else [])
    return any(f["name"] in CHECKS for f in filters)


def may_differ(file, how, schema):
    """Where the format has no means to show damage: bytes of cells, and lists of names."""
    if file.suffix in (".vac", ".ign", ".con", ".wrt", ".del", ".meta") and (
            file.suffix in (".vac", ".ign", ".con") or how == "gone"):
        return True
    if file.parent.name in ("__meta", "__schema") and how == "gone":
        return True
    is_data = file.suffix == ".tdb" and not file.name.startswith("__")
    return is_data and how.startswith("b") and not checked(file, schema)


def same_cells(a, b, schema):
    names = [f.name for f in schema.dims + schema.attrs]
    if not a[0] or not b[0]:
        return bool(a[0]) == bool(b[0])
    dims = {f.name for f in schema.dims}
    x, y = rows_of(*a, names, dims), rows_of(*b, names, dims)
    return len(x) == len(y) and np.array_equal(x[np.lexsort(x.T)], y[np.lexsort(y.T)])


def without_chance(path):
    """The path without random digits, so that the same draws damage the same file."""
    return re.sub("[0-9a-f]{32}", "", str(path))


def check(uri, file, how, whole, schema, ranges):
    got, message = outcome(uri, ranges)
    if message is not None:
        event("refused")
        assert re.match(KNOWN, message), message
        assert file.name in message or file.parent.name in message or how == "gone" or (
            file.suffix in (".con", ".vac", ".ign", ".meta")), message
        assert how == "gone" or re.search(
            r"byte \d+: |UNSUPPORTED|NOT_FOUND|its folder is not there", message), message
        return
    event("read")
    if not may_differ(file, how, schema):
        assert same_cells(got[0], whole[0], schema), "other cells, and no error"
        assert same_cells(got[1], whole[1], schema), "other cells of a slice, and no error"
        assert got[2] == whole[2], "other metadata, and no error"


@settings(max_examples=EXAMPLES)
@given(data=st.data())
def test_random_damage(place, data):
    uri, schema = place.array(), data.draw(draws.schemas())
    random = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    history(uri, schema, data, random)
    ranges = data.draw(draws.slices(schema))
    whole = seen(uri, ranges)
    files = sorted((p for p in uri.rglob("*") if p.is_file()), key=without_chance)
    for _ in range(DAMAGES):
        file = files[int(random.integers(len(files)))]
        content = file.read_bytes()
        how, changed = damaged(content, random)
        if changed is None:
            file.unlink()
        else:
            file.write_bytes(changed)
        try:
            check(uri, file, how, whole, schema, ranges)
        except AssertionError as error:
            raise AssertionError(f"{file.relative_to(uri)} {how}: {error}") from None
        finally:
            file.write_bytes(content)


@settings(max_examples=EXAMPLES // 5)
@given(data=st.data())
def test_fragments_and_commits_that_miss_each_other(place, data):
    uri, schema = place.array(), data.draw(draws.schemas())
    random = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    GARCO.create(uri, schema)
    for time in (1, 2):
        GARCO.write(uri, draws.cells(schema, random, 20), schema.kinds, time)
    with garco.Array(uri, 0, 1) as array:
        first = array.scan()
    (second,) = (uri / "__commits").glob("__2_*.wrt")
    second.unlink()
    assert same_cells(seen(uri, ())[0], first, schema), "a fragment without a commit is not there"
    assert ("uncommitted" in dict(garco.fragment_list(uri, every=True)).values())
    second.touch()
    shutil.rmtree(uri / "__fragments" / second.stem)
    _, message = outcome(uri, ())
    assert message is not None and second.stem in message and second.name in message
