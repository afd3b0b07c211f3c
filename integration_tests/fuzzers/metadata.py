"""Mutated metadata, ozmeta.yml and manifests against `validate`, `generate` and `export`.

What must hold for each input:

- The exit code is 0 or 2. It is 3 or 4 only if a file is not UTF-8, or if ozmeta.yml or a manifest
  was mutated and now leads to something that can't be read.
- On 2, every error names a file, and a JSON pointer or a line in it. No file changes.
- On 0, only the output folder changes. Its YAML parses, its SQL calls only the macros that harmless
  metadata calls, and no text becomes Jinja.
- What is printed holds no control character, so no text can speak to a terminal.
"""

from __future__ import annotations

import csv
import io
import json
import os
import random
import re
import shutil
import sys
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import yaml
from jinja2 import nodes
from ozmeta_dbt import cli, example
from ozmeta_dbt.demo.metadata import snapshot as demo_snapshot
from ozmeta_dbt.demo.project import OZMETA
from support import small_case

from fuzzers.mutation import mutated
from fuzzers.tally import Fault, Tally
from fuzzers.texts import hostile

TESTS = Path(__file__).resolve().parent.parent.parent / "generator/tests"
OUTPUT = "models/ozmeta"
CONFIG = small_case.CONFIG | {"metadb": {"snapshot": "snapshot.json"}}
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
JINJA = jinja2.Environment(extensions=["jinja2.ext.do"])
EXIT_CODES = {"metadata": {0, 2}, "configuration": {0, 2, 3, 4}, "manifest": {0, 2, 3}}
# `error   FILE POINTER: message`; a message about the whole file has no pointer
ERROR = re.compile(
    r"error +(?:the options|[\w./-]*?(?:ozmeta\.yml|snapshot\.json"
    r"|[A-Za-z]+\.(?:csv|yml|yaml|json)))"
    r"(?P<pointer>(?: /| line \d+)[^\n]*?|): "
)
WHOLE_FILE = re.compile(
    r"is not JSON|is not YAML|is not CSV|is not a MetaDB snapshot|can't be parsed|occurs twice"
    r"|expected an array of|metadb\b|expected a mapping|more parts do not match"
    r"|has no snapshotVersion|is a required property|is not of type|Additional properties are"
    r"|no binding|is missing"
)


@dataclass
class World:
    """Valid files of a project, one of which is mutated."""

    name: str
    files: dict[str, Any]  # documents, written as their endings say
    weight: float
    target: str  # the file that is mutated
    kind: str = "metadata"
    command: Callable[[Path], tuple[str, ...]] | None = None  # else generate in the project


class Captured(io.StringIO):
    """Stands for a terminal's stream, which the command configures."""

    def reconfigure(self, **options: Any) -> None:
        pass


