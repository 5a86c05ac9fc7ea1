# One array, kept by both libraries in any order: cells, deletes, schemas, consolidations, vacuums and
# metadata by either, and after each step both read the same, which is what a plain model says.
# SPDX-License-Identifier: Apache-2.0
#
# Times are drawn, not those of the clock, so that what is written later may be of an earlier time. No
# two things are of one time: of equal times libtiledb's own readers disagree.
import dataclasses
import os
import pathlib
import re
import shutil
import tempfile
import uuid

import numpy as np
import pytest
from hypothesis import event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

import array_places
import array_strategies as draws
import garco_abi as garco
import tiledb_oracle as oracle
from array_compare import assert_same
from array_model import Model
from array_places import read
from array_sides import GARCO, SIDES, TILEDB, UPKEEP

EXAMPLES = int(os.environ.get("GARCO_MACHINES", "150"))
BIRTH, MOST = 1_000_000_000_000, 60
SIDE = st.integers(0, 1023).map(lambda n: [TILEDB, GARCO][n % 2])  # of two, the first is drawn by far more often
RARELY = st.sampled_from([False, False, True])
LIMITS = st.sampled_from([{}] * 8 + [{"smaller_than": 1000}, {"smaller_than": 10_000}, {"largest": 20_000},
                                     {"largest": 5000, "smaller_than": 10_000}])


def stored_label(value):
    return value.encode() if isinstance(value, str) else value


def label_each(codes, validity, labels):
    for i, code in enumerate(codes.tolist()):
        known = 0 <= code < len(labels) and (validity is None or validity[i])
        yield labels[code] if known else None


