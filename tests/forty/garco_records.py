"""The library's reader, record by record: what queries do not show (clocks, picoseconds, indicators, slips, events).

SPDX-License-Identifier: Apache-2.0
"""

from dataclasses import dataclass

from garco_abi import Failed, attempt, ffi, lib, options  # noqa: F401

MISSING = -(2**63)
SYSTEMS = "GRSECJI"


@dataclass(frozen=True)
class Record:
    flag: int
    time: str | None  # to the millisecond; None: an event without a time
    ps: int  # what is left of it
    clock: int | None  # ps
    sats: dict  # {"G01": [(thousandths or None, "LLI and SSI")]}
    lines: list  # of an event its lines; else the epoch line
    header_changed: bool

    def values(self, sat):
        return [value for value, _ in self.sats[sat]]


@dataclass(frozen=True)
class Header:
    version: int
    system: str
    time_system: str
    leap_seconds: int
    lines: list
    types: dict  # {"G": [("C1C", scale)]}
    channels: dict  # {slot: channel}


def text_of_time(ms):
    room = ffi.new("char[32]")
    lib.garco_time_text(ms, room)
    return ffi.string(room).decode()


def record_of(epoch):
    sats = {}
    for i in range(epoch.nsats):
        sat = epoch.sats[i]
        sats[f"{SYSTEMS[sat.system]}{sat.number:02d}"] = [
            (
                None if epoch.values[k] == MISSING else epoch.values[k],
                ffi.buffer(epoch.indicators + 2 * k, 2)[:].decode("latin-1"),
            )
            for k in range(sat.first, sat.first + sat.count)
        ]
    return Record(
        epoch.flag,
        None if epoch.time_ms == MISSING else text_of_time(epoch.time_ms),
        epoch.time_ps,
        None if epoch.clock_ps == MISSING else epoch.clock_ps,
        sats,
        ffi.buffer(epoch.text, epoch.text_size)[:].decode("latin-1").splitlines(),
        epoch.header_changed,
    )


def header_of(header):
    channels = {slot: header.glonass_channel[slot] for slot in range(100) if header.glonass_channel[slot] != -128}
    types = {}
    for s, letter in enumerate(SYSTEMS):
        listed = header.types[s]
        if listed.count > 0:
            types[letter] = [(ffi.string(listed.codes[i]).decode(), listed.scale[i]) for i in range(listed.count)]
    return Header(
        header.version,
        header.system.decode(),
        ffi.string(header.time_system).decode(),
        header.leap_seconds,
        ffi.buffer(header.text, header.text_size)[:].decode("latin-1").splitlines(),
        types,
        channels,
    )


def read(data, salvage=False):
    """The first header and all records. What is refused raises Failed."""
    wanted = options("garco_reader_options")
    wanted.salvage = salvage
    handle, epoch = ffi.new("garco_reader **"), ffi.new("garco_epoch *")
    attempt(lib.garco_reader_new, wanted, handle)
    try:
        attempt(lib.garco_reader_feed, handle[0], data, len(data))
        lib.garco_reader_finish(handle[0])
        records, header = [], None
        while attempt(lib.garco_reader_next, handle[0], epoch, allowed=(lib.GARCO_END,)) != lib.GARCO_END:
            header = header or header_of(lib.garco_reader_header(handle[0]))
            records.append(record_of(epoch))
        return header, records
    finally:
        lib.garco_reader_free(handle)


def records(data, salvage=False):
    return read(data, salvage)[1]
