"""docs/: each sentence of semantics.md that claims something names a test, each named test exists,
and mutants.md lists the current mutants.
"""

from __future__ import annotations

import ast
import importlib.util
import re
from pathlib import Path
from types import ModuleType, SimpleNamespace

import mutants
import pytest
import yaml
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
    """The sentences of all sections except the introduction. A line may have one sentence or
    several.
    """
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
    """Tests the check itself: it must find a sentence without a test."""
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
        assert {case.id: case.title for case in read_cases()}[label] == TOLD[label]
        assert path.stem == label.rpartition("-")[0]
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
    """The page lists all mutants, each with an existing test that catches it. `make mutants` writes
    it.
    """
    rows = mutants.rows_of_page()
    assert list(rows) == [mutant.name for mutant in mutants.mutants()]
    titles = {f"{case.id}: {case.title}" for case in read_cases()}
    for name, cell in rows.items():
        file, function, argument = re.fullmatch(
            r"`((?:generator/tests/)?\w+\.py)::(\w+)(?:\[(.*)\])?`", cell, re.S
        ).groups()
        folder = REPOSITORY if "/" in file else Path(__file__).parent
        assert f"def {function}(" in (folder / file).read_text(encoding="utf-8"), name
        assert function != "test_case" or argument in titles, name


REPOSITORY = DOCS.parent
WRITTEN = sorted(p for p in DOCS.rglob("*.md") if "introductions" not in p.parts)
ROOT = [REPOSITORY / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")]
PAGES = [*ROOT, *WRITTEN]
TEMPLATES = sorted((REPOSITORY / ".github").glob("*.md"))
LINK = re.compile(r"\]\(([^)#\s]*)(?:#([^)\s]*))?\)")


def prose_of(page: Path) -> str:
    return re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.S)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_every_link_of_a_page_leads_to_a_file(page: Path) -> None:
    links = [link for link, _ in LINK.findall(prose_of(page)) if link and "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize(
    "page", [*PAGES, *TEMPLATES], ids=lambda page: str(page.relative_to(REPOSITORY))
)
def test_no_line_of_a_page_is_longer_than_120_columns(page: Path) -> None:
    lines = page.read_text(encoding="utf-8").splitlines()
    assert [(n, len(line)) for n, line in enumerate(lines, 1) if len(line) > 120] == []


def test_the_readme_has_at_most_150_lines() -> None:
    assert len((REPOSITORY / "README.md").read_text(encoding="utf-8").splitlines()) <= 150


def pages_in(nav: object) -> list[str]:
    if isinstance(nav, str):
        return [nav]
    inner = nav.values() if isinstance(nav, dict) else nav
    return [page for part in inner for page in pages_in(part)]  # type: ignore[attr-defined]


def test_every_page_is_in_the_navigation_and_in_the_overview() -> None:
    site = yaml.safe_load((REPOSITORY / "mkdocs.yml").read_text(encoding="utf-8"))
    pages = {page.relative_to(DOCS).as_posix() for page in WRITTEN}
    made = {"demo/report.html", "demo/dbt-docs.html"}  # by `make docs`, of the demo
    assert sorted(pages_in(site["nav"])) == sorted(pages | made)
    overview = {link for link, _ in LINK.findall((DOCS / "README.md").read_text(encoding="utf-8"))}
    assert pages - overview == {"README.md"}


def test_the_site_loads_nothing_from_elsewhere() -> None:
    site = yaml.safe_load((REPOSITORY / "mkdocs.yml").read_text(encoding="utf-8"))
    assert site["theme"]["font"] is False
    assert not site.get("extra_javascript")
    assert not site.get("extra_css")
    assert not any("```mermaid" in page.read_text(encoding="utf-8") for page in WRITTEN)


def test_every_column_and_key_of_the_reference_has_a_text() -> None:
    for page in (DOCS / "reference").glob("*.md"):
        empty = re.findall(r"^- `.*\)?:\s*$(?!\n  )", page.read_text(encoding="utf-8"), re.M)
        assert empty == [], page.name


def script(path: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(Path(path).stem, REPOSITORY / path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_package_and_generator_have_one_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """The release workflow asks the same, and compares with the tag."""
    check = script(".github/check_version.py")
    assert check.problems() == []
    found = check.versions() | {"dbt_project.yml": "9.9.9"}
    monkeypatch.setattr(check, "versions", lambda: found)
    assert "dbt_project.yml has version 9.9.9" in check.problems()


def test_a_link_out_of_docs_leads_into_the_repository_or_stays_text() -> None:
    hooks = script("docs/site_hooks.py")
    page = SimpleNamespace(file=SimpleNamespace(abs_src_path=str(DOCS / "guides" / "page.md")))
    text = "[one](../../SECURITY.md) [two](approvals.md) [three](../scale.md)"
    there = SimpleNamespace(repo_url="https://example.com/it/")
    assert hooks.on_page_markdown(text, page, there) == (
        "[one](https://example.com/it/blob/main/SECURITY.md) [two](approvals.md)"
        " [three](../scale.md)"
    )
    nowhere = SimpleNamespace(repo_url=None)
    assert hooks.on_page_markdown(text, page, nowhere).startswith("one [two]")
    with pytest.raises(FileNotFoundError, match="does not exist"):
        hooks.on_page_markdown("[x](../../gone.md)", page, nowhere)


def test_files_of_tests_have_names_of_their_own() -> None:
    """`make test` collects both folders, and pytest imports a test file by its base name."""
    ours, generator = (
        {path.name for path in folder.glob("test_*.py")}
        for folder in (Path(__file__).parent, mutants.REPOSITORY / "generator" / "tests")
    )
    assert ours & generator == set()
