"""The generated project of golden/snapshot.json, to the byte. To renew it after a wanted change,
and then read the diff:

OZMETA_RENEW_GOLDEN=1 pytest tests/test_golden.py
"""

from __future__ import annotations

import json
import os
import random
import shutil

import pytest
import yaml
from metadb_samples import GOLDEN, Project, as_snapshot, files_in, golden_files, golden_tables


def test_golden_project(golden: Project) -> None:
    golden.generate()
    made = golden.files()
    if os.environ.get("OZMETA_RENEW_GOLDEN"):
        shutil.rmtree(GOLDEN / "models", ignore_errors=True)
        shutil.copytree(golden.output, GOLDEN / "models")
    expected = files_in(GOLDEN / "models")
    assert sorted(made) == sorted(expected)
    for name, text in made.items():
        assert text.decode() == expected[name].decode(), name


def test_twice_is_the_same(golden: Project) -> None:
    golden.generate()
    before = {path: path.stat().st_mtime_ns for path in golden.output.rglob("*")}
    golden.generate()
    assert {path: path.stat().st_mtime_ns for path in golden.output.rglob("*")} == before


@pytest.mark.parametrize("seed", range(3))
def test_order_of_rows_and_keys_does_not_matter(golden: Project, seed: int) -> None:
    chance = random.Random(seed)
    tables = golden_tables()
    for rows in tables.values():
        rows[:] = [
            dict(chance.sample(list(row.items()), len(row)))
            for row in chance.sample(rows, len(rows))
        ]
    golden.put("snapshot.json", json.dumps(as_snapshot(tables)))
    assert golden.generate() == golden_files()


def test_properties_are_yaml_and_cover_every_model() -> None:
    files = golden_files()
    described = {
        model["name"]
        for name, text in files.items()
        if name.endswith(".yml")
        for model in yaml.safe_load(text).get("models", [])
    }
    assert described == {
        name.rpartition("/")[2].removesuffix(".sql") for name in files if name.endswith(".sql")
    }
