# Arrays of format versions 5 to 21 that live on: upgraded, written to, deleted from, evolved, consolidated and
# vacuumed by both libraries in any order, after each step the same for both.
# SPDX-License-Identifier: Apache-2.0
#
# What is done, and what must hold, is test_array_machine.py's; here is what old versions do otherwise.
# Each array begins with cells of the times 10, 20 and 30.
import functools
import os
import pathlib
import shutil

import numpy as np
import pytest
import tiledb
from hypothesis import event, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

import array_places
import array_strategies as draws
import garco_abi as garco
import tiledb_oracle as oracle
from array_model import Cell, Model
from array_sides import GARCO, TILEDB
from conftest import DATA
from test_array_machine import RARELY, SIDE, ArrayMachine

EXAMPLES = int(os.environ.get("GARCO_MACHINES", "200")) // 50
TIMES = (10, 20, 30)
NAMED_SCHEMAS, FOLDERS, CELL_TIMES, DELETES = 10, 12, 15, 16  # versions from which there are these


def filters_of(chosen):
    """Those that the model has to know."""
    return [{"name": "float_scale", "scale": f.factor, "offset": f.offset, "byte_width": f.bytewidth}
            for f in chosen if isinstance(f, tiledb.FloatScaleFilter)]


def schema_of(uri, cells):
    """The array's schema, with domains that hold what is there and little else: drawn places are to meet it."""
    with tiledb.open(str(uri)) as array:
        schema = array.schema
        dims = [schema.domain.dim(i) for i in range(schema.domain.ndim)]
        dims = [draws.Field(d.name, True, int(d._tiledb_dtype), extent=d.tile, domain=np.array(
            [cells[d.name].min(), cells[d.name].max()])) for d in dims]
        attrs = [schema.attr(i) for i in range(schema.nattr)]
        attrs = [draws.Field(a.name, False, int(a._tiledb_dtype), filters=filters_of(a.filters)) for a in attrs]
        return draws.Schema(dims, attrs, schema.capacity, schema.allows_duplicates, "row-major", "row-major",
                            [], [], [])


def cells_of(values, schema, time, until):
    places = zip(*(values[f.name].tolist() for f in schema.dims))
    columns = zip(*(list(values[f.name]) for f in schema.attrs))
    names = [f.name for f in schema.attrs]
    return [Cell(time, place, dict(zip(names, row)), until) for place, row in zip(places, columns)]


@functools.cache
def beginning(uri):
    """The schema and the cells that an array begins with."""
    with garco.Array(uri) as array:
        (fragment,) = array.fragments()
    windows = [(t, t) for t in TIMES] if fragment["timestamps"] else [(TIMES[0], TIMES[-1])]
    reads = [oracle.read(uri, start, end)[0] for start, end in windows]
    schema = schema_of(uri, oracle.read(uri)[0])
    cells = [c for (time, until), read in zip(windows, reads) for c in cells_of(read, schema, time, until)]
    assert len(cells) == fragment["cells"] > 2000
    return schema, cells


