"""The dictionary at the head of an SPSS file, read just far enough to know that pyreadstat survives it.

A text variable has text codes: those with value labels and those declared as missing. Where one of them
cannot be converted from the file's encoding, where text is to be shown as a number or a number as text, where
a wide text variable lacks the records that continue it, or where the file promises more rows than it can
hold, pyreadstat ends the whole process or asks for all memory; so these are looked at first. The layout is
the one that GNU PSPP publishes ("System File Format").
"""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

HEADER_BYTES = 176
LAYOUT_CODE_AT, COMPRESSION_AT, ROWS_AT = 64, 72, 80
VALUES_PER_BYTE = {0: 1 / 8, 1: 1, 2: 1040}
"""The most values that a byte can hold, by kind of compression: none, SPSS's own, zlib's on top of it."""
VARIABLE, VALUE_LABELS, LABELLED_VARIABLES, DOCUMENT, EXTENSION, END = 2, 3, 4, 6, 7, 999
CODE_PAGE, ENCODING = 3, 20
TEXT_FORMATS = {1, 2}
WIDEST, CONTINUED = 255, -1
SEGMENT = 8
DEFAULT_ENCODING = "cp1252"


def text_codes(path: Path) -> tuple[bytes, str]:
    """Return all text codes, joined, and the encoding that the file declares.

    Raises
    ------
    EOFError
        If the file ends within its dictionary.
    ValueError
        If it holds something that does not belong there.
    """
    try:
        return _walk(io.BytesIO(path.read_bytes()))
    except (struct.error, IndexError):
        raise EOFError from None


def _walk(file: io.BytesIO) -> tuple[bytes, str]:
    header = file.read(HEADER_BYTES)
    byte_order = "<" if header[LAYOUT_CODE_AT] else ">"

    def integers(count: int) -> tuple[int, ...]:
        content = file.read(4 * max(count, 0))
        if len(content) < 4 * count:
            raise EOFError
        return struct.unpack(f"{byte_order}{len(content) // 4}i", content)

    widths: list[int] = []
    codes: list[bytes] = []
    found: list[bytes] = []
    encoding = DEFAULT_ENCODING
    to_come = 0
    while True:
        (record,) = integers(1)
        if to_come and record != VARIABLE:
            raise ValueError
        if record == VARIABLE:
            width, has_label, missing, *formats = integers(5)
            if (width == CONTINUED) != bool(to_come) or not CONTINUED <= width <= WIDEST:
                raise ValueError
            to_come = to_come - 1 if to_come else max(0, (width - 1) // SEGMENT)
            as_text = {each >> 16 in TEXT_FORMATS for each in formats}
            if width != CONTINUED and as_text != {width > 0}:
                raise ValueError
            widths.append(width)
            file.read(8)
            if has_label:
                file.read(-(-integers(1)[0] // 4) * 4)
            declared_missing = file.read(8 * abs(missing))
            found += [declared_missing] if width else []
        elif record == VALUE_LABELS:
            codes = []
            for _ in range(integers(1)[0]):
                codes.append(file.read(8))
                file.read(file.read(1)[0] | 7)
        elif record == LABELLED_VARIABLES:
            for position in integers(integers(1)[0]):
                if not 1 <= position <= len(widths) or widths[position - 1]:
                    found += codes
        elif record == DOCUMENT:
            file.read(80 * integers(1)[0])
        elif record == EXTENSION:
            subtype, size, count = integers(3)
            content = file.read(size * count)
            if subtype == CODE_PAGE:
                encoding = f"cp{struct.unpack(f'{byte_order}i', content[-4:])[0]}"
            elif subtype == ENCODING:
                encoding = content.decode("ascii")
        elif record == END:
            _refuse_more_rows_than_fit(file, header, byte_order, len(widths))
            return b"".join(found), encoding
        else:
            raise ValueError


def _refuse_more_rows_than_fit(file: io.BytesIO, header: bytes, byte_order: str, segments: int) -> None:
    (compression,) = struct.unpack_from(f"{byte_order}i", header, COMPRESSION_AT)
    (rows,) = struct.unpack_from(f"{byte_order}i", header, ROWS_AT)
    if compression not in VALUES_PER_BYTE:
        raise ValueError
    left = len(file.getbuffer()) - file.tell()
    if rows * segments > left * VALUES_PER_BYTE[compression]:
        raise EOFError
