"""The pages in docs/reference say what the code says, and leave nothing out."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest
from metadb_samples import golden_files
from ozmeta_dbt.bindings import dsl
from ozmeta_dbt.bindings.definitions import Binding, Level, Sla, Workflow
from ozmeta_dbt.bindings.dsl import Rule
from ozmeta_dbt.config import BindingChoices, Config
from ozmeta_dbt.metadb.rows import TABLES
from ozmeta_dbt.models import calendars, catalogue, columns, histories, meanings, rollups
from ozmeta_dbt.models.description import Scope
from ozmeta_dbt.problems import Origin, Problems

SCRIPT = Path(__file__).parents[2] / "docs" / "make_reference.py"
# models that belong to no binding
SHARED = (*rollups.ACCOUNTING, *calendars.LOOKUPS, histories.MODEL)
HOME = "generator/src/ozmeta_dbt/models/meanings.py"


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_reference", SCRIPT)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_reference"] = module
    spec.loader.exec_module(module)
    return module


def wanted(reference: ModuleType) -> set[str]:
    """The keys of all that needs a description."""
    keys = {f"table.{name}" for name in TABLES}
    keys |= {f"{name}.{field}" for name, cls in TABLES.items() for field in cls.model_fields}
    keys |= {f"op.{op}" for op in dsl.OPS} | {f"cast.{cast}" for cast in dsl.CASTS}
    keys |= {f"ref.{ref}" for ref in (*dsl.PLAIN_REFS, *dsl.KEYED_REFS)}
    keys |= {f"action.{action}" for action in dsl.ACTIONS}
    keys |= {f"action key.{key}" for key in dsl.ACTION_KEYS}
    keys |= {f"rule key.{key}" for key in dsl.RULE_KEYS} | {f"kind.{kind}" for kind in dsl.KINDS}
    models = (*catalogue.ORDER, *SHARED)
    keys |= {f"{what}.{model}" for what in ("grain", "written") for model in models}
    return keys | {f"config.{key}" for key, _ in reference.keys_of(Config)}


def test_everything_has_a_description(reference: ModuleType) -> None:
    missing = sorted(key for key in wanted(reference) if not meanings.MEANINGS.get(key))
    assert not missing, f"add to MEANINGS in {HOME}: {', '.join(missing)}"


def test_every_op_has_null_behaviour_and_an_example() -> None:
    missing = sorted(set(dsl.OPS) ^ {key.removeprefix("op.") for key in meanings.NULLS})
    assert not missing, f"add to (or drop from) _OPS in {HOME}: {', '.join(missing)}"


def test_no_description_is_of_something_gone(reference: ModuleType) -> None:
    gone = sorted(set(meanings.MEANINGS) - wanted(reference))
    assert not gone, f"remove from {HOME}: {', '.join(gone)}"


@pytest.mark.parametrize("op", dsl.OPS)
def test_the_example_of_an_op_is_a_rule(op: str) -> None:
    args = meanings.EXAMPLES[f"op.{op}"]
    text = f'{{"version":1, "kind":"TimerStart", "expr":{{"op":"{op}", "args":[{args}]}}}}'
    problems = Problems()
    assert dsl.parse_rule(text, "TimerStart", Origin("example"), problems), problems.errors


def test_every_page_is_up_to_date(reference: ModuleType) -> None:
    stale = reference.stale()
    assert not stale, f"run `.venv/bin/python docs/make_reference.py`: {', '.join(stale)} changed"


def test_a_missing_description_says_where_to_add_it(
    reference: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(meanings.MEANINGS, "op.eq")
    with pytest.raises(SystemExit, match=r"op\.eq has no description: add it to .*meanings\.py"):
        reference.pages()


def test_every_column_of_every_model_has_a_description(reference: ModuleType) -> None:
    page = reference.pages()[reference.FOLDER / "tables.md"]
    empty = [line for line in page.splitlines() if line.startswith("| `") and "|  |" in line]
    assert not empty, f"describe in generator/src/ozmeta_dbt/models/columns.py: {empty}"


def test_a_stale_page_is_noticed(reference: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(meanings.MEANINGS, "op.eq", "Something else.")
    assert reference.stale() == ["rules.md"]


def test_every_column_has_a_doc_block_and_none_is_left_over() -> None:
    """The columns of every model of a binding that has them all, of the two that count, and of the
    calendars.
    """
    shared = [*rollups.ACCOUNTING.values(), *calendars.LOOKUPS.values(), histories.COLUMNS]
    used = {column.key for own in shared for column in own}
    used |= set(columns.SIGNAL_TYPE)
    level = Level(1, "SLA.Breached", 0, "Critical", unless_acknowledged=True)
    start = Rule(Origin("x"), {"op": "isNull", "args": [{"ref": "object.X"}]})
    binding = Binding(
        name="case",
        object_type="Case",
        object_types=["Case"],
        tenant_in_key=True,
        needs_tenant=True,
        choices=BindingChoices(report_fields=["Priority"]),
        workflow=Workflow("1", "CaseFlow", "New", ["New"], [], [], []),
        slas=[Sla("Repair", 60, None, [level], start=start)],
        purposes=set(),
    )
    config = Config.model_validate(
        {
            "version": 1,
            "metadb": {"folder": "metadb"},
            "journal": {"ref": "events", "deduplicate_on": ["EJ_SourceKey"]},
        }
    )
    scope = Scope(binding, config, catalogue.ORDER)
    for model in catalogue.MODELS:
        used |= {column.key for column in model.all_columns(scope)}
    missing, unused = used - columns.DESCRIPTIONS.keys(), columns.DESCRIPTIONS.keys() - used
    assert not missing, f"add to DESCRIPTIONS in columns.py: {sorted(missing)}"
    assert not unused, f"remove from DESCRIPTIONS in columns.py: {sorted(unused)}"


def test_a_description_is_of_a_model_that_exists() -> None:
    models = {*catalogue.ORDER, *SHARED}
    owners = {key.partition(".")[0] for key in columns.DESCRIPTIONS if "." in key}
    assert owners <= models


def test_generated_files_refer_to_doc_blocks_that_exist() -> None:
    blocks = set(re.findall(r"{% docs (\w+) %}", columns.doc_blocks()))
    assert len(blocks) == len(columns.DESCRIPTIONS)
    for name, text in golden_files().items():
        named = set(re.findall(r'doc\("ozmeta_runtime", "(\w+)"\)', text.decode()))
        assert named <= blocks, name


def test_no_line_of_a_generated_model_is_too_long() -> None:
    long = [
        f"{name}: {line}"
        for name, text in golden_files().items()
        if name.endswith(".sql")
        for line in text.decode().splitlines()
        if len(line) > 120
    ]
    assert not long
