"""The library itself by ctypes: queries and statistics as Arrow streams.

SPDX-License-Identifier: Apache-2.0
"""

import ctypes
import os
import pathlib

import pyarrow

ROOT = pathlib.Path(__file__).resolve().parents[2]
GARCO = os.environ.get("GARCO", str(ROOT / "build/release/cli/garco"))
LIBRARY = pathlib.Path(GARCO).resolve().parents[1] / "src/libgarco.so"


class Error(ctypes.Structure):
    _fields_ = [("code", ctypes.c_int), ("line", ctypes.c_int64), ("byte", ctypes.c_int64),
                ("source", ctypes.c_char * 512), ("message", ctypes.c_char * 1024)]


class QueryOptions(ctypes.Structure):
    """garco_query_options of garco.h, field by field."""

    _fields_ = [
        ("start_ms", ctypes.c_int64), ("end_ms", ctypes.c_int64), ("systems", ctypes.c_char_p),
        ("nsats", ctypes.c_size_t), ("sats", ctypes.POINTER(ctypes.c_char_p)),
        ("ncodes", ctypes.c_size_t), ("codes", ctypes.POINTER(ctypes.c_char_p)),
        ("nfields", ctypes.c_size_t), ("fields", ctypes.POINTER(ctypes.c_char_p)),
        ("system_base", ctypes.c_int), ("salvage", ctypes.c_bool), ("keep_zeros", ctypes.c_bool),
        ("raw_missing", ctypes.c_bool), ("on_damage", ctypes.c_void_p), ("on_notice", ctypes.c_void_p),
        ("context", ctypes.c_void_p), ("threads", ctypes.c_int), ("code_map", ctypes.c_void_p),
        ("timestamp_start", ctypes.c_uint64), ("timestamp_end", ctypes.c_uint64),
        ("where", ctypes.c_char_p), ("memory", ctypes.c_uint64), ("skip_corrupt", ctypes.c_bool),
        ("labels", ctypes.c_bool), ("meter", ctypes.c_void_p),
    ]


class Statistic(ctypes.Structure):
    _fields_ = [("aggregate", ctypes.c_int), ("quantile", ctypes.c_double)]


class StatsOptions(ctypes.Structure):
    _fields_ = [("by", ctypes.c_uint), ("span_ms", ctypes.c_int64), ("nstatistics", ctypes.c_size_t),
                ("statistics", ctypes.POINTER(Statistic)), ("fast", ctypes.c_bool)]


class Failed(Exception):
    pass


def texts(words):
    return (ctypes.c_char_p * len(words))(*[str(word).encode() for word in words])


class Library:
    def __init__(self):
        self.c = ctypes.CDLL(str(LIBRARY))

    def check(self, status, error):
        if status < 0:
            raise Failed(error.message.decode())

    def options(self, start=-(2**63), end=2**63 - 1, sats=(), codes=(), fields=(), where=None, threads=0, memory=0):
        o = QueryOptions(start_ms=start, end_ms=end, system_base=-1, threads=threads, memory=memory)
        o.nsats, o.sats = len(sats), texts(sats)
        o.ncodes, o.codes = len(codes), texts(codes)
        o.nfields, o.fields = len(fields), texts(fields)
        o.where = where.encode() if where else None
        return o

    def stream(self, take, handle):
        """A reader of the stream that the handle becomes."""
        stream, error = (ctypes.c_byte * 40)(), Error()
        self.check(take(ctypes.byref(handle), stream, ctypes.byref(error)), error)
        assert handle.value is None  # the stream has it
        return pyarrow.RecordBatchReader._import_from_c(ctypes.addressof(stream))

    def query(self, *sources, **options):
        handle, error, wanted = ctypes.c_void_p(), Error(), self.options(**options)
        self.check(self.c.garco_query_open(texts(sources), ctypes.c_size_t(len(sources)), ctypes.byref(wanted),
                                           ctypes.byref(handle), ctypes.byref(error)), error)
        return self.stream(self.c.garco_query_take_stream, handle)

    def stats(self, *sources, by=0, span_ms=0, statistics=("mean",), **options):
        handle, error, wanted = ctypes.c_void_p(), Error(), self.options(**options)
        parsed = (Statistic * len(statistics))()
        for i, text in enumerate(statistics):
            self.check(self.c.garco_statistic_parse(text.encode(), ctypes.byref(parsed[i]), ctypes.byref(error)), error)
        grouped = StatsOptions(by=by, span_ms=span_ms, nstatistics=len(statistics), statistics=parsed)
        self.check(self.c.garco_stats_compute(texts(sources), ctypes.c_size_t(len(sources)), ctypes.byref(wanted),
                                              ctypes.byref(grouped), ctypes.byref(handle), ctypes.byref(error)), error)
        return self.stream(self.c.garco_stats_take_stream, handle)
