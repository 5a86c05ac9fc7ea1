"""EarthScope's array of observations as TileDB-Py makes it, from the table of the data model.

SPDX-License-Identifier: Apache-2.0
"""

import pathlib
import struct
import zlib

import numpy
import tiledb


def zstd():
    return tiledb.ZstdFilter(level=7)


def scaled(factor, width):
    return tiledb.FilterList([tiledb.FloatScaleFilter(factor, 0, width), zstd()])


def narrowed():
    return tiledb.FilterList([tiledb.BitWidthReductionFilter(), zstd()])


def earthscope(sys="sys", obs="obs"):
    dim = {"filters": tiledb.FilterList([zstd()])}
    domain = tiledb.Domain(
        tiledb.Dim(name="time", domain=(315964800000, 4102444800000), tile=43200000, dtype=numpy.int64, **dim),
        tiledb.Dim(name=sys, domain=(0, 254), tile=1, dtype=numpy.uint8, **dim),
        tiledb.Dim(name="sat", domain=(0, 254), tile=1, dtype=numpy.uint8, **dim),
        tiledb.Dim(name=obs, domain=(0, 65534), tile=1, dtype=numpy.uint16, **dim),
    )
    attributes = [
        tiledb.Attr(name="range", dtype=numpy.float64, filters=scaled(1e-4, 8)),
        tiledb.Attr(name="phase", dtype=numpy.float64, filters=scaled(1e-4, 8)),
        tiledb.Attr(name="doppler", dtype=numpy.float64, filters=scaled(1e-4, 8)),
        tiledb.Attr(name="snr", dtype=numpy.float32, filters=scaled(1e-3, 4)),
        tiledb.Attr(name="slip", dtype=numpy.uint16, filters=narrowed()),
        tiledb.Attr(name="flags", dtype=numpy.uint16, filters=narrowed()),
        tiledb.Attr(name="fcn", dtype=numpy.int8, filters=tiledb.FilterList([zstd()])),
    ]
    return tiledb.ArraySchema(
        domain=domain,
        attrs=attributes,
        sparse=True,
        allows_duplicates=False,
        capacity=500000,
        cell_order="row-major",
        tile_order="row-major",
        offsets_filters=tiledb.FilterList([tiledb.PositiveDeltaFilter(), tiledb.BitWidthReductionFilter(), zstd()]),
    )


# What FloatScale keeps for NaN: the smallest integer times the scale, -922337203685477.58 and -2147483.6.
MISSING_BELOW = {"range": -9.22e14, "phase": -9.22e14, "doppler": -9.22e14, "snr": -2147483.0}


def payload(uri):
    """The one schema file of an array, unpacked: a generic tile holding one zlib chunk."""
    (path,) = [p for p in (pathlib.Path(uri) / "__schema").iterdir() if p.is_file()]
    raw = path.read_bytes()
    (version,) = struct.unpack_from("<I", raw, 0)
    (pipeline,) = struct.unpack_from("<I", raw, 30)
    at = 34 + pipeline
    chunks, _, filtered, metadata = struct.unpack_from("<QIII", raw, at)
    assert chunks == 1
    start = at + 20 + metadata
    return version, zlib.decompress(raw[start : start + filtered])


def read(uri, sys="sys", obs="obs", **box):
    """All cells, or those of a closed box, as a frame like `support.cells` gives.

    Box: time=(low, high), system=number, sat=number, obs_code=text.
    """
    import pandas

    with tiledb.open(str(uri)) as array:
        index = (
            slice(box["time"][0], box["time"][1] + 1) if "time" in box else slice(None),
            box.get("system", slice(None)),
            box.get("sat", slice(None)),
            code_number(box["obs_code"]) if "obs_code" in box else slice(None),
        )
        raw = array[index]
    frame = pandas.DataFrame(
        {
            "time": raw["time"].astype("int64"),
            "system": raw[sys].astype("int64"),
            "sat": raw["sat"].astype("int64"),
            "obs_code": [code_text(n) for n in raw[obs]],
        }
    )
    for name in ("range", "phase", "doppler", "snr", "slip", "flags", "fcn"):
        values = raw[name]
        if name in MISSING_BELOW:
            values = numpy.where(values < MISSING_BELOW[name], numpy.nan, values)
        frame[name] = values
    return frame


def code_text(number):
    return chr(int(number) >> 8) + chr(int(number) & 255)


def code_number(text):
    return (ord(text[0]) << 8) | ord(text[1])
