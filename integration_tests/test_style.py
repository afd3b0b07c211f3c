"""Lines that people read are short: 120 characters of SQL and Markdown, 100 of Python."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
LIMITS = {".sql": 120, ".md": 120, ".py": 100}
# Python that quotes lines of macros as they are, and tables that the generator writes
QUOTES = {
    "integration_tests/mutants.py",
    "integration_tests/service_level_mutants.py",
    "generator/tests/golden/models/README.md",
}


def files(suffix: str) -> list[Path]:
    """The repository's own files, whether git knows them yet or not."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", f"*{suffix}"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("NOT RUN: this is no git checkout")
    return [REPOSITORY / name for name in listed.stdout.splitlines() if name not in QUOTES]


@pytest.mark.parametrize("suffix", LIMITS)
def test_no_line_is_too_long(suffix: str) -> None:
    paths = [path for path in files(suffix) if path.is_file()]
    assert len(paths) > 20
    too_long = [
        f"{path.relative_to(REPOSITORY)}:{number} has {len(line)} characters"
        for path in paths
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > LIMITS[suffix]
    ]
    assert too_long == []
