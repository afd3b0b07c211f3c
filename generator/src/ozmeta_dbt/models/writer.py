"""Writes the generated files, all or none. It changes only files that it wrote, and never
overwrites edited ones (SPEC 10).
"""

from __future__ import annotations

import contextlib
import difflib
import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ozmeta_dbt.models import manifest
from ozmeta_dbt.models.manifest import Snapshot, read_bytes, sha256
from ozmeta_dbt.problems import FileProblem


@dataclass
class Plan:
    """What a generation would do to the output folder."""

    folder: Path
    write: dict[str, str] = field(default_factory=dict)  # created or changed
    remove: list[str] = field(default_factory=list)  # made by an earlier generation, and no more
    unchanged: list[str] = field(default_factory=list)
    edited: list[str] = field(
        default_factory=list
    )  # would be overwritten or removed, and are not as they were written

    @property
    def changes(self) -> bool:
        return bool(self.write or self.remove)


def plan(
    folder: Path,
    files: dict[str, str],
    snapshot: Snapshot,
    names: dict[str, Any] | None = None,
    versions: dict[str, str] | None = None,
    service_levels: dict[str, dict[str, list[str]]] | None = None,
) -> Plan:
    made = manifest.read_hashes(folder)
    result = Plan(folder)
    refuse_links(folder, files)
    listed = manifest.text(files, snapshot, names or {}, versions or {}, service_levels or {})
    for name, text in sorted({**files, manifest.NAME: listed}.items()):
        current = read_bytes(folder / name)
        if current == text.encode():
            result.unchanged.append(name)
            continue
        result.write[name] = text
        if current is not None and name != manifest.NAME and sha256(current) != made.get(name):
            result.edited.append(name)
    for name in sorted(set(made) - set(files)):
        current = read_bytes(folder / name)
        if current is not None:
            result.remove.append(name)
            if sha256(current) != made[name]:
                result.edited.append(name)
    return result


def refuse_links(folder: Path, files: dict[str, str]) -> None:
    """A symbolic link in the path of a file would redirect it to another place."""
    inside = os.path.realpath(folder)
    for parent in sorted({(folder / name).parent for name in files}):
        if os.path.commonpath([inside, os.path.realpath(parent)]) != inside:
            raise FileProblem(
                f"{parent} is a link to a folder outside {folder}; remove it, and generate again"
            )


def diff(plan: Plan) -> str:
    """A unified diff of all that would change."""
    out: list[str] = []
    for name in sorted([*plan.write, *plan.remove]):
        old = (
            (read_bytes(plan.folder / name) or b"")
            .decode("utf-8", "replace")
            .splitlines(keepends=True)
        )
        new = plan.write.get(name, "").splitlines(keepends=True)
        if old and not old[-1].endswith("\n"):
            old[-1] += "\n"
        out += difflib.unified_diff(
            old, new, f"a/{name}" if old else "/dev/null", f"b/{name}" if new else "/dev/null"
        )
    return "".join(out)


def apply(plan: Plan) -> None:
    """Carry out the plan. All new texts are on disk before the first file is replaced, and if a
    step fails, the steps before it are undone. The manifest is replaced last, so that the next
    generation completes one that was killed.
    """
    staged: list[tuple[Path, Path]] = []
    done: list[tuple[Path, bytes | None]] = []  # with what was there before
    try:
        for name, text in sorted(plan.write.items(), key=lambda item: item[0] == manifest.NAME):
            target = plan.folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".ozmeta-")
            staged.append((Path(temporary), target))
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
            Path(temporary).chmod(0o644)
        for temporary_path, target in staged:
            if target.name == manifest.NAME and target.parent == plan.folder:
                for path in [plan.folder / name for name in plan.remove]:
                    old = read_bytes(path)
                    path.unlink(missing_ok=True)
                    done.append((path, old))
            old = read_bytes(target)
            temporary_path.replace(target)
            done.append((target, old))
    except OSError as error:
        for path, old in reversed(done):
            with contextlib.suppress(OSError):
                path.unlink() if old is None else path.write_bytes(old)
        raise FileProblem(
            f"{error.filename or plan.folder} can't be written: {error.strerror or error}"
        ) from None
    finally:
        for temporary_path, _ in staged:
            temporary_path.unlink(missing_ok=True)
    for name in plan.remove:
        folder = (plan.folder / name).parent
        if folder != plan.folder and folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
