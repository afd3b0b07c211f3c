"""The dbt projects whose statements are checked: one project per adapter with the golden metadata,
which has every model and awkward names.
"""

from __future__ import annotations

import json
import subprocess
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from engines.base import PACKAGE, NotRun, environment, put
from support import history_tables
from support.dbt_project_under_test import JOURNAL_COLUMNS, DbtProject

from static.analyser import build

GOLDEN = PACKAGE / "generator/tests/golden"
JOURNAL = {
    **{
        name: type_
        for name, type_ in JOURNAL_COLUMNS.items()
        if name not in ("EJ_ID", "EJ_Sequence")
    },
    "event_id": "varchar",
}
ENTITY = {"CA_ID": "varchar", "org": "varchar", "Title": "varchar"}
HISTORY_TYPES = {
    "text": "varchar",
    "integer": "bigint",
    "instant": "timestamp",
    "clock": "timestamp_ms",  # stands for each adapter's timestamp without a zone
    "boolean": "boolean",
}
HISTORIES = {
    f"raw.{table}": {name: HISTORY_TYPES[type_] for name, type_ in columns.items()}
    for table, columns in history_tables.COLUMNS.items()
}
SOURCES = {
    "raw.event_journal": JOURNAL,
    "raw.station_journal": JOURNAL,
    "crm.cases": ENTITY,
    **HISTORIES,
}
REGEX = '{"op": "regex", "args": [{"ref": "transition.toState"}, {"lit": "^(Closed|Waiting)"}]}'
KNOWN_THEN = """\
{%- set known_at = 'then' if ozmeta_runtime.can_nest_ctes() else none %}
select * from {{ ozmeta_runtime.state_at('Case', '2026-01-05', known_at) }}
"""
PROFILES: dict[str, dict[str, Any]] = {
    "postgres": {"host": "none", "port": 1, "user": "u", "password": "p", "dbname": "db"},
    "redshift": {"host": "none", "port": 1, "user": "u", "password": "p", "dbname": "db"},
    "bigquery": {"method": "oauth-secrets", "token": "t", "project": "db"},
    "databricks": {"host": "none", "http_path": "/none", "token": "t", "catalog": "db"},
    "snowflake": {
        "account": "none",
        "user": "u",
        "password": "p",
        "database": "db",
        "warehouse": "w",
    },
    "fabric": {"server": "none", "port": 1, "database": "db", "authentication": "CLI"},
    "sqlserver": {
        "server": "none",
        "port": 1,
        "database": "db",
        "user": "u",
        "password": "p",
        "driver": "ODBC Driver 18 for SQL Server",
    },
}
ADAPTERS = tuple(PROFILES)
DIALECTS = {"databricks": "databricks", "fabric": "tsql", "sqlserver": "tsql"} | {
    name: name for name in ("postgres", "redshift", "bigquery", "snowflake")
}
TSQL = ("fabric", "sqlserver")
# the type that each adapter's information schema gives for DuckDB's
TYPES = {
    "postgres": {
        "VARCHAR": "text",
        "TIMESTAMP": "timestamp without time zone",
        "TIMESTAMP_MS": "timestamp without time zone",
        "BIGINT": "bigint",
        "BOOLEAN": "boolean",
    },
    "redshift": {
        "VARCHAR": "character varying(65535)",
        "TIMESTAMP": "timestamp without time zone",
        "TIMESTAMP_MS": "timestamp without time zone",
        "BIGINT": "bigint",
        "BOOLEAN": "boolean",
    },
    "bigquery": {
        "VARCHAR": "STRING",
        "TIMESTAMP": "TIMESTAMP",
        "TIMESTAMP_MS": "DATETIME",
        "BIGINT": "INT64",
        "BOOLEAN": "BOOL",
    },
    "databricks": {
        "VARCHAR": "string",
        "TIMESTAMP": "timestamp",
        "TIMESTAMP_MS": "timestamp_ntz",
        "BIGINT": "bigint",
        "BOOLEAN": "boolean",
    },
    "snowflake": {
        "VARCHAR": "TEXT",
        "TIMESTAMP": "TIMESTAMP_NTZ",
        "TIMESTAMP_MS": "TIMESTAMP_NTZ",
        "BIGINT": "NUMBER",
        "BOOLEAN": "BOOLEAN",
    },
    "fabric": {
        "VARCHAR": "varchar",
        "TIMESTAMP": "datetime2",
        "TIMESTAMP_MS": "datetime2",
        "BIGINT": "bigint",
        "BOOLEAN": "bit",
    },
    "sqlserver": {
        "VARCHAR": "varchar",
        "TIMESTAMP": "datetime2",
        "TIMESTAMP_MS": "datetime2",
        "BIGINT": "bigint",
        "BOOLEAN": "bit",
    },
}


