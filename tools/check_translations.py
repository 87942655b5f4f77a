"""Fails on any string that a reader of Chinese would see in English, or in the other Chinese.

`python -m tools.check_translations`. The strings are extracted afresh from the sources, so a catalogue that nobody has
brought up to date fails as well. `locale/same.txt` names the strings that are the same in every language.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import django
import polib
from django.conf import settings
from django.core.management import call_command
from django.core.management.commands import makemessages

from tools import apt

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("zh_Hans", "zh_Hant")
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}|%[sd]")
_IDEOGRAPH = re.compile(r"[\u4e00-\u9fff]")

# Words of the mainland, which stay mainland words when only their characters are converted; and what Taiwan says.
MAINLAND_WORDS = {
    "用戶": "使用者",
    "信息": "資訊",
    "數據": "資料",
    "登錄": "登入",
    "退出": "登出",
    "默認": "預設",
    "保存": "儲存",
    "打印": "列印",
    "導入": "匯入",
    "導出": "匯出",
    "搜索": "搜尋",
    "菜單": "選單",
    "鏈接": "連結",
    "設置": "設定",
    "郵箱": "電子郵件",
    "賬": "帳",
    "屏幕": "螢幕",
    "網絡": "網路",
    "模板": "範本",
    "字段": "欄位",
    "添加": "新增",
    "提成": "獎金",
    "回款": "收款",
    "創建": "建立",
    "計劃": "計畫",
    "激活": "啟用",
    "反饋": "意見回饋",
    "實時": "即時",
    "服務器": "伺服器",
    "支持": "支援",
    "當前": "目前",
    "文件夾": "資料夾",
    "質量": "品質",
}


def problems(language: str, wanted: polib.POFile, catalogue: polib.POFile, same: set[str]) -> Iterator[str]:
    """One line for each fault of the catalogue, against the strings that the sources want translated."""
    translated = {(entry.msgctxt, entry.msgid): entry for entry in catalogue if not entry.obsolete}
    for want in wanted:
        entry = translated.pop((want.msgctxt, want.msgid), None)
        if entry is None:
            yield f"missing: “{want.msgid}”; run make messages and translate it"
        elif entry.fuzzy:
            yield f"fuzzy: “{entry.msgid}”; check it and remove the mark"
        elif not entry.translated():
            yield f"not translated: “{entry.msgid}”"
        else:
            yield from _faults(language, entry, same)
    for entry in translated.values():
        yield f"not in the sources any more: “{entry.msgid}”; run make messages"


def _faults(language: str, entry: polib.POEntry, same: set[str]) -> Iterator[str]:
    plural = bool(entry.msgid_plural)
    for text in entry.msgstr_plural.values() if plural else [entry.msgstr]:
        if text == entry.msgid and text not in same:
            yield f"the same as in English: “{text}”; translate it or add it to locale/same.txt"
        if set(_PLACEHOLDER.findall(text)) != set(_PLACEHOLDER.findall(entry.msgid_plural or entry.msgid)):
            yield f"other placeholders than “{entry.msgid}”: “{text}”"
        if foreign := "".join(char for char in _IDEOGRAPH.findall(text) if _is_of_the_other(language, char)):
            yield f"not {language}: {foreign} in “{text}”"
        if language == "zh_Hant":
            for word, better in MAINLAND_WORDS.items():
                if word in text:
                    yield f"a word of the mainland: {word} in “{text}”; say {better}"


def _is_of_the_other(language: str, char: str) -> bool:
    """Big5 has the traditional characters, GB 2312 the simplified ones: what only one has gives itself away."""
    own, other = ("big5", "gb2312") if language == "zh_Hant" else ("gb2312", "big5")
    return not _can(own, char) and _can(other, char)


def _can(encoding: str, char: str) -> bool:
    try:
        char.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


class _Elsewhere(makemessages.Command):
    """Writes to the first of LOCALE_PATHS; by itself it prefers a locale folder beside the sources."""

    def find_files(self, root: str) -> list[makemessages.TranslatableFile]:
        files = super().find_files(root)
        for file in files:
            file.locale_dir = self.default_locale_path
        return files


def _extract(language: str) -> polib.POFile:
    """What makemessages finds in the sources, written elsewhere so that the checkout stays as it is."""
    with tempfile.TemporaryDirectory() as folder:
        settings.LOCALE_PATHS = [folder]
        ignore = ["node_modules", ".venv", ".local", "tests", "benchmarks", "tools", "staticfiles"]
        call_command(_Elsewhere(), locale=[language], ignore_patterns=ignore, no_obsolete=True, verbosity=0)
        return polib.pofile(str(Path(folder) / language / "LC_MESSAGES" / "django.po"))


def main() -> int:
    if shutil.which("xgettext") is None and not apt.install("gettext"):
        print("gettext is missing: install it (Debian: apt-get install gettext).", file=sys.stderr)
        return 2
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "salesops.settings")
    os.chdir(ROOT)  # makemessages looks below the current folder
    django.setup()
    allowed = ROOT / "locale" / "same.txt"
    same = set(allowed.read_text().splitlines()) if allowed.exists() else set()
    count = 0
    for language in LANGUAGES:
        file = ROOT / "locale" / language / "LC_MESSAGES" / "django.po"
        if not file.exists():
            print(f"{file.relative_to(ROOT)} is missing.")
            count += 1
            continue
        for problem in problems(language, _extract(language), polib.pofile(str(file)), same):
            print(f"{language}: {problem}")
            count += 1
    print(f"{count} problems." if count else "Every string is translated.")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
