"""docs/spec.md: each rule has an anchor, and each citation names an anchor that exists."""

from __future__ import annotations

import re
from pathlib import Path

import mutants

REPOSITORY = Path(__file__).resolve().parent.parent
SPEC = (REPOSITORY / "docs" / "spec.md").read_text(encoding="utf-8")
ANCHORS = re.findall(r'<a id="([^"]+)"></a>', SPEC)
FOLDERS = ("macros", "models", "generator", "integration_tests", "benchmarks", "docs")
SUFFIXES = {".py", ".sql", ".yml", ".md"}

RULE = r"\d+[a-z]?(?:\.\d+[a-z]?)?"
CITATION = re.compile(
    rf'\bspec(?:ification)?\s+({RULE}(?:\s"\w+")?'
    rf'(?:(?:,\s|,?\sand\s|\sto\s|-){RULE}(?:\s"\w+")?)*)\b',
    re.I,
)
LINK = re.compile(r"spec\.md#([\w.-]+)")


def cited(text: str) -> list[str]:
    """The rules that a text cites, as in `spec 4.2`, `SPEC 3 and 8` and `spec.md#4.2`."""
    text = re.sub(r"\s+(?:[#*]\s+)?", " ", text)  # a citation may go on in the next line
    numbers = [
        rule for found in CITATION.finditer(text) for rule in re.findall(RULE, found.group(1))
    ]
    return numbers + LINK.findall(text)


def files() -> list[Path]:
    return [
        path
        for folder in FOLDERS
        for path in sorted((REPOSITORY / folder).rglob("*"))
        if path.suffix in SUFFIXES and path.is_file()
    ] + sorted(REPOSITORY.glob("*.md"))


def test_each_anchor_occurs_once() -> None:
    assert len(ANCHORS) == len(set(ANCHORS))


def test_each_heading_has_its_number_as_anchor() -> None:
    headings = re.findall(r"^#{2,} (.*)$", SPEC, re.M)
    assert len(headings) > 50
    assert [
        heading
        for heading in headings
        if not re.fullmatch(rf'<a id="({RULE})"></a>(?:<a id="[^"]+"></a>)?\1\.? .+', heading)
    ] == []


def test_each_link_within_the_spec_leads_to_an_anchor() -> None:
    assert set(re.findall(r"\]\(#([^)]+)\)", SPEC)) <= set(ANCHORS)


def test_citations_are_found() -> None:
    assert cited('(SPEC 4.1, 4.2) spec 3 and 8; spec 2-6b; SPEC 4.4 "Aliases"') == [
        *("4.1", "4.2", "3", "8", "2", "6b", "4.4")
    ]
    assert cited("see spec.md#7-ids, and in spec\n# 9.1") == ["9.1", "7-ids"]
    assert cited("a specimen 4; the 5 specs 6") == []


def test_each_cited_rule_exists() -> None:
    citations = {
        (str(path.relative_to(REPOSITORY)), rule)
        for path in files()
        for rule in cited(path.read_text(encoding="utf-8"))
    }
    assert len(citations) > 40
    assert sorted((path, rule) for path, rule in citations if rule not in ANCHORS) == []


def test_each_mutant_breaks_a_rule_that_exists() -> None:
    assert [
        (mutant.name, rule)
        for mutant in mutants.mutants()
        for rule in mutant.spec.split(", ")
        if rule not in ANCHORS
    ] == []
