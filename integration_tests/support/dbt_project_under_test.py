"""One small class through which every test and benchmark runs dbt, whatever the warehouse."""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
import yaml
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest

from support import fast_dbt

PACKAGE = Path(__file__).resolve().parent.parent.parent
JOURNAL_COLUMNS = {
    "EJ_ID": "varchar",
    "_TenantID": "varchar",
    "EJ_EventType": "varchar",
    "EJ_EventTimeUTC": "timestamp",
    "EJ_Actor": "varchar",
    "EJ_ObjectType": "varchar",
    "EJ_ObjectID": "varchar",
    "EJ_CorrelationID": "varchar",
    "EJ_CausationID": "varchar",
    "EJ_SourceSystem": "varchar",
    "EJ_SourceKey": "varchar",
    "EJ_Payload": "varchar",
    "EJ_PayloadHash": "varchar",
    "EJ_Sequence": "bigint",
    "_SyncDate": "timestamp",
}


# DuckDB does not use buckets. The tests switch them on, an hour long, so that objects have many.
BUCKETS = """\
{% macro duckdb__prunes_by_bucket() %}{% do return(true) %}{% endmacro %}
{% macro duckdb__bucket_micros() %}{% do return(3600000000) %}{% endmacro %}
"""
DISPATCH = {"macro_namespace": "ozmeta_runtime", "search_order": ["under_test", "ozmeta_runtime"]}

fast_dbt.install()
MANIFESTS: OrderedDict[str, Manifest] = OrderedDict()  # by what they were parsed from
KEPT = 16  # the last ones used: each takes about 4 MB


def parsed(folder: Path, options: list[str], profiles: Path | None = None, key: str = "") -> Any:
    """dbt's manifest of a project, or None if dbt cannot parse it. Projects of the same files and
    profile share one, since parsing takes as long as a run, and dbt would parse again for each
    as_of, which is a variable.

    profiles: the folder of profiles.yml, if it is not the project's
    key: what else the manifest depends on
    """
    parts = [folder / name for name in ("models", "macros", "seeds", "snapshots", "tests")]
    parts += [PACKAGE / name for name in ("macros", "models", "seeds")]
    files = sorted(path for part in parts for path in part.rglob("*.*"))
    files += [folder / "dbt_project.yml", folder / "packages.yml"]
    profile = (profiles or folder).joinpath("profiles.yml").read_text(encoding="utf-8")
    for place in (folder, Path.cwd()):  # impact works in a copy of the project
        profile = profile.replace(str(place), "")
    found = hashlib.sha256(profile.encode() + key.encode())
    for path in files:
        found.update(path.name.encode() + path.read_bytes())
    name = found.hexdigest()
    if name not in MANIFESTS:
        manifest = dbtRunner().invoke(["parse", *options]).result
        if manifest is None:  # the run reports why
            return None
        MANIFESTS[name] = manifest
        if len(MANIFESTS) > KEPT:
            MANIFESTS.popitem(last=False)
    MANIFESTS.move_to_end(name)
    return MANIFESTS[name]


class RunFailed(Exception):
    pass


