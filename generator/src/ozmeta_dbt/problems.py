"""Problems with the metadata. They are collected, so that one run reports all of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ozmeta_dbt.words import counted, printable

EXIT_DIFFERENT, EXIT_INVALID, EXIT_FILE, EXIT_DATABASE, EXIT_CHANGED = 1, 2, 3, 4, 5
EXIT_NOT_SENT = 6
EXIT_UNEXPECTED = 10


class OzmetaProblem(Exception):
    """Something the user can act on. The command prints `lines` and exits with `exit_code`."""

    exit_code = EXIT_UNEXPECTED

    @property
    def lines(self) -> list[str]:
        return [str(self)]

    @property
    def summary(self) -> str:
        """One more line if there are many `lines`."""
        return ""


class FileProblem(OzmetaProblem):
    """A file that cannot be read or written."""

    exit_code = EXIT_FILE


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turns an error of the file system into a FileProblem."""
    try:
        yield
    except OSError as error:
        raise FileProblem(f"{path} can't be written: {error.strerror or error}") from None


class DatabaseProblem(OzmetaProblem):
    """A database that cannot be reached, read or written."""

    exit_code = EXIT_DATABASE


class DbtFailed(OzmetaProblem):
    """dbt failed, or cannot be started."""

    exit_code = EXIT_UNEXPECTED


class Refused(DbtFailed):
    """An operation of the package rejected its input, such as an unknown binding."""

    exit_code = EXIT_INVALID


class Locked(DbtFailed):
    """Another process has DuckDB's file open."""

    exit_code = EXIT_DATABASE


class NotErased(OzmetaProblem):
    """`erase` found that the journal still holds what is to be erased."""

    exit_code = EXIT_INVALID


class Interrupted(OzmetaProblem):
    """A command failed after it had written files. The message names the files, and says what to
    do.
    """

    def __init__(self, why: OzmetaProblem, told: str):
        super().__init__(f"{why}\n{told}")
        self.exit_code = why.exit_code


class Outcome(OzmetaProblem):
    """An outcome that the exit status reports. The command has printed the details."""

    @property
    def lines(self) -> list[str]:
        return []


class Different(Outcome):
    """`verify` found a difference, or `explain` found no such object."""

    exit_code = EXIT_DIFFERENT


class Changed(Outcome):
    """`--check` found a file that would change."""

    exit_code = EXIT_CHANGED


class NotSent(Outcome):
    """`notify` could not send all waiting rows."""

    exit_code = EXIT_NOT_SENT


@dataclass(frozen=True)
class Origin:
    """The place of a row or a part of it: a file and a JSON pointer, or a row of a CSV file."""

    file: str
    pointer: str = ""

    def at(self, *keys: object) -> Origin:
        escaped = (str(key).replace("~", "~0").replace("/", "~1") for key in keys)
        return Origin(self.file, self.pointer + "".join(f"/{key}" for key in escaped))

    @property
    def parent(self) -> Origin:
        """The place that contains this one."""
        return Origin(self.file, self.pointer.rpartition("/")[0])

    def __str__(self) -> str:
        return f"{self.file} {self.pointer}".strip()


@dataclass(frozen=True)
class Problem:
    origin: Origin
    message: str
    hint: str = ""

    def __str__(self) -> str:
        text = f"{self.origin}: {self.message}" + (f" ({self.hint})" if self.hint else "")
        return printable(text, "")  # on one line, else a name could look like another problem


@dataclass
class Problems:
    """Errors stop the generator, warnings and notes don't."""

    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def error(self, origin: Origin, message: str, hint: str = "") -> None:
        self.errors.append(Problem(origin, message, hint))

    def warn(self, origin: Origin, message: str, hint: str = "") -> None:
        self.warnings.append(Problem(origin, message, hint))


class OnlyWarnings(Problems):
    """Problems with a row that no binding uses. An error is reported as a warning."""

    def __init__(self, problems: Problems):
        super().__init__([], problems.warnings, problems.notes)

    def error(self, origin: Origin, message: str, hint: str = "") -> None:
        super().error(origin, message, hint)
        self.warn(origin, f"{message}; no enabled binding uses it", hint)


class InvalidMetadata(OzmetaProblem):
    """The metadata or ozmeta.yml has errors."""

    exit_code = EXIT_INVALID

    def __init__(self, problems: Problems):
        super().__init__("\n".join(map(str, problems.errors)))
        self.problems = problems

    @property
    def lines(self) -> list[str]:
        return [str(problem) for problem in self.problems.errors]

    @property
    def summary(self) -> str:
        return f"{counted(len(self.problems.errors), 'error')}"
