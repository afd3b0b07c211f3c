"""The macros' layout: calls go downward only, and a file has one macro that others call."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

MACROS = Path(__file__).parent.parent / "macros"
BLOCK = re.compile(
    r"\{%-?\s*(macro|test|materialization)\s+(\w+)\s*[(,](.*?)\{%-?\s*end\1\s*-?%\}", re.S
)
# From the bottom to the top. A macro calls macros of its own folder and of the rows above it here.
LAYERS = [
    {"cross_db"},
    {"rules"},
    {"run"},
    {"calendar"},
    {"journal"},
    {"fold"},
    {"sla", "approvals", "inline"},
    {"models", "histories"},
    {"operations", "generic_tests", "facts"},
    {"report"},
    {"discovery"},
]
RANK = {folder: rank for rank, layer in enumerate(LAYERS) for folder in layer}


def macros() -> dict[str, tuple[Path, str]]:
    """{name: (file under macros/, body)}"""
    return {
        ("test_" if kind == "test" else "") + name: (file.relative_to(MACROS), body)
        for file in sorted(MACROS.rglob("*.sql"))
        for kind, name, body in BLOCK.findall(file.read_text(encoding="utf-8"))
    }


def calls(known: dict[str, tuple[Path, str]]) -> set[tuple[str, str]]:
    """(caller, called), each a macro of the package."""
    return {
        (caller, called)
        for caller, (_, body) in known.items()
        for called in re.findall(r"ozmeta_runtime\.(\w+)", body)
        if called in known
    }


def test_every_macro_is_in_a_known_folder() -> None:
    assert {file.parts[0] for file, _ in macros().values()} == RANK.keys()


def test_every_called_macro_exists() -> None:
    known = macros()
    called = {
        name for _, body in known.values() for name in re.findall(r"ozmeta_runtime\.(\w+)\(", body)
    }
    assert called - known.keys() == set()


def test_calls_go_downward() -> None:
    known = macros()
    upward = [
        f"{known[caller][0]}: {caller} calls {called} in {known[called][0]}"
        for caller, called in sorted(calls(known))
        for a, b in [(known[caller][0].parts[0], known[called][0].parts[0])]
        if a != b and RANK[a] <= RANK[b]
    ]
    assert upward == []


def test_a_file_has_one_macro_that_other_files_call() -> None:
    """Folders of topics are the exception: cross_db has a macro for everything that differs between
    engines.
    """
    known = macros()
    public = defaultdict(set)
    for caller, called in calls(known):
        if known[caller][0] != known[called][0]:
            public[known[called][0]].add(called)
    files = {file for file, _ in known.values() if file.parts[0] != "cross_db"}
    crowded = {str(file): sorted(public[file]) for file in files if len(public[file]) > 1}
    assert crowded == {}
    nameless = [
        str(file)
        for file in files
        if file.stem
        not in {name.removeprefix("test_") for name, (f, _) in known.items() if f == file}
    ]
    assert nameless == []


def test_an_engine_s_macros_are_in_its_file() -> None:
    """`<engine>__<macro>` is in cross_db/adapters/<engine>.sql, the default next to the macro."""
    known = macros()
    engines = {file.stem for file in (MACROS / "cross_db/adapters").glob("*.sql")}
    for name, (file, _) in known.items():
        engine, _, rest = name.partition("__")
        if rest and engine in engines:
            assert file == Path(f"cross_db/adapters/{engine}.sql"), name
        elif rest:
            assert engine == "default" and file.parent == Path("cross_db"), name


def arguments(signature: str, body: str) -> set[str]:
    """The names of a macro's parameters, and of variables that are a part of one."""
    names = set(re.findall(r"(?:^|,)\s*(\w+)", signature))
    part = re.compile(r"\b(?:for (\w+) in|set (\w+) =) (\w+)(?:\.\w+|\[[^\]]*\])*\s*(?:-?%| if )")
    for loop_variable, variable, whole in part.findall(body):
        if whole in names:
            names.add(loop_variable or variable)
    return names


def test_no_macro_changes_its_arguments() -> None:
    """An argument belongs to the caller: a macro returns a new value."""
    changing = "update|append|pop|popitem|insert|extend|setdefault|remove|clear|sort|reverse"
    changed = []
    for name, (file, text) in macros().items():
        signature, _, body = text.partition("%}")
        given = arguments(signature, body)
        for target, method in re.findall(rf"\b(\w+)(?:\.\w+|\[[^\]]*\])*\.({changing})\(", body):
            if target in given:
                changed.append(f"{file}: {name} calls {target}.{method}")
    assert changed == []


def test_no_macro_searches_for_names_in_json_text() -> None:
    """JSON text may have a name in any place, so the generator lists names instead."""
    searches = []
    for name, (file, body) in macros().items():
        documents = re.findall(r"set (\w+) = (?:\w+\.)?tojson\(", body)
        in_json = "|".join([r"(?:\w+\.)?tojson\(", *(rf"{one}\b" for one in documents)])
        if re.search(rf"\bin (?:{in_json})|(?:{in_json}).*?\.(?:find|index|count)\(", body) or (
            re.search(r"\|\s*tojson\b", body)
        ):
            searches.append(f"{file}: {name}")
    assert searches == []


TOPICS = [
    *("types", "literals", "booleans", "text", "windows", "numbers", "time", "iso_8601", "epoch"),
    *("json", "columns", "keys", "ctes", "update_from", "storage", "row_policies"),
]


def test_every_topic_is_known() -> None:
    assert {file.stem for file in (MACROS / "cross_db").glob("*.sql")} == set(TOPICS)


def test_adapters_have_the_topics_in_one_order() -> None:
    """A macro of an adapter is under the heading of the topic that defines what it means."""
    known = macros()
    for file in sorted((MACROS / "cross_db/adapters").glob("*.sql")):
        sections = re.split(r"(?m)^(?:\{# )?---- (\w+)", file.read_text(encoding="utf-8"))
        headings = [heading.lower() for heading in sections[1::2]]
        assert headings == [topic for topic in TOPICS if topic in headings], file.name
        for heading, text in zip(headings, sections[2::2], strict=True):
            for _, name, _ in BLOCK.findall(text):
                meaning = name.partition("__")[2]
                if meaning in known:
                    assert known[meaning][0] == Path(f"cross_db/{heading}.sql"), name
