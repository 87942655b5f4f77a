"""What a profile is: the files it reads, and how their rows become records."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pipeline.imports.files import FileSpec, Table
from pipeline.imports.records import Known, Records


@dataclass(frozen=True, slots=True)
class Profile:
    """`read` gets the tables by stem, the tenant's currency and its known names; it touches no database. `not_read`
    are stems of files that lie beside the others and are passed over in silence."""

    name: str
    label: str
    files: tuple[FileSpec, ...]
    not_read: tuple[str, ...]
    read: Callable[[Mapping[str, Table], str, Known], Records]
