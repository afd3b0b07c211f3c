"""The Meta tables as a database has them, filled with two clients and their projects; and a
Postgres server of our own to put them in.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from metadb_samples import Tables

# SPEC 1, written out here, not taken from the generator. A column is text, unless it says
# otherwise.
META = {
    "Client": "CL_ID CL_Code",
    "Project": "PJ_ID CL_ID PJ_Code",
    "Role": "RO_ID RO_Code RO_TextKeyID RO_Notes",
    "Table": (
        "TB_ID PJ_ID TB_SchemaName TB_TableName CD_Code TB_RequiresTenant:flag"
        " TB_TableType TB_TextKeyID TB_Description TB_Notes"
    ),
    "UiEntity": "UE_ID PJ_ID UE_Code UE_TextKeyID UE_Description UE_Notes",
    "Workflow": (
        "WF_ID PJ_ID WF_Code WF_ObjectType WF_ObjectID WF_IsEnabled:flag WF_TextKeyID"
        " WF_Description WF_Notes WF_ConfigJSON:rule"
    ),
    "WorkflowState": (
        "WS_ID WF_ID WS_Code WS_IsStart:flag WS_IsTerminal:flag WS_SlaMinutes:number"
        " WS_TextKeyID WS_Description WS_Notes WS_ConfigJSON:rule"
    ),
    "WorkflowTransition": (
        "WT_ID WF_ID WT_FromWS_ID WT_ToWS_ID WT_Code WT_GuardLogical:rule WT_ActionLogical:rule"
        " WT_IsEnabled:flag WT_TextKeyID WT_Description WT_Notes WT_ConfigJSON:rule"
    ),
    "WorkflowTransitionRole": "WT_ID RO_ID WTR_Notes",
    "ApprovalFlow": "AF_ID AF_Code AF_IsEnabled:flag AF_TextKeyID AF_Description AF_Notes",
    "ApprovalStep": (
        "AS_ID AF_ID AS_Order:number AS_Code AS_RuleLogical:rule AS_TextKeyID AS_Description"
        " AS_Notes"
    ),
    "ApprovalStepRole": "AS_ID RO_ID ASR_Notes",
    "EventType": (
        "EVTT_ID EVTT_Code EVTT_SchemaJSON EVTT_Category EVTT_DefaultRetentionDays:number"
        " EVTT_TextKeyID EVTT_Notes"
    ),
    "TransitionEvent": "WT_ID EVTT_ID TE_Notes",
    "EventTemplate": "ET_ID ET_Code ET_TemplateType ET_SpecJSON",
    "SlaPolicy": (
        "SL_ID PJ_ID SL_Code SL_ObjectType SL_ObjectID SL_TargetMinutes:number"
        " SL_WarnMinutes:number SL_EscalationRule:rule SL_IsEnabled:flag"
        " SL_TextKeyID SL_Description SL_Notes"
    ),
    "RuntimeBinding": (
        "RB_ID PJ_ID RB_ObjectType RB_ObjectID WF_ID AF_ID RB_RuntimeMode RB_InstanceKeyStrategy"
        " RB_IsEnabled:flag RB_TextKeyID RB_Notes"
    ),
    "RuntimeTemplateBinding": "RTB_ID RB_ID ET_ID RTB_Purpose RTB_TargetLayer RTB_Notes",
    "RuntimeSlaBinding": "RSB_ID RB_ID SL_ID RSB_StartRule:rule RSB_StopRule:rule RSB_Notes",
    "RuntimeSignalType": (
        "RST_ID PJ_ID RST_Code RST_Severity RST_DefaultRetentionDays:number RST_TextKeyID RST_Notes"
    ),
    "RetentionPolicy": (
        "RTN_ID PJ_ID RTN_Code RTN_RetentionDays:number RTN_Disposition RTN_LegalHold:flag"
        " RTN_IsEnabled:flag RTN_TextKeyID RTN_Notes RTN_ConfigJSON:rule"
    ),
    "Field": "FD_ID TB_ID FD_FieldName LT_Code FD_Mask FD_TextKeyID FD_Description",
    "DataProtectionPolicy": (
        "DP_ID PJ_ID DP_Code DP_Type DP_TextKeyID DP_Algorithm DP_KeyRef DP_ExpressionLogical"
        " DP_IsEnabled:flag DP_Notes"
    ),
    "FieldProtection": "FP_ID FD_ID DP_ID FP_Mode FP_Notes",
    "Language": "LG_Code LG_Name LG_IsDefault:flag",
    "ProjectLanguage": "PL_ID PJ_ID LG_Code PL_IsDefault:flag PL_IsRequired:flag PL_Notes",
    "TextKey": "TK_ID TK_Code TK_DefaultText TK_Notes",
    "TextTranslation": "TR_ID TK_ID LG_Code TR_Text TR_Notes",
}
CAMEL = {  # what golden/ calls otherwise than the column without its prefix
    "WT_FromWS_ID": "fromStateId",
    "WT_ToWS_ID": "toStateId",
    "WT_GuardLogical": "guardDsl",
    "WT_ActionLogical": "actionDsl",
    "WS_IsStart": "isInitial",
    "CD_Code": "cdCode",
    "TB_TableName": "code",
    "TB_SchemaName": "schema",
    "AS_RuleLogical": "rule",
}
OWNERS = {
    "WF": "workflowId",
    "WT": "transitionId",
    "RO": "roleId",
    "RB": "bindingId",
    "SL": "slaId",
    "EVTT": "eventTypeId",
    "ET": "templateId",
    "AF": "approvalFlowId",
    "AS": "stepId",
}
CLIENT, PROJECT = "SFO", "CaseMgmt"


def columns(table: str) -> dict[str, str]:
    """{column: kind}"""
    return {
        name: kind or "text"
        for name, _, kind in (column.partition(":") for column in META[table].split())
    }


def camel(table: str, column: str) -> str:
    if column in CAMEL:
        return CAMEL[column]
    prefix, _, rest = column.partition("_")
    if rest == "ID":
        return (
            "id"
            if column == META[table].split()[0]
            and table not in ("WorkflowTransitionRole", "TransitionEvent", "ApprovalStepRole")
            else OWNERS.get(prefix, column)
        )
    rest = rest.replace("ID", "Id")
    return rest[:1].lower() + rest[1:]


def meta_rows(tables: Tables) -> Tables:
    """Rows of a snapshot by their column names; ids are text."""
    found: Tables = {}
    for table, rows in tables.items():
        names = {camel(table, column): column for column in columns(table)} | {
            column: column for column in columns(table)
        }
        found[table] = [
            {
                names[key]: (
                    str(value) if key.lower().endswith("id") and value is not None else value
                )
                for key, value in row.items()
            }
            for row in rows
        ]
    return found


def renamed(tables: Tables, prefix: str) -> Tables:
    """The same rows again, with ids of their own."""
    return {
        table: [
            {
                key: f"{prefix}{value}" if key.endswith("_ID") and value is not None else value
                for key, value in row.items()
            }
            for row in rows
        ]
        for table, rows in tables.items()
    }


def everyone(tables: Tables) -> Tables:
    """The project of `tables`, among others that its reader must not see: another project of the
    client, another client's project of the
    same code, and rows that were deleted, with what hangs on them.
    """
    mine = meta_rows(tables)
    every: Tables = {
        "Client": [
            {"CL_ID": "1", "CL_Code": CLIENT},
            {"CL_ID": "2", "CL_Code": "Other"},
            {"CL_ID": "3", "CL_Code": CLIENT, "_DeleteDate": True},
        ],
        "Project": [
            {"PJ_ID": "1", "CL_ID": "1", "PJ_Code": PROJECT},
            {"PJ_ID": "2", "CL_ID": "1", "PJ_Code": "Second"},
            {"PJ_ID": "3", "CL_ID": "2", "PJ_Code": PROJECT},
            {"PJ_ID": "4", "CL_ID": "1", "PJ_Code": PROJECT, "_DeleteDate": True},
            {"PJ_ID": "5", "CL_ID": "3", "PJ_Code": PROJECT},
        ],
    }
    for project in "12345":
        for table, rows in (mine if project == "1" else renamed(mine, f"p{project}-")).items():
            every.setdefault(table, []).extend(row | {"PJ_ID": project} for row in rows)
            code = {"Role": "RO_Code", "ApprovalFlow": "AF_Code"}.get(
                table
            )  # these belong to nobody, so their codes are told apart
            for row in every[table][-len(rows) :] if code and rows and project != "1" else []:
                row[code] = f"p{project}-{row[code]}"
    for table, rows in renamed(mine, "gone-").items():
        every[table] += [row | {"PJ_ID": "1", "_DeleteDate": True} for row in rows]
    every["WorkflowState"].append(
        {"WS_ID": "orphan", "WF_ID": "gone-1", "WS_Code": "Orphan", "WS_IsStart": True}
    )
    return every


def fill(
    engine: sa.Engine,
    tables: Tables,
    schema: str | None = "Meta",
    spelt: Callable[[str], str] = str,
    leave_out: tuple[str, ...] = (),
    add: dict[str, str] | None = None,
    **types: Any,
) -> None:
    """Create the Meta tables and put the rows into them. `leave_out`: tables, or Table.Column;
    `add`: further columns, by table; `types`: of each kind of column.
    """
    kinds_of = {
        "text": sa.Text,
        "flag": sa.Boolean,
        "number": sa.Numeric(12, 0),
        "rule": sa.Text,
    } | types
    with engine.begin() as connection:
        if schema and "." not in schema:
            connection.execute(sa.schema.CreateSchema(spelt(schema)))
        for table in META:
            if table in leave_out:
                continue
            kinds = {
                name: kind
                for name, kind in {
                    **columns(table),
                    **dict.fromkeys((add or {}).get(table, "").split(), "text"),
                }.items()
                if f"{table}.{name}" not in leave_out
            }
            typed = {name: kinds_of[kind] for name, kind in kinds.items()} | {
                "_CreateDate": sa.DateTime,
                "_DeleteDate": sa.DateTime,
            }
            made = sa.Table(
                spelt(table),
                sa.MetaData(),
                *(sa.Column(spelt(name), type_) for name, type_ in typed.items()),
                schema=spelt(schema) if schema else None,
            )
            made.create(connection, checkfirst=False)
            for row in tables.get(table, []):
                values: dict[str, Any] = {}
                for name, kind in kinds.items():
                    value = row.get(name)
                    if kind == "flag":
                        value = kinds_of["flag"]().python_type(
                            name.endswith("Enabled") if value is None else value
                        )
                    elif kind == "rule" and kinds_of["rule"] is sa.Text and isinstance(value, dict):
                        value = json.dumps(value)
                    values[spelt(name)] = sa.null() if value is None else value
                values[spelt("_DeleteDate")] = (
                    dt.datetime(2026, 1, 1) if row.get("_DeleteDate") else sa.null()
                )
                connection.execute(made.insert().values(values))


def postgres_programs() -> str | None:
    found = shutil.which("initdb")
    places = (
        [Path(found)]
        if found
        else sorted(
            Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4])
        )
    )
    return str(places[-1].parent) if places else None


@contextmanager
def postgres(password: str) -> Iterator[sa.URL]:
    """A server on a free port of this machine, which wants a password. It refuses to run as root,
    so root runs it as another user.
    """
    programs, folder = postgres_programs(), Path(tempfile.mkdtemp(prefix="ozmeta-pg-"))
    assert programs
    as_user: dict[str, Any] = {
        "cwd": folder,
        "check": True,
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.PIPE,
    }
    (folder / "password").write_text(password)
    if os.geteuid() == 0:
        import pwd

        user = next(
            entry
            for name in ("postgres", "nobody")
            for entry in pwd.getpwall()
            if entry.pw_name == name
        )
        as_user |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        for path in (folder, folder / "password"):
            os.chown(path, user.pw_uid, user.pw_gid)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    run = [f"{programs}/pg_ctl", "-D", str(folder / "data"), "-w", "-l", str(folder / "log")]
    try:
        subprocess.run(
            [
                f"{programs}/initdb",
                "-D",
                str(folder / "data"),
                "-U",
                "meta",
                "-A",
                "scram-sha-256",
                "--pwfile",
                str(folder / "password"),
                "-E",
                "UTF8",
                "--locale=C",
                "--no-sync",
            ],
            **as_user,
        )
        subprocess.run(
            [
                *run,
                "-o",
                f"-p {port} -h 127.0.0.1 -k {folder} -c fsync=off -c synchronous_commit=off",
                "start",
            ],
            **as_user,
        )
        yield sa.URL.create("postgresql+psycopg", "meta", password, "127.0.0.1", port, "postgres")
    finally:
        if (folder / "data/postmaster.pid").exists():
            subprocess.run([*run, "-m", "immediate", "stop"], **as_user)
        shutil.rmtree(folder)