def metadata(
    regex: bool = True, approvals: bool = True, semantic: bool = True
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The golden project's ozmeta.yml and snapshot, for one database, with a mirror. For T-SQL,
    without regex and approvals.
    """
    config = yaml.safe_load((GOLDEN / "ozmeta.yml").read_text(encoding="utf-8"))
    config["journal"]["mirror"] = True
    config["backlog"] = True
    for source in config["journal"]["sources"]:
        source.pop("database", None)
    config["metadb"] = {"snapshot": "metadb/snapshot.json"}
    text = (GOLDEN / "snapshot.json").read_text(encoding="utf-8")
    assert REGEX in text
    snapshot = json.loads(
        text
        if regex
        else text.replace(
            REGEX, REGEX.replace("regex", "startsWith").replace("^(Closed|Waiting)", "Wait")
        )
    )
    if not semantic:
        runtime = snapshot["objects"]["runtime"]
        runtime["templateBindings"] = [
            b for b in runtime["templateBindings"] if b.get("targetLayer") != "Semantic"
        ]
    if not approvals:
        flows, runtime = snapshot["objects"]["workflows"], snapshot["objects"]["runtime"]
        flows["approvalFlows"], runtime["approvalSteps"], runtime["approvalStepRoles"] = [], [], []
        flows["slas"] = [sla for sla in flows["slas"] if sla["objectType"] != "ApprovalStep"]
        kept = {sla["id"] for sla in flows["slas"]}
        runtime["slaBindings"] = [b for b in runtime["slaBindings"] if b["slaId"] in kept]
        for binding in runtime["bindings"]:
            binding["approvalFlowId"] = None
        del config["bindings"]["Case"]["approval_flows"], config["approval_events"]
    return config, snapshot


@cache
def on_duckdb(folder: Path, regex: bool = True, approvals: bool = True) -> DbtProject:
    """The project, run once on DuckDB over empty journals: it compiles, and the columns of its
    tables are known.
    """
    project = DbtProject(folder, *metadata(regex, approvals))
    put(folder, "models/known_then.sql", KNOWN_THEN)
    put(folder, "macros/raw_table.sql", history_tables.raw_table("raw"))
    for name, text in history_tables.MODELS.items():
        put(folder, f"models/{name}.sql", text)
    project.manifest = None
    with project.connect() as connection:
        connection.execute("create schema raw; create schema crm")
        for table, columns in SOURCES.items():
            connection.execute(
                f"create table {table}"
                f" ({', '.join(f'{name} {type_}' for name, type_ in columns.items())})"
            )
    project.run("2026-01-06T00:00:00")
    return project


def columns_of(project: DbtProject) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for row in project.rows(
        "select table_name, column_name, data_type from information_schema.columns order by"
        " table_schema, table_name, ordinal_position"
    ):
        column = (row["column_name"], row["data_type"])
        if column not in found.setdefault(row["table_name"], []):
            found[row["table_name"]].append(column)
    return found


def install() -> tuple[Path, Path]:
    """The interpreter with the adapters, and dbt's new engine. Each is in its own environment,
    which is made if it does not exist.
    """
    return environment("static", "../static/requirements.txt"), dbt_v2()


def dbt_v2() -> Path:
    return environment("dbt-v2", "../static/requirements-v2.txt").with_name("dbt")


def prepare() -> None:
    """Prepare everything that `make test-static` needs, before its tests run in parallel. If the
    analyser cannot be built, its test says why.
    """
    install()
    with suppress(NotRun):
        build()


def lay_out(adapter: str, project: DbtProject, folder: Path) -> None:
    """The project once more, for another adapter."""
    folder.mkdir(parents=True)
    for name in ("models", "macros", "metadb", "ozmeta.yml", "packages.yml", "dbt_project.yml"):
        if (project.folder / name).exists():
            (folder / name).symlink_to(project.folder / name)
    (folder / "dbt_packages").mkdir()
    (folder / "dbt_packages/ozmeta_runtime").symlink_to(PACKAGE, target_is_directory=True)
    put(
        folder,
        "profiles.yml",
        {
            "under_test": {
                "target": adapter,
                "outputs": {
                    adapter: {
                        "type": adapter,
                        "schema": "runtime",
                        "threads": 1,
                        **PROFILES.get(adapter, {}),
                    }
                },
            }
        },
    )


def sources(adapter: str, types: dict[str, str] | None = None) -> dict[str, list[tuple[str, str]]]:
    """{table: columns} that the models read, as the adapter's own. types: {column: type} where it
    is another than the project's.
    """
    return {
        table: [
            (name, (types or {}).get(name, TYPES[adapter][type_.upper()]))
            for name, type_ in columns.items()
        ]
        for table, columns in SOURCES.items()
    }


def record(
    adapter: str,
    project: DbtProject,
    folder: Path,
    python: Path,
    states: list[str] | None = None,
    types: dict[str, str] | None = None,
) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """The statements that the adapter would send for the project's models, and what did not
    compile. states: see record.py; none are all. types: see sources.
    """
    lay_out(adapter, project, folder)
    relations = {
        name: [(column, TYPES[adapter].get(type_, type_)) for column, type_ in columns]
        for name, columns in columns_of(project).items()
    }
    relations |= {
        table.partition(".")[2]: columns for table, columns in sources(adapter, types).items()
    }
    put(
        folder,
        "plan.json",
        json.dumps(
            {
                "type": adapter,
                "relations": relations,
                "journals": ["ops.event_journal", "field.station_journal"],
                "states": states,
            }
        ),
    )
    done = subprocess.run(
        [str(python), str(Path(__file__).with_name("record.py")), str(folder)],
        cwd=folder,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env={
            "PATH": "/usr/bin:/bin",
            "HOME": str(folder),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "PYTHONUTF8": "1",
        },
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return json.loads((folder / "statements.json").read_text()), json.loads(
        (folder / "failures.json").read_text()
    )
