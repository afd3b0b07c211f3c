"""What the user's own dbt project has, and what the generated files take over from it."""

from __future__ import annotations

import pytest
import yaml
from metadb_samples import Project, minimal
from ozmeta_dbt import __version__

HEAD = "version: 1\nmetadb: {snapshot: snapshot.json}\n"
REF = HEAD + "journal: {ref: stg_events}\n"
BARE = HEAD + "journal: {source: {name: ops, table: event_journal}}\n"
DECLARED = "sources:\n  - {name: ops, schema: landing, tables: [{name: event_journal}]}\n"
OTHER_TABLE = "sources:\n  - {name: ops, schema: \"{{ var('raw') }}\", tables: [{name: other}]}\n"


def timeline(project: Project) -> str:
    return project.generate()["case/case_timeline.sql"].decode()


def test_a_journal_that_is_a_model(project: Project) -> None:
    project.put("ozmeta.yml", REF)
    files = project.generate()
    assert (
        "{'name': 'stg_events', 'relation': ref('stg_events')"
        in files["case/case_timeline.sql"].decode()
    )
    assert "'stg_events'" in files["case/case_run.sql"].decode()
    assert "_journal.yml" not in files


def test_models_and_sources_together(project: Project) -> None:
    project.put(
        "ozmeta.yml",
        HEAD + "journal: {sources: [{name: ops, schema: raw, table: j}, {ref: a}, {ref: b, package:"
        " pkg}]}\n",
    )
    text = timeline(project)
    for call in ("source('ops', 'j')", "ref('a')", "ref('pkg', 'b')"):
        assert call in text
    assert b"name: ops" in project.files()["_journal.yml"]


@pytest.mark.parametrize(
    ("journal", "said"),
    [
        ("{ref: a, source: {name: ops, schema: raw, table: j}}", "/journal: give `source`, `ref`"),
        ("{}", "/journal: give `source`"),
        ("{ref: 'a b'}", "/journal/ref: "),
        (
            "{package: pkg, source: {name: ops, schema: raw, table: j}}",
            "`package` goes with `ref` only",
        ),
        ("{sources: [{ref: a}, {ref: a, package: pkg}]}", "two of them are the same table"),
        ("{sources: [{ref: a, schema: raw}]}", "ozmeta.yml /journal/sources/0/schema: "),
        ("{sources: [{name: ops}]}", "ozmeta.yml /journal/sources/0/table: "),
    ],
)
def test_journals_that_are_wrong(project: Project, journal: str, said: str) -> None:
    project.put("ozmeta.yml", f"{HEAD}journal: {journal}\n")
    status, printed = project.run("generate")
    assert status == 2 and said in printed


