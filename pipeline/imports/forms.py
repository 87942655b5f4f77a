"""The upload of an import's files."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pipeline.imports.files import MAX_BYTES, Upload
from pipeline.imports.profiles import PROFILES

_MOST_FILES = 10


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files at once, each bounded before it is read into memory."""

    widget = FilesInput({"multiple": True, "accept": ".csv,.xlsx"})

    def clean(self, data: Any, initial: Any = None) -> list[Upload]:
        files: list[UploadedFile[Any]] = [super(FilesField, self).clean(one, initial) for one in data or [None]]
        if len(files) > _MOST_FILES:
            raise ValidationError(gettext("Choose at most %(most)s files.") % {"most": _MOST_FILES})
        for file in files:
            if (file.size or 0) > MAX_BYTES:
                sizes = {"name": file.name, "most": MAX_BYTES // 1024**2}
                raise ValidationError(gettext("%(name)s is larger than %(most)s MB.") % sizes)
        return [Upload(file.name or "", file.read()) for file in files]


class UploadForm(forms.Form):
    profile = forms.ChoiceField(label=_("What the files are"))
    files = FilesField(label=_("Files"))  # type: ignore[assignment]  # Django reads it off the class before

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(profile.name, gettext(profile.label)) for profile in PROFILES.values()]
        self.fields["profile"].choices = choices  # type: ignore[attr-defined]
        names = ", ".join(f"{spec.stem}.csv" for profile in PROFILES.values() for spec in profile.files)
        self.fields["files"].help_text = gettext("%(names)s; CSV in UTF-8 or XLSX, together.") % {"names": names}


class StartForm(forms.Form):
    """`skip_refused` is the explicit choice to leave the refused rows out."""

    skip_refused = forms.BooleanField(required=False)
