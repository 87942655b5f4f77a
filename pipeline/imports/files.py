"""From the bytes of an uploaded file to rows of text.

Everything refused here concerns a whole file; nothing of the import is written then. CSV is UTF-8 (with or without a
byte order mark); an XLSX workbook's first sheet is read as the same table.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import PurePath
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from salesops.lib.errors import DomainError, gettext_noop

MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 200_000
_MAX_UNPACKED = 200 * 1024 * 1024  # an XLSX file is a ZIP; ten times MAX_BYTES is what real workbooks unpack to at most
_MAX_CELL = 10_000  # characters; the longest field anywhere is far below
_ZIP = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came: its name (without folders) and its bytes."""

    name: str
    content: bytes

    @property
    def stem(self) -> str:
        return PurePath(self.name).stem.lower()


@dataclass(frozen=True, slots=True)
class FileSpec:
    """A table that a profile reads: the file's name without its ending, and its columns."""

    stem: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A file's rows with their numbers; each row has one text for each column of the spec, in the spec's order."""

    file: str
    rows: Sequence[tuple[int, list[str]]]
    ragged: Sequence[tuple[int, int]]  # rows with another number of cells: (row, how many)


def read_table(upload: Upload, spec: FileSpec) -> Table:
    """Refuses a file that is too large, empty, no table, in another encoding, or without exactly the spec's columns."""
    lines = _lines(upload)
    header = next(lines, None)
    if header is None:
        raise DomainError("empty_file", gettext_noop("The file is empty."), upload.name)
    order = _order(upload.name, header, spec)
    rows: list[tuple[int, list[str]]] = []
    ragged: list[tuple[int, int]] = []
    for number, cells in enumerate(lines, start=2):
        if not any(cells):
            continue
        if len(rows) + len(ragged) >= MAX_ROWS:
            message = gettext_noop("The file has more than %(most)s rows; divide it.")
            raise DomainError("too_many_rows", message, upload.name, most=MAX_ROWS)
        if len(cells) != len(header):
            ragged.append((number, len(cells)))
        else:
            rows.append((number, [cells[index] for index in order]))
    return Table(upload.name, rows, ragged)


def _order(file: str, header: list[str], spec: FileSpec) -> list[int]:
    """Where in the file each column of the spec is."""
    for column in header:
        if header.count(column) > 1:
            message = gettext_noop("The column “%(column)s” is there twice.")
            raise DomainError("duplicate_column", message, file, column=column)
    for column in spec.columns:
        if column not in header:
            message = gettext_noop("The column “%(column)s” is missing.")
            raise DomainError("missing_column", message, file, column=column)
    for column in header:
        if column not in spec.columns:
            message = gettext_noop("The column “%(column)s” is not known here; expected are %(columns)s.")
            raise DomainError("extra_column", message, file, column=column[:80], columns=", ".join(spec.columns))
    return [header.index(column) for column in spec.columns]


def _lines(upload: Upload) -> Iterator[list[str]]:
    if len(upload.content) > MAX_BYTES:
        message = gettext_noop("The file is larger than %(most)s MB.")
        raise DomainError("too_large", message, upload.name, most=MAX_BYTES // 1024**2)
    if upload.content.startswith(_ZIP):
        return _workbook_lines(upload)
    return _csv_lines(upload)


def _csv_lines(upload: Upload) -> Iterator[list[str]]:
    if b"\0" in upload.content:
        message = gettext_noop("The file has zero bytes in it, so it is not a CSV file in UTF-8.")
        raise DomainError("not_text", message, upload.name)
    try:
        text = upload.content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = upload.content.count(b"\n", 0, error.start) + 1
        message = gettext_noop("The file is not in UTF-8 (first seen in line %(line)s); save it as “CSV UTF-8”.")
        raise DomainError("bad_encoding", message, upload.name, line=line) from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            message = gettext_noop("Line %(line)s cannot be read as CSV: %(reason)s.")
            raise DomainError("bad_csv", message, upload.name, line=reader.line_num, reason=str(error)) from None
        yield [cell.strip()[:_MAX_CELL] for cell in cells]


def _workbook_lines(upload: Upload) -> Iterator[list[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(upload.content)) as packed:
            unpacked = sum(entry.file_size for entry in packed.infolist())
        if unpacked > _MAX_UNPACKED:
            message = gettext_noop("The workbook unpacks to more than %(most)s MB.")
            raise DomainError("too_large", message, upload.name, most=_MAX_UNPACKED // 1024**2)
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(upload.content)).get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=False)
    except (CalamineError, zipfile.BadZipFile):
        message = gettext_noop("The file cannot be read as an XLSX workbook.")
        raise DomainError("bad_workbook", message, upload.name) from None
    for row in rows:
        yield [_cell_text(cell)[:_MAX_CELL] for cell in row]


def _cell_text(cell: Any) -> str:
    """A workbook's cell as the CSV file would have it: whole numbers without a point, days in ISO form."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == datetime.min.time() else cell.isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell).strip().replace("\0", "")
