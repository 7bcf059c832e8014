"""The dictionary at the head of an SPSS file, read just far enough to know that pyreadstat survives it.

A text variable has text codes: those with value labels and those declared as missing. Where one of them
cannot be converted from the file's encoding, or where text is to be shown as a date, pyreadstat ends the
whole process; so these are looked at first. The layout is the one that GNU PSPP publishes ("System File
Format").
"""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

HEADER_BYTES = 176
LAYOUT_CODE_AT = 64
VARIABLE, VALUE_LABELS, LABELLED_VARIABLES, DOCUMENT, EXTENSION, END = 2, 3, 4, 6, 7, 999
CODE_PAGE, ENCODING = 3, 20
TEXT_FORMATS = {1, 2}
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
    byte_order = "<" if file.read(HEADER_BYTES)[LAYOUT_CODE_AT] else ">"

    def integers(count: int) -> tuple[int, ...]:
        content = file.read(4 * max(count, 0))
        if len(content) < 4 * count:
            raise EOFError
        return struct.unpack(f"{byte_order}{len(content) // 4}i", content)

    widths: list[int] = []
    codes: list[bytes] = []
    found: list[bytes] = []
    encoding = DEFAULT_ENCODING
    while True:
        (record,) = integers(1)
        if record == VARIABLE:
            width, has_label, missing, print_format, _ = integers(5)
            if width > 0 and print_format >> 16 not in TEXT_FORMATS:
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
            return b"".join(found), encoding
        else:
            raise ValueError