class OldArray(ArrayMachine):
    birth, evolves_after = TIMES[0], TIMES[-1]
    source = None  # the folder of the array

    @initialize()
    def create(self):
        array_places.MADE[0] += 1
        self.uri = pathlib.Path(self.place) / "array"
        shutil.copytree(self.source, self.uri)
        self.uri.chmod(0o755)
        self.schema, cells = beginning(self.source)
        self.model = Model(self.schema, 0)
        self.model.cells += cells
        self.used, self.kinds, self.steps = set(TIMES), dict(self.schema.kinds), 0
        self.exact, self.since, self.dropped = True, 0, False

    def version(self, time=None):
        """That of the latest schema, or of the one at a time; TileDB writes further ones of its own version."""
        with tiledb.open(str(self.uri), timestamp=time) as array:
            return array.schema.version

    def refused(self, words, call, *rest):
        with pytest.raises((garco.Failed, oracle.tiledb.TileDBError), match=words):
            call(*rest)
        event(f"refused: {words}")

    # ---- what is done otherwise

    def put_cells(self, data, side, seed):
        if side is GARCO and self.version() < FOLDERS:
            cells = draws.cells(self.now(), np.random.default_rng(seed), 3)
            self.refused("garco writes from 12 on", GARCO.write, self.uri, cells, self.kinds, 0)
            side = TILEDB
        super().put_cells(data, side, seed)

    def refuses_deletes(self, side, time):
        if side is GARCO and self.version() >= DELETES or side is TILEDB and self.version(time) >= DELETES:
            return False
        self.refused("none before 16|minimum supported version", side.delete, self.uri, ("<", "snr", np.float32(30)),
                     self.kinds, time)
        return True

    @rule(data=st.data(), side=SIDE)
    @precondition(lambda self: self.may_evolve())
    def evolve(self, data, side):
        old = any(f["version"] < NAMED_SCHEMAS for f in oracle.fragments(self.uri))
        if old or side is GARCO and self.version() < NAMED_SCHEMAS:
            self.refused("GARCO_ERR_UNSUPPORTED: .*a further schema", GARCO.evolve, self.uri, [], ["fcn"], 69)
            return  # nor by TileDB: libtiledb reads old fragments by the new schema then, and not at all
        super().evolve(data, side)

    @rule(data=st.data(), side=SIDE, purge=RARELY, windowed=RARELY)
    def consolidate(self, data, side, purge, windowed):
        if self.version() < DELETES:
            if side is GARCO:
                if len(oracle.fragments(self.uri)) > 1:
                    self.refused("loses when cells were written|garco writes from 12 on", GARCO.consolidate, self.uri,
                                 "fragments")
                return
            self.exact = False  # it loses when cells were written
        elif any(c.until > c.time for c in self.model.cells):
            self.since = max(self.since, TIMES[-1])  # they can be told by their times from then on
        super().consolidate(data, side, purge, windowed)

    @rule(data=st.data(), side=SIDE)
    def upgrade(self, data, side):
        def schemas():
            folder = self.uri / "__schema"
            return {p for p in folder.iterdir() if p.is_file()} if folder.exists() else set()
        before, version = schemas(), self.version()
        if self.last_schema() >= self.birth + 50:
            return
        side.upgrade(self.uri)
        made = schemas() - before
        assert len(made) == (version < 22)
        if made:
            (file,), time = made, self.time(data, self.last_schema())
            file.rename(file.with_name(f"__{time}_{time}_{file.name.split('_')[4]}"))
            self.model.evolve(time, self.model.attributes())
        self.look(data)

    @rule(data=st.data(), side=SIDE, what=st.sampled_from(["fragment_meta", "commits"]))
    def consolidate_files(self, data, side, what):
        if side is TILEDB and what == "commits" and self.version() < FOLDERS:
            try:
                TILEDB.consolidate(self.uri, what)
            except oracle.tiledb.TileDBError as error:
                assert "Array version should be at least 12" in str(error)
            self.look(data)
            return
        super().consolidate_files(data, side, what)

    @rule(data=st.data())
    @precondition(lambda self: (self.uri / "__fragments").exists() and os.listdir(self.uri / "__fragments"))
    def kill_a_writer(self, data):
        super().kill_a_writer(data)


def case_of(version):
    machine = type(f"OldArray{version}", (OldArray,), {"first": version})

    class Case(machine.TestCase):
        settings = settings(max_examples=EXAMPLES, stateful_step_count=12)

        @pytest.fixture(autouse=True)
        def array(self, arrays):
            machine.source = arrays / f"arr/v_{version:02}"
            if not machine.source.exists():
                pytest.skip(f"no array of format version {version} in {DATA / 'tiledb/arrays.tar.zst'}")

    Case.__name__ = Case.__qualname__ = f"TestVersion{version}"
    return Case


for number in range(5, 22):
    globals()[f"TestVersion{number}"] = case_of(number)
del number
