"""What is printed: no text of the metadata can act on a terminal, or hide what another one says."""

from __future__ import annotations

import io
import json

import pytest
from metadb_samples import Project, as_snapshot, minimal
from ozmeta_dbt.cli import app
from ozmeta_dbt.cli.console import Terminal
from ozmeta_dbt.instants import from_micros
from ozmeta_dbt.report.figures import instant_of
from ozmeta_dbt.words import printable
from rich.markup import escape
from rich.table import Table

ACTS = "\x1b[2J\x07\x9b31m\r\u202e\u2066\ufeff\u2028\x7f"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ü 中 😀", "plain ü 中 😀"),
        ("\x1b[31m", "\\x1b[31m"),
        ("a\rb\x9b\x7f", "a\\rb\\x9b\\x7f"),
        ("\u202eabc\u2066", "\\u202eabc\\u2066"),
        ("\ud800", "\\ud800"),
        ("👩\u200d💻 क\u200cष", "👩\u200d💻 क\u200cष"),
        ("two\nlines\tand", "two\nlines\tand"),
    ],
)
def test_what_a_terminal_obeys_is_an_escape(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_nothing_that_is_printed_acts_on_a_terminal() -> None:
    out = Terminal(file=io.StringIO(), width=200)
    table = Table("column" + escape(ACTS))
    table.add_row(escape(ACTS))
    out.print(escape(ACTS + ":bug: [red]x"))
    out.print(table)
    printed = out.file.getvalue()  # type: ignore[attr-defined]
    assert not set(ACTS) & (set(printed) - set("[2J31m"))
    assert printed.count("\\x1b[2J") == 3 and ":bug: [red]x" in printed


def test_a_problem_is_on_one_line(project: Project) -> None:
    snapshot = as_snapshot(minimal())
    table = snapshot["objects"]["model"]["tables"][0]
    table["a\nerror   ozmeta.yml: x" + ACTS] = 1
    snapshot["objects"]["workflows"]["workflows"][0]["code\nnote    x"] = 1
    project.put("snapshot.json", json.dumps(snapshot))
    status, printed = project.run("generate")
    assert status == 0 and not set(ACTS) & (set(printed) - set("[2J31m"))
    assert not [line for line in printed.splitlines() if line.startswith(("error", "note    x"))]


def test_every_character_of_the_manifest_can_be_seen(project: Project) -> None:
    tables = minimal()
    tables["WorkflowState"][1]["WS_Code"] = "Closed\u202e\x7f\U000e0041"
    project.metadb(tables)
    project.generate()
    text = (project.output / "manifest.json").read_text(encoding="utf-8")
    assert all(char.isprintable() or char == "\n" for char in text)
    assert "Closed\u202e\x7f\U000e0041" in json.dumps(json.loads(text), ensure_ascii=False).replace(
        "\\u007f", "\x7f"
    )


def test_an_instant_that_no_datetime_holds_is_the_nearest_one() -> None:
    """A timestamp column of DuckDB or Postgres holds years before 1 and after 9999."""
    assert from_micros(-(2**62)).year == 1 and from_micros(2**62).year == 9999
    assert instant_of("0044-03-15 (BC) 00:00:00").year == 1
    assert instant_of("0044-03-15 00:00:00 BC").year == 1
    assert instant_of("10000-01-01 00:00:00").year == 9999


def test_the_help_has_a_sentence_for_each_command() -> None:
    commands = app.registered_commands
    assert len(commands) > 10
    for command in commands:
        short, text = str(command.short_help), str(command.help)
        assert text.startswith(short) and short.endswith("."), short
        assert all("\n" not in part for part in text.split("\n\n")), text
