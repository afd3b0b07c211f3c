"""Writes docs/reference and models/columns.md from the code. `--check` only compares them."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_origin

from ozmeta_dbt.bindings import dsl
from ozmeta_dbt.bindings.definitions import Binding, Level, Sla, Workflow
from ozmeta_dbt.config import BindingChoices, Config
from ozmeta_dbt.metadb.readers import ENDINGS, PACK_PLACES, SNAPSHOT_PLACES
from ozmeta_dbt.metadb.rows import TABLES
from ozmeta_dbt.models import columns, rollups
from ozmeta_dbt.models.catalogue import MODELS
from ozmeta_dbt.models.description import Scope
from ozmeta_dbt.models.meanings import EXAMPLES, MEANINGS, NULLS, RESULTS, default_of, field_type
from ozmeta_dbt.models.plan import Plan
from pydantic import BaseModel
from pydantic.fields import FieldInfo

FOLDER = Path(__file__).parent / "reference"
INTRODUCTIONS = FOLDER / "introductions"
DOC_BLOCKS = Path(__file__).parent.parent / "models" / "columns.md"
NOTE = "<!-- docs/make_reference.py writes this page. Change the code or meanings.py instead. -->"


def meaning(key: str, texts: dict[str, str] = MEANINGS, name: str = "MEANINGS") -> str:
    """What the code says of `key`, or an error that says where to say it."""
    if not texts.get(key):
        home = "generator/src/ozmeta_dbt/models/meanings.py"
        raise SystemExit(f"{key} has no description: add it to {name} in {home}")
    return texts[key]


def table(heads: list[str], rows: list[list[str]]) -> list[str]:
    cells = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows]
    lines = [heads, ["---"] * len(heads), *cells]
    return ["| " + " | ".join(line) + " |" for line in lines] + [""]


def wrap(text: str) -> list[str]:
    return textwrap.wrap(text, 118, subsequent_indent="  " if text.startswith("- ") else "")


def code(*names: str) -> str:
    return ", ".join(f"`{name}`" for name in names)


def metadb() -> list[str]:
    lines = []
    for name, cls in TABLES.items():
        places = code(*(f"objects.{place}" for place in SNAPSHOT_PLACES[name]))
        pack = f", and `{PACK_PLACES[name]}` of a pack" if name in PACK_PLACES else ""
        lines += [f"## {name}", "", meaning(f"table.{name}"), ""]
        files = ", ".join([code(f"{name}{ENDINGS[0]}"), *map(code, ENDINGS[1:])])
        lines += [*wrap(f"- Snapshot: {places}{pack}"), f"- Folder: {files}", ""]
        rows = []
        for field, info in cls.model_fields.items():
            own, *others = info.json_schema_extra["names"]  # type: ignore[index, call-overload]
            words = meaning(f"{name}.{field}")
            kind, default = field_type(info), default_of(info)
            rows.append([code(own), code(*others), kind, default, words])
        lines += table(["Column", "Also", "Type", "Default", "Meaning"], rows)
    return lines


def arguments(op: str) -> str:
    fewest, most = dsl.OPS[op]
    if fewest == most:
        return str(fewest)
    return f"{fewest} or more" if most is None else f"{fewest} to {most}"


def rules() -> list[str]:
    ops = []
    for op in dsl.OPS:
        result = RESULTS.get(op, "boolean")
        example = f'{{"op":"{op}", "args":[{meaning(f"op.{op}", EXAMPLES, "_OPS")}]}}'
        null = meaning(f"op.{op}", NULLS, "_OPS")
        ops.append([code(op), arguments(op), result, meaning(f"op.{op}"), null, code(example)])
    heads = ["Op", "Args", "Result", "What it does", "If an arg is null", "Example"]
    refs = [*dsl.PLAIN_REFS, *dsl.KEYED_REFS]
    lines = listed("Document keys", "Key", "rule key", dsl.RULE_KEYS)
    lines += listed("Kinds", "Kind", "kind", dsl.KINDS)
    lines += ["## Ops", "", *table(heads, ops)]
    lines += ["## Refs", "", "A ref that ends in a dot needs a name after it.", ""]
    lines += listed("", "Ref", "ref", refs)
    lines += listed("Casts and types", "Name", "cast", dsl.CASTS)
    lines += listed("Actions", "Action", "action", dsl.ACTIONS)
    return lines + listed("Keys of an action", "Key", "action key", sorted(dsl.ACTION_KEYS))


def listed(title: str, head: str, prefix: str, names: Any) -> list[str]:
    rows = [[code(name), meaning(f"{prefix}.{name}")] for name in names]
    return ([f"## {title}", ""] if title else []) + table([head, "Meaning"], rows)


def example() -> tuple[Binding, Config]:
    """A binding `case` with an SLA `Repair`, to show what columns each model has."""
    level = Level(1, "SLA.Breached", 0, "Critical")
    config = Config.model_validate(
        {
            "version": 1,
            "metadb": {"folder": "metadb"},
            "journal": {"ref": "events", "deduplicate_on": ["EJ_SourceKey"], "mirror": True},
        }
    )
    flow = Workflow("1", "CaseFlow", "New", ["New"], [], [], [])
    sla = Sla("Repair", 60, None, [level])
    purposes = {"WorkflowInstance", "SlaTracking", "EscalationQueue"}
    names = ("Case", ["Case"], True, True, BindingChoices(), flow, [sla], purposes)
    return Binding("case", *names), config


def tables() -> list[str]:
    binding, config = example()
    scope = Scope(binding, config, tuple(Plan(binding).wanted))
    lines = []
    described = [
        (f"<binding>_{m.name}", m.name, m.summary.format("Case"), m.all_columns(scope))
        for m in MODELS
    ]
    described += [
        (name, name, rollups.SUMMARIES[name], own) for name, own in rollups.ACCOUNTING.items()
    ]
    for name, model, summary, own in described:
        rows = [[code(column.name), column.text] for column in own]
        grain, written = meaning(f"grain.{model}"), meaning(f"written.{model}")
        lines += [f"## `{name}`", "", *wrap(summary), "", f"- One row per {grain}."]
        lines += [f"- Written: {written}", "", *table(["Column", "Meaning"], rows)]
    return lines


def models_in(annotation: Any) -> Iterator[tuple[str, type[BaseModel]]]:
    """The models in a type, and the part of the key that leads to each."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield "", annotation
        return
    step = ".<name>" if get_origin(annotation) is dict else ""
    for arg in get_args(annotation):
        for inner, model in models_in(arg):
            yield step + inner, model


