"""Every command, query and snippet of the README and of the pages in docs/ runs, and prints what
the page shows.

A page is read from top to bottom in an empty dbt project on DuckDB:

- `sh` blocks run line by line; `sql` blocks, and inline code that starts with `select`, run too.
- `yaml`, `json` and `csv` blocks under a line with nothing but a file name in backticks become
  that file. Others have to be valid, and a rule in them has to be a valid rule.
- A `text` block is what the block before it prints. `python integration_tests/test_snippets.py`
  writes the text blocks again; name pages to write only those. Long lines are wrapped.
- `<!-- not run: reason -->` above a block: it is not run. `<!-- exit: 2 -->`: it exits with 2.
- `<!-- set up: command; command -->` runs commands that the reader does not see. Only there,
  `load histories/jira` puts the tables of that folder into the warehouse, as a loader does.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any
from unittest import mock

import duckdb
import pytest
import yaml
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest
from dbt.parser.manifest import extended_mashumaro_encoder, extended_mashumuro_decoder
from ozmeta_dbt import cli
from ozmeta_dbt.bindings import dsl
from ozmeta_dbt.problems import Origin, Problems
from support.dbt_project_under_test import PACKAGE
from support.history_case import HistoryCase
from support.pages import Part, documents_in, parts_of

DOCS = PACKAGE / "docs"
# test_example.py runs get-started.md; the pages left out hold no commands of a user.
ELSEWHERE = {"get-started.md", "spec.md", "semantics.md", "mutants.md", "cross-db.md"}
PAGES = [
    PACKAGE / "README.md",
    PACKAGE / "CONTRIBUTING.md",
    *sorted(
        page
        for page in DOCS.rglob("*.md")
        if "introductions" not in page.parts and page.name not in ELSEWHERE
    ),
]
NOT_RUN = 22
RUN = subprocess.run


@contextmanager
def inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


class Project:
    """One dbt project for all pages. Parsing the package takes the most time, and is done once."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.database = folder / "mine", folder / "mine" / "warehouse.duckdb"
        self.env = dict(os.environ)
        self.manifests: dict[bytes, bytes] = {}  # by the files that they are of
        self.current: tuple[bytes, Any] = b"", None
        self.folder.mkdir(parents=True)
        (folder / "ozmeta_runtime").symlink_to(PACKAGE, target_is_directory=True)
        (self.folder / "dbt_packages").mkdir()
        (self.folder / "dbt_packages/ozmeta_runtime").symlink_to(PACKAGE, target_is_directory=True)
        self.start()

    def start(self) -> None:
        """An empty project, as `dbt init` leaves it, and an empty warehouse."""
        for path in self.folder.iterdir():
            if path.name in ("dbt_packages", "target", "logs"):
                continue
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        outputs = {"dev": {"type": "duckdb", "path": str(self.database)}}
        documents = {
            "dbt_project.yml": {
                "name": "mine",
                "version": "1.0.0",
                "profile": "mine",
                "flags": {"send_anonymous_usage_stats": False},
            },
            "profiles.yml": {"mine": {"target": "dev", "outputs": outputs}},
            "packages.yml": {"packages": [{"local": str(PACKAGE)}]},
        }
        for name, document in documents.items():
            (self.folder / name).write_text(yaml.safe_dump(document), encoding="utf-8")
        self.env = dict(os.environ, NO_COLOR="1")
        cli.out.width = 200  # as in a log; pytest-xdist sets COLUMNS to 80

    def command(self, line: str) -> tuple[int, str]:
        """Exit status and output of a command; dbt and ozmeta-dbt run in this process."""
        name, *args = shlex.split(line, comments=True) or [""]
        if name == "export":
            self.env |= dict(arg.split("=", 1) for arg in args)
            return 0, ""
        if "|" in args or ">" in args:
            return self.shell(line)
        if name == "load":
            return self.load(*args)
        if name == "dbt":
            return self.dbt(args)
        if name == "ozmeta-dbt":
            return self.ozmeta_dbt(args)
        return self.shell(line)

    def shell(self, line: str) -> tuple[int, str]:
        path = os.pathsep.join([str(Path(sys.executable).parent), self.env["PATH"]])
        done = subprocess.run(
            line,
            shell=True,
            cwd=self.folder,
            env={**self.env, "PATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return done.returncode, done.stdout

    def parsed(self, *options: str, like: str = "", root: str = ".") -> Manifest:
        """The manifest of the project as it is now. Parsed once for the same files, and `like`.

        root: the project's folder. impact works in a copy
        """
        folders = [Path(root, folder) for folder in ("models", "macros", "seeds")]
        files = sorted(path for folder in folders for path in folder.rglob("*.*"))
        content = b"".join(bytes(path.relative_to(root)) + path.read_bytes() for path in files)
        now = hashlib.sha256(content + like.encode()).digest()
        if now != self.current[0]:
            if now not in self.manifests:
                done = dbtRunner().invoke(["parse", "--quiet", *options])
                assert isinstance(done.result, Manifest), done.exception
                self.manifests[now] = done.result.to_msgpack(extended_mashumaro_encoder)
            decoder = extended_mashumuro_decoder
            self.current = now, Manifest.from_msgpack(self.manifests[now], decoder=decoder)
        return self.current[1]

    def dbt(self, args: list[str]) -> tuple[int, str]:
        if args[0] == "deps":
            with inside(self.folder):
                return int(not dbtRunner().invoke([*args, "--quiet"]).success), ""
        with inside(self.folder):
            manifest = self.parsed()
            said: list[str] = []
            result = dbtRunner(
                manifest=manifest,
                callbacks=[
                    lambda event: said.extend([event.info.msg] * (event.info.level == "error"))
                ],
            ).invoke([*args, "--quiet", "--no-write-json", "--no-use-colors"])
        DuckDBConnectionManager.close_all_connections()  # let go of the file
        return int(not result.success), "\n".join(said)

    def ozmeta_dbt(self, args: list[str]) -> tuple[int, str]:
        argv, environ = sys.argv, dict(os.environ)
        printed = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
        status: Any = 0
        try:
            sys.argv = ["ozmeta-dbt", *args]
            os.environ |= self.env
            with (
                inside(self.folder),
                redirect_stdout(printed),
                redirect_stderr(printed),
                mock.patch("subprocess.run", self.dbt_in_this_process),
            ):
                cli.main()
        except SystemExit as done:
            status = done.code or 0
        finally:
            sys.argv = argv
            os.environ.clear()
            os.environ |= environ
        return int(status), printed.buffer.getvalue().decode()  # type: ignore[attr-defined]

    def dbt_in_this_process(self, command: list[str], **more: Any) -> Any:
        """What explain, verify and impact start as a process, without the seconds it takes."""
        if "--project-dir" not in command:  # Python asks the system for its name
            return RUN(command, **more)
        given = command[command.index("--project-dir") :]
        chosen = json.loads(given[given.index("--vars") + 1]) if "--vars" in given else {}
        # verify folds in a schema of its own, which is settled when the project is parsed
        slice_of = json.dumps(chosen["ozmeta_verify"]) if "ozmeta_verify" in chosen else ""
        printed = io.StringIO()
        with redirect_stdout(printed), redirect_stderr(printed):
            manifest = self.parsed(*given, like=slice_of, root=given[1])
            result = dbtRunner(manifest=manifest).invoke(command[1:])
        DuckDBConnectionManager.close_all_connections()
        status, text = int(not result.success), printed.getvalue()
        return subprocess.CompletedProcess(command, status, text, text)

    def load(self, tables: str) -> tuple[int, str]:
        """Put the tables of a system into a schema that is named after it. Only for set-ups.

        tables: a folder in integration_tests, such as histories/jira
        """
        folder = PACKAGE / "integration_tests" / tables
        HistoryCase(folder.name, self.folder, folder.parent).load(self, "9999-01-01")
        return 0, ""

    def connect(self) -> duckdb.DuckDBPyConnection:
        return duckdb.connect(str(self.database))

    def query(self, sql: str) -> str:
        """The rows of the last statement, as a table."""
        shown = ""
        with inside(self.folder), self.connect() as connection:
            for statement in duckdb.extract_statements(sql):
                cursor = connection.execute(statement.query)
                heads = [column[0] for column in cursor.description or []]
                shown = table(heads, cursor.fetchall())
        return shown


def table(heads: list[str], rows: list[tuple[Any, ...]]) -> str:
    cells = [heads, *([("null" if v is None else str(v)) for v in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    cells.insert(1, ["-" * width for width in widths])
    lines = ["  ".join(v.ljust(w) for v, w in zip(row, widths, strict=True)) for row in cells]
    return "\n".join(line.rstrip() for line in lines)


def rules_in(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if "kind" in value and "version" in value:
            yield value
            return
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from rules_in(inner)


def check_rules(part: Part) -> None:
    for document in documents_in(part):
        for rule in rules_in(document):
            problems = Problems()
            dsl.parse_rule(json.dumps(rule), rule["kind"], Origin("page"), problems)
            assert not problems.errors, problems.errors


def play(page: Path, project: Project) -> Iterator[tuple[Part, str]]:
    """Run the page's parts in order; yields its `text` blocks with what they should show."""
    output = None
    project.start()
    for part in parts_of(page.read_text(encoding="utf-8")):
        at = f"{page.name}, line {part.line}"
        if part.not_run:
            output = None
        elif part.language == "text":
            if output is not None:
                yield part, output
            output = None
        elif part.file:
            check_rules(part)
            path = project.folder / part.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(part.body, encoding="utf-8")
        elif part.language == "sh":
            said = []
            for line in part.body.replace("\\\n", " ").splitlines():
                status, text = project.command(line)
                assert status == part.exit, f"{at}: {line} exited with {status}\n{text}"
                said.append(text)
            output = tidied("\n".join(filter(None, said)))
        elif part.language == "sql":
            try:
                output = project.query(part.body)
            except duckdb.Error as error:
                raise AssertionError(f"{at}: {part.body}\n{error}") from None
        else:
            check_rules(part)


def tidied(text: str) -> str:
    """Without trailing spaces, and with long lines wrapped, as pages show output."""
    lines = []
    for line in text.strip("\n").splitlines():
        long = textwrap.wrap(line, 118, subsequent_indent="    ", break_on_hyphens=False)
        lines += [line.rstrip()] if len(line) <= 118 else long
    return "\n".join(lines)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project(tmp_path_factory.mktemp("snippets"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PACKAGE)))
def test_a_page_runs_and_prints_what_it_shows(page: Path, project: Project) -> None:
    for part, output in play(page, project):
        assert part.body.rstrip("\n") == output, f"{page.name}, line {part.line}"


def test_every_block_that_is_not_run_has_a_reason_and_is_counted() -> None:
    marked = [
        (page.name, part.not_run)
        for page in PAGES
        for part in parts_of(page.read_text(encoding="utf-8"))
        if part.not_run
    ]
    assert all(len(why or "") > 10 for _, why in marked)
    assert len(marked) == NOT_RUN, marked


def test_every_fence_is_read() -> None:
    """A block that the pattern misses would silently not run."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        fences = len(re.findall(r"^ *```\w+$", text, re.M))
        blocks = sum(text[part.span[0] - 1] == "\n" for part in parts_of(text))
        assert blocks == fences, page.name


def rewrite(page: Path, project: Project) -> None:
    """Write the outputs into the page; if a part fails, those before it."""
    text, shift, shown = page.read_text(encoding="utf-8"), 0, []
    try:
        shown.extend(play(page, project))
    except AssertionError as error:
        print(error)
    for part, output in shown:
        start, end = (place + shift for place in part.span)
        body = "".join(f"{part.indent}{line}".rstrip() + "\n" for line in output.splitlines())
        text = text[:start] + body + text[end:]
        shift += len(body) - (part.span[1] - part.span[0])
    page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as temporary:
        shared = Project(Path(temporary))
        for chosen in map(Path, sys.argv[1:]) if sys.argv[1:] else PAGES:
            before = time.process_time()
            rewrite(chosen.resolve(), shared)
            print(f"{time.process_time() - before:6.1f} s of CPU  {chosen}", flush=True)
