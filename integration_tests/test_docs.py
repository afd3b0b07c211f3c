"""docs/: each sentence of semantics.md that claims something names a test, each test named exists,
and mutants.md is about today's mutants.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import mutants
import pytest
from support.cases import read_cases

DOCS = mutants.REPOSITORY / "docs"
TEXT = (DOCS / "semantics.md").read_text(encoding="utf-8")
BODY, _, FOOT = TEXT.partition("\n## The tests named\n")
DEFINED = dict(re.findall(r"^\[([\w-]+)\]: (\S+)$", FOOT, re.M))  # label: file
TOLD = dict(
    re.findall(r"^- \[([\w-]+)\]: (.+)$", FOOT, re.M)
)  # label: the case's title, or the test's name in backticks
CITED = r"\[[\w-]+\](?![(\w])"


def sentences(text: str) -> list[str]:
    """Of all sections but the introduction before the first; one a line or several."""
    lines = [line for section in text.split("\n## ")[1:] for line in section.splitlines()[1:]]
    paragraphs = re.split(r"\n\s*\n", "\n".join(lines))
    return [
        sentence
        for paragraph in paragraphs
        for sentence in re.split(r"(?<=[.!?])\s+(?=[`*A-Z])", paragraph.replace("\n", " ").strip())
        if sentence
    ]


def test_each_sentence_names_a_test() -> None:
    assert len(sentences(BODY)) > 100
    assert [
        sentence for sentence in sentences(BODY) if not re.search(rf"(?: {CITED})+\.$", sentence)
    ] == []


def test_a_sentence_that_names_none_is_found() -> None:
    """The check itself: it has to see what it is there for."""
    found = sentences(
        "intro.\n## A\nOne is [a] so. Two [b].\n`x` is three.\n\n## B\nFour [c] [d].\n"
    )
    assert found == ["One is [a] so.", "Two [b].", "`x` is three.", "Four [c] [d]."]
    assert [re.search(rf"(?: {CITED})+\.$", sentence) is not None for sentence in found] == [
        False,
        True,
        False,
        True,
    ]


def test_what_is_named_is_told_at_the_foot_and_the_other_way_round() -> None:
    cited = {label[1:-1] for label in re.findall(CITED, "".join(sentences(BODY)))}
    assert cited == DEFINED.keys() == TOLD.keys()


@pytest.mark.parametrize("label", sorted(DEFINED))
def test_a_named_test_exists(label: str) -> None:
    path = (DOCS / DEFINED[label]).resolve()
    if path.suffix == ".md":
        assert {case.id: case.title for case in read_cases()}[label] == TOLD[
            label
        ] and path.stem == label.rpartition("-")[0]
    else:
        functions = {
            node.name
            for node in ast.parse(path.read_text(encoding="utf-8")).body
            if isinstance(node, ast.FunctionDef)
        }
        assert TOLD[label].strip("`").partition("[")[0] in {
            name for name in functions if name.startswith("test_")
        }


def test_the_page_of_mutants_is_of_these_mutants() -> None:
    """All of them, each caught, by a test that there is. `make mutants` writes it."""
    rows = mutants.rows_of_page()
    assert list(rows) == [mutant.name for mutant in mutants.mutants()]
    titles = {f"{case.id}: {case.title}" for case in read_cases()}
    for name, cell in rows.items():
        file, function, argument = re.fullmatch(
            r"`(\w+\.py)::(\w+)(?:\[(.*)\])?`", cell, re.S
        ).groups()
        assert f"def {function}(" in (Path(__file__).parent / file).read_text(encoding="utf-8"), (
            name
        )
        assert function != "test_case" or argument in titles, name


PAGES = [
    DOCS.parent / "README.md",
    *sorted(p for p in DOCS.rglob("*.md") if "introductions" not in p.parts),
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_of_a_page_leads_to_a_file(page: Path) -> None:
    text = re.sub(r"`[^`]*`", "", page.read_text(encoding="utf-8"))
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text)
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


def test_files_of_tests_have_names_of_their_own() -> None:
    """`make test` collects both folders, and pytest imports a test file by its base name."""
    ours, generator = (
        {path.name for path in folder.glob("test_*.py")}
        for folder in (Path(__file__).parent, mutants.REPOSITORY / "generator" / "tests")
    )
    assert ours & generator == set()
