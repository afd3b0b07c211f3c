"""The user's profile with other schemas, so that `verify` and `impact` never write to the user's
tables.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import yaml

from ozmeta_dbt.problems import FileProblem

SUFFIX = "__ozmeta_verify"
DEFAULT_SCHEMA = {"duckdb": "main"}  # of adapters that need none in the profile


def find_profiles(given: Path | None) -> Path:
    """Where dbt would find profiles.yml."""
    named = os.environ.get("DBT_PROFILES_DIR")
    folders = [given] if given else [Path(named)] if named else [Path.cwd(), Path.home() / ".dbt"]
    for folder in folders:
        if (folder / "profiles.yml").is_file():
            return folder / "profiles.yml"
    raise FileProblem(
        "there is no profiles.yml in "
        + " or ".join(map(str, folders))
        + ": name its folder with --profiles-dir"
    )


def write_scratch_profiles(profiles: Path, folder: Path, suffix: str = SUFFIX) -> None:
    """A copy of profiles.yml in `folder`, in which every output writes to a separate schema. Its
    Jinja stays Jinja.
    """
    try:
        document = yaml.safe_load(profiles.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise FileProblem(f"{profiles} can't be read: {error}") from None
    for profile in document.values() if isinstance(document, dict) else []:
        for output in (profile.get("outputs") or {}).values() if isinstance(profile, dict) else []:
            move(output, suffix)
    path = folder / "profiles.yml"
    path.touch(mode=0o600)  # it may hold the user's secrets
    path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")


def move(output: dict[str, Any], suffix: str) -> None:
    named = [key for key in ("schema", "dataset") if output.get(key)]
    for key in named:
        output[key] = f"{output[key]}{suffix}"
    if not named:
        output["schema"] = DEFAULT_SCHEMA.get(str(output.get("type")), "ozmeta") + suffix
