"""Text from the metadata comes through Jinja as it was, and through nothing else."""

from __future__ import annotations

import random
import subprocess
import sys

import jinja2
import pytest
import yaml
from metadb_samples import Project, minimal
from ozmeta_dbt.models.literals import jinja, quoted, yaml_text
from ozmeta_dbt.models.yaml_files import dumped

NASTY = [
    "",
    " ",
    "plain",
    "o'brien",
    'say "hi"',
    "back\\slash",
    "\\",
    "\\'",
    "\\n",
    "\\x41",
    "\\u0041",
    "\\N{DIGIT ONE}",
    "{{ x }}",
    "{{",
    "}}",
    "{% raw %}",
    "{%- endraw -%}",
    "%}",
    "{# note #}",
    "#}",
    "{",
    "}",
    "{{{{",
    "a\nb",
    "a\n",
    "\n\n",
    "a\r\nb",
    "\r",
    "\t",
    "\0",
    "\x1b[31m",
    "\x85",
    "\u2028\u2029",
    "\ufeff",
    "\xa0",
    "\xad",
    "Größe",
    "😀",
    "👩‍👩‍👧",
    "\u202egnp.exe",
    "\u2066bidi\u2069",
    "\U000e0041",
    "e\u0301",
    "x" * 500,
    "{'" * 250,
    "none",
    "true",
    "loop",
    "select",
    "- a: b",
    "&a *a",
    "!!python/object",
    "# no comment",
    ": ",
    "| \n >",
    "---",
    "1",
    "1e5",
    "null",
    "~",
    "' ~ env_var('HOME') ~ '",
    "'); drop table x; --",
    "{{ env_var('HOME') }}",
    "{% set x = 1 %}{{ x }}",
]


def random_texts(count: int = 300) -> list[str]:
    chance = random.Random(7)
    return [
        "".join(
            (
                chance.choice("{}%#'\"\\ \n\tabn~|-")
                if chance.random() < 0.7
                else chr(chance.randrange(1, 0xD800))
            )
            for _ in range(chance.randrange(1, 30))
        )
        for _ in range(count)
    ]


TEXTS = NASTY + random_texts()
JINJA = jinja2.Environment()


@pytest.mark.parametrize(
    "environment",
    [JINJA, jinja2.Environment(extensions=["jinja2.ext.do"], trim_blocks=True, lstrip_blocks=True)],
    ids=["plain", "trimming"],
)
def test_quoted_is_inverted_by_jinja(environment: jinja2.Environment) -> None:
    for text in TEXTS:
        literal = quoted(text)
        assert environment.compile_expression(literal)() == text
        assert (
            environment.from_string(f"{{% set x = {{'k': {literal}}} %}}[{{{{ x.k }}}}]").render()
            == f"[{text}]"
        )
        assert (
            not any(sign in literal for sign in ("{", "}", "%", "#")) and literal.isprintable()
        ), literal


def test_values_are_inverted_by_jinja() -> None:
    value = {
        "a": [1, -2, None, True, False, "t"],
        "empty": {},
        "none": [],
        "long": [{text: [text]} for text in TEXTS],
    }
    assert JINJA.compile_expression(jinja(value))() == value


def test_yaml_text_is_inverted_by_jinja() -> None:
    for text in TEXTS:
        assert JINJA.from_string(yaml_text(text)).render() == text, repr(text)


def test_yaml_text_survives_yaml() -> None:
    document = yaml.safe_load(dumped({"texts": [yaml_text(text) for text in TEXTS]}))
    assert [JINJA.from_string(text).render() for text in document["texts"]] == TEXTS


@pytest.mark.parametrize(
    "text", ["{{ 1 // 0 }}", "{% endset %}", "a\tb", "x\n", "' ~ this ~ '", "👩‍👩‍👧", "\u202eab"]
)
def test_nasty_codes_stay_data(project: Project, text: str) -> None:
    """A state, transition, SLA and note of that text: every file parses as Jinja, and holds the
    text as a value.
    """
    tables = minimal()
    tables["WorkflowState"][1]["WS_Code"] = tables["WorkflowTransition"][0]["WT_Code"] = tables[
        "SlaPolicy"
    ][0]["SL_Code"] = text
    project.metadb(tables)
    files = {name: data.decode() for name, data in project.generate().items()}
    seen = {}
    for name, sql in files.items():
        if name.startswith("case/") and name.endswith(".sql"):
            calls: list[dict] = []
            runtime = type(
                "Package",
                (),
                {
                    "__getattr__": lambda self, macro, calls=calls: (
                        lambda **arguments: calls.append(arguments)
                    ),
                    "table_config": lambda self, model, **more: {},
                    "materialization": lambda self, kind: kind,
                },
            )()
            JINJA.from_string(sql).render(
                ozmeta_runtime=runtime, config=lambda **_: "", ref=str, source=lambda *names: names
            )
            seen[name.removeprefix("case/case_").removesuffix(".sql")] = calls[0]
    assert [t["to"] for t in seen["timeline"]["workflow"]["transitions"]] == [text]
    assert [s["code"] for s in seen["sla_cycle"]["slas"]] == [text]
    models = {model["name"]: model for model in yaml.safe_load(files["case/_case.yml"])["models"]}
    (test,) = models["case_workflow_instance"]["data_tests"]
    values = test["ozmeta_runtime.well_formed"]["arguments"]["codes"]["WS_CurrentCode"]
    assert sorted(JINJA.from_string(value).render() for value in values) == sorted(["New", text])


def test_output_without_unicode(project: Project) -> None:
    tables = minimal()
    tables["Table"][0]["TB_TableName"] = "Case😀"
    project.metadb(tables)
    project.monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    done = subprocess.run(
        [sys.executable, "-m", "ozmeta_dbt", "validate", "--project-dir", str(project.path)],
        capture_output=True,
        text=True,
    )
    assert (done.returncode, "Case\\U0001f600" in done.stdout) == (0, True), done
