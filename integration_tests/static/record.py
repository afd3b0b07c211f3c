"""Writes down every statement that an adapter's materializations would send, with no connection.
Runs in the environment that has the adapters, and nothing of ours.

    python record.py FOLDER

FOLDER holds a dbt project and plan.json: {"type": adapter, "relations": {name: [[column, type],
...]}, "journals": [name], "states": [state] or none}, types as the adapter's own. "failed": 0 and
"replaced": 0 leave out rows of a failed run, and events whose first delivery was replaced. Written
to statements.json there:
[{"state", "model", "sql"}], and to failures.json [{"state", "model", "message"}].

States: first (nothing is there), later (all tables are, and a complete run), changed (the last run
had other definitions), refresh (--full-refresh on all of it),
tests (dbt test; the name of a test stands for the model's),
operations (those of `ozmeta-dbt notify`, `report`, `discover`, `impact`, `purge` and `erase`).
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import agate

sys.path.pop(0)  # this folder
from dbt.adapters import factory
from dbt.adapters.contracts.connection import AdapterResponse, ConnectionState
from dbt.cli.main import dbtRunner

FOLDER = Path(sys.argv[1])
PLAN = json.loads((FOLDER / "plan.json").read_text(encoding="utf-8"))
TYPE = PLAN["type"]
RELATIONS: dict[str, list[tuple[str, str]]] = {
    name.lower(): [(c, t) for c, t in columns] for name, columns in PLAN["relations"].items()
}
COMMANDS = {
    "first": ["run"],
    "later": ["run"],
    "changed": ["run"],
    "refresh": ["run", "--full-refresh"],
    "tests": ["test"],
}
FILTERS = {"bindings": [], "signals": ["SLA.Breached"], "kinds": ["Raised"], "severities": []}
OF_CHANNEL = {"channel": "oncall", "filters": FILTERS}
DISCOVERED: dict[str, Any] = {
    "journals": [
        {"name": "j", "source": ["ops", "event_journal"], "columns": {"EJ_ID": "event_id"}}
    ],
    "object_types": ["Case", "a'b"],
}
TABLE = {"name": "event_journal", "schema": "raw", "identifier": "event_journal"}
ERASED: dict[str, Any] = {
    "binding": "case",
    "config": {
        "object_type": "Case",
        "object_types": ["Case"],
        "tenant_in_key": True,
        "needs_tenant": True,
        "lookback_minutes": 60,
        "fields": [],
        "journals": [
            {
                "name": "ops.event_journal",
                "source": ["ops", "event_journal"],
                "columns": {"EJ_ID": "event_id"},
            }
        ],
    },
}
OPERATIONS: list[tuple[str, dict[str, Any]]] = [
    ("discover_tables", {"tables": [TABLE, TABLE | {"identifier": "group", "reserved": True}]}),
    (
        "discover_changes",
        {"table": TABLE, "field": "EJ_EventType", "at": "EJ_EventTimeUTC", "named": ["a'b"]},
    ),
    ("discover_facts", DISCOVERED),
    (
        "discover_details",
        DISCOVERED
        | {
            "tenant_types": ["Case"],
            "ends": {"Case": ["Won't fix"]},
            "replies": {"Case": ["Case.Commented"]},
            "fields": ["Team", "a'b"],
        },
    ),
    ("report_facts", {"days": 90}),
    ("report_facts", {"tenant": "a'b", "rows": 5}),
    ("notify_preview", OF_CHANNEL | {"since": 0}),
    ("notify_page", OF_CHANNEL | {"process": "p", "since": 0}),
    (
        "notify_page",
        OF_CHANNEL | {"process": "p", "done": {"sent": 1, "unknown": 1, "last": False}},
    ),
    ("notify_page", OF_CHANNEL | {"process": "p", "done": {"sent": 0, "unknown": 0, "last": True}}),
    ("purge", {"binding": "case"}),
    ("purge", {"binding": "case", "dry_run": False, "older_than": 400}),
    ("erase_plan", ERASED | {"who": {"actor": "a'b"}, "replacement": "x"}),
    ("erase_plan", ERASED | {"who": {"object": "a'b", "tenant": "t"}, "replacement": "x"}),
    ("erase_begin", ERASED | {"who": {"actor": "a'b"}}),
    (
        "erase_end",
        {
            "binding": "case",
            "who": {"actor": "a'b"},
            "tables": {"case_timeline": 1},
            "replacement": "x",
        },
    ),
    ("apply_row_policies", {}),
]
FOR_IMPACT = ("verify_plan", "impact_compare")
STATES = {
    state: command for state, command in COMMANDS.items() if state in (PLAN["states"] or [state])
}


class Anything(agate.data_types.DataType):
    """A column of an answer, which accepts any arguments."""

    def cast(self, d: Any) -> Any:
        return d


class Texts(str):
    """The run log's list of definitions, which holds every definition asked for; or, where they
    changed, none.
    """

    def __contains__(self, _: object) -> bool:
        return STATE != "changed"


class Cursor:
    """Has every attribute of a cursor, and returns no rows."""

    description: tuple[()] = ()
    rowcount = 1
    query_id = sfqid = "none"

    def __getattr__(self, name: str) -> Any:
        return lambda *args, **options: None

    def fetchall(self) -> list[Any]:
        return []

    fetchmany = fetchall


class Handle:
    closed = False

    def __getattr__(self, name: str) -> Any:
        return lambda *args, **options: Cursor()


STATE = ""
OPERATION = ""
MATERIALIZED: dict[str, str] = {}
NOTIFIED: dict[str, str] = {}  # the table of notify, once it was created
# The tables of purge and erase, once they were created, in the states in which a model looks.
KEPT: dict[str, str] = {}
MADE = (
    *("ozmeta_tombstone", "ozmeta_purged_move", "ozmeta_erased_event"),
    *("ozmeta_erasing", "ozmeta_erasure"),
)
STATEMENTS: list[dict[str, str]] = []


def answer(sql: str) -> Any:
    """What the package's own queries ask: the last complete run, and numbers. A row has more
    columns than any of them asks for.
    """
    text = " ".join(sql.lower().split())
    if "should_warn" in text:  # dbt counts what a test found
        return agate.Table(
            [[0, False, False]],
            ["failures", "should_warn", "should_error"],
            [Anything() for _ in range(3)],
        )
    if "select run_batch, run_journal" in text:
        rows = [
            [7, journal, "2026-01-05 00:00:00", None, Texts(""), 6] for journal in PLAN["journals"]
        ]
    elif (
        text.startswith("select jv_journal") and "journal_volume" in text
    ):  # from which day each journal is counted again
        rows = [[journal, "2026-01-04 00:00:00"] for journal in PLAN["journals"]]
    elif text.startswith("select") and "max(run_asofutc)" in text and len(text) < 300:
        rows = [[1767571200000000]]  # when the last run was, as the report asks
    elif text.startswith("select max(") and "run_asofutc" in text:
        rows = [[1767571200000000]]  # as erase asks
    elif text.startswith("select count(*) from") and "where _tenantid =" in text:
        rows = [[1]]  # whether there are events of the tenant, as the report asks
    elif "max(_syncdate) >" in text:  # up to where a history is known
        rows = [["2026-01-05 00:00:00"]]
    elif text.startswith("select count(*), ") and "min(" in text:  # new rows of its table
        rows = [[1, "2026-01-04 00:00:00"]]
    elif (
        "pg_advisory_xact_lock" in text or "to_regclass" in text
    ):  # locks a table; it does not exist
        rows = [[False]]
    elif "as run_number from" in text:  # the rows that runs which are not complete left
        rows = [[model, 8] for model in re.findall("select '([^']*)' as model", text)] * PLAN.get(
            "failed", 1
        )
    elif text.startswith("select max(run_batch), "):  # purge: the last two runs
        rows = [[7, 6]]
    elif text.startswith("select (select max(run_batch) from"):
        # as run_state asks. Of itself: the last run, a later as_of, another definition, other rows,
        # rows of a failed run, any row, the same reading, a row that is due; of each source: old
        # and new rows
        rows = [[7, None, 0, 0, PLAN.get("failed", 1), 1, 1, 0, *[1, 1] * 5]]
    elif "dbt_full_refresh_incomplete" in text:  # dbt-sqlserver asks whether a full refresh died
        rows = [[0]]
    elif text.startswith("select case when exists") and "tl_replaced" in text:
        rows = [[PLAN.get("replaced", 1)]]
    elif text.startswith(
        "select case when exists (select 1 from"
    ):  # the run log asks which tables hold rows
        rows = [[1] * 12]
    elif text.startswith("select distinct bucket from"):  # the buckets that a run names
        rows = [[bucket] for bucket in PLAN.get("buckets", [0, 5848, 5849])]
    elif "stating_objects" in text:  # discover asks how many states an object type has
        rows = [["Case", 9, 3, 3, 9, 0, 0, 3]]
    elif "is_wanted" in text and text.startswith("select count(*)"):  # waiting and wanted signals
        rows = [[3, 2]]
    elif "nt_status = 'running'" in text:  # whether this process, or another, uses the channel
        rows = [[None]] if text.startswith("select max(") else [[1]]
    elif text.startswith("select stays, count(*)"):  # purge: objects that go, and those that stay
        rows = [[None, 2], ["Open", 1]]
    elif "' as model, count(*) as row_count from" in text:  # purge: how many rows go
        rows = [[model, 7] for model in re.findall("select '([^']*)' as model, count", text)]
    elif text.startswith(("select max(run_batch)", "select count(*) from")):
        rows = [[7]]  # purge and erase: the last run, and numbers of rows
    elif "as reads_all_rows" in text:  # whether policies hide rows from the user of the run
        rows = [[1]]
    elif "policy_references" in text or "pg_policy" in text:  # whether a table has its policy
        rows = [[0]]
    elif "as replaced" in text or "count(distinct date_day)" in text:
        rows = [[1]]
    elif OPERATION in FOR_IMPACT and text.startswith(("select count(", "select max(")):
        rows = [[1, 1]]
    elif OPERATION in FOR_IMPACT and text.startswith("select distinct object_key"):
        rows = [["o", "o"]]  # an example
    else:
        rows = []
    width = len(rows[0]) if rows else 1
    return agate.Table(rows, [f"c{i}" for i in range(width)], [Anything() for _ in range(width)])


def patch(plugin: Any) -> None:
    adapter, manager = plugin.adapter, plugin.adapter.ConnectionManager

    def opened(cls: Any, connection: Any) -> Any:
        connection.state, connection.handle = ConnectionState.OPEN, Handle()
        return connection

    def record(self: Any, sql: str) -> None:
        connection = self.get_if_exists()
        _, _, name, *_ = [
            *(connection.name or "" if connection else "").split("."),
            "",
            "",
        ]  # model.project.name, or test.project.name.hash
        STATEMENTS.append({"state": STATE, "model": name, "sql": str(sql)})

    def response() -> Any:
        if TYPE == "bigquery":
            from dbt.adapters.bigquery.connections import BigQueryAdapterResponse

            return BigQueryAdapterResponse(
                _message="OK", code="OK", rows_affected=1, bytes_processed=0
            )
        return AdapterResponse(_message="OK", code="OK", rows_affected=1)

    def execute(self: Any, sql: str, *args: Any, **options: Any) -> Any:
        record(self, sql)
        return response(), answer(sql)

    def add_query(self: Any, sql: str, *args: Any, **options: Any) -> Any:
        record(self, sql)
        return self.get_thread_connection(), Cursor()

    manager.open, manager.execute, manager.add_query = classmethod(opened), execute, add_query
    for name in (
        "begin",
        "commit",
        "commit_if_has_connection",
        "add_begin_query",
        "add_commit_query",
        "rollback_if_open",
        "clear_transaction",
    ):
        if hasattr(manager, name):
            setattr(manager, name, lambda self, *args, **options: None)

    def relations(self: Any, schema_relation: Any) -> list[Any]:
        if STATE == "first":
            return []
        found = []
        kept = KEPT if STATE != "later" else {}
        for name, materialized in (MATERIALIZED | NOTIFIED | kept).items():
            parts = {
                "database": schema_relation.database,
                "schema": schema_relation.schema,
                "identifier": name,
            }
            if TYPE == "snowflake":
                parts = {part: value.upper() for part, value in parts.items() if value}
            found.append(
                self.Relation.create(
                    **parts,
                    type="view" if materialized == "view" else "table",
                    quote_policy={"database": True, "schema": True, "identifier": True},
                )
            )
        return found

    def columns(self: Any, relation: Any) -> list[Any]:
        name = relation.identifier.lower()
        known = next(
            (RELATIONS[n] for n in sorted(RELATIONS, key=len, reverse=True) if name.startswith(n)),
            [],
        )
        return [self.Column(name, type_) for name, type_ in known]

    said = {
        "list_relations_without_caching": relations,
        "get_columns_in_relation": columns,
        "list_schemas": lambda self, *a, **k: [self.config.credentials.schema],
        "check_schema_exists": lambda self, *a: True,
        "create_schema": lambda self, *a: None,
        "expand_target_column_types": lambda self, *a, **k: None,
        "get_missing_columns": lambda self, *a: [],
        "verify_database": lambda self, *a: "",
    }
    if TYPE == "bigquery":
        get_relation = adapter.get_relation

        def relation(self: Any, database: str, schema: str, identifier: str) -> Any:
            """Operations, and models of their sources, ask for a relation without listing its
            schema first.
            """
            if STATE != "operations" and identifier in MATERIALIZED:
                return get_relation(self, database, schema, identifier)
            found = relations(self, self.Relation.create(database=database, schema=schema))
            return next((each for each in found if each.identifier == identifier), None)

        said |= {
            "get_relation": relation,
            "is_replaceable": lambda self, *a, **k: True,
            "get_bq_table": lambda self, *a: None,
            "drop_relation": lambda self, *a: None,
            "describe_relation": lambda self, *a: None,
        }
    if TYPE == "databricks":
        said |= {
            "is_cluster": lambda self: False,
            "has_capability": lambda self, *a, **k: True,
            "compare_dbr_version": lambda self, *a: 1,
        }
    for name, value in said.items():
        setattr(adapter, name, value)


load_plugin = factory.AdapterContainer.load_plugin


def load_patched(self: Any, name: str) -> Any:
    credentials = load_plugin(self, name)
    if name == TYPE and name not in PATCHED:
        PATCHED.add(name)
        patch(self.plugins[name])
    return credentials


PATCHED: set[str] = set()
factory.AdapterContainer.load_plugin = load_patched  # type: ignore[method-assign]


def plan_of(manifest: Any) -> dict[str, Any]:
    """The answer of verify_plan about the bindings after a run."""
    found = {}
    for log in manifest.nodes.values():
        if "macro.ozmeta_runtime.run_log_model" not in log.depends_on.macros:
            continue
        binding = log.name.removesuffix("_run")
        nodes = [manifest.nodes[id] for id in log.depends_on.nodes]
        found[binding] = {
            "models": {
                node.name.removeprefix(f"{binding}_"): [
                    *(node.database, node.schema, node.alias, node.name)
                ]
                for node in nodes
            },
            "log": [log.database, log.schema, log.alias, log.name],
            "journals": dict.fromkeys(PLAN["journals"], 1767571200000000),
            "batch": 7,
            "as_of": 1767571200000000,
            "missing": [],
        }
    return found


def main() -> None:
    global STATE
    options = [
        "--project-dir",
        str(FOLDER),
        "--profiles-dir",
        str(FOLDER),
        "--quiet",
        "--no-use-colors",
        "--no-write-json",
        "--vars",
        json.dumps({"ozmeta_as_of": "2026-01-06T00:00:00"}),
    ]
    parsed = dbtRunner().invoke(["parse", *options])
    if not parsed.success:
        raise SystemExit(f"parse: {parsed.exception}")
    manifest = parsed.result
    MATERIALIZED.update(
        {
            node.name: node.config.materialized
            for node in manifest.nodes.values()
            if node.resource_type == "model"
        }
    )  # type: ignore[union-attr]
    failures = []

    def operate(name: str, args: dict[str, Any]) -> None:
        global STATE, OPERATION
        STATE, OPERATION = "operations", name
        command = ["run-operation", f"ozmeta_runtime.{name}", "--args", json.dumps(args)]
        result = dbtRunner(manifest=manifest).invoke([*command, *options])
        if not result.success:
            message = str(result.exception)
            failures.append({"state": STATE, "model": name, "message": message})

    for state, command in STATES.items():
        STATE = state
        result = dbtRunner(manifest=manifest).invoke([*command, *options])
        if result.exception:
            failures.append({"state": STATE, "model": "", "message": str(result.exception)})
        failures += [
            {"state": STATE, "model": r.node.name, "message": str(r.message)}
            for r in getattr(result.result, "results", [])
            if r.status not in ("success", "pass", "skipped")
        ]
        if state == "first" and PLAN["states"] is None:
            for name, args in OPERATIONS:
                if name in ("purge", "erase_begin"):
                    operate(name, args)
            KEPT.update(dict.fromkeys(MADE, "table"))
    if PLAN["states"] is None:
        compare = {"plan": plan_of(manifest), "lookback_minutes": 60}
        for name, args in [
            *OPERATIONS,
            ("verify_plan", {"for_impact": True}),
            ("impact_compare", compare),
        ]:
            operate(name, args)
            if name == "notify_page":
                NOTIFIED["ozmeta_notification"] = "table"
    (FOLDER / "statements.json").write_text(json.dumps(STATEMENTS, indent=1), encoding="utf-8")
    (FOLDER / "failures.json").write_text(json.dumps(failures, indent=1), encoding="utf-8")


main()
