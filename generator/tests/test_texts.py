"""What MetaDB says about tables, states, SLAs and flows is in the generated descriptions."""

from __future__ import annotations

import json
from typing import Any

import jinja2
import pytest
import yaml
from metadb_database import CLIENT, PROJECT, everyone, fill
from metadb_samples import CONFIG, Project, Tables, minimal
from sqlalchemy import create_engine
from test_literals import NASTY

JINJA = jinja2.Environment()
TEXTS = {
    "ticket": {"en-US": "A request.", "de-DE": "Ein Anliegen."},
    "new": {"en-US": "Nobody has looked.", "de-DE": "Noch niemand hat geschaut."},
    "close": {"en-US": "Done.", "de-DE": "Fertig."},
    "sla": {"en-US": "Be quick.", "de-DE": "Schnell sein."},
    "flow": {"en-US": "Two signatures.", "de-DE": "Zwei Unterschriften."},
    "step": {"en-US": "The lead signs.", "de-DE": "Die Leitung unterschreibt."},
    "work": {"en-US": "How cases move.", "de-DE": "Wie Fälle wandern."},
}


def with_texts() -> Tables:
    tables = minimal()
    for table, place, column, key in (
        ("Table", 0, "TB_TextKeyID", "ticket"),
        ("Workflow", 0, "WF_TextKeyID", "work"),
        ("WorkflowState", 0, "WS_TextKeyID", "new"),
        ("WorkflowTransition", 0, "WT_TextKeyID", "close"),
        ("SlaPolicy", 0, "SL_TextKeyID", "sla"),
        ("ApprovalFlow", 0, "AF_TextKeyID", "flow"),
        ("ApprovalStep", 0, "AS_TextKeyID", "step"),
    ):
        tables[table][place][column] = key
    tables["TextKey"] = [{"TK_ID": key, "TK_Code": f"code.{key}"} for key in TEXTS]
    tables["TextTranslation"] = [
        {"TR_ID": f"{key}-{language}", "TK_ID": key, "LG_Code": language, "TR_Text": text}
        for key, texts in TEXTS.items()
        for language, text in texts.items()
    ]
    tables["Language"] = [{"LG_Code": "en-US", "LG_IsDefault": True}, {"LG_Code": "de-DE"}]
    tables["ProjectLanguage"] = [
        {"PL_ID": "1", "LG_Code": "en-US"},
        {"PL_ID": "2", "LG_Code": "de-DE", "PL_IsDefault": True},
    ]
    return tables


def described(project: Project) -> dict[str, str]:
    """{model or source without the binding's name: its description as dbt shows it}"""
    document = yaml.safe_load(project.generate()["case/_case.yml"])
    return {
        entry["name"].removeprefix("case_"): JINJA.from_string(entry["description"]).render(
            doc=lambda *names: ""
        )
        for entry in [*document["models"], *document.get("sources", [])]
    }


def of_table(project: Project, **row: Any) -> str | None:
    """The text of the table Case, whose row has these columns besides."""
    tables = with_texts()
    del tables["Table"][0]["TB_TextKeyID"]
    tables["Table"][0] |= row
    project.metadb(tables)
    lines = described(project)["workflow_instance"].split("\n")
    return next((line[6:] for line in lines if line.startswith("Case: ")), None)


# ---------------------------------------------------------------- where texts appear


def test_texts_are_in_the_descriptions(project: Project) -> None:
    tables = with_texts()
    tables["RuntimeBinding"][0]["RB_RuntimeMode"] = "Inline"
    tables["Table"][0]["TB_SchemaName"] = "app"
    project.metadb(tables)
    found = described(project)
    assert found["workflow_instance"].split("\n")[1:] == [
        "Case: Ein Anliegen.",
        "States:",
        "- New: Noch niemand hat geschaut.",
    ]
    assert found["timeline"].split("\n")[0].endswith("from New. Wie Fälle wandern.")
    assert found["timeline"].split("\n")[1:] == [
        "Case: Ein Anliegen.",
        "States:",
        "- New: Noch niemand hat geschaut.",
        "Transitions:",
        "- Close: Fertig.",
    ]
    for model in ("sla_cycle", "sla_timer"):
        assert found[model].endswith("after a stop: newCycle. Schnell sein.")
    flow, step = found["approval_step"].split("\n")[1:]
    assert flow.startswith("- Sign: ") and flow.endswith(". Zwei Unterschriften.")
    assert step == "  - Lead: Die Leitung unterschreibt."
    assert found["entity"] == "Case's own table. Ein Anliegen."


