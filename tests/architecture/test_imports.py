"""Imports run downward only (architecture.md, Layers)."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.sources import APPS, ROOT, module_name, parsed, python_files, where

LAYERS = ("salesops.lib", *APPS, "salesops")
# What the engine may lean on: exact arithmetic and the leaves that know no framework.
ENGINE_MAY_USE = {"incentives.engine", "salesops.lib.money", "salesops.lib.periods", "salesops.lib.allocation"}
ENGINE_MAY_USE |= {"salesops.lib.errors", "numpy"}
# The door of an app to those above it; links are addresses of its pages. A foreign key is an import, so models may
# import models.
DOOR = {"facts", "services", "slots", "registry", "links"}


def layer_of(module: str) -> int | None:
    """0 for the leaves up to 6 for the composition root; None for what is not ours."""
    if module == "salesops.lib" or module.startswith("salesops.lib."):
        return 0
    root = module.partition(".")[0]
    return LAYERS.index(root) if root in LAYERS else None


def imported(tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """Each module that is imported, anywhere in the file; `from a.b import c` may mean the module a.b.c."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((node, f"{node.module}.{alias.name}") for alias in node.names)


def upward(module: str, tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    own = layer_of(module)
    for node, name in imported(tree):
        other = layer_of(name)
        if own is not None and other is not None and other > own:
            yield node, name


def past_the_door(module: str, tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """Imports from a lower app (accounts is open) that are neither through its door nor for a model's key."""
    for node, name in imported(tree):
        parts = name.split(".")
        if parts[0] not in APPS[1:] or parts[0] == module.partition(".")[0] or module.startswith("salesops."):
            continue
        is_key = "models" in parts and module.rpartition(".")[2] == "models"
        if not is_key and not DOOR & set(parts):
            yield node, name


def _report(rule: str, instead: str, found: list[str]) -> str:
    return "\n".join((rule, *found, f"Instead: {instead}"))


def test_imports_run_downward_only():
    found = [
        f"  {where(file, node)} imports {name}"
        for file in python_files(*APPS, "salesops")
        for node, name in upward(module_name(file), parsed(file))
    ]
    instead = "declare a slot in the lower room and fill it from the upper app's AppConfig.ready, or move the code up."
    assert not found, _report(f"{' ← '.join(LAYERS)}: a lower layer imports an upper one.", instead, found)


def test_apps_talk_through_their_doors():
    found = [
        f"  {where(file, node)} imports {name}"
        for file in python_files(*APPS)
        for node, name in past_the_door(module_name(file), parsed(file))
    ]
    instead = "read through the lower app's facts.py, write through its room's services.py, fill its slots."
    assert not found, _report("An app reaches past another app's door.", instead, found)


def test_the_leaves_define_no_model():
    found = [
        f"  {where(file, node)} {node.name}"
        for file in python_files("salesops/lib")
        for node in ast.walk(parsed(file))
        if isinstance(node, ast.ClassDef) and any(ast.unparse(base).endswith("Model") for base in node.bases)
    ]
    instead = "put it into the app whose noun it is."
    assert not found, _report("salesops.lib has leaves only: no models, no app imports.", instead, found)


def _is_allowed_in_the_engine(name: str) -> bool:
    root = name.partition(".")[0]
    if root in sys.stdlib_module_names:
        return root != "time"
    return any(name == allowed or name.startswith(f"{allowed}.") for allowed in ENGINE_MAY_USE)


def test_the_engine_is_pure():
    found = [
        f"  {where(file, node)} imports {name}"
        for file in python_files("incentives/engine")
        for node, name in imported(parsed(file))
        if not _is_allowed_in_the_engine(name)
    ]
    instead = "hand the engine plain values; reading and writing belong to incentives.runs."
    assert not found, _report("incentives.engine knows neither framework nor database nor clock.", instead, found)


def test_the_engine_runs_without_django():
    modules = [module_name(file) for file in python_files("incentives/engine")]
    program = f"import sys, {', '.join(modules)}; print(sorted(m for m in sys.modules if m.split('.')[0] == 'django'))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]", "Something that the engine imports brings Django in."


def test_no_module_is_a_drawer_for_everything():
    drawers = {"utils", "helpers", "common", "managers", "core", "misc"}
    found = [f"  {module_name(file)}" for file in python_files() if drawers & set(module_name(file).split("."))]
    assert not found, _report("A module says nothing by its name.", "name it by the noun it is about.", found)


@pytest.mark.parametrize(
    ("module", "source", "rule"),
    [
        ("accounts.people.services", "from pipeline.deals.models import Deal", upward),
        ("salesops.lib.money", "import accounts.people", upward),
        ("targets.cascade.views", "from salesops.settings import env", upward),
        ("accounts.jobs.tasks", "def f():\n    from salesops import nightly", upward),
        ("incentives.runs.services", "from pipeline.ledger.selectors import lines", past_the_door),
        ("incentives.runs.services", "from pipeline.ledger.models import CreditLine", past_the_door),
    ],
)
def test_the_rules_find_what_breaks_them(module, source, rule):
    assert len(list(rule(module, ast.parse(source)))) == 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("pipeline.deals.services", "from accounts.people.models import Member"),
        ("incentives.runs.services", "from pipeline import facts"),
        ("incentives.runs.models", "from pipeline.ledger.models import CreditLine"),
        ("incentives.runs.services", "from pipeline.facts import lines"),
        ("salesops.nightly", "from incentives.runs.services import recompute"),
        ("reviews.cycles.services", "from salesops.lib.money import round_half_up"),
    ],
)
def test_the_rules_let_pass_what_is_meant(module, source):
    tree = ast.parse(source)
    assert [*upward(module, tree), *past_the_door(module, tree)] == []


def test_every_python_file_was_looked_at():
    assert Path(ROOT / "accounts" / "tenancy" / "context.py") in python_files(*APPS)
