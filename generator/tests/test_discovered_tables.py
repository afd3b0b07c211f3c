"""What `ozmeta-dbt discover` concludes from the columns of tables, without a warehouse."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from ozmeta_dbt.config import FILE_NAME, checked
from ozmeta_dbt.discovery import own_table, preset_tables, roles
from ozmeta_dbt.discovery.journals import NothingFound
from ozmeta_dbt.discovery.section import Section
from ozmeta_dbt.discovery.warehouse import Place, Seen
from ozmeta_dbt.documents import loads_yaml
from ozmeta_dbt.histories import presets
from ozmeta_dbt.histories.reading import histories
from ozmeta_dbt.models import manifest, writer
from ozmeta_dbt.problems import Problems

KNOWN = [it for it in presets.presets().values() if not it.refused]


def columns_read(preset: presets.Preset) -> dict[str, list[str]]:
    """{table: columns} of a preset, as the generated sources have them."""
    section = Section(preset.name, {"preset": preset.name, "loader": preset.loader}, ["a"])
    config = checked(loads_yaml(section.ozmeta_yml("metadb/", "models/ozmeta")), FILE_NAME)
    (history,) = histories(config, Problems())
    return {table: list(columns) for table, columns in history.tables.items()}


def seen_by(preset: presets.Preset) -> dict[str, Seen]:
    """The tables with exactly the columns that are read."""
    return {
        table: Seen(table, f"raw.{table}", True, tuple(column.upper() for column in columns))
        for table, columns in columns_read(preset).items()
    }


# ---------------------------------------------------------------- presets


@pytest.mark.parametrize("preset", KNOWN, ids=lambda it: f"{it.name}_{it.loader}")
def test_a_preset_over_whole_tables_says_nothing_more(preset: presets.Preset) -> None:
    seen = seen_by(preset)
    assert set(preset_tables.tables_of(preset)) == set(seen)
    section, lacking = preset_tables.section(preset, Place("raw", "db"), seen)
    assert lacking == []
    loader = {} if preset.loader == "fivetran" else {"loader": preset.loader}
    assert section.keys == {"preset": preset.name, **loader, "schema": "raw", "database": "db"}
    assert len(section.models) == sum(1 for _ in preset_tables.parts_of(preset))


@pytest.mark.parametrize("preset", KNOWN, ids=lambda it: f"{it.name}_{it.loader}")
def test_each_column_that_a_table_lacks_is_left_out_or_refused(preset: presets.Preset) -> None:
    """What is written is read without an error, and does not read the column any more."""
    seen = seen_by(preset)
    for table, columns in columns_read(preset).items():
        for column in columns:
            left = tuple(each for each in seen[table].has if each != column.upper())
            less = {**seen, table: Seen(table, f"raw.{table}", True, left)}
            section, lacking = preset_tables.section(preset, Place("raw"), less)
            assert section.comments, (table, column)
            assert all(f"raw.{table} has no column {column}" in line for line in lacking)
            if lacking:
                continue
            text = section.ozmeta_yml("metadb/", "models/ozmeta")
            assert f"has no column {column}." in re.sub(r"\s+(?:# )?", " ", text)
            problems = Problems()
            (history,) = histories(checked(loads_yaml(text), FILE_NAME), problems)
            assert problems.errors == []
            assert column not in history.tables.get(table, {}), (table, column)


@pytest.mark.parametrize("preset", KNOWN, ids=lambda it: f"{it.name}_{it.loader}")
def test_each_table_that_is_missing_is_left_out_or_refused(preset: presets.Preset) -> None:
    seen = seen_by(preset)
    needed = {part.table for kind, _, part in preset_tables.parts_of(preset) if kind == "changes"}
    for table in seen:
        less = {**seen, table: Seen(table, f"raw.{table}", False)}
        if table in needed:
            with pytest.raises(NothingFound, match=f"has no table raw.{table}, from which"):
                preset_tables.section(preset, Place("raw"), less)
            continue
        section, lacking = preset_tables.section(preset, Place("raw"), less)
        text = section.ozmeta_yml("metadb/", "models/ozmeta")
        assert lacking == []
        assert f"# The warehouse has no table raw.{table}." in text
        problems = Problems()
        (history,) = histories(checked(loads_yaml(text), FILE_NAME), problems)
        assert problems.errors == []
        assert table not in history.tables
        assert [part.model for part in history.parts] == section.models


def test_without_any_table_the_schema_is_named() -> None:
    preset = presets.presets()["jira", "fivetran"]
    seen = {name: Seen(name, f"raw.{name}", False) for name in preset_tables.tables_of(preset)}
    with pytest.raises(NothingFound, match=r"none of the tables .* in the schema db\.raw:"):
        preset_tables.section(preset, Place("raw", "db"), seen)


def test_a_relation_has_to_be_a_table_of_the_preset() -> None:
    preset = presets.presets()["jira", "fivetran"]
    preset_tables.check_table(preset, "JIRA.ISSUE", "ISSUE")
    with pytest.raises(NothingFound, match=r"did you mean 'issue'.*issue_field_history"):
        preset_tables.check_table(preset, "jira.issues", "issues")


# ---------------------------------------------------------------- roles


def found(*columns: str, chosen: dict[str, str] | None = None) -> tuple[dict[str, str], list[str]]:
    return roles.roles(chosen or {}, columns)


def test_roles_by_the_names_of_columns() -> None:
    own, faults = found("OBJECT_ID", "field", "new_value", "old_value", "at", "by", "loaded_at")
    assert faults == []
    assert own["object_id"] == "OBJECT_ID"
    assert list(own) == [role for role in roles.ROLES if role in own]
    own, faults = found(
        *("id", "ticket_id", "field_id", "to_value", "from_value", "updated", "actor"),
        "_airbyte_extracted_at",
    )
    assert (own["object_id"], own["by"], faults) == ("ticket_id", "actor", [])
    own, _ = found("id", "user_id", "field", "value", "timestamp", "_loaded_at")
    assert (own["object_id"], own["by"]) == ("id", "user_id")


def test_an_id_may_be_that_of_the_change() -> None:
    columns = ("id", "claim_id", "field", "value", "at", "loaded_at")
    _, (fault,) = found(*columns)
    assert "object_id may be claim_id or id" in fault
    own, faults = roles.roles({}, columns, "claim_id")
    assert (own["object_id"], faults) == ("claim_id", [])


def test_a_role_of_several_columns_or_of_none() -> None:
    columns = ("ticket_id", "case_id", "field", "value", "created_at", "loaded_at")
    _, (fault,) = found(*columns)
    assert fault == (
        "object_id may be ticket_id or case_id: say which with --column object_id=ticket_id"
    )
    own, faults = found(*columns, chosen={"object_id": "case_id"})
    assert (own["object_id"], faults) == ("case_id", [])
    _, (fault,) = found("id", "field", "value", "at")
    assert "no column is loaded_at by its name" in fault
    assert "take the column that is `at`" in fault


def test_a_chosen_column_is_nothing_else() -> None:
    own, faults = found("id", "field", "value", "at", "updated", chosen={"loaded_at": "updated"})
    assert (own["loaded_at"], own["at"], faults) == ("updated", "at", [])
    _, faults = found("id", "field", "value", "loaded_at", chosen={"object_id": "loaded_at"})
    assert [fault.partition(" by ")[0] for fault in faults] == [
        "no column is at",
        "no column is loaded_at",
    ]


def test_one_column_may_have_two_roles_if_the_user_says_so() -> None:
    own, faults = found("id", "field", "value", "when", chosen={"at": "when", "loaded_at": "when"})
    assert (own["at"], own["loaded_at"], faults) == ("when", "when", [])


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ("object_id", "expected ROLE=COLUMN"),
        ("object_id=", "expected ROLE=COLUMN"),
        ("objectid=id", "did you mean 'object_id'?"),
        ("at=changed", "there is no column changed"),
    ],
)
def test_options_of_columns(option: str, told: str) -> None:
    _, (fault,) = roles.given([option], ["id", "When"])
    assert told in fault
    assert roles.given(["at=when"], ["id", "When"]) == ({"at": "When"}, [])
    _, (fault,) = roles.given(["at=when", "at=id"], ["id", "When"])
    assert "names at twice" in fault


# ---------------------------------------------------------------- tables of one's own


@pytest.mark.parametrize(
    ("table", "name"),
    [
        ("ticket_changes", "Ticket"),
        ("issue_field_history", "Issue"),
        ("stg_support_cases_history", "SupportCase"),
        ("RAW_INCIDENTS", "Incident"),
        ("queries_log", "Query"),
        ("addresses", "Address"),
        ("boxes_2024", "Box"),
        ("status_changes", "Object"),
        ("changes", "Object"),
        ("bus_history", "Bus"),
        ("ÄÖ", "Object"),
    ],
)
def test_the_object_type_by_the_name_of_the_table(table: str, name: str) -> None:
    assert own_table.object_type_of(table) == name


def table(name: str = "ticket_changes", node: dict[str, str] | None = None) -> Seen:
    return Seen(name, f"raw.{name}", True, ("id",), node)


def test_the_field_with_the_state() -> None:
    counts = {"Status": 3, "priority": 7}
    states, (told,) = own_table.status_of(table(), "field", counts, ())
    assert states == ["Status"]
    assert "the states are the values of Status" in told
    assert own_table.status_of(table(), "field", counts, ("priority",)) == (["priority"], [])
    for wrong, given, message in (
        (counts | {"state": 1}, (), "in the fields Status and state: say which"),
        ({"a": 1, "b": 2}, (), r"no field is called status or state.*: b \(2\), a \(1\)"),
        (counts, ("prioritat",), "Did you mean priority"),
        ({}, (), "has no row"),
    ):
        with pytest.raises(NothingFound, match=message):
            own_table.status_of(table(), "field", wrong, given)


def part_of(section: Section) -> tuple[str, dict[str, Any]]:
    ((name, part),) = section.keys["changes"].items()
    return name, part


def test_the_model_never_has_the_name_of_its_table() -> None:
    """It could be in the same schema, and dbt would replace the table."""
    for name, model in (
        ("ticket_changes", "ticket_history"),
        ("TICKET_CHANGES", "ticket_history"),
        ("ticket_history", "ticket_changes"),
        ("log", "ticket_changes"),
    ):
        made = own_table.section(Place("raw"), table(name), "Ticket", {"table": name}, None)
        assert made.models == [model]
        assert part_of(made)[0] == model.removeprefix("ticket_")


def test_the_section_is_read_as_it_is_written() -> None:
    hostile = {"table": "t", "columns": {"field": "a: b", "by": 'x"y'}, "status_field": "on"}
    made = own_table.section(Place("raw"), table(), "Won't: #1", hostile, "Europe/Berlin")
    config = loads_yaml(made.ozmeta_yml("metadb/", "models/ozmeta"))
    assert config["histories"][made.name] == made.keys
    assert config["journal"] == {"sources": [{"ref": made.models[0]}]}


def test_a_name_that_ozmeta_yml_cannot_hold() -> None:
    with pytest.raises(NothingFound, match="make a dbt model"):
        own_table.section(Place("my raw"), table(), "Ticket", {"table": "t"}, None)
    built = table("my table", {"name": "stg", "package": "mine"})
    own_table.section(Place("my raw"), built, "Ticket", {"ref": "stg"}, None)


# ---------------------------------------------------------------- the manifest


def test_the_manifest_keeps_what_an_earlier_generation_wrote(tmp_path: Path) -> None:
    first = {"case/case_timeline.sql": "select 1\n", "histories/a.sql": "select 2\n"}
    plan = writer.plan(tmp_path, first, manifest.Snapshot("m", "s"), {"case": {"states": {}}})
    writer.apply(plan)
    text = manifest.with_files(tmp_path, {"histories/a.sql": "select 3\n"})
    document = json.loads(text)
    before = json.loads((tmp_path / manifest.NAME).read_text())
    assert [entry["path"] for entry in document["files"]] == list(first)
    assert document["files"][0] == before["files"][0]
    assert document["files"][1]["sha256"] == manifest.sha256(b"select 3\n")
    assert document["ozmeta_dbt"] == before["ozmeta_dbt"]
    whole = first | {"histories/a.sql": "select 3\n"}
    names = {"case": {"states": {}}}
    assert text == manifest.text(whole, manifest.Snapshot("m", "s"), names)


def test_the_first_manifest(tmp_path: Path) -> None:
    files = {"histories/a.sql": "select 1\n"}
    text = manifest.with_files(tmp_path, files)
    assert text == manifest.text(files, manifest.Snapshot(), {})