def test_texts_change_nothing_but_descriptions(project: Project) -> None:
    before = project.generate()
    project.metadb(with_texts())
    after = project.generate()
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"case/_case.yml"}


def test_texts_of_a_ui_entity(project: Project) -> None:
    tables = minimal()
    tables["UiEntity"][0]["UE_Notes"] = "A bill."
    tables["RuntimeBinding"][0] |= {"RB_ObjectType": "UiEntity"}
    project.metadb(tables)
    text = project.generate()["invoice/_invoice.yml"].decode()
    assert "Invoice: A bill." in text


# ---------------------------------------------------------------- which text


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ({"TB_TextKeyID": "ticket", "TB_Description": "D", "notes": "N"}, "Ein Anliegen."),
        ({"textKey": "code.ticket"}, "Ein Anliegen."),
        ({"textKeyId": "ticket"}, "Ein Anliegen."),
        ({"TB_TextKeyID": "nowhere", "TB_Description": "D"}, "D"),
        ({"TB_TextKeyID": " ", "description": " \n "}, None),
        ({"TB_Description": "D"}, "D"),
        ({"description": None}, None),
        ({"description": 7}, "7"),
        ({"description": True}, None),
        ({"description": {"a": 1}}, None),
        ({"TB_TextKeyID": ["ticket"]}, None),
        ({}, None),
    ],
)
def test_the_first_text_that_there_is(project: Project, row: dict, text: str | None) -> None:
    assert of_table(project, **row) == text


def test_a_key_without_a_translation_has_its_own_text(project: Project) -> None:
    tables = with_texts()
    tables["TextKey"][0]["TK_DefaultText"] = "The default."
    tables["TextTranslation"] = [
        {"TK_ID": "ticket", "LG_Code": "de-DE", "TR_Text": "  "},
        {"TK_ID": "ticket", "LG_Code": "fr-FR", "TR_Text": "Une demande."},
    ]
    project.metadb(tables)
    assert "Case: The default." in described(project)["workflow_instance"]


def test_notes_come_last(project: Project) -> None:
    tables = with_texts()
    state, other = tables["WorkflowState"][:2]
    state.pop("WS_TextKeyID")
    state |= {"WS_Description": "Described.", "WS_Notes": "Noted."}
    other["notes"] = "Noted."
    project.metadb(tables)
    assert described(project)["workflow_instance"].split("\n")[2:] == [
        "States:",
        "- Closed: Noted.",
        "- New: Described.",
    ]


# ---------------------------------------------------------------- the language


def say(project: Project, language: str) -> None:
    project.put("ozmeta.yml", CONFIG + f"language: {language}\n")


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({}, "Ein Anliegen."),
        ({"ProjectLanguage": []}, "A request."),
        ({"ProjectLanguage": [], "Language": ["de-DE"]}, None),  # translations name two
        ({"ProjectLanguage": [{"languageCode": "de-DE", "isDefault": "yes"}]}, "Ein Anliegen."),
        ({"ProjectLanguage": [], "Language": []}, None),
    ],
)
def test_the_language_is_the_projects_own(
    project: Project, change: dict[str, Any], text: str | None
) -> None:
    tables = with_texts() | change
    project.metadb(tables)
    found = described(project)["workflow_instance"]
    assert f"Case: {text}" in found if text else "Case: " not in found


def test_the_only_language_needs_no_default(project: Project) -> None:
    tables = with_texts() | {"ProjectLanguage": [], "Language": ["de-DE"]}
    tables["TextTranslation"] = [
        row for row in tables["TextTranslation"] if row["LG_Code"] == "de-DE"
    ]
    project.metadb(tables)
    assert "Case: Ein Anliegen." in described(project)["workflow_instance"]


def test_two_defaults_are_warned_of(project: Project) -> None:
    tables = with_texts()
    tables["ProjectLanguage"][0]["PL_IsDefault"] = 1
    project.metadb(tables)
    status, printed = project.run("generate")
    assert status == 0
    assert (
        "/objects/localization/projectLanguages/1/PL_IsDefault: several languages are the default:"
        " de-DE, en-US. Texts are in de-DE (set `language` in ozmeta.yml)" in printed
    )


