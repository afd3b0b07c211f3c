"""Writes docs/reference and models/columns.md from the code. `--check` only compares them."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_origin

import typer
from ozmeta_dbt.bindings import dsl
from ozmeta_dbt.bindings.definitions import Binding, Level, Sla, Workflow
from ozmeta_dbt.cli import app
from ozmeta_dbt.config import BindingChoices, Config
from ozmeta_dbt.histories import presets, reading
from ozmeta_dbt.histories.definition import CHANGES, EVENTS, Part
from ozmeta_dbt.metadb.readers import ENDINGS, PACK_PLACES, SNAPSHOT_PLACES
from ozmeta_dbt.metadb.rows import TABLES
from ozmeta_dbt.models import calendars, columns, histories, rollups
from ozmeta_dbt.models.catalogue import MODELS
from ozmeta_dbt.models.description import Scope
from ozmeta_dbt.models.meanings import EXAMPLES, MEANINGS, NULLS, RESULTS, default_of, field_type
from ozmeta_dbt.models.plan import Plan
from ozmeta_dbt.problems import Problems
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from typer.core import TyperArgument

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


def wrap(text: str) -> list[str]:
    """Lines of at most 118 characters. Those of a list item are indented under it."""
    indent = "  " if text.startswith("- ") else ""
    return textwrap.wrap(
        text, 118, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def item(name: str, text: str, *facts: str) -> list[str]:
    """A list item: a name, short facts about it in parentheses, and what it means."""
    told = "; ".join(fact for fact in facts if fact)
    return wrap(f"- `{name}`{f' ({told})' if told else ''}: {text}")


def kind_and_default(info: FieldInfo) -> str:
    default = default_of(info)
    words = {"required": "required", "none": "", "see below": ""}
    told = words.get(default, f"default {default}")
    return ", ".join(part for part in (field_type(info), told) if part)


def code(*names: str) -> str:
    return ", ".join(f"`{name}`" for name in names)


def metadb() -> list[str]:
    lines = []
    for name, cls in TABLES.items():
        places = code(*(f"objects.{place}" for place in SNAPSHOT_PLACES[name]))
        pack = f", and `{PACK_PLACES[name]}` of a pack" if name in PACK_PLACES else ""
        lines += [f"## {name}", "", meaning(f"table.{name}"), ""]
        files = ", ".join([code(f"{name}{ENDINGS[0]}"), *map(code, ENDINGS[1:])])
        lines += [*wrap(f"- Snapshot: {places}{pack}"), f"- Folder: {files}", "", "Columns:", ""]
        for field, info in cls.model_fields.items():
            own, *others = info.json_schema_extra["names"]  # type: ignore[index, call-overload]
            also = f"also {code(*others)}" if others else ""
            lines += item(own, meaning(f"{name}.{field}"), kind_and_default(info), also)
        lines.append("")
    return lines


def arguments(op: str) -> str:
    fewest, most = dsl.OPS[op]
    if fewest == most:
        return str(fewest)
    return f"{fewest} or more" if most is None else f"{fewest} to {most}"


def rules() -> list[str]:
    lines = listed("Document keys", "rule key", dsl.RULE_KEYS)
    lines += [*listed("Kinds", "kind", dsl.KINDS), "## Operators", ""]
    for op in dsl.OPS:
        example = f'{{"op": "{op}", "args": [{meaning(f"op.{op}", EXAMPLES, "_OPS")}]}}'
        null = meaning(f"op.{op}", NULLS, "_OPS")
        lines += [f"### `{op}`", "", *wrap(meaning(f"op.{op}")), ""]
        lines += [f"- Arguments: {arguments(op)}", f"- Result: {RESULTS.get(op, 'boolean')}"]
        lines += [*wrap(f"- If an argument is null: {null}"), "", "```json", example, "```", ""]
    lines += listed("Refs", "ref", [*dsl.PLAIN_REFS, *dsl.KEYED_REFS])
    lines += ["A ref that ends in a dot needs a name after it.", ""]
    lines += listed("Casts and types", "cast", dsl.CASTS)
    lines += listed("Actions", "action", dsl.ACTIONS)
    return lines + listed("Keys of an action", "action key", sorted(dsl.ACTION_KEYS))


def listed(title: str, prefix: str, names: Any) -> list[str]:
    items = [line for name in names for line in item(name, meaning(f"{prefix}.{name}"))]
    return [f"## {title}", "", *items, ""]


def example() -> tuple[Binding, Config]:
    """A binding `case` with an SLA `Repair`, to show what columns each model has."""
    level = Level(1, "SLA.Breached", 0, "Critical", unless_acknowledged=True)
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
    choices = BindingChoices(report_fields=["Priority"])
    names = ("Case", ["Case"], True, True, choices, flow, [sla], purposes)
    return Binding("case", *names, backlog=True), config


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
    described += [
        (f"ozmeta_{name}", name, calendars.SUMMARIES[name], own)
        for name, own in calendars.LOOKUPS.items()
    ]
    described.append(("<history>_<part>", histories.MODEL, histories.IN_GENERAL, histories.COLUMNS))
    for name, model, summary, own in described:
        rows = [item(column.name, column.text) for column in own]
        grain, written = meaning(f"grain.{model}"), meaning(f"written.{model}")
        lines += [f"## `{name}`", "", *wrap(summary), "", *wrap(f"- One row per {grain}.")]
        lines += [*wrap(f"- Written: {written}"), "", "Columns:", ""]
        lines += [*(line for row in rows for line in row), ""]
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
    """One section for each key at the top, required ones first, with a list of the keys below."""
    sections: dict[str, list[tuple[str, FieldInfo]]] = {}
    for key, info in keys_of(Config):
        sections.setdefault(key.partition(".")[0], []).append((key, info))
    lines = []
    for (top, info), *below in sorted(
        sections.values(), key=lambda keys: not keys[0][1].is_required()
    ):
        lines += [f"## `{top}`", "", *wrap(meaning(f"config.{top}")), ""]
        lines += [*wrap(f"Type: {kind_and_default(info)}."), ""]
        for key, inner in below:
            lines += item(key, meaning(f"config.{key}"), kind_and_default(inner))
        lines += [""] * bool(below)
    return lines


def presets_page() -> list[str]:
    lines = []
    for name in presets.names():
        own = [
            presets.presets()[key]
            for key in sorted(presets.presets(), reverse=True)
            if key[0] == name
        ]
        known = [preset for preset in own if not preset.refused]
        lines += [f"## `{name}`", ""]
        for preset in known:
            title = [f"### Tables of {preset.loader.title()}", ""] if len(known) > 1 else []
            lines += [*title, *wrap(preset.about), "", *preset_lines(preset)]
        for preset in own:
            if preset.refused:
                lines += [
                    *wrap(f"There is no preset for {preset.loader.title()}: {preset.refused}."),
                    "",
                ]
    return lines


def preset_lines(preset: presets.Preset) -> list[str]:
    document = {
        "version": 1,
        "metadb": {"folder": "metadb"},
        "journal": {"ref": "journal"},
        "histories": {preset.name: {"preset": preset.name, "loader": preset.loader}},
    }
    (history,) = reading.histories(Config.model_validate(document), Problems())
    lines = ["Models:", ""]
    for part in history.parts:
        lines += wrap(f"- `{part.model}`, from `{part.relation.name}`. {becomes(part)}")
    lines += ["", "Columns that are read:", ""]
    for table, read in history.tables.items():
        lines += wrap(f"- `{table}`: {code(*read)}")
    notes = [line for note in preset.notes for line in wrap(f"- {note}")]
    return [*lines, "", "Good to know:", "", *notes, ""]


def becomes(part: Part) -> str:
    """What the rows of a table become, in a sentence or two."""
    given, object_type = part.arguments, part.arguments["object_type"]
    fields = [
        f"`{field}` becomes `{reading.target_text(target)}`"
        for field, target in given.get("fields", {}).items()
    ]
    if part.kind == CHANGES:
        status = f"`{given['status_field']}` becomes `transition.toState`"
        others = [] if isinstance(given["columns"]["field"], dict) else [f"{object_type}.Changed"]
        types = [f"{object_type}.StatusChanged", *others]
        fields.insert(0, status)
    elif part.kind == EVENTS:
        type_ = given["event_type"]
        types = [type_] if isinstance(type_, str) else list(type_["values"].values())
    else:
        deleted = ["Deleted", "Restored"] if "deleted" in given["columns"] else []
        types = [f"{object_type}.{what}" for what in ("Created", *deleted)]
    told = ", ".join(fields)
    return f"Events: {code(*types)}." + (f" {told[0].upper() + told[1:]}." if told else "")


def commands(group: Any, name: str) -> Iterator[tuple[str, Any]]:
    for word, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{name} {word}")
        else:
            yield f"{name} {word}", command


def cli() -> list[str]:
    lines = []
    for name, command in commands(typer.main.get_command(app), "ozmeta-dbt"):
        parameters = [p for p in command.params if p.name != "help"]
        arguments = [p for p in parameters if isinstance(p, TyperArgument)]
        options = [p for p in parameters if not isinstance(p, TyperArgument)]
        words = [argument_name(p) for p in arguments]
        required = [f"{p.opts[0]} {p.metavar or p.name.upper()}" for p in options if p.required]
        usage = " ".join([name, *words, *required, *(["[OPTIONS]"] if options else [])])
        lines += [f"## `{name}`", "", *wrap(" ".join(command.help.split())), ""]
        lines += ["```text", usage, "```", ""]
        for parameter in [*arguments, *options]:
            lines += item(*described(parameter))
        lines.append("")
    return lines


def argument_name(parameter: Any) -> str:
    name = parameter.name.upper() + ("..." if parameter.nargs == -1 else "")
    return name if parameter.required else f"[{name}]"


def described(parameter: Any) -> tuple[str, ...]:
    """What an argument or option is called, its help, and what is worth knowing about it."""
    is_argument = isinstance(parameter, TyperArgument)
    name = argument_name(parameter) if is_argument else "`, `".join(parameter.opts)
    if not parameter.help:
        raise SystemExit(f"{name} has no help: add it in generator/src/ozmeta_dbt/cli")
    default = parameter.default
    shown = "" if default in (None, "", False) else f"default `{default}`"
    words = " ".join(parameter.help.split())
    return (name, words, "required" if parameter.required else shown)


PAGES = {
    "metadb.md": metadb,
    "rules.md": rules,
    "tables.md": tables,
    "ozmeta-yml.md": ozmeta_yml,
    "cli.md": cli,
    "presets.md": presets_page,
}


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
