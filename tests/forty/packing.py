"""Compresses bytes in each way that RINEX files come in, with what every Python has.

SPDX-License-Identifier: Apache-2.0

  .Z     1f 9d, 0x80 | 16 (block mode, 16 bits at most), codes from 9 bits on, low bit first
  .zst   28 b5 2f fd, descriptor 0xa0 (one segment, four bytes of size), raw blocks
"""

import bz2
import gzip
import io
import lzma
import zipfile


def pack_z(data):
    """Unix compress without any compression: literals only. The reader's table grows by an entry a code, so
    the first 256 codes have 9 bits, the next 512 have 10 and so on; each run fills whole groups of 8 codes,
    as the format asks."""
    out, held, count, width, left = bytearray(b"\x1f\x9d\x90"), 0, 0, 9, 256
    for code in data:
        held |= code << count
        count += width
        while count >= 8:
            out.append(held & 255)
            held >>= 8
            count -= 8
        left -= 1
        if left == 0 and width < 16:
            width += 1
            left = 1 << (width - 1)
    if count:
        out.append(held)
    return bytes(out)


def pack_zst(data):
    out = bytearray(b"\x28\xb5\x2f\xfd\xa0" + len(data).to_bytes(4, "little"))
    pieces = [data[k : k + 100000] for k in range(0, len(data), 100000)] or [b""]
    for k, piece in enumerate(pieces):
        out += (len(piece) << 3 | (k == len(pieces) - 1)).to_bytes(3, "little") + piece
    return bytes(out)


def pack_zip(data, name="inside.rnx"):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return file.getvalue()


def pack_gz(data):
    return gzip.compress(data, mtime=0)


def pack_gz_members(data):
    """As `cat a.gz b.gz` makes it, cut within a line."""
    third = len(data) // 3
    return b"".join(pack_gz(data[a:b]) for a, b in ((0, third), (third, 2 * third), (2 * third, None)))


PACKINGS = {
    "": bytes,
    ".Z": pack_z,
    ".gz": pack_gz,
    ".members.gz": pack_gz_members,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": pack_zst,
    ".zip": pack_zip,
    ".gz.bz2": lambda data: bz2.compress(pack_gz(data)),
}