def worlds() -> list[World]:
    golden_snapshot = json.loads((TESTS / "golden/snapshot.json").read_text(encoding="utf-8"))
    golden_config = yaml.safe_load((TESTS / "golden/ozmeta.yml").read_text(encoding="utf-8"))
    histories = yaml.safe_load((TESTS / "golden_histories/ozmeta.yml").read_text(encoding="utf-8"))
    sample = json.loads((TESTS / "data/sample.snapshot.json").read_text(encoding="utf-8"))
    small = {"ozmeta.yml": CONFIG, "snapshot.json": small_case.emitting()}
    golden = {"ozmeta.yml": golden_config, "snapshot.json": golden_snapshot}
    demo = {
        "ozmeta.yml": yaml.safe_load(OZMETA) | {"metadb": {"snapshot": "snapshot.json"}},
        "snapshot.json": demo_snapshot(),
    }
    calendars = {
        "ozmeta.yml": {**CONFIG, "calendars": golden_config["calendars"]},
        "snapshot.json": small_case.snapshot(),
    }
    folder = {
        path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))
        for path in sorted((example.HERE / "metadb").glob("*.yml"))
    }
    in_folder = CONFIG | {"metadb": {"folder": "metadb"}}
    as_yaml = {f"metadb/{name}.yml": rows for name, rows in folder.items()}
    as_json = {f"metadb/{name}.json": rows for name, rows in folder.items()}
    as_csv = {f"metadb/{name}.csv": rows for name, rows in folder.items()}

    def checks(project: Path) -> tuple[str, ...]:
        return ("validate", "--snapshot", str(project / "snapshot.json"))

    def emits(project: Path) -> tuple[str, ...]:
        out = str(project / OUTPUT)
        return ("generate", "--snapshot", str(project / "snapshot.json"), "--out", out)

    def exports(project: Path) -> tuple[str, ...]:
        return ("export", str(project / OUTPUT / "out.json"), "--project-dir", str(project))

    return [
        World("small snapshot", small, 6, "snapshot.json"),
        World("golden snapshot", golden, 2, "snapshot.json"),
        World("demo snapshot", demo, 1, "snapshot.json"),
        World(
            "sample, validate --snapshot",
            {"snapshot.json": sample},
            3,
            "snapshot.json",
            "metadata",
            checks,
        ),
        World(
            "sample, generate --snapshot",
            {"snapshot.json": sample},
            2,
            "snapshot.json",
            "metadata",
            emits,
        ),
        World("golden, export", golden, 1, "snapshot.json", "metadata", exports),
        World("golden ozmeta.yml", golden, 2, "ozmeta.yml", "configuration"),
        World("demo ozmeta.yml", demo, 1, "ozmeta.yml", "configuration"),
        World(
            "histories",
            {"ozmeta.yml": histories, "snapshot.json": small_case.snapshot()},
            3,
            "ozmeta.yml",
            "configuration",
        ),
        World("calendars", calendars, 3, "ozmeta.yml", "configuration"),
        World("folder, YAML", {"ozmeta.yml": in_folder, **as_yaml}, 2, "metadb/*"),
        World("folder, JSON", {"ozmeta.yml": in_folder, **as_json}, 2, "metadb/*"),
        World("folder, CSV", {"ozmeta.yml": in_folder, **as_csv}, 2, "metadb/*"),
        World("manifest", small, 2, f"{OUTPUT}/manifest.json", "manifest"),
    ]


def written(name: str, document: Any) -> bytes:
    """A document as a file of that name. A lone surrogate is written as Python writes one."""
    if name.endswith(".json"):
        text = json.dumps(document, ensure_ascii=False)
    elif name.endswith(".csv"):
        text = as_csv(document)
    else:
        text = yaml.dump(plain(document), Dumper=Dumper, sort_keys=False, allow_unicode=True)
    return text.encode("utf-8", "surrogatepass")


def plain(document: Any) -> Any:
    """A document that YAML can write: no lone surrogate in it."""
    if isinstance(document, dict):
        return {plain(key): plain(value) for key, value in document.items()}
    if isinstance(document, list):
        return [plain(value) for value in document]
    if isinstance(document, str):
        return document.encode("utf-8", "replace").decode()
    return document


def as_csv(rows: Any) -> str:
    """Rows as a CSV file. What is no list of rows is one cell."""
    if not isinstance(rows, list) or not all(isinstance(row, dict) and row for row in rows):
        return json.dumps(rows)
    columns = list(dict.fromkeys(str(key) for row in rows for key in row))
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    for row in rows:
        cells = {str(key): value for key, value in row.items()}
        writer.writerow(
            json.dumps(cells[c]) if isinstance(cells.get(c), (dict, list)) else cells.get(c, "")
            for c in columns
        )
    return text.getvalue()


def broken(chance: random.Random, data: bytes) -> bytes:
    """The bytes of a file with a piece inserted, removed or repeated, which a change of the
    structure cannot give.
    """
    at, to = sorted((chance.randint(0, len(data)), chance.randint(0, len(data))))
    piece = hostile(chance).encode("utf-8", "surrogatepass")
    return chance.choice(
        (
            data[:at] + piece + data[at:],
            data[:at] + data[min(to, at + 40) :],
            data[:to] + data[at:],
            data[:at],
            data[:at] + bytes([chance.randint(0, 255)]) + data[at:],
            b"\xef\xbb\xbf" + data,
            data.decode("utf-8", "replace").encode("utf-16"),
        )
    )


def command_line(*arguments: str) -> tuple[int | str, str]:
    """Exit code and all that was printed. An exception that leaves the command is its name."""
    printed, before = Captured(), sys.argv
    sys.argv = ["ozmeta-dbt", *arguments]
    try:
        with redirect_stdout(printed), redirect_stderr(printed):
            cli.main()
    except SystemExit as stopped:
        return stopped.code or 0, printed.getvalue()
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        return f"{type(error).__name__}: {error}", printed.getvalue()
    finally:
        sys.argv = before
    return 0, printed.getvalue()