@pytest.mark.parametrize("command", ["export", "replay"])
def test_a_model_is_not_exported(
    project: Project, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JOURNAL_URL", "sqlite://")
    project.put("ozmeta.yml", REF)
    project.put("j.ndjson", "")
    status, printed = project.run(
        "journal", command, str(project.path / "j.ndjson"), "--url-env", "JOURNAL_URL"
    )
    assert status == 2 and "stg_events is a dbt model" in printed and "--project-dir" in printed


@pytest.mark.parametrize("place", ["models/sources.yml", "models/a/b/x.yaml", "seeds/x.yml"])
def test_a_declared_source_is_used(project: Project, place: str) -> None:
    project.put("ozmeta.yml", BARE)
    project.put(place, DECLARED)
    status, printed = project.run("generate")
    assert status == 0 and f"ops.event_journal is declared in {place}" in printed
    assert "_journal.yml" not in project.files()


def test_a_source_of_another_folder_is_not(project: Project) -> None:
    project.put("dbt_project.yml", "name: x\nmodel-paths: [dbt, models]\n")
    project.put("elsewhere/x.yml", DECLARED)
    assert "_journal.yml" in project.generate()
    project.put("dbt/x.yml", DECLARED)
    assert "_journal.yml" not in project.generate()


def test_own_files_are_not_the_users(project: Project) -> None:
    first = project.generate()
    assert project.generate() == first


def test_the_same_source_with_another_table_lends_its_schema(project: Project) -> None:
    project.put("ozmeta.yml", BARE)
    project.put("models/x.yml", OTHER_TABLE)
    written = yaml.safe_load(project.generate()["_journal.yml"])["sources"][0]
    assert written["schema"] == "{{ var('raw') }}"
    assert [table["name"] for table in written["tables"]] == ["event_journal"]


def test_without_a_schema_it_is_the_sources_name(project: Project) -> None:
    project.put("ozmeta.yml", BARE)
    assert yaml.safe_load(project.generate()["_journal.yml"])["sources"][0]["schema"] == "ops"


def test_schemas_that_differ(project: Project) -> None:
    project.put("models/x.yml", DECLARED)
    status, printed = project.run("generate")
    assert (
        status == 0
        and "the schema of ops.event_journal is raw here and landing in models/x.yml: dbt reads"
        " landing"
        in printed
    )


@pytest.mark.parametrize(
    "text",
    [
        "{% if x %}\nsources: [\n",
        "sources: {{ x }}\n",
        "- 1\n",
        "sources: 5\n",
        "sources: [3, {name: [ops]}]\n",
        "\t",
        "a: &a [*a]\n",
        "sources: [{name: ops, tables: 7}]\n",
    ],
)
def test_yaml_of_any_kind_does_not_stop_it(project: Project, text: str) -> None:
    project.put("models/x.yml", text)
    assert "_journal.yml" in project.generate()


def test_a_disabled_source_is_not_there(project: Project) -> None:
    project.put(
        "models/x.yml",
        "sources:\n  - {name: ops, config: {enabled: false}, tables: [{name: event_journal}]}\n",
    )
    assert "_journal.yml" in project.generate()


MINE = {
    "models/timeline.sql": "timeline",
    "models/a/QUARANTINE.sql": "quarantine",
    "models/workflow_instance.py": "workflow_instance",
    "seeds/sla_timer.csv": "sla_timer",
    "snapshots/s.yml": "escalation_queue",
}


@pytest.mark.parametrize("command", ["generate", "validate"])
@pytest.mark.parametrize(("place", "rollup"), MINE.items())
def test_a_rollup_with_the_name_of_a_users_own(
    project: Project, command: str, place: str, rollup: str
) -> None:
    project.put(
        place,
        (
            "snapshots: [{name: escalation_queue, relation: ref('x')}]\n"
            if place.endswith("yml")
            else "select 1\n"
        ),
    )
    status, printed = project.run(command)
    assert status == 2 and f"the roll-up {rollup} has the name of {place}" in printed
    assert "rollups: {prefix: ozmeta_}" in printed and "rollups: false" in printed
    assert not project.output.exists()


def test_a_snapshot_block(project: Project) -> None:
    project.put("snapshots/any.sql", "{% snapshot timeline %}select 1{% endsnapshot %}\n")
    status, printed = project.run("generate")
    assert status == 2 and "has the name of snapshots/any.sql" in printed


def test_a_bindings_model_with_the_name_of_a_users_own(project: Project) -> None:
    project.put("models/Case_Timeline.sql", "select 1\n")
    status, printed = project.run("generate")
    assert (
        status == 2
        and "case_timeline.sql: this model has the name of models/Case_Timeline.sql (rename"
        in printed
    )


def test_rollups_with_a_prefix_and_without(project: Project) -> None:
    project.put("models/timeline.sql", "select 1\n")
    before = project.path / "ozmeta.yml"
    text = before.read_text()
    project.put("ozmeta.yml", text + "rollups: {prefix: ozmeta_}\n")
    files = project.generate()
    assert "rollups/ozmeta_timeline.sql" in files and "rollups/timeline.sql" not in files
    named = [model["name"] for model in yaml.safe_load(files["rollups/_models.yml"])["models"]]
    assert named and sorted(f"rollups/{name}.sql" for name in named) == sorted(
        f for f in files if f.startswith("rollups/") and f.endswith(".sql")
    )
    project.put("ozmeta.yml", text + "rollups: false\n")
    left = {
        name for name in project.generate() if name.startswith("rollups/")
    }  # they count the whole journal
    assert left == {
        f"rollups/{name}"
        for name in ("_models.yml", "journal_volume.sql", "unclaimed_object_type.sql")
    }


@pytest.mark.parametrize(
    "rollups",
    ["{prefix: 'a b'}", "{prefix: '1a'}", '{prefix: "x\'y"}', "{other: x}", "5", "yes please"],
)
def test_rollups_that_are_wrong(project: Project, rollups: str) -> None:
    project.put("ozmeta.yml", f"{HEAD}journal: {{ref: a}}\nrollups: {rollups}\n")
    status, printed = project.run("generate")
    assert status == 2 and "ozmeta.yml /rollups" in printed


@pytest.mark.parametrize(
    ("paths", "right"),
    [
        ("[dbt]", False),
        ("[]", False),
        ("[dbt, models]", True),
        ("[models/ozmeta]", True),
        ("[./models]", True),
        ("['{{ x }}']", True),
        ("[mod]", False),
    ],
)
def test_model_paths_that_leave_the_output_out(project: Project, paths: str, right: bool) -> None:
    project.put("dbt_project.yml", f"name: x\nmodel-paths: {paths}\n")
    status, printed = project.run("generate")
    assert (status == 0) == right
    assert right or (
        "dbt would not read models/ozmeta" in printed
        and "model-paths" in printed
        and not project.output.exists()
    )


def switch(project: Project, tree: object, name: str = "x") -> None:
    project.put(
        "dbt_project.yml", yaml.safe_dump({"name": name, "models": {name: {"ozmeta": tree}}})
    )


@pytest.mark.parametrize(
    ("model", "gone"),
    [
        ("sla_timer", []),
        ("escalation_queue", []),
        ("sla_cycle", ["sla_timer"]),
        ("workflow_instance", []),
        ("runtime_signal", []),
        ("approval_step", ["approval_instance"]),
    ],
)
def test_a_disabled_model_is_named_by_no_other(
    project: Project, model: str, gone: list[str]
) -> None:
    switch(project, {"case": {f"case_{model}": {"+enabled": False}}})
    status, printed = project.run("generate")
    assert status == 0, printed
    files = project.files()
    assert f"case/case_{model}.sql" in files
    for name in (model, *gone):
        naming = [
            file
            for file, text in files.items()
            if f"case_{name}')".encode() in text and file != f"case/case_{model}.sql"
        ]
        assert not naming
        assert f"name: case_{name}\n".encode() not in files["case/_case.yml"]
    for name in gone:
        assert (
            f"case/case_{name}.sql" not in files
            and f"case_{name} is left out: it needs case_{model}" in printed
        )


@pytest.mark.parametrize(
    "tree",
    [
        {"+enabled": False},
        {"case": {"+enabled": False}},
        {"case": {"case_run": {"enabled": False}}},
        {"case": {"case_timeline": {"+enabled": False}}},
    ],
)
def test_what_no_binding_can_be_without(project: Project, tree: object) -> None:
    switch(project, tree)
    status, printed = project.run("generate")
    assert status == 2 and "is disabled, and no model of the binding can be without it" in printed


def test_the_most_specific_setting_holds(project: Project) -> None:
    on = {
        f"case_{model}": {"+enabled": True}
        for model in ("timeline", "quarantine", "run", "sla_cycle")
    }
    switch(project, {"+enabled": False, "case": on})
    assert b"case_sla_cycle" in project.generate()["case/case_run.sql"]
    assert b"case_workflow_instance" not in project.files()["case/case_run.sql"]


def test_a_setting_in_jinja_is_a_warning(project: Project) -> None:
    switch(project, {"case": {"case_sla_timer": {"+enabled": "{{ target.name == 'x' }}"}}})
    status, printed = project.run("generate")
    assert status == 0 and "whether case_sla_timer is enabled is not known" in printed


def test_without_the_volume_of_the_journal_nothing_refers_to_it(project: Project) -> None:
    off = "models: {mine: {ozmeta: {rollups: {journal_volume: {+enabled: false}}}}}\n"
    project.put("dbt_project.yml", "name: mine\n" + off)
    files = project.generate()
    assert "rollups/unclaimed_object_type.sql" not in files
    assert b"unclaimed_object_type" not in files["rollups/_models.yml"]


def test_a_time_spine_of_the_users_own(project: Project) -> None:
    tables = minimal()
    tables["RuntimeTemplateBinding"] = [
        {"RB_ID": 1, "RTB_Purpose": "SlaTracking", "RTB_TargetLayer": "Semantic"}
    ]
    project.metadb(tables)
    project.put("models/ozmeta_time_spine.sql", "select 1\n")
    status, printed = project.run("generate")
    assert status == 2 and "time_spine: false" in printed


PACKAGE_FILE = "name: ozmeta_runtime\nversion: {}\n"


@pytest.mark.parametrize(
    ("place", "more"),
    [
        ("dbt_packages/ozmeta_runtime", {}),
        ("deps/ozmeta_runtime", {"dbt_project.yml": "name: p\npackages-install-path: deps\n"}),
        ("vendored", {"packages.yml": "packages:\n  - local: vendored\n"}),
        ("vendored", {"dependencies.yml": "packages:\n  - local: vendored\n"}),
    ],
)
def test_a_package_of_another_version_is_a_warning(
    project: Project, place: str, more: dict[str, str]
) -> None:
    for name, text in more.items():
        project.put(name, text)
    project.put(f"{place}/dbt_project.yml", PACKAGE_FILE.format("9.8.7"))
    status, printed = project.run("generate")
    printed = " ".join(printed.split())
    assert status == 0
    assert f"{place}/dbt_project.yml /version" in printed
    assert f"ozmeta_runtime has version 9.8.7, and this is ozmeta-dbt {__version__}" in printed
    assert "install ozmeta-dbt 9.8.7" in printed
    patch = __version__.rpartition(".")[0] + ".99"
    project.put(f"{place}/dbt_project.yml", PACKAGE_FILE.format(patch))
    assert "has version" not in project.run("generate")[1]


@pytest.mark.parametrize(
    "seeds",
    [
        "{ozmeta_runtime: {+enabled: false}}",
        "{ozmeta_runtime: {ozmeta_signal_type: {+enabled: false}}}",
    ],
)
def test_a_disabled_seed_of_signal_types_is_not_read(project: Project, seeds: str) -> None:
    assert b"seed=ref('ozmeta_runtime', " in project.generate()["rollups/runtime_signal.sql"]
    project.put("dbt_project.yml", f"name: p\nseeds: {seeds}\n")
    assert b"seed=" not in project.generate()["rollups/runtime_signal.sql"]