class ArrayMachine(RuleBasedStateMachine):
    birth = BIRTH  # before all that is done
    evolves_after = BIRTH

    def __init__(self):
        super().__init__()
        self.place = tempfile.mkdtemp(prefix="garco-machine-")

    def teardown(self):
        shutil.rmtree(self.place)

    @initialize(schema=draws.schemas(labelled=True), creator=SIDE, data=st.data())
    def create(self, schema, creator, data):
        array_places.MADE[0] += 1
        self.uri = pathlib.Path(self.place) / "array"
        if any(f.labels is not None for f in schema.attrs):
            with pytest.raises(garco.Failed, match="GARCO_ERR_UNSUPPORTED: .*labels"):
                GARCO.create(self.uri, schema)
            creator = TILEDB
            event("labels")
        creator.create(self.uri, schema)
        self.backdate()
        self.schema, self.model = schema, Model(schema, self.birth)
        self.used, self.kinds, self.steps = {self.birth}, dict(schema.kinds), 0
        self.exact = True  # whether the model knows what both must read
        self.since = 0  # the earliest end of a reader that it knows it for
        self.dropped = False
        for _ in range(data.draw(st.integers(0, 3))):
            self.put_cells(data, data.draw(SIDE), data.draw(st.integers(0, 2**32)))

    def backdate(self):
        """The schema gets a time before all others, which those of the clock are not."""
        (file,) = (f for f in (self.uri / "__schema").iterdir() if f.is_file())
        file.rename(file.with_name(f"__{self.birth}_{self.birth}_{file.name.split('_')[4]}"))

    def time(self, data, after=0):
        free = [t for t in range(max(after, self.birth) + 1, self.birth + MOST) if t not in self.used]
        near = [t for t in free if {t - 1, t + 1} & self.used]  # where one ms more or less is seen
        time = data.draw(st.sampled_from(free + 3 * near), label="time")
        self.used.add(time)
        return time

    def room(self):
        return len(self.used) < MOST // 2

    def last_schema(self):
        return max(self.evolves_after, *(t for t, _ in self.model.schemas))

    def may_evolve(self):
        return self.room() and len(self.model.schemas) < 5 and self.last_schema() < self.birth + MOST - 10

    # ---- what is done

    @rule(data=st.data(), side=SIDE, seed=st.integers(0, 2**32))
    @precondition(lambda self: self.room())
    def write(self, data, side, seed):
        self.put_cells(data, side, seed)
        self.look(data)

    def put_cells(self, data, side, seed):
        random, time = np.random.default_rng(seed), self.time(data)
        # The schema is that of now, whatever the time that is written at.
        cells = draws.cells(self.now(), random, int(random.integers(1, 60)), spread=40,
                            places=[c.place for c in self.model.cells])
        side.write(self.uri, cells, self.kinds, time)
        self.model.write(time, cells)

    @rule(data=st.data(), side=SIDE)
    @precondition(lambda self: self.room())
    def delete(self, data, side):
        if self.put_delete(data, side):
            self.look(data)

    def put_delete(self, data, side):
        """Whether there is one now."""
        time = self.time(data)
        if self.refuses_deletes(side, time):
            return False
        attrs = {f.name: f for f in self.model.attributes()}
        there = {f.name: f for f in self.model.attributes(time)}
        if side is TILEDB:  # it has the fields of that time's schema, and writes what no reader takes
            attrs = {k: there[k] for k in attrs.keys() & there.keys()}
        fields = [f for f in [*self.schema.dims, *attrs.values()] if draws.comparable(f)]
        tree = data.draw(draws.conditions(fields).filter(side.can_delete))
        names = draws.fields_in(tree)
        # Of cells without an attribute a condition on it deletes all, or by its place none.
        lacking = any(n not in c.values for n in names & attrs.keys() for c in self.model.cells)
        try:
            side.delete(self.uri, tree, self.kinds, time)
        except garco.Failed as refusal:
            assert "GARCO_ERR_UNSUPPORTED" in str(refusal), refusal
            assert lacking and "fragment" in str(refusal) or names & attrs.keys() - there.keys(), (refusal, tree)
            event("a delete refused: older cells or schemas lack the attribute")
            return False
        assert not (names & attrs.keys() - there.keys()), tree
        self.model.delete(time, side.said(tree, self.kinds))
        if any(attrs[n].labels is not None for n in names & attrs.keys()):
            event(f"a delete by labels by {side.name}")
        if lacking:
            # TileDB's row-major reader deletes by it what was written after the delete, too.
            event("a delete by an attribute that older cells lack")
            self.exact = False
        return True

    @rule(data=st.data(), side=SIDE)
    @precondition(may_evolve)
    def evolve(self, data, side):
        time = self.time(data, self.last_schema())
        attrs = list(self.model.attributes())
        added, dropped = [], []
        if len(attrs) > 1 and data.draw(st.booleans()):
            dropped = [attrs.pop(data.draw(st.integers(0, len(attrs) - 1)))]
            if any(dropped[0].name in draws.fields_in(tree) for _, tree in self.model.deletes):
                return self.drop_compared(dropped[0].name, time)
            self.dropped = True
        if not dropped or data.draw(st.booleans()):
            added = [data.draw(draws.added_attributes(f"e{len(self.model.schemas)}", data.draw(RARELY)))]
        options = {}
        if any(f.labels is not None for f in added) and side is GARCO:
            with pytest.raises(garco.Failed, match="GARCO_ERR_UNSUPPORTED: .*labels"):
                GARCO.evolve(self.uri, added, [], time)
            side = TILEDB
        unused = {f.labels.name for f in dropped if f.labels} - {f.labels.name for f in attrs if f.labels}
        if unused and side is TILEDB and data.draw(st.booleans()):
            options["unlabelled"] = unused
        side.evolve(self.uri, added, [f.name for f in dropped], time, **options)
        self.kinds |= {f.name: (f.type, f.width) for f in added}
        self.model.evolve(time, attrs + added)
        self.look(data)

    @rule(data=st.data())
    @precondition(lambda self: self.may_evolve() and self.model.labels())
    def extend_labels(self, data):
        attrs = self.model.attributes()
        known = data.draw(st.sampled_from([f.labels for f in attrs if f.labels is not None]))
        longer = data.draw(draws.more_labels(known))
        if longer == known:
            return
        time = self.time(data, self.last_schema())
        event("labels that become more")
        oracle.extend(self.uri, known, longer, time)
        self.model.evolve(time, [dataclasses.replace(f, labels=longer) if f.labels is known else f for f in attrs])
        self.look(data)

    def refuses_deletes(self, side, time):
        return False

    def drop_compared(self, name, time):
        """TileDB drops what a delete compares, and then reads the array no more."""
        event("an attribute not dropped: a delete compares it")
        with pytest.raises(garco.Failed, match="GARCO_ERR_UNSUPPORTED: .* compares it"):
            GARCO.evolve(self.uri, [], [name], time)

    @rule(data=st.data(), side=SIDE, purge=RARELY, windowed=RARELY)
    @precondition(lambda self: self.model.cells)
    def consolidate(self, data, side, purge, windowed):
        self.prepare(data)
        start, end = self.window(data) if windowed else (0, 0)
        before, options, nested = self.theirs(), {}, self.one_within_another()
        there = self.spans()
        if side is GARCO:
            options = {"memory": data.draw(st.sampled_from([0, 1 << 20, 4 << 20])),
                       "threads": data.draw(st.sampled_from([0, 1, 3])),
                       **data.draw(LIMITS)}
        side.consolidate(self.uri, "fragments", start, end, purge, **options)
        self.count(side, there, start, end)
        if side is TILEDB and nested:
            event("TileDB ends a fragment before its last cell")
            self.exact = False
        if purge and self.model.deletes:  # which cells went for good is not the model's to say
            self.exact = False
        if self.dropped:  # the values of attributes that are no more are gone
            self.since = max(self.since, *(t for t, _ in self.model.schemas))
        self.same(self.theirs(), before)
        self.look_between(there.values())
        self.look(data)

    def look_between(self, spans):
        """Readers until and from each time that fragments' cells are of, and the one before it."""
        last = self.birth + MOST
        for time in self.edges() if self.exact else ():
            if any(a - 1 <= time <= b for a, b in spans):
                self.same(read(self.uri, time, last), self.model.read(time, last))
                if time >= self.since:
                    self.same(read(self.uri, 0, time), self.model.read(0, time))

    def prepare(self, data):
        """Cells of two fragments, and often a delete after some of them: or there is little to consolidate."""
        while self.room() and len(self.spans()) < 2:
            self.put_cells(data, data.draw(SIDE), data.draw(st.integers(0, 2**32)))
        if self.room() and not self.dead(self.spans().values()) and data.draw(st.booleans(), label="delete"):
            self.put_delete(data, data.draw(SIDE))

    def window(self, data):
        """Any, or one from a fragment's start to another's end."""
        spans = self.spans().values()
        starts, ends = sorted(a for a, _ in spans), sorted(b for _, b in spans)
        whole = (data.draw(st.sampled_from(starts[:2])), data.draw(st.sampled_from(ends[-2:])))
        drawn = data.draw(st.tuples(*[st.sampled_from(self.edges())] * 2))
        return data.draw(st.sampled_from([whole, whole, drawn]).map(sorted), label="window")

    def spans(self):
        """{name: its times} of the fragments that are seen."""
        with garco.Array(self.uri) as array:
            return {f["name"]: (f["start"], f["end"]) for f in array.fragments()}

    def count(self, side, there, start, end):
        """Says for --hypothesis-show-statistics what a consolidation had to do."""
        now = self.spans()
        gone = [span for name, span in there.items() if name not in now]
        dead = self.dead(gone, start, end or self.birth + MOST)
        event(f"{side.name} joins fragments: {len(gone) > 1}, with deleted cells: {dead > 0}")

    def dead(self, spans, start=0, end=BIRTH + MOST):
        """How many cells of the times of fragments are deleted between two times."""
        places = {f.name for f in self.schema.dims}
        deletes = [(t, tree, draws.fields_in(tree) - places) for t, tree in self.model.deletes if start <= t <= end]
        cells = [c for c in self.model.cells if any(a <= c.time <= b for a, b in spans)]
        return sum(not self.model.survives(c, [(t, tree) for t, tree, names in deletes if names <= c.values.keys()])
                   for c in cells)

    def one_within_another(self):
        """Whether a fragment's times lie within another's: TileDB names what it makes of them by the start of
        the first and the end of the last by their starts, and what is later is not seen between times."""
        spans = sorted(self.spans().values())
        return any(end < last for i, (_, end) in enumerate(spans) for _, last in spans[:i])

    def now(self):
        return draws.Schema(**{**vars(self.schema), "attrs": self.model.attributes()})

    @rule(data=st.data(), side=SIDE, what=st.sampled_from(["fragment_meta", "commits"]))
    def consolidate_files(self, data, side, what):
        try:
            side.consolidate(self.uri, what)
        except oracle.tiledb.TileDBError as error:
            # It names the file by its first and last commit, and takes what is of an earlier time than
            # a file of commits for the last; and it looks for a delete that it vacuumed into such a
            # file, in its old place.
            assert what == "commits" and re.search(
                r"start timestamp cannot be after end|Cannot get file size of '.*\.del'", str(error))
            event("TileDB cannot consolidate commits again")
        self.look(data)

    @rule(data=st.data(), side=SIDE, what=st.sampled_from(["fragments", *UPKEEP]))
    def vacuum(self, data, side, what):
        side.vacuum(self.uri, what)
        self.look(data)

    @rule(data=st.data(), side=SIDE, keys=st.lists(st.sampled_from("abc"), min_size=1, unique=True),
          number=st.integers(-9, 9), remove=st.booleans())
    @precondition(lambda self: self.room())
    def put_metadata(self, data, side, keys, number, remove):
        time = self.time(data)
        items = {k: (0, np.arange(number, number + i + 1, dtype="i4")) for i, k in enumerate(keys)}
        if remove:
            items[keys[0]] = None
        side.put_metadata(self.uri, items, time)
        self.model.put(time, items)
        self.look_at_metadata(data)

    @rule(data=st.data(), side=SIDE)
    @precondition(lambda self: self.model.metadata())  # else garco leaves the files, TileDB does not
    def consolidate_metadata(self, data, side):
        side.consolidate(self.uri, "array_meta")
        self.model.consolidate_metadata()
        self.look_at_metadata(data)

    @rule(data=st.data(), side=SIDE)
    def upgrade(self, data, side):
        side.upgrade(self.uri)
        self.look(data)

    @rule(data=st.data())
    @precondition(lambda self: self.model.cells)
    def kill_a_writer(self, data):
        """What a writer leaves that was killed before its commit: its fragment's files."""
        there = sorted(p.name for p in (self.uri / "__fragments").iterdir())
        name = data.draw(st.sampled_from(there))
        parts = name.split("_")
        parts[4] = uuid.UUID(int=self.steps + 1, version=4).hex
        shutil.copytree(self.uri / "__fragments" / name, self.uri / "__fragments" / "_".join(parts),
                        dirs_exist_ok=True)
        self.steps += 1
        self.look(data)

    # ---- what must hold

    def same(self, ours, theirs, ordered=True):
        dims = {f.name for f in self.schema.dims}
        assert_same(ours, theirs, dims, ordered and self.exact and not self.schema.duplicates)

    def orders(self):
        """Those that TileDB reads the array in: where there are duplicates its unordered reader ends
        the program by some attributes that were added, and is not asked for any."""
        added = [f for _, attrs in self.model.schemas for f in attrs if f.name[0] == "e"]
        crash = self.schema.duplicates and bool(added)
        if self.exact:
            return "CG" if crash else "CUG"
        return "G" if crash else "UG"

    def theirs(self, start=0, end=None, ranges=(), order=None):
        return oracle.read(self.uri, start, end, ranges, order=order or self.orders()[0])

    def edges(self):
        """Each time that something is of, and the one before it: those of all that a reader may see."""
        return sorted({t - before for t in self.used | {self.birth + MOST} for before in (0, 1) if t > self.birth})

    def span(self, data):
        start = data.draw(st.sampled_from([0, 0, 0, *self.edges()]), label="start")
        return start, data.draw(st.sampled_from([t for t in self.edges() if t >= start]), label="end")

    def look(self, data):
        last = self.birth + MOST
        whole = self.theirs(0, last)
        self.same(read(self.uri, 0, last), whole)
        if self.exact:
            self.same(self.model.read(0, last), whole)
        start, end = self.span(data)
        theirs = self.theirs(start, end)
        self.same(read(self.uri, start, end, memory=data.draw(draws.MEMORY)), theirs)
        if self.exact and end >= self.since:
            self.same(self.model.read(start, end), theirs)
        self.look_at_labels(start, end, *theirs)
        for time in data.draw(st.lists(st.sampled_from(self.edges()), max_size=2, unique=True)):
            if self.exact and time >= self.since:
                self.same(read(self.uri, 0, time), self.model.read(0, time))
        order, ranges = data.draw(st.sampled_from(self.orders())), data.draw(draws.slices(self.schema))
        if order == "G":  # which libtiledb reads by single ranges only
            ranges = list({r[0]: r for r in ranges}.values())
        theirs = self.theirs(start, end, ranges, order)
        self.same(read(self.uri, start, end, ranges=ranges), theirs, order == "C")
        self.look_at_fragments()

    def look_at_labels(self, start, end, cells, validity):
        """The labels, and each cell of them by its label; a number beyond them has none."""
        expected = self.model.labels(end)
        if not expected:
            return
        with garco.Array(self.uri, start, end) as array:
            assert array.labels() == oracle.labels(self.uri, start, end) == expected
        names = sorted(expected)
        table = garco.query(self.uri, labels=True, fields=names, timestamp_start=start, timestamp_end=end).read_all()
        shown = list(zip(*(map(stored_label, table[n].to_pylist()) for n in names)))
        meant = list(zip(*(label_each(cells[n], validity.get(n), expected[n][3]) for n in names)))
        if self.schema.duplicates or not self.exact:
            shown, meant = sorted(shown, key=repr), sorted(meant, key=repr)
        assert shown == meant

    def folders(self):
        """Those of fragments, which before version 12 lie in the root."""
        roots = [self.uri, self.uri / "__fragments"]
        found = [p for root in roots if root.exists() for p in root.iterdir()]
        return sorted(p.name for p in found if p.is_dir() and re.match(r"__\d+_\d+_", p.name))

    def look_at_fragments(self):
        with garco.Array(self.uri) as array:
            ours = array.fragments()
        theirs = oracle.fragments(self.uri)
        if theirs is not None:
            for mine, other in zip(ours, theirs, strict=True):
                for key, value in other.items():
                    assert mine[key] == value, (key, mine, other)
        there = garco.fragment_list(self.uri, every=True)
        assert {name for name, _ in there} == set(self.folders())
        # "doubled" is a guess by numbers of cells, which few cells meet by chance.
        seen = [name for name, state in there if state in ("seen", "doubled")]
        assert seen == [f["name"] for f in ours]

    def look_at_metadata(self, data):
        with garco.Array(self.uri) as array:
            assert array.metadata() == oracle.metadata(self.uri) == self.model.metadata()
        start, end = self.span(data)
        with garco.Array(self.uri, start, end) as array:
            assert array.metadata() == oracle.metadata(self.uri, start, end)


TestArrayMachine = ArrayMachine.TestCase
TestArrayMachine.settings = settings(max_examples=EXAMPLES, stateful_step_count=15)
