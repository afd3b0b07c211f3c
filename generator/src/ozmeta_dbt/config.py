"""ozmeta.yml, at the root of the user's dbt project (SPEC 10)."""

from __future__ import annotations

import difflib
import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError, field_validator, model_validator

from ozmeta_dbt.problems import FileProblem, InvalidMetadata, Origin, Problems
from ozmeta_dbt.rows import Text, loads_yaml

FILE_NAME = "ozmeta.yml"

CANONICAL_COLUMNS = (
    "EJ_ID", "_TenantID", "EJ_EventType", "EJ_EventTimeUTC", "EJ_Actor", "EJ_ObjectType", "EJ_ObjectID", "EJ_CorrelationID",
    "EJ_CausationID", "EJ_SourceSystem", "EJ_SourceKey", "EJ_Payload", "EJ_PayloadHash", "EJ_Sequence", "_SyncDate",
)  # fmt: skip
NEEDED_COLUMNS = {"EJ_ID", "EJ_EventType", "EJ_EventTimeUTC", "EJ_ObjectType", "EJ_ObjectID", "EJ_Payload"}
# Columns that may tell messages apart. The object always does; the rest differs between two deliveries or is what is delivered.
MESSAGE_COLUMNS = (
    "_TenantID", "EJ_EventType", "EJ_EventTimeUTC", "EJ_Actor", "EJ_CorrelationID", "EJ_CausationID", "EJ_SourceSystem", "EJ_SourceKey",
    "EJ_PayloadHash", "EJ_Sequence",
)  # fmt: skip
Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_$-]*$", max_length=128)]