def test_ozmeta_yml_picks_the_language(project: Project) -> None:
    project.metadb(with_texts())
    say(project, "en-US")
    assert "Case: A request." in described(project)["workflow_instance"]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("de-CH", "MetaDB has no language 'de-CH' (did you mean 'de-DE'?)"),
        ("en_us", "MetaDB has no language 'en_us' (did you mean 'en-US'?)"),
        ("klingon", "MetaDB has no language 'klingon' (there is: de-DE, en-US)"),
        ("no", "write the code in quotes, as in language: 'no'"),
        ("''", "ozmeta.yml /language: "),
        ("[de]", "ozmeta.yml /language: "),
    ],
)
def test_an_unknown_language_is_refused(project: Project, language: str, said: str) -> None:
    project.metadb(with_texts())
    say(project, language)
    status, printed = project.run("validate")
    assert status == 2 and "ozmeta.yml /language: " in printed and said in printed


def test_a_language_without_texts_is_refused(project: Project) -> None:
    say(project, "de-DE")
    status, printed = project.run("validate")
    assert status == 2 and "it has no languages: leave it out" in printed


# ---------------------------------------------------------------- hostile texts, odd shapes


@pytest.mark.parametrize("text", [*NASTY, "\ud800 half", "a" * 10_000])
def test_a_hostile_text_stays_a_text(project: Project, text: str) -> None:
    tables = minimal()
    tables["Table"][0]["TB_Description"] = tables["WorkflowState"][0]["WS_Notes"] = text
    tables["SlaPolicy"][0]["SL_Notes"] = text
    project.metadb(tables)
    found = described(project)
    shown = " ".join(text.replace("\ud800", "\ufffd").replace("\0", "\ufffd").split())
    if len(shown) > 500:
        shown = shown[:499].rstrip() + "…"
    if shown:
        assert found["workflow_instance"].split("\n")[1:] == [
            f"Case: {shown}",
            "States:",
            f"- New: {shown}",
        ]
        assert found["sla_timer"].endswith(f"newCycle. {shown}")


@pytest.mark.parametrize(
    "part",
    [
        {"texts": 1},
        {"texts": {"languages": {}, "textKeys": 1, "translations": "x"}},
        {"texts": {"languages": [1, None, "de-DE"], "textKeys": [[]], "translations": [None]}},
        {"texts": {"textKeys": [{}], "translations": [{}, {"TK_ID": [], "LG_Code": {}}]}},
        {"localization": {"projectLanguages": [{"PL_IsDefault": {}}, 1]}},
        {"localization": []},
    ],
)
def test_texts_refuse_nothing(project: Project, part: dict[str, Any]) -> None:
    snapshot = json.loads((project.path / "snapshot.json").read_text())
    snapshot["objects"] |= part
    project.put("snapshot.json", json.dumps(snapshot))
    status, printed = project.run("validate")
    assert status == 0, printed


# ---------------------------------------------------------------- each source


def test_a_database_and_an_export_give_the_same_texts(project: Project) -> None:
    project.metadb(with_texts())
    expected = project.generate()
    tables = everyone(with_texts())
    with_language = {row["LG_Code"]: row for row in tables["Language"]}
    tables["Language"] = [with_language["en-US"], with_language["de-DE"]]
    path = project.path / "meta.db"
    fill(create_engine(f"sqlite:///{path}"), tables, schema=None)
    project.monkeypatch.setenv("METADB_URL", f"sqlite:///{path}")
    project.put(
        "ozmeta.yml",
        CONFIG.replace(
            "{snapshot: snapshot.json}",
            f"{{url_env: METADB_URL, client: {CLIENT}, project: {PROJECT}}}",
        ),
    )
    assert project.generate() == expected
    assert project.run("export", str(project.path / "out.json"))[0] == 0
    exported = json.loads((project.path / "out.json").read_text())
    assert len(exported["objects"]["texts"]["textKeys"]) == len(TEXTS)
    project.put("snapshot.json", json.dumps(exported))
    project.put("ozmeta.yml", CONFIG)
    assert project.generate() == expected