def keys_of(model: type[BaseModel], at: str = "") -> Iterator[tuple[str, FieldInfo]]:
    for field, info in model.model_fields.items():
        key = at + (info.alias or field)
        yield key, info
        for step, inner in models_in(info.annotation):
            yield from keys_of(inner, f"{key}{step}.")


def ozmeta_yml() -> list[str]:
    rows = []
    for key, info in keys_of(Config):
        rows.append([code(key), field_type(info), default_of(info), meaning(f"config.{key}")])
    return table(["Key", "Type", "Default", "Meaning"], rows)


PAGES = {"metadb.md": metadb, "rules.md": rules, "tables.md": tables, "ozmeta-yml.md": ozmeta_yml}


def pages() -> dict[Path, str]:
    """{path: text} of every page"""
    texts = {}
    for name, body in PAGES.items():
        introduction = (INTRODUCTIONS / name).read_text(encoding="utf-8").rstrip()
        lines = [NOTE, "", introduction, "", *body()]
        texts[FOLDER / name] = "\n".join(lines).rstrip() + "\n"
    return texts | {DOC_BLOCKS: columns.doc_blocks()}


def stale() -> list[str]:
    """Names of the pages that are not what the code says."""
    return [p.name for p, t in pages().items() if not p.exists() or p.read_text("utf-8") != t]


if __name__ == "__main__":
    if "--check" in sys.argv[1:]:
        names = stale()
        sys.exit(f"not up to date: {', '.join(names)}; run docs/make_reference.py" if names else 0)
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