ColumnName = Annotated[str, StringConstraints(min_length=1, max_length=128)]  # looked up among a table's columns, in any case; never SQL by itself
KeyColumns = Annotated[list[ColumnName], Field(min_length=1, max_length=16), BeforeValidator(lambda v: [v] if isinstance(v, str) else v)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


def refused_column(name: str) -> str:
    """Why messages can't be told apart by that column."""
    if name == "EJ_ID":
        return "EJ_ID is what differs when a message comes again under a new event id"
    if name in ("EJ_ObjectType", "EJ_ObjectID"):
        return f"{name}: messages are always told apart by their object, so it need not be named"
    if name in CANONICAL_COLUMNS:
        return f"{name}: two deliveries of one message may differ there, or it is their content"
    close = difflib.get_close_matches(name.casefold(), [c.casefold() for c in MESSAGE_COLUMNS], n=1)
    meant = next((c for c in MESSAGE_COLUMNS if c.casefold() in close), None)
    return f"'{name}' is not a column of the EventJournal" + (f"; did you mean {meant}?" if meant else "")


class MetaDb(Strict):
    """Where MetaDB is read from: exactly one of three places. The URL of a live database is a secret, so only the variable that holds it is named."""

    snapshot: str | None = None
    folder: str | None = None
    url_env: str | None = None
    client: Text | None = None
    project: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def one_source(cls, data: object) -> object:
        if isinstance(data, dict):
            if sum(name in data for name in ("snapshot", "folder", "url_env")) != 1:
                raise ValueError("give one of `snapshot: file.json`, `folder: path/` and `url_env: METADB_URL`")
            for name in ("client", "project"):
                if "url_env" in data and name not in data:
                    raise ValueError(f"`url_env` needs `{name}` too: the code in MetaDB, as in {{url_env: METADB_URL, client: SFO, project: CaseMgmt}}")
                if "url_env" not in data and name in data:
                    raise ValueError(f"`{name}` goes with `url_env` only: a snapshot or a folder holds one project")
        return data

    @field_validator("url_env")
    @classmethod
    def a_name(cls, name: str | None) -> str | None:
        if name is not None and not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
            raise ValueError("name an environment variable, such as METADB_URL; the URL itself belongs into that variable, not into a file")
        return name


class Source(Strict):
    name: Identifier
    schema_: Identifier = Field(alias="schema")
    table: Identifier
    database: Identifier | None = None

    @property
    def label(self) -> str:
        return f"{self.name}.{self.table}"


class Journal(Strict):
    source: Source | None = None
    sources: list[Source] = []
    columns: dict[str, str | None] = {}
    stream: Literal["EJ_SourceSystem", "none"] = "EJ_SourceSystem"
    lookback_minutes: Annotated[int, Field(ge=0, le=525_600)] = 60
    mirror: bool = False
    deduplicate_on: list[str] = []  # the columns by which two rows of one object are one message, whatever their EJ_ID

    @field_validator("deduplicate_on")
    @classmethod
    def message_columns(cls, names: list[str]) -> list[str]:
        for name in names:
            if name not in MESSAGE_COLUMNS:
                raise ValueError(f"{refused_column(name)}; a message may be told apart by {', '.join(MESSAGE_COLUMNS)}")
        if len(set(names)) < len(names):
            raise ValueError("a column is named twice")
        return names

    @model_validator(mode="after")
    def checks(self) -> Journal:
        if (self.source is None) == (not self.sources):
            raise ValueError("give `source`, or a list of them under `sources`")
        for name, physical in self.columns.items():
            if name not in CANONICAL_COLUMNS:
                raise ValueError(f"columns: '{name}' is no column of the EventJournal; they are {', '.join(CANONICAL_COLUMNS)}")
            if physical is None and name in NEEDED_COLUMNS:
                raise ValueError(f"columns: no event can do without {name}, so it cannot be null")
        for name in self.deduplicate_on:
            if name in self.columns and self.columns[name] is None:
                raise ValueError(f"deduplicate_on: columns says that the journal has no {name}, so no row would have a message key")
        labels = [s.label for s in self.all_sources]
        if len(set(labels)) < len(labels):
            raise ValueError("sources: two of them are the same table")
        return self

    @property
    def all_sources(self) -> list[Source]:
        return [self.source] if self.source else self.sources


class Entity(Strict):
    """The entity's own table, for Inline; what is left out, MetaDB says."""

    schema_: Identifier | None = Field(default=None, alias="schema")
    table: Identifier | None = None
    database: Identifier | None = None
    key: KeyColumns | None = None
    tenant: ColumnName | None = None
    write_back: bool = False


EventName = Annotated[str, StringConstraints(min_length=1, max_length=400)]
Aliases = dict[EventName, EventName]  # {name that journals still use: name of today}


class AliasChoices(Strict):
    """What journals still call by an old name (SPEC 10 "Aliases"). aliases.py checks them against the metadata."""

    state_aliases: Aliases = {}
    transition_aliases: Aliases = {}
    event_type_aliases: Aliases = {}
    object_type_aliases: Aliases = {}
    field_aliases: Aliases = {}


class BindingChoices(AliasChoices):
    conflict_policy: Literal["last_writer_wins", "first_writer_wins"] = "last_writer_wins"
    object_types: list[str] | None = None
    auto_close: bool = True
    approval_flows: list[str] = []
    key: KeyColumns | None = None  # Composite: the journal's columns that together are the object's id
    entity: Entity | None = None


Warehouse = Literal["duckdb", "postgres", "redshift", "bigquery", "databricks", "spark", "snowflake", "sqlserver", "fabric"]


class ApprovalEvents(Strict):
    """What the journal calls the four events of an approval (SPEC 6b)."""

    requested: EventName = "Approval.Requested"
    approved: EventName = "Approval.Approved"
    rejected: EventName = "Approval.Rejected"
    withdrawn: EventName = "Approval.Withdrawn"

    @model_validator(mode="after")
    def told_apart(self) -> ApprovalEvents:
        if len({self.requested, self.approved, self.rejected, self.withdrawn}) < 4:
            raise ValueError("two of these events have the same type, so nothing could tell them apart")
        return self


class Config(AliasChoices):  # the aliases here are for every binding that has the name of today
    version: Literal[1]
    metadb: MetaDb
    output: str = "models/ozmeta"
    journal: Journal
    bindings: dict[str, BindingChoices] = {}
    approval_events: ApprovalEvents = ApprovalEvents()
    warehouses: list[Warehouse] = []  # where the models will run, by dbt's adapters: what one can't do is said when generating
    time_spine: bool = True  # whether to write the one that dbt's semantic models need; false where the project has its own

    @model_validator(mode="after")
    def output_is_inside(self) -> Config:
        path = Path(self.output)
        if path.is_absolute() or ".." in path.parts or not path.parts or "\0" in self.output:
            raise ValueError("output: name a folder of this dbt project, such as models/ozmeta")
        return self


def load_config(project: Path) -> Config:
    """Read ozmeta.yml. FileProblem where it can't be read, InvalidMetadata where something in it is wrong."""
    path = project / FILE_NAME
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise FileProblem(f"there is no {FILE_NAME} in {project}: run `ozmeta-dbt init` there, or name the project with --project-dir") from None
    except (OSError, UnicodeDecodeError) as error:
        raise FileProblem(f"{path} can't be read: {error}") from None
    problems = Problems()
    try:
        return Config.model_validate(loads_yaml(text))
    except ValidationError as error:
        for fault in error.errors():
            problems.error(Origin(FILE_NAME).at(*fault["loc"]), fault["msg"].removeprefix("Value error, "))
    except (ValueError, RecursionError) as error:
        problems.error(Origin(FILE_NAME), f"is no YAML: {error}")
    raise InvalidMetadata(problems)