class DbtProject:
    """A user's dbt project in a separate folder, on a DuckDB file, with this package and generated
    models.
    """

    def __init__(
        self,
        folder: Path,
        config: dict[str, Any],
        snapshot: dict[str, Any] | None = None,
        threads: int = 1,
    ):
        self.folder = folder
        self.database = folder / "warehouse.duckdb"
        folder.mkdir(parents=True, exist_ok=True)
        self.settings()
        folder.joinpath("macros").mkdir(exist_ok=True)
        folder.joinpath("macros/buckets.sql").write_text(BUCKETS)
        self.write(
            "profiles.yml",
            {
                "under_test": {
                    "target": "duckdb",
                    "outputs": {
                        "duckdb": {
                            "type": "duckdb",
                            "path": str(self.database),
                            "threads": threads,
                            # tables of a few rows: DuckDB's own threads only cost time
                            "settings": {"threads": 1},
                        }
                    },
                }
            },
        )
        packages = folder / "dbt_packages"
        packages.mkdir(exist_ok=True)
        link = packages / "ozmeta_runtime"
        if not link.exists():  # what `dbt deps` does for a local package
            link.symlink_to(PACKAGE, target_is_directory=True)
        self.write("packages.yml", {"packages": [{"local": str(PACKAGE)}]})
        self.manifest: Any = None
        self.configure(config, snapshot)

    def settings(self, **more: Any) -> None:
        """Write dbt_project.yml, with these further keys."""
        self.write(
            "dbt_project.yml",
            {
                "name": "under_test",
                "version": "1.0.0",
                "profile": "under_test",
                "flags": {"send_anonymous_usage_stats": False},
                "dispatch": [DISPATCH],
            }
            | more,
        )
        self.manifest = None

    def write(self, name: str, document: Any) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            (
                yaml.safe_dump(document, sort_keys=False)
                if name.endswith(".yml")
                else json.dumps(document)
            ),
            encoding="utf-8",
        )

    def configure(self, config: dict[str, Any], snapshot: dict[str, Any] | None = None) -> None:
        """Write the metadata and generate, as `ozmeta-dbt generate --force` does, without the
        checks of rules.
        """
        from ozmeta_dbt.project import write_models

        if snapshot is not None:
            self.write("metadb/snapshot.json", snapshot)
        self.write("ozmeta.yml", config)
        write_models(
            self.folder, check_rules=False
        )  # random rules may never be true, and the fold has to do right by them too
        self.manifest = None

    def start_afresh(self) -> None:
        """Drop everything that the project has made, and begin with an empty journal."""
        for row in self.rows(
            "select table_name, table_type from information_schema.tables where table_schema ="
            " 'main'"
        ):
            with self.connect() as connection:
                connection.execute(
                    f"drop {'view' if row['table_type'] == 'VIEW' else 'table'}"
                    f" main.{row['table_name']}"
                )
        self.create_journal()

    def dbt(
        self,
        *args: str,
        as_of: str | None = None,
        check: bool = True,
        callbacks: list[Any] | None = None,
        vars: dict[str, Any] | None = None,
    ) -> Any:
        """Run dbt in this process. Returns its result; raises RunFailed with the models' messages
        unless check is false.
        """
        options = [
            "--project-dir",
            str(self.folder),
            "--profiles-dir",
            str(self.folder),
            *fast_dbt.OPTIONS,
        ]
        given = (vars or {}) | ({"ozmeta_as_of": as_of} if as_of else {})
        options += ["--vars", json.dumps(given)] if given else []
        with fast_dbt.no_collection():
            if self.manifest is None:
                self.manifest = parsed(self.folder, options)
            runner = dbtRunner(manifest=self.manifest, callbacks=callbacks)
            result = runner.invoke([*args, *options])
        if check and not result.success:
            messages = [
                f"{r.node.name}: {r.message}"
                for r in result.result or []
                if getattr(r, "status", "") not in ("success", "pass", "skipped")
            ]
            raise RunFailed("\n".join(messages) or str(result.exception))
        return result

    def run(self, as_of: str, *args: str, **options: Any) -> Any:
        return self.dbt("run", *args, as_of=as_of, **options)

    def connect(self) -> duckdb.DuckDBPyConnection:
        return duckdb.connect(str(self.database))

    def create_journal(self, columns: dict[str, str] | None = None) -> None:
        with self.connect() as connection:
            connection.execute("create schema if not exists raw")
            body = ", ".join(
                f'"{name}" {type_}' for name, type_ in (columns or JOURNAL_COLUMNS).items()
            )
            connection.execute(f"create or replace table raw.event_journal ({body})")

    def append(self, rows: Iterable[dict[str, Any]], table: str = "event_journal") -> None:
        with self.connect() as connection:
            for row in rows:
                names = ", ".join(f'"{name}"' for name in row)
                connection.execute(
                    f"insert into raw.{table} ({names}) values ({', '.join('?' * len(row))})",
                    list(row.values()),
                )

    def rows(self, sql: str) -> list[dict[str, Any]]:
        with self.connect() as connection:
            cursor = connection.execute(sql)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


# The canonical columns of each table (SPEC 7): what has to be the same however the journal was cut
# into runs.
def canonical(model: str) -> list[str]:
    from ozmeta_dbt.models.catalogue import BY_NAME

    return list(BY_NAME[model].columns)


OBJECT_COLUMN = {
    "timeline": "EJ_ObjectID",
    "workflow_instance": "WI_ObjectID",
    "sla_cycle": "ST_ObjectID",
    "sla_timer": "ST_ObjectID",
    "escalation_queue": "EQ_ObjectID",
    "quarantine": "QR_ObjectID",
}
MODELS = tuple(OBJECT_COLUMN)
OBJECT_COLUMN |= {
    "approval_event": "AE_ObjectID",
    "approval_step": "AP_ObjectID",
    "approval_instance": "AI_ObjectID",
}  # of bindings that have a flow


def differences(
    left: str,
    right: str,
    connection: duckdb.DuckDBPyConnection,
    binding: str,
    models: Iterable[str] = MODELS,
) -> dict[str, int]:
    """{model: rows of `left` that are not in `right`, and the other way round}, on canonical
    columns of live rows, for two schemas.
    """
    found = {}
    for model in models:
        columns = ", ".join(canonical(model))
        live = "" if model == "timeline" else " where _DeleteDate is null"
        a, b = (
            f"(select {columns} from {schema}.{binding}_{model}{live})" for schema in (left, right)
        )
        query = (
            f"select count(*) from ((from {a} except all from {b}) union all (from {b} except all"
            f" from {a}))"
        )
        count = connection.execute(query).fetchone()[0]
        if count:
            found[model] = count
    return found
