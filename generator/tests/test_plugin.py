"""The emitter, driven as OZMetaDB's compiler does: found by its entry point, given an IR."""

from __future__ import annotations

import importlib.metadata
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from metadb_samples import Project, as_snapshot, golden_tables, minimal, models_in
from ozmeta_dbt.problems import InvalidMetadata

GROUP = "ozmeta.emitters"
PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"


@pytest.fixture
def emitter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The emitter as a loader of entry points finds it, once this distribution is installed."""
    tomllib = pytest.importorskip("tomllib")
    project = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]
    folder = tmp_path / "site" / "ozmeta_dbt_under_test-1.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text("Name: ozmeta-dbt-under-test\nVersion: 1\n")
    lines = [f"{name} = {target}" for name, target in project["entry-points"][GROUP].items()]
    (folder / "entry_points.txt").write_text("\n".join([f"[{GROUP}]", *lines]))
    monkeypatch.setattr(sys, "path", [str(folder.parent), *sys.path])
    entry, *_ = importlib.metadata.entry_points(group=GROUP, name="dbt")
    return entry.load()


@dataclass
class IR:
    snapshot: dict[str, Any]
    tables: tuple[str, ...] = ()


def test_it_emits_what_generate_writes(emitter: Any, golden: Project) -> None:
    document = as_snapshot(golden_tables())
    path = golden.path / "s.json"
    path.write_text(json.dumps(document))
    out = golden.path / "out"
    assert golden.run("generate", "--snapshot", str(path), "--out", str(out))[0] == 0
    expected = {name: data.decode() for name, data in models_in(out).items()}
    for loaded in (emitter, emitter()):
        assert loaded.name == "dbt"
        files = loaded.emit(IR(document), {})
        readme = files.pop("README.md")
        assert files == expected and "## <a id=" in readme
        assert not [name for name in files if name.startswith(("/", "..")) or "\\" in name]


@pytest.mark.parametrize(
    "carry",
    [
        lambda d: d,
        lambda d: {"snapshot": d},
        lambda d: SimpleNamespace(raw=d),
        lambda d: SimpleNamespace(document=d, snapshot="s.json"),
    ],
    ids=["itself", "a dict", "raw", "document"],
)
def test_an_ir_may_carry_the_snapshot(emitter: Any, carry: Any) -> None:
    document = as_snapshot(minimal())
    files = emitter().emit(carry(document), None)
    assert "case/case_timeline.sql" in files
    assert files == emitter().emit(document, {"target": "dbt", "out": "x"})


def test_options(emitter: Any) -> None:
    options = {"journal": {"ref": "my_events"}, "snapshot": "metadb/s.json"}
    for given in (options, json.dumps(options)):
        files = emitter().emit(as_snapshot(minimal()), given)
        assert "ref('my_events')" in files["case/case_timeline.sql"]
        assert "- Metadata: metadb/s.json" in files["README.md"]
    with pytest.raises(ValueError, match="did you mean 'journal'"):
        emitter().emit(as_snapshot(minimal()), {"journl": {}})
    with pytest.raises(InvalidMetadata, match="lookback_minutes"):
        emitter().emit(as_snapshot(minimal()), {"journal": {"ref": "x", "lookback_minutes": -1}})


def test_what_is_wrong_is_raised(emitter: Any) -> None:
    tables = minimal()
    tables["RuntimeBinding"][0]["WF_ID"] = 99
    with pytest.raises(InvalidMetadata, match="/objects/runtime/bindings/0/WF_ID"):
        emitter().emit(as_snapshot(tables), {})
    with pytest.raises(TypeError, match="carries no snapshot"):
        emitter().emit(SimpleNamespace(objects=1), {})
