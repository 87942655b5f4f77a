"""House rules of the code itself, each with what to do instead."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.sources import APPS, ROOT, parsed, python_files, where

_LONGEST_FILE = 400
_TEMPLATE_TAG = re.compile(r"{[{%].*?[%}]}", re.DOTALL)
_QUERY = re.compile(r"\.(all|filter|exclude|count|exists|values|values_list|order_by|distinct|select_related)\b")
_EXECUTES = {"execute", "executemany", "raw", "extra", "RawSQL", "copy_expert"}
# The migration operation names tables and columns of the schema, quoted, and runs as the owner only.
_DDL = {Path("accounts/tenancy/operations.py")}


def test_a_file_fits_into_a_head():
    long = {
        str(file.relative_to(ROOT)): count
        for file in python_files()
        if (count := len(file.read_text().splitlines())) > _LONGEST_FILE
    }
    assert not long, f"Split these by use case, not into utils or helpers: {long}"


def queries_in(template: str) -> list[str]:
    return [tag for tag in _TEMPLATE_TAG.findall(template) if _QUERY.search(tag)]


def test_templates_ask_no_questions():
    found = {
        str(file.relative_to(ROOT)): tags
        for file in sorted((ROOT / "templates").rglob("*.html"))
        if file.parent.name != "components"  # they are handed plain values, of which some are called count
        if (tags := queries_in(file.read_text()))
    }
    assert not found, f"A template shows what a selector has read; ask there: {found}"


@pytest.mark.parametrize("tag", ["{% for deal in customer.deals.all %}", "{{ team.members.count }}"])
def test_a_question_in_a_template_is_found(tag):
    assert queries_in(f"<p>{tag}</p>") == [tag]


def test_a_loop_counter_is_no_question():
    assert queries_in("{{ forloop.counter }} {{ forloop.first }}") == []


def built_sql(tree: ast.Module) -> Iterator[ast.Call]:
    """Calls that execute SQL put together from strings, directly or by a name set in the same file."""
    built = {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and _is_built(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        statement = node.args[0]
        is_named = isinstance(statement, ast.Name) and statement.id in built
        if name in _EXECUTES and (_is_built(statement) or is_named):
            yield node


def _is_built(node: ast.expr) -> bool:
    """An f-string with a value in it, a string with % or +, or `"…".format(…)`; sql.SQL quotes and may."""
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in node.values)
    if isinstance(node, ast.BinOp):
        return any(isinstance(side, ast.JoinedStr) or _is_text(side) for side in (node.left, node.right))
    is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    return is_call and node.func.attr == "format" and _is_text(node.func.value)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def test_no_sql_is_put_together_from_strings():
    found = [
        where(file, call)
        for file in python_files(*APPS, "salesops", "tools")
        if file.relative_to(ROOT) not in _DDL
        for call in built_sql(parsed(file))
    ]
    assert not found, f"Injected SQL could switch the tenant. Pass parameters, or use psycopg2.sql: {found}"


@pytest.mark.parametrize(
    "source",
    [
        'cursor.execute(f"SELECT * FROM {table}")',
        'cursor.execute("SELECT %s" % name)',
        'cursor.execute("SELECT " + name)',
        'cursor.execute("SELECT {}".format(name))',
        'statement = f"SELECT {name}"\ncursor.execute(statement)',
        'Deal.objects.raw(f"SELECT {name}")',
        'RawSQL(f"SELECT {name}", [])',
    ],
)
def test_built_sql_is_found(source):
    assert len(list(built_sql(ast.parse(source)))) == 1


@pytest.mark.parametrize(
    "source",
    [
        'cursor.execute("SELECT * FROM deal WHERE id = %s", [deal_id])',
        'cursor.execute(sql.SQL("SELECT {}").format(sql.Identifier(name)))',
        'pool.execute(task, f"job {number}")',
    ],
)
def test_plain_sql_passes(source):
    assert list(built_sql(ast.parse(source))) == []
