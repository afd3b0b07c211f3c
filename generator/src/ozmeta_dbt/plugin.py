"""An emitter for OZMetaDB's compiler. The entry point group `ozmeta.emitters` lists it as `dbt`."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ozmeta_dbt.config import Config
from ozmeta_dbt.documents import OutOfRange, loads
from ozmeta_dbt.metadb.snapshot import json_text
from ozmeta_dbt.models.manifest import Snapshot
from ozmeta_dbt.problems import InvalidMetadata, Problems
from ozmeta_dbt.project import read_snapshot
from ozmeta_dbt.words import one_of

# the attributes or keys of an IR that may hold the snapshot, in this order
CARRIERS = ("snapshot", "raw", "document", "source", "metadata")
# what the compiler itself is called with: no concern of an emitter
COMPILER_OPTIONS = {"snapshot", "target", "out", "options"}
CHOICES = Config.model_fields.keys() - {"version", "metadb", "output"}


class DbtEmitter:
    """Writes the files that `ozmeta-dbt generate --snapshot` writes, except for manifest.json,
    which is the compiler's.
    """

    name = "dbt"

    @staticmethod
    def emit(ir: Any, options: Mapping[str, Any] | str | None = None) -> dict[str, str]:
        """{relative path: text}. InvalidMetadata if the snapshot or an option is not valid.

        ir: the snapshot as a dict, or an object or a dict that has it as `snapshot`, `raw`,
        `document`, `source` or `metadata`
        options: keys of ozmeta.yml, such as `journal`, as a dict or as JSON
        """
        problems = Problems()
        given = loads(options) if isinstance(options, str) else dict(options or {})
        shown = Snapshot(str(given.get("snapshot") or "the snapshot of the compiler"))
        with tempfile.TemporaryDirectory(prefix="ozmeta-") as folder:
            path = Path(folder, "snapshot.json")
            path.write_text(json_text(simple(snapshot_of(ir))), encoding="utf-8")
            project = read_snapshot(path, None, choices_of(given), problems, shown)
        if problems.errors:
            raise InvalidMetadata(problems)
        return project.files


def snapshot_of(ir: Any) -> Mapping[str, Any]:
    """The snapshot that the IR is, or that it contains."""
    for holder in (ir, *(carried(ir, name) for name in CARRIERS)):
        if isinstance(holder, Mapping) and isinstance(holder.get("objects"), Mapping):
            return holder
    raise TypeError(
        f"{type(ir).__name__} carries no snapshot: expected a dict with `objects`, or one as"
        f" {', '.join(CARRIERS)}"
    )


def carried(ir: Any, name: str) -> Any:
    return ir.get(name) if isinstance(ir, Mapping) else getattr(ir, name, None)


def simple(value: Any) -> Any:
    """The same as dicts and lists, whatever mappings and sequences the IR uses."""
    if isinstance(value, Mapping):
        return {str(key): simple(item) for key, item in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else OutOfRange("1e999" if value > 0 else "-1e999")
    return [simple(item) for item in value] if isinstance(value, (list, tuple)) else value


def choices_of(given: Mapping[str, Any]) -> dict[str, Any]:
    for key in sorted(given.keys() - CHOICES - COMPILER_OPTIONS):
        raise ValueError(
            f"{key!r} is not an option of the emitter ({one_of(key, sorted(CHOICES))})"
        )
    return {key: value for key, value in given.items() if key in CHOICES}
