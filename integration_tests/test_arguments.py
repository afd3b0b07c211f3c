"""A model's macro checks what its file gives it, and which generator wrote the file."""

from __future__ import annotations

import copy
import re
from pathlib import Path

import pytest
import yaml
from ozmeta_dbt import __version__
from support.dbt_project_under_test import PACKAGE, DbtProject, RunFailed
from support.small_case import CONFIG, emitting, event

VERSION = __version__.rpartition(".")[0]
WRONG = [
    ("case_timeline", "  binding='case',\n", "", "`binding` is missing, expected a text"),
    (
        "case_timeline",
        "workflow=workflow",
        "worflow=workflow",
        "`worflow` is unknown, expected only binding, journal_config, workflow, policy, stream",
    ),
    (
        "case_timeline",
        "'lookback_minutes': ",
        "'lookback': ",
        "`journal_config.lookback` is unknown, expected only object_type, ",
    ),
    (
        "case_timeline",
        "policy='last_writer_wins'",
        "policy='last_write_wins'",
        "`policy` must be last_writer_wins or first_writer_wins",
    ),
    (
        "case_timeline",
        "{'code': 'Back', ",
        "{",
        r"`workflow.transitions\[0\].code` is missing, expected a text",
    ),
    (
        "case_quarantine",
        "ref('case_timeline')",
        "none",
        r"`timeline` is missing, expected ref\(\) or source\(\)",
    ),
    (
        "case_sla_cycle",
        "'target_minutes': ",
        "'target_minutes': 'x' ~ ",
        r"`slas\[0\].target_minutes` must be an integer",
    ),
    (
        "case_workflow_instance",
        "'terminal': ",
        "'terminal': 'Done', 'x': ",
        "`workflow.x` is unknown, expected only id, start, terminal",
    ),
    (
        "case_workflow_instance",
        "workflow=workflow",
        "workflow=ref('case_timeline')",
        "`workflow` must be a dict of id, start, terminal",
    ),
    (
        "case_run",
        "after=[",
        "after=['case'] if false else 3 or [",
        r"`after` must be a list, each item ref\(\) or source\(\)",
    ),
    ("workflow_instance", "'WI_ID',", "{'WI_ID': 1},", r"`columns\[0\]` must be a text"),
]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> DbtProject:
    config = copy.deepcopy(CONFIG)
    config["journal"]["mirror"] = True
    project = DbtProject(tmp_path_factory.mktemp("arguments"), config, emitting())
    project.create_journal()
    return project


def file_of(project: DbtProject, model: str) -> Path:
    return next((project.folder / "models/ozmeta").rglob(f"{model}.sql"))


def refused(project: DbtProject, model: str, old: str, new: str) -> str:
    """What dbt reports when a file has other text."""
    file = file_of(project, model)
    text = file.read_text(encoding="utf-8")
    assert old in text, text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    project.manifest = None
    try:
        with pytest.raises(RunFailed) as failed:
            project.run("2026-01-01T01:00:00")
    finally:
        file.write_text(text, encoding="utf-8")
        project.manifest = None
    return " ".join(str(failed.value).split())


@pytest.mark.parametrize(("model", "old", "new", "problem"), WRONG)
def test_a_wrong_argument_is_named_with_what_is_expected(
    project: DbtProject, model: str, old: str, new: str, problem: str
) -> None:
    found = refused(project, model, old, new)
    path = file_of(project, model).relative_to(project.folder).as_posix()
    macro = {"case_run": "run_log_model", "workflow_instance": "rollup"}.get(model)
    macro = macro or model.removeprefix("case_")
    sentence = (
        rf"{model} \({path}\) calls ozmeta_runtime.{macro} with wrong arguments: {problem}.*\. If"
        r" the file was edited, write it again with `ozmeta-dbt generate --force`\."
    )
    assert re.search(sentence, found), found


@pytest.mark.parametrize(
    ("written_by", "sentence"),
    [
        (
            "ozmeta-dbt 0.0",
            f"was written by ozmeta-dbt 0.0, but the package ozmeta_runtime has version"
            f" {__version__}: install ozmeta-dbt {VERSION} and run `ozmeta-dbt generate`.",
        ),
        (
            "ozmeta-dbt",
            f"was written by an earlier ozmeta-dbt, but the package ozmeta_runtime has version"
            f" {__version__}: install ozmeta-dbt {VERSION} and run `ozmeta-dbt generate`.",
        ),
        (
            "ozmeta-dbt 10.2",
            f"was written by ozmeta-dbt 10.2, but the package ozmeta_runtime has version"
            f" {__version__}: upgrade the package to 10.2 and run `dbt deps`, or install ozmeta-dbt"
            f" {VERSION} and run `ozmeta-dbt generate`.",
        ),
    ],
)
@pytest.mark.parametrize("model", ["case_escalation_queue", "sla_timer"])
def test_a_file_of_another_version_stops_dbt(
    project: DbtProject, model: str, written_by: str, sentence: str
) -> None:
    found = refused(project, model, f"ozmeta-dbt {VERSION}", written_by)
    path = file_of(project, model).relative_to(project.folder).as_posix()
    assert f"{path} {sentence}" in found


def test_every_generated_sql_file_says_which_version_wrote_it(project: DbtProject) -> None:
    files = list((project.folder / "models/ozmeta").rglob("*.sql"))
    assert files
    for file in files:
        header = f"{{#- Written by ozmeta-dbt {VERSION} from MetaDB; change the metadata and "
        assert file.read_text(encoding="utf-8").startswith(header)


def test_every_macro_of_a_model_checks_its_own_arguments() -> None:
    """The call in each macro names the macro and every argument of its signature."""
    documented = yaml.safe_load((PACKAGE / "macros/_macros.yml").read_text(encoding="utf-8"))
    arguments = {
        m["name"]: [a["name"] for a in m.get("arguments", [])] for m in documented["macros"]
    }
    for file in sorted((PACKAGE / "macros/models").glob("*.sql")):
        text = file.read_text(encoding="utf-8")
        call = re.search(r"check_arguments\('(\w+)', kwargs, \{(.*?)\}\)", text, re.S)
        assert call, file.name
        assert call[1] == file.stem
        given = re.findall(r"'(\w+)': (\w+)", call[2])
        assert given == [(name, name) for name in arguments[file.stem]], file.name


def test_an_upgrade_alone_does_not_fold_everything_again(project: DbtProject) -> None:
    """The run log's hash of a model does not depend on the version in its file."""
    project.append([event("a", 0, "Go")])
    project.run("2026-01-01T01:00:00")
    file = file_of(project, "case_timeline")
    text = file.read_text(encoding="utf-8")
    without = re.sub(r"^\{#- Written by ozmeta-dbt .*?#\}", "", text, flags=re.S)
    assert without != text
    file.write_text(without, encoding="utf-8")
    project.manifest = None
    project.run("2026-01-01T02:00:00")
    hashes = project.rows("select distinct _DefinitionHash as h from case_run")
    assert len(hashes) == 1
