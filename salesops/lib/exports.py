"""Writing tables for other programs: CSV that Excel opens as text, XLSX with typed numbers, never a formula.

A cell of text that begins like a formula gets an apostrophe in front; numbers are written as numbers, so a negative
amount keeps its sign (OWASP, CSV injection).
"""

from __future__ import annotations

import csv
import io
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO

import xlsxwriter

Cell = str | Decimal | int
BOM = b"\xef\xbb\xbf"  # tells Excel that a CSV is UTF-8
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
_ROWS_AT_ONCE = 500  # ≈ 50 kB a piece


def neutral(text: str) -> str:
    """The text, so that no spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def csv_pieces(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """The file piece by piece: UTF-8 with BOM, commas, CR LF (RFC 4180)."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(header)
    yield BOM
    for number, row in enumerate(rows, start=1):
        writer.writerow([neutral(cell) if isinstance(cell, str) else f"{cell:f}" for cell in row])
        if number % _ROWS_AT_ONCE == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def write_csv(file: BinaryIO, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    for piece in csv_pieces(header, rows):
        file.write(piece)


def write_xlsx(file: BinaryIO, header: Sequence[str], rows: Iterable[Sequence[Cell]], decimals: int) -> None:
    """One sheet; `decimals` is how many the numbers show. Rows go to disk as they come, so memory stays flat."""
    book = xlsxwriter.Workbook(file, {"constant_memory": True})
    sheet = book.add_worksheet()
    number = book.add_format({"num_format": "0." + "0" * decimals if decimals else "0"})
    for column, text in enumerate(header):
        sheet.write_string(0, column, text)
    for place, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                sheet.write_string(place, column, neutral(cell))
            else:
                sheet.write_number(place, column, cell, number)
    sheet.freeze_panes(1, 0)
    book.close()


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file that appears under its name when it is complete, or not at all. Raises `OSError` where it cannot."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    unfinished = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        unfinished.chmod(0o640)  # pay: the group at most
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()
