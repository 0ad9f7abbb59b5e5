"""A file damaged in a way that its seed decides: as bytes, or within a part of its ZIP."""

import random
import zipfile
from io import BytesIO

_TEXTS = (
    b"\0", b"\xff\xfe", b"-1", b"99999999999", b'"', b"'", b"<", b">", b"&#0;", b"_x0000_", b"\r",
    b";" * 500, b"1e999", b"#N/A", b"=1+1", b"\xed\xa0\x80", b"[" * 2000, b"xml:",
)  # fmt: skip


def mutated(content: bytes, seed: int) -> bytes:
    """The content with one to four changes; a ZIP mostly packed again after them."""
    draw = random.Random(seed)
    if content.startswith(b"PK") and draw.random() < 0.85:
        return _repacked(content, draw)
    return _changed(content, draw)


def _repacked(content: bytes, draw: random.Random) -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(packed, "w", 8) as new:
        names = old.namelist()
        hit = draw.choice(names)
        for name in names:
            part = old.read(name)
            if name == hit and draw.random() < 0.1:
                continue  # a part is missing
            new.writestr(name, _changed(part, draw) if name == hit else part)
    return packed.getvalue()


def _changed(content: bytes, draw: random.Random) -> bytes:
    data = bytearray(content)
    for _ in range(draw.randint(1, 4)):
        at = draw.randrange(len(data) + 1)
        kind = draw.randrange(6)
        if kind == 0:
            del data[at:]
        elif kind == 1:
            del data[at : at + draw.randint(1, 40)]
        elif kind == 2:
            data[at:at] = draw.choice(_TEXTS)
        elif kind == 3 and data:
            at = min(at, len(data) - 1)
            data[at] ^= 1 << draw.randrange(8)
        elif kind == 4:
            data[at : at + 4] = draw.randbytes(4)
        else:
            start = draw.randrange(len(data) + 1)
            data[at:at] = data[start : start + draw.randint(1, 200)]
    return bytes(data)
