"""The README that is generated: what a manager reads, and that text from metadata stays text."""

from __future__ import annotations

import json
import re

import pytest
from metadb_samples import GOLDEN, Project, as_snapshot, minimal
from ozmeta_dbt.models import markdown, option_words

HOSTILE = [
    "a|b",
    "# head",
    "[x](https://example.com)",
    "<script>alert(1)</script>",
    "```\nrm -rf\n```",
    "{% docs x %}{{ env_var('HOME') }}{#",
    'say "hi" --> [*] : x; %% no',
    "www.example.com",
    "*bold* _it_ ~~gone~~ `code` $x$ &amp; \\",
    "turn\u202eback\u200b\nline\ttab\0",
    "- item",
    "1. item",
    "> quote",
]


def page(project: Project) -> str:
    project.generate()
    return (project.output / "README.md").read_text(encoding="utf-8")


def test_the_page_says_what_was_generated(golden: Project) -> None:
    text = page(golden)
    assert text == (GOLDEN / "models/README.md").read_text(encoding="utf-8")
    assert "- Metadata: snapshot.json" in text and "- Project: SFO / CaseMgmt" in text
    assert '    state "In progress" as s2' in text and "    s3 --> s2 : Start" in text
    assert "| State.New | 1 hour | no warning | entering New | leaving New |" in text


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_stays_text(project: Project, name: str) -> None:
    tables = minimal()
    clean = name.replace("\0", "")
    tables["WorkflowState"][0]["WS_Code"] = clean
    tables["WorkflowState"][0]["WS_SlaMinutes"] = 5
    tables["WorkflowTransition"][0]["WT_Code"] = clean
    tables["SlaPolicy"][0]["SL_Code"] = clean
    tables["Workflow"][0]["WF_Code"] = clean
    project.metadb(tables)
    text = page(project)
    assert "{" not in text and "}" not in text  # dbt reads Markdown for Jinja blocks
    assert (
        "<script" not in text and "\u202e" not in text and not re.search(r"[^\\\\]\]\(http", text)
    )
    fences = [line for line in text.splitlines() if line.startswith("```")]
    assert fences == ["```mermaid", "```"]
    heads = [line for line in text.splitlines() if line.startswith("#")]
    assert len(heads) == 6, heads
    for line in text.splitlines():
        if line.startswith("|"):
            assert len(re.findall(r"(?<!\\)\|", line)) in (3, 6, 7), line
    diagram = text.split("```mermaid\n")[1].split("\n```")[0].splitlines()[1:]
    state, move = r'state "[^"{}<>%;:]*" as s\d+', r"(s\d+|\[\*\]) --> (s\d+|\[\*\])"
    for line in diagram:
        bare = re.sub(r"#\d+;", "", line.strip())
        assert re.fullmatch(rf"{state}|{move}( : [^:;{{}}<>%]*)?", bare), line


@pytest.mark.parametrize("name", HOSTILE)
def test_markdown_shows_a_text_as_it_is(name: str) -> None:
    """What a reader of CommonMark sees is the text, on one line."""
    reader = pytest.importorskip("markdown_it").MarkdownIt("commonmark")
    tokens = reader.parseInline(markdown.plain(name))[0].children
    assert {token.type for token in tokens} <= {"text", "text_special"}, tokens
    assert "".join(token.content for token in tokens) == markdown.visible(name)
    item, *_ = [token for token in reader.parse("- " + markdown.plain(name)) if token.children]
    assert item.level == 3  # a paragraph of one item, not a list within it


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "0 minutes"), (1, "1 minute"), (90, "1 hour 30 minutes"), (2880, "2 days")],
)
def test_durations(minutes: int, words: str) -> None:
    assert option_words.duration(minutes) == words


def test_retention_that_metadb_states(project: Project) -> None:
    tables = minimal()
    tables["EventType"][0]["EVTT_DefaultRetentionDays"] = 365
    tables["RuntimeSignalType"] = [{"RST_Code": "A|B", "RST_DefaultRetentionDays": 1}]
    document = as_snapshot(tables)
    document["objects"]["documents"] = {
        "retentionPolicies": [
            {"id": 1, "code": "Evidence", "days": 3650, "legalHold": True},
            {"id": 2, "code": "Off", "days": 1, "isEnabled": False},
        ]
    }
    project.put("snapshot.json", json.dumps(document))
    text = page(project)
    rows = text.split("| --- | --- | --- |")[-1].split()
    assert " ".join(rows) == (
        "| Event type | Case.Closed | 365 days | | Policy | Evidence | 3650 days, legal hold |"
        " | Signal type | A\\|B | 1 day |"
    )
