"""Do the dbt package, the generator, the changelog and a tag have one version?

python .github/check_version.py [VERSION OF THE TAG]
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
PLACES = {
    "dbt_project.yml": r'^version: ["\']?([^"\'\s]+)',
    "macros/run/package_version.sql": r"do return\('([^']+)'\)",
    "generator/pyproject.toml": r'^version = "([^"]+)"',
    "generator/src/ozmeta_dbt/__init__.py": r'^__version__ = "([^"]+)"',
}


def versions() -> dict[str, str | None]:
    found = {}
    for place, pattern in PLACES.items():
        match = re.search(pattern, (REPOSITORY / place).read_text(encoding="utf-8"), re.M)
        found[place] = match[1] if match else None
    return found


def problems(tag: str | None = None) -> list[str]:
    found = versions() | ({"the tag": tag} if tag else {})
    if len(set(found.values())) > 1:
        return [f"{place} has version {version}" for place, version in found.items()]
    changelog = (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")
    if tag and not re.search(rf"^## \[?{re.escape(tag)}\b", changelog, re.M):
        return [f"CHANGELOG.md has no section for {tag}: add a heading `## {tag}`"]
    return []


if __name__ == "__main__":
    sys.exit("\n".join(problems(*sys.argv[1:2])) or 0)
