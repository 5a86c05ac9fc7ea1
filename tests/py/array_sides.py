# The two libraries behind one set of words, so that a test says what is done and draws who does it.
# SPDX-License-Identifier: Apache-2.0
import math

import array_strategies as draws
import garco_abi as garco
import tiledb_oracle as oracle

UPKEEP = {"fragments": 1, "fragment_meta": 2, "commits": 4, "array_meta": 8}


class Tiledb:
    name = "tiledb"

    def create(self, uri, schema):
        oracle.create(uri, schema)

    def write(self, uri, cells, kinds, time):
        oracle.write(uri, cells, kinds, time)

    def can_delete(self, tree):
        return True

    def said(self, tree, kinds):
        """The condition in the words that it has."""
        return oracle.without_lists(tree, kinds)

    def delete(self, uri, tree, kinds, time):
        oracle.delete(uri, tree, kinds, time)

    def evolve(self, uri, added, dropped, time, unlabelled=()):
        oracle.evolve(uri, added, dropped, time, unlabelled)

    def consolidate(self, uri, what, start=0, end=0, purge=False):
        oracle.consolidate(uri, what, start, end or None, purge)

    def vacuum(self, uri, what):
        oracle.vacuum(uri, what)

    def put_metadata(self, uri, items, time):
        oracle.put_metadata(uri, items, time)

    def upgrade(self, uri):
        oracle.upgrade(uri)


class Garco:
    name = "garco"

    def create(self, uri, schema):
        garco.create(uri, schema)

    def write(self, uri, cells, kinds, time, threads=0, memory=0):
        with garco.Array(uri) as array:
            array.write(cells, kinds, time, threads, memory)

    def can_delete(self, tree):
        """Whether the condition can be said in garco's words: NaN and infinities cannot."""
        return all(math.isfinite(v) for v in draws.values_in(tree))

    def said(self, tree, kinds):
        return tree

    def delete(self, uri, tree, kinds, time):
        with garco.Array(uri) as array:
            array.delete(draws.condition_text(tree), time)

    def evolve(self, uri, added, dropped, time):
        with garco.Array(uri) as array:
            array.evolve(added, dropped, time)

    def consolidate(self, uri, what, start=0, end=0, purge=False, **options):
        return garco.upkeep(garco.lib.garco_consolidate, uri, what=UPKEEP[what], purge=purge,
                            timestamp_start=start, timestamp_end=end, **options)

    def vacuum(self, uri, what):
        return garco.upkeep(garco.lib.garco_vacuum, uri, what=UPKEEP[what])

    def put_metadata(self, uri, items, time):
        with garco.Array(uri) as array:
            array.put_metadata(items, time)

    def upgrade(self, uri):
        garco.attempt(garco.lib.garco_upgrade, str(uri).encode())


TILEDB, GARCO = Tiledb(), Garco()
SIDES = {side.name: side for side in (TILEDB, GARCO)}
