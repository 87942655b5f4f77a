from __future__ import annotations

import polib
import pytest

from tools.check_translations import problems


def _catalogue(*entries: polib.POEntry) -> polib.POFile:
    file = polib.POFile()
    file.extend(entries)
    return file


def _entry(msgid: str, msgstr: str = "", **fields: object) -> polib.POEntry:
    return polib.POEntry(msgid=msgid, msgstr=msgstr, **fields)


def _found(language: str, msgid: str, msgstr: str, **fields: object) -> list[str]:
    return list(
        problems(language, _catalogue(_entry(msgid)), _catalogue(_entry(msgid, msgstr, **fields)), {"SalesOps"})
    )


@pytest.mark.parametrize(
    ("language", "msgid", "msgstr"),
    [
        ("zh_Hans", "Customers", "客户"),
        ("zh_Hant", "Customers", "客戶"),
        ("zh_Hant", "Attainment", "業績達成率"),
        ("zh_Hant", "Commissions of %(name)s", "%(name)s 的獎金"),
        ("zh_Hant", "SalesOps", "SalesOps"),
    ],
)
def test_good_translations_pass(language, msgid, msgstr):
    assert _found(language, msgid, msgstr) == []


@pytest.mark.parametrize(
    ("language", "msgid", "msgstr", "complaint"),
    [
        ("zh_Hans", "Customers", "", "not translated"),
        ("zh_Hans", "Customers", "Customers", "the same as in English"),
        ("zh_Hans", "Customers", "客戶", "not zh_Hans: 戶"),
        ("zh_Hant", "Customers", "客户", "not zh_Hant: 户"),
        ("zh_Hant", "Bonus", "奖金", "not zh_Hant: 奖"),
        ("zh_Hant", "Import", "導入", "say 匯入"),
        ("zh_Hant", "Hello %(name)s", "你好", "other placeholders"),
    ],
)
def test_bad_translations_are_named(language, msgid, msgstr, complaint):
    (problem,) = _found(language, msgid, msgstr)
    assert complaint in problem


def test_a_fuzzy_translation_is_none():
    (problem,) = _found("zh_Hans", "Customers", "客户", flags=["fuzzy"])
    assert problem.startswith("fuzzy")


def test_a_string_that_is_in_the_sources_only_is_missing():
    (problem,) = problems("zh_Hans", _catalogue(_entry("Deals")), _catalogue(), set())
    assert problem.startswith("missing: “Deals”")


def test_a_string_that_is_in_the_catalogue_only_is_named():
    (problem,) = problems("zh_Hans", _catalogue(), _catalogue(_entry("Deals", "商机")), set())
    assert problem.startswith("not in the sources any more")