def state_of(folder: Path) -> dict[str, tuple[int, int]]:
    """{path: (when it was changed, size)} of all files below a folder."""
    found = {}
    todo = [str(folder)]
    while todo:
        with os.scandir(todo.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    todo.append(entry.path)
                else:
                    status = entry.stat(follow_symlinks=False)
                    found[entry.path] = (status.st_mtime_ns, status.st_size)
    return found


class Bench:
    """A folder in which mutated projects are generated, and what a harmless one looks like."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "project"
        self.around = folder / "around"  # which nothing may write
        self.around.mkdir(parents=True, exist_ok=True)
        (self.around / "kept.txt").write_text("kept", encoding="utf-8")
        self.worlds = worlds()
        self.known: set[str] = set()  # the Jinja of harmless projects
        for world in self.worlds:
            self.lay_out(world, {})
            status, printed = command_line(*self.command(world))
            if status != 0:
                raise AssertionError(f"{world.name} is not valid to begin with: {printed}")
            for path in sorted(self.output().rglob("*.*")):
                self.known |= code_in(path)

    def output(self) -> Path:
        return self.folder / OUTPUT

    def command(self, world: World) -> tuple[str, ...]:
        if world.command:
            return world.command(self.folder)
        return ("generate", "--project-dir", str(self.folder))

    def lay_out(self, world: World, instead: dict[str, bytes]) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        files = {name: encoded(world, name) for name in world.files}
        for name, data in {**files, **instead}.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        if world.command:
            self.output().mkdir(parents=True)

    def input(self, seed: str) -> tuple[World, dict[str, bytes], str]:
        """The world, the mutated file and what was done to it. A seed always gives the same."""
        chance = random.Random(seed)
        world = chance.choices(self.worlds, [w.weight for w in self.worlds])[0]
        name = world.target
        if name.endswith("*"):
            name = chance.choice(sorted(n for n in world.files if n.startswith(name[:-1])))
        document = self.manifest(world) if world.kind == "manifest" else world.files[name]
        if chance.random() < 0.06:
            return world, {name: broken(chance, written(name, document))}, "broken"
        found, what = mutated(chance, document)
        try:
            return world, {name: written(name, found)}, what
        except (TypeError, ValueError, yaml.YAMLError, RecursionError):  # a key that no file has
            return world, {name: broken(chance, written(name, document))}, "broken"

    @cache  # noqa: B019, one bench lives as long as the process
    def manifest_of(self, name: str) -> bytes:
        world = next(world for world in self.worlds if world.name == name)
        self.lay_out(world, {})
        command_line(*self.command(world))
        return (self.output() / "manifest.json").read_bytes()

    def manifest(self, world: World) -> Any:
        """A manifest, with entries that would have a generation remove files elsewhere."""
        document = json.loads(self.manifest_of(world.name))
        kept = self.around / "kept.txt"
        document["files"] += [
            {"path": path, "bytes": 4, "sha256": document["files"][0]["sha256"]}
            for path in ("gone.sql", "case/gone.sql")
        ]
        document["note"] = [str(kept), os.path.relpath(kept, self.output())]
        return document

    def check(self, seed: str) -> tuple[str, Fault | None]:
        """The outcome of one input, and what did not hold."""
        world, instead, what = self.input(seed)
        named = f"metadata {seed} ({world.name}, {what})"
        self.lay_out(world, instead)
        if world.kind == "manifest" and seed.endswith(("0", "5")):  # a link out of the folder
            (self.output() / random.Random(seed).choice(("case", "rollups"))).symlink_to(
                self.around
            )
        before, around = state_of(self.folder), state_of(self.around)
        status, printed = command_line(*self.command(world))
        outcome = f"{world.name}: {status}"

        def fault(text: str, detail: str = "") -> tuple[str, Fault]:
            return outcome, Fault(named, text, detail or printed)

        if status not in EXIT_CODES[world.kind] and not (status == 3 and is_no_text(instead)):
            return fault(f"exit code {status}")
        control = next((char for char in printed if is_control(char)), None)
        if control:
            return fault(f"prints the character {control!r}", repr(printed))
        after = state_of(self.folder)
        if state_of(self.around) != around:
            return fault("changed a file outside the project")
        if status != 0:
            if after != before:
                return fault(f"exit code {status}, and files changed: {set(after) ^ set(before)}")
            if status == 2 and (wrong := unplaced(printed)):
                return fault("an error without a place", wrong)
            return outcome, None
        inside = str(self.output()) + os.sep
        for path in {*before, *after}:
            if before.get(path) != after.get(path) and not self.may_write(world, path, inside):
                return fault(f"wrote {path}")
        for path in sorted(self.output().rglob("*.*")):
            try:
                more = code_in(path) - self.known
            except (jinja2.TemplateError, yaml.YAMLError, UnicodeDecodeError, ValueError) as error:
                return fault(f"{path.name} can't be read: {error}", path.read_bytes().decode())
            if more:
                return fault(f"a text became code in {path.name}", "\n".join(sorted(more)))
        return outcome, None

    def may_write(self, world: World, path: str, inside: str) -> bool:
        if path.startswith(inside):
            return True
        if world.kind != "configuration":
            return False
        # `output` itself may have been mutated: another folder of the project, with a manifest
        return path.startswith(str(self.folder) + os.sep) and path not in {
            str(self.folder / name) for name in world.files
        }


def encoded(world: World, name: str) -> bytes:
    key = (world.name, name)
    if key not in ENCODED:
        ENCODED[key] = written(name, world.files[name])
    return ENCODED[key]


ENCODED: dict[tuple[str, str], bytes] = {}


def is_no_text(files: dict[str, bytes]) -> bool:
    """Whether one of the files is not UTF-8, and so can't be read."""
    try:
        return not [data.decode("utf-8") for data in files.values()]
    except UnicodeDecodeError:
        return True


def is_control(char: str) -> bool:
    """A character that a terminal obeys, or that changes the order of others."""
    return char not in "\n\u200c\u200d" and unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp")


def unplaced(printed: str) -> str:
    """The first error that names no place, if there is one."""
    errors = [line for line in printed.splitlines() if re.match(r"error\b", line)]
    if not errors:
        return "exit code 2 without an error:\n" + printed
    for line in errors:
        place = ERROR.match(line)
        if not place or not (place["pointer"] or WHOLE_FILE.search(line[place.end() - 2 :])):
            return line
    return ""


# ---------------------------------------------------------------- what generated files say


def code_in(path: Path) -> set[str]:
    """What a generated file has dbt do: calls, names, and SQL beside them. Texts are not part."""
    text = path.read_bytes().decode("utf-8")
    if path.name != "out.json" and (found := {char for char in text if is_control(char)}):
        raise ValueError(f"characters that can't be seen: {found}")
    if path.suffix == ".sql":
        return set(code(text))
    if path.suffix == ".yml":
        found: set[str] = set()
        for scalar in scalars(yaml.load(text, Loader)):
            if "{" in scalar:
                found |= {part for part in code(scalar) if not part.startswith("data ")}
        return found
    if path.suffix == ".md":
        return {"a brace"} if "{" in text or "}" in text else set()
    json.loads(text)
    return set()


def scalars(document: Any) -> Iterator[str]:
    todo = [document]
    while todo:
        part = todo.pop()
        if isinstance(part, dict):
            todo += [*part, *part.values()]
        elif isinstance(part, list):
            todo += part
        elif isinstance(part, str):
            yield part


def code(text: str) -> Iterator[str]:
    """The Jinja of a text without its literals."""
    for node in JINJA.parse(text).find_all(nodes.Node):
        if isinstance(node, nodes.TemplateData):
            if node.data.strip():
                yield f"data {' '.join(node.data.split())}"
        elif isinstance(node, nodes.Name):
            yield f"name {node.name}"
        elif isinstance(node, nodes.Getattr):
            yield f"attribute {node.attr}"
        elif isinstance(node, nodes.Keyword):
            yield f"keyword {node.key}"
        elif not isinstance(node, nodes.Literal):
            yield type(node).__name__


def run(seed: int, inputs: int, tally: Tally, folder: Path) -> None:
    """So many mutated projects."""
    bench = Bench(folder)
    for number in range(inputs):
        outcome, fault = bench.check(f"{seed}-{number}")
        tally.count(outcome)
        if fault:
            tally.faults.append(fault)
