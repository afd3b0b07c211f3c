"""A small part of `make fuzz`, with fixed seeds. Also tests that it notices a text that is not
quoted.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fuzzers import journals, literals, messages, metadata, pages, statements
from fuzzers.mutation import mutated
from fuzzers.tally import Tally
from fuzzers.texts import hostile
from ozmeta_dbt.cli import console
from ozmeta_dbt.models import literals as generated
from ozmeta_dbt.models import markdown, writer
from ozmeta_dbt.problems import Problem
from ozmeta_dbt.report import page
from ozmeta_dbt.report.document import BindingReport
from ozmeta_dbt.report.figures import Figure
from ozmeta_dbt.report.stories import Told
from support.small_case import meta

SEED = 2026


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> metadata.Bench:
    return metadata.Bench(tmp_path_factory.mktemp("bench"))


def faults(play: Callable[[Tally], None]) -> list[str]:
    tally = Tally()
    play(tally)
    assert tally.inputs
    return [str(fault) for fault in tally.faults]


# ---------------------------------------------------------------- nothing is found


def test_mutated_metadata(bench: metadata.Bench) -> None:
    outcomes, found = set(), []
    for number in range(40):
        outcome, fault = bench.check(f"{SEED}-{number}")
        outcomes.add(outcome.rpartition(" ")[2])
        found += [str(fault)] if fault else []
    assert found == []
    assert {"0", "2"} <= outcomes  # some inputs are refused, and some are not


def test_texts_on_every_engine() -> None:
    assert faults(lambda tally: literals.run(SEED, 1000, tally)) == []


def test_texts_in_messages() -> None:
    assert faults(lambda tally: messages.run(SEED, 150, tally)) == []


def test_texts_in_statements(tmp_path: Path) -> None:
    assert faults(lambda tally: statements.run(SEED, 1, tally, tmp_path)) == []


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> journals.Calm:
    folder = tmp_path_factory.mktemp("calm")
    return journals.Calm(folder, ("case",), with_report=False)


def test_journal_rows(tmp_path: Path, calm: journals.Calm) -> None:
    found = faults(lambda tally: journals.run(SEED, 1000, tally, tmp_path, calm, [True]))
    assert found == []


def a_report() -> BindingReport:
    """One text of each kind, in figures that become a list, a chart and the map."""
    late = {
        "all_rows": 1, "row_no": 1, "object_id": "o1", "tenant": "acme", "sla": "Solve",
        "state": "Open", "calendar": "Desk", "role": "Lead", "principal": "ann",
        "escalation_status": "Open", "escalation_level": 1, "state_since": None, "started": None,
        "due": None, "breached": None, "elapsed_minutes": 9, "remaining_minutes": -3,
        "target_minutes": 6,
    }  # fmt: skip
    timers = [
        {
            "field": field,
            "field_value": value,
            "is_rest": 0,
            "sla": "Solve",
            "horizon": "late",
            "timers": 1,
        }
        for field, value in ((None, None), ("Team", "Berlin"), ("Team", "Oslo"))
    ]
    moves = [
        {"from_state": a, "to_state": b, "transition_code": "Go", "anomaly": None, "events": 3}
        for a, b in (("Open", "Busy"), ("Busy", "Closed"))
    ]
    stays = [
        {
            "state": "Open",
            "next_state": "Busy",
            "median_minutes": 5,
            "p90_minutes": 9,
            "stays": 3,
            "seconds": 900,
        }
    ]
    found = {"late_objects": [late], "timers": timers, "moves": moves, "stays": stays}
    return BindingReport(
        name="case",
        as_of=journals.END,
        since=None,
        fields=["Team"],
        figures={n: Figure(n, "select 1", rows) for n, rows in found.items() if n != "stays"},
        missing={},
        stories=[Told("o1", "acme", "o1 of acme", [("1", "now", "Go", ["moved"])], ["a note"])],
    )


def test_texts_on_a_page() -> None:
    assert faults(lambda tally: pages.run(SEED, 600, tally, [a_report()])) == []


# ---------------------------------------------------------------- what it can notice


def unquoted(engine: str, monkeypatch: pytest.MonkeyPatch, old: str, new: str) -> None:
    """The macros of an engine with one piece of an escape left out."""
    macros = literals.CrossDbMacros(engine, changed=(old, new))
    monkeypatch.setattr(literals, "macros", lambda _: macros)


@pytest.mark.parametrize(
    ("engine", "old", "new"),
    [
        ("duckdb", """replace("'", "''")""", """replace("'", "'")"""),
        ("postgres", """replace("'", "''")""", """replace("'", "'")"""),
        ("redshift", r"replace('\\', '\\\\') | replace(", "replace("),
        ("bigquery", r"replace('\\', '\\\\') | ", ""),
        ("bigquery", r"replace('\n', '\\n') | ", ""),
        ("databricks", r"replace('\\', '\\\\') | ", ""),
        ("databricks", r"replace('${', '\\u0024{')", "string"),
        ("snowflake", r"replace('\\', '\\\\') | replace(", "replace("),
        ("sqlserver", r"""replace('\\\n', "\\' + '\n")""", "string"),
    ],
)
def test_an_escape_that_is_missing_is_noticed(
    engine: str, old: str, new: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    unquoted(engine, monkeypatch, old, new)
    literals.harmless.cache_clear()
    try:
        texts = (hostile(random.Random(n), storable=True) for n in range(4000))
        assert any(literals.check(engine, "text_literal", text, False) for text in texts)
    finally:
        literals.harmless.cache_clear()


def test_jinja_that_is_not_quoted_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(literals, "quoted", lambda text: f"'{text}'")
    assert "another Jinja literal" in literals.check_generator("back\\\\slash")
    assert "not a Jinja literal" in literals.check_generator("it's")
    assert "not a Jinja literal" in literals.check_generator("x' ~ env_var('HOME') ~ '")


def test_yaml_that_is_jinja_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(literals, "yaml_text", lambda text: text)
    assert "another YAML text" in literals.check_generator("{{ 1 + 1 }}")


@pytest.mark.parametrize("name", ["plain", "label"])
def test_markup_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markdown, name, str)
    assert "markup in" in literals.check_generator("<b>; x")


def wrong_of(bench: metadata.Bench, document: Any) -> str:
    """The fault of one input of the small project, with this snapshot."""
    world = next(world for world in bench.worlds if world.name == "small snapshot")
    name = "snapshot.json"

    def chosen(seed: str) -> Any:
        return world, {name: metadata.written(name, document)}, "by hand"

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bench, "input", chosen)
        return str(bench.check("by hand")[1] or "")


def with_role(role: str) -> dict[str, Any]:
    document = meta()
    policy = document["objects"]["runtime"]["slaPolicies"][0]
    policy["escalationRule"]["actions"][0]["target"] = f"role:{role}"
    return document


def test_code_from_a_text_is_noticed(
    bench: metadata.Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    role = "x' ~ env_var('HOME') ~ '"
    assert wrong_of(bench, with_role(role)) == ""
    monkeypatch.setattr(generated, "quoted", lambda text: f"'{text}'")
    found = wrong_of(bench, with_role(role))
    assert "a text became code in" in found and "env_var" in found


def test_a_control_character_in_a_message_is_noticed(
    bench: metadata.Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = meta()
    document["objects"]["tables"][0]["\x1b[2J"] = 1
    assert wrong_of(bench, document) == ""
    monkeypatch.setattr(console, "printable", str)
    monkeypatch.setattr("ozmeta_dbt.problems.printable", lambda text, kept="": text)
    assert "prints the character '\\x1b'" in wrong_of(bench, document)


def test_an_exception_is_noticed(bench: metadata.Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ozmeta_dbt.project.read_metadb", lambda *args: 1 / 0)
    assert "exit code 10" in wrong_of(bench, meta())


def test_a_file_that_is_written_elsewhere_is_noticed(
    bench: metadata.Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def apply(plan: writer.Plan) -> None:
        applied(plan)
        (bench.folder / "elsewhere.txt").write_text("x")

    applied = writer.apply
    monkeypatch.setattr(writer, "apply", apply)
    assert "wrote" in wrong_of(bench, meta()) and "elsewhere.txt" in wrong_of(bench, meta())


def test_an_error_without_a_place_is_noticed(
    bench: metadata.Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = meta()
    document["objects"]["workflows"][0]["states"][0]["isInitial"] = False
    assert wrong_of(bench, document) == ""
    monkeypatch.setattr(Problem, "__str__", lambda problem: problem.message)
    assert "an error without a place" in wrong_of(bench, document)


def test_html_that_is_not_escaped_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    calm = pages.page_of([a_report()], ["Plain"])
    texts = ["</script><b>x"]
    assert pages.check(calm, pages.page_of([a_report()], texts)) == ""
    escaping = page.Environment
    with monkeypatch.context() as patch:
        patch.setattr(page, "Environment", lambda **o: escaping(**(o | {"autoescape": False})))
        assert "another tree" in pages.check(calm, pages.page_of([a_report()], texts))
    monkeypatch.setattr(page, "inert_json", lambda value: page.json.dumps(value))
    assert pages.check(calm, pages.page_of([a_report()], texts)) != ""


def test_a_mention_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert messages.check("<!channel> @here") == ""
    messages.messages.template.cache_clear()
    try:
        monkeypatch.setattr(messages.messages, "for_slack", lambda text: text)
        assert "a mention" in messages.check("<!channel> @here")
    finally:
        messages.messages.template.cache_clear()


def test_a_lost_row_and_a_changed_object_are_noticed(tmp_path: Path, calm: journals.Calm) -> None:
    project = journals.demo_project(tmp_path / "other", calm.bindings)
    project.create_journal()
    journals.append(project, calm.rows)
    project.run(journals.END.isoformat())
    assert journals.lost(project, calm.bindings) == []
    assert journals.kept_tables(project, calm.bindings) == calm.tables
    with project.connect() as connection:
        connection.execute(
            "delete from case_timeline where EJ_ID = (select min(EJ_ID) from case_timeline)"
        )
    assert len(journals.lost(project, calm.bindings)) >= 1
    assert journals.kept_tables(project, calm.bindings) != calm.tables


# ---------------------------------------------------------------- the same seed, the same input


def test_a_seed_gives_the_same_input(bench: metadata.Bench) -> None:
    for number in range(30):
        one, other = (bench.input(f"{SEED}-{number}") for _ in range(2))
        assert one == other
    for number in range(100):
        one, other = (mutated(random.Random(number), meta()) for _ in range(2))
        assert repr(one) == repr(other)


def test_every_kind_of_text_occurs() -> None:
    texts = [hostile(random.Random(number)) for number in range(3000)]
    for sign in ("'", "\\", "{{", "{%", "*/", "--", "$$", "\0", "\n", "\u202e", "\ud800", "../"):
        assert any(sign in text for text in texts), sign
    assert max(map(len, texts)) > 10_000
