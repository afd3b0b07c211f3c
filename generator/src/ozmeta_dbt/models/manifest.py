"""manifest.json, in the form `ozmeta.manifest.v1` of OZMetaDB: the snapshot and the files with
their hashes, without a time. What only ozmeta-dbt needs is under the key `ozmeta_dbt` (SPEC 10.7).
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ozmeta_dbt import __version__
from ozmeta_dbt.problems import FileProblem

NAME = "manifest.json"
SCHEMA = "ozmeta.manifest.v1"


@dataclass(frozen=True)
class Snapshot:
    """The metadata that a generation read. Of a folder or a database, the hash is that of the
    snapshot that `ozmeta-dbt export` writes.
    """

    path: str = ""
    sha256: str = ""


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def read_bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise FileProblem(f"{path} can't be read: {error}") from None


def outputs_hash(hashes: dict[str, str]) -> str:
    """The SHA-256 of one line per file, `path<TAB>sha256`, sorted by path."""
    lines = (f"{path}\t{value}\n" for path, value in sorted(hashes.items()))
    return sha256("".join(lines).encode())


def text(
    files: dict[str, str],
    snapshot: Snapshot,
    names: dict[str, Any],
    versions: dict[str, str] | None = None,
    service_levels: dict[str, dict[str, list[str]]] | None = None,
) -> str:
    """names: the code of each id, per binding; the next generation finds renamed codes by them
    versions: of the packages that resolved calendars
    """
    data = {path: content.encode() for path, content in sorted(files.items())}
    hashes = {path: sha256(content) for path, content in data.items()}
    own = {"version": __version__, "names": names} | ({"versions": versions} if versions else {})
    own |= {"service_levels": service_levels} if service_levels else {}
    document = {
        "schema": SCHEMA,
        "snapshot": {"path": snapshot.path, "sha256": snapshot.sha256},
        "outputsSha256": outputs_hash(hashes),
        "files": [
            {"path": path, "bytes": len(content), "sha256": hashes[path]}
            for path, content in data.items()
        ],
        "ozmeta_dbt": own,
    }
    return written(document)


def written(document: Any) -> str:
    """JSON in which every character is visible, so that a diff shows the text in its real order."""
    text = json.dumps(document, indent=2, ensure_ascii=False)
    return (
        "".join(
            char if char.isprintable() or char == "\n" else json.dumps(char)[1:-1] for char in text
        )
        + "\n"
    )


def with_files(folder: Path, files: dict[str, str]) -> str:
    """The last manifest with these files added, or a new manifest if there is none. The hashes show
    the next generation that the generator wrote the files.
    """
    data = read_bytes(folder / NAME)
    try:
        document = json.loads(data) if data is not None else {}
        kept = [entry for entry in document["files"] if entry["path"] not in files]
        added = json.loads(text(files, Snapshot(), {}))["files"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return text(files, Snapshot(), {})
    document["files"] = sorted([*kept, *added], key=lambda entry: str(entry["path"]))
    document["outputsSha256"] = outputs_hash({e["path"]: e["sha256"] for e in document["files"]})
    return written(document)


def read_names(folder: Path) -> dict[str, Any]:
    """The names in the last manifest. Empty if there is no manifest, or if the generator did not
    write it.
    """
    data = read_bytes(folder / NAME)
    try:
        document = json.loads(data) if data is not None else {}
        # before `ozmeta.manifest.v1`, the names were at the top
        names = document["names"] if "names" in document else document["ozmeta_dbt"]["names"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}
    return (
        {name: entry for name, entry in names.items() if isinstance(entry, dict)}
        if isinstance(names, dict)
        else {}
    )


def read_versions(folder: Path) -> dict[str, Any]:
    """The versions in the last manifest of the packages that resolved calendars."""
    data = read_bytes(folder / NAME)
    try:
        versions = json.loads(data)["ozmeta_dbt"]["versions"] if data is not None else {}
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}
    return versions if isinstance(versions, dict) else {}


def read_hashes(folder: Path) -> dict[str, str]:
    """{path: sha256} of the files that the last generation wrote."""
    data = read_bytes(folder / NAME)
    if data is None:
        return {}
    try:
        hashes = hashes_in(json.loads(data))
        inside = os.path.realpath(folder)
        outside = [
            name
            for name in hashes
            if os.path.commonpath([inside, os.path.realpath(folder / name)]) != inside
        ]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise FileProblem(
            f"{folder / NAME} is not the manifest that ozmeta-dbt wrote; delete it, and"
            " generate with --force"
        ) from None
    if outside:
        raise FileProblem(f"{folder / NAME} names {outside[0]}, which lies outside {folder}")
    return hashes


def hashes_in(document: Any) -> dict[str, str]:
    if document.get("generator") == "ozmeta-dbt":  # the form before `ozmeta.manifest.v1`
        return dict(document["files"].items())
    if document["schema"] != SCHEMA:
        raise ValueError(document["schema"])
    return {entry["path"]: entry["sha256"] for entry in document["files"]}
