"""Run the user's dbt, and read the answers of the package's operations."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from ozmeta_dbt.problems import DbtFailed, Locked, Refused

ANSWER = "OZMETA "
# what DuckDB says of a file that another process has open, on Unix and on Windows
LOCKED = re.compile(
    r'(?:Could not set lock on|Cannot open) file "([^"]*)":.{0,200}?'
    r"(?:Conflicting lock is held|File is already open) in\s+(.{1,400}?\(PID \d+\))",
    re.DOTALL,
)
# an error that an operation of the package raises: its text, without dbt's list of macros
REFUSED = re.compile(
    r"Compilation Error in macro \w+ \(macros/operations/[^\n]*\)\n(.+?)\n\s*> in macro", re.DOTALL
)
# the sentence that `locked` makes of it, which duckdb_lock has dbt print
SENTENCE = re.compile(r"another process has [^\n]+ open, and DuckDB lets [^\n]+\(PID \d+\)\.")


@dataclass(frozen=True)
class Dbt:
    """The user's dbt and its options. `profile`, `target` and `vars` are passed on unchanged."""

    project_dir: Path
    profiles_dir: Path | None = None
    profile: str | None = None
    target: str | None = None
    vars: dict[str, Any] = field(default_factory=dict)
    scratch: Path | None = None  # where dbt's own files go, to leave the user's target/ alone

    def with_vars(self, **vars: Any) -> Dbt:
        return replace(self, vars=self.vars | vars)

    def operation(self, name: str, **args: Any) -> Any:
        """The answer of one of the package's operations. None if it prints none."""
        printed = self("run-operation", f"ozmeta_runtime.{name}", "--args", yaml_text(args))
        answers = [line[len(ANSWER) :] for line in printed.splitlines() if line.startswith(ANSWER)]
        return json.loads(answers[-1]) if answers else None

    def __call__(self, *args: str) -> str:
        beside = Path(
            sys.executable
        ).parent  # the environment this command was installed in, activated or not
        command = shutil.which(
            "dbt", path=os.pathsep.join([str(beside), os.environ.get("PATH", "")])
        )
        if not command:
            raise DbtFailed(
                "there is no `dbt` on the PATH: install ozmeta-dbt where dbt is installed, or"
                " activate its environment"
            )
        options = {
            "--project-dir": self.project_dir,
            "--profiles-dir": self.profiles_dir,
            "--profile": self.profile,
            "--target": self.target,
        }
        if self.scratch:
            options |= {
                "--target-path": self.scratch / "target",
                "--log-path": self.scratch / "logs",
            }
        given = [
            text
            for name, value in options.items()
            if value is not None
            for text in (name, str(value.resolve() if isinstance(value, Path) else value))
        ]
        given += ["--vars", json.dumps(self.vars)] if self.vars else []
        done = subprocess.run(
            [command, "--quiet", "--no-use-colors", *args, *given],
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        if done.returncode:
            raise failure(args[0], done.stdout + done.stderr)
        return done.stdout


def failure(command: str, said: str) -> DbtFailed:
    """The problem to raise if a command of dbt failed, from what it printed."""
    if sentence := locked(said):
        return Locked(sentence)
    if command == "run-operation" and (refused := REFUSED.search(said)):
        return Refused(" ".join(refused[1].split()))
    lines = [line for line in said.splitlines() if line.strip() and not line.startswith(ANSWER)]
    return DbtFailed(f"dbt {command} failed:\n" + "\n".join(lines))


def locked(said: str) -> str | None:
    """The message for the user if DuckDB reports that another process has the file open."""
    if told := SENTENCE.search(said):
        return told[0]
    held = LOCKED.search(said)
    return held and (
        f"another process has {held[1]} open, and DuckDB lets only one at a time: wait until it has"
        f" ended. It is {held[2]}."
    )


PAIR = re.compile(r"(?<!\\)((?:\\\\)*)\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})")


def yaml_text(args: dict[str, Any]) -> str:
    """A mapping as dbt's --args takes it, which is YAML: JSON, but YAML has no surrogate pairs, and
    no DEL that is not escaped.
    """

    def one_character(match: re.Match[str]) -> str:
        high, low = int(match[2], 16), int(match[3], 16)
        return f"{match[1]}\\U{0x10000 + (high - 0xD800) * 0x400 + low - 0xDC00:08x}"

    return PAIR.sub(one_character, json.dumps(args)).replace("\x7f", "\\x7f")


def vars_of(text: str | None) -> dict[str, Any]:
    """dbt's own --vars: a YAML mapping."""
    try:
        given = yaml.safe_load(text) if text else {}
    except yaml.YAMLError:
        given = None
    if not isinstance(given, dict):
        raise DbtFailed(
            f"--vars is {text!r}: expected a YAML mapping, as dbt does, such as '{{ozmeta_as_of:"
            " 2026-03-01}'"
        )
    return given
