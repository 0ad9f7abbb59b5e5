"""How large a zip container is when it is unpacked, measured without keeping what is unpacked.

Its directory may say anything: each part is inflated as a stream and counted, up to a limit.
"""

import zipfile
import zlib
from io import BytesIO
from xml.etree import ElementTree

DAMAGED = (zipfile.BadZipFile, zlib.error, ValueError, EOFError, NotImplementedError)
"""What `zipfile` raises for a container whose directory or parts are damaged."""
DAMAGED_XML = (*DAMAGED, ElementTree.ParseError, LookupError)
"""The same, and what its XML raises: a part that is missing, an encoding that nobody knows."""
_PIECE = 1 << 20
_LOCAL_HEADER = 30  # bytes before the name in the header that stands before each part


def unpacked_bytes(data: bytes, limit: int) -> int:
    """Bytes that all parts of the container give, at least `limit` + 1 where they give more.

    The sizes that the directory declares count where they are larger. Raises zipfile.BadZipFile
    for what is no container or holds parts that no workbook program packs.
    """
    with zipfile.ZipFile(BytesIO(data)) as archive:
        parts = archive.infolist()
    declared = sum(part.file_size for part in parts)
    if declared > limit:
        return declared
    real = 0
    for part in parts:
        real += _inflated(data, part, limit - real)
        if real > limit:
            break
    return max(declared, real)


def _inflated(data: bytes, part: zipfile.ZipInfo, limit: int) -> int:
    start = part.header_offset + _LOCAL_HEADER
    lengths = data[start - 4 : start]
    start += int.from_bytes(lengths[:2], "little") + int.from_bytes(lengths[2:], "little")
    packed = memoryview(data)[start : start + part.compress_size]
    if part.compress_type == zipfile.ZIP_STORED:
        return len(packed)
    if part.compress_type != zipfile.ZIP_DEFLATED:
        raise zipfile.BadZipFile(f"compression {part.compress_type} of {part.filename}")
    inflater, size, rest = zlib.decompressobj(-zlib.MAX_WBITS), 0, bytes(packed[:_PIECE])
    at = len(rest)
    try:
        while size <= limit and not inflater.eof:
            piece = inflater.decompress(rest, _PIECE)
            size += len(piece)
            rest = inflater.unconsumed_tail
            if not rest:
                rest = bytes(packed[at : at + _PIECE])
                at += len(rest)
            if not rest and not piece:
                break
    except zlib.error as error:
        raise zipfile.BadZipFile(f"{part.filename}: {error}") from None
    return size
