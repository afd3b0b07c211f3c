"""ozmeta.yml, at the root of the user's dbt project (SPEC 10)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, StringConstraints, Tag, ValidationError, field_validator, model_validator

from ozmeta_dbt.problems import FileProblem, InvalidMetadata, Origin, Problems
from ozmeta_dbt.rows import Text, loads_yaml

FILE_NAME = "ozmeta.yml"

CANONICAL_COLUMNS = (
    "EJ_ID", "_TenantID", "EJ_EventType", "EJ_EventTimeUTC", "EJ_Actor", "EJ_ObjectType", "EJ_ObjectID", "EJ_CorrelationID",
    "EJ_CausationID", "EJ_SourceSystem", "EJ_SourceKey", "EJ_Payload", "EJ_PayloadHash", "EJ_Sequence", "_SyncDate",
)  # fmt: skip
NEEDED_COLUMNS = {"EJ_ID", "EJ_EventType", "EJ_EventTimeUTC", "EJ_ObjectType", "EJ_ObjectID", "EJ_Payload"}
Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_$-]*$", max_length=128)]


ColumnName = Annotated[str, StringConstraints(min_length=1, max_length=128)]  # looked up among a table's columns, in any case; never SQL by itself
KeyColumns = Annotated[list[ColumnName], Field(min_length=1, max_length=16), BeforeValidator(lambda v: [v] if isinstance(v, str) else v)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


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
    schema_: Identifier | None = Field(default=None, alias="schema")  # by default as dbt: see schema_name
    table: Identifier
    database: Identifier | None = None

    @property
    def label(self) -> str:
        return f"{self.name}.{self.table}"

    @property
    def schema_name(self) -> str:
        """Without `schema`, dbt takes the source's name."""
        return self.schema_ or self.name


class ModelRef(Strict):
    """A journal that is a model, a seed or a snapshot of the user's project, or of a package."""

    ref: Identifier
    package: Identifier | None = None

    @property
    def label(self) -> str:
        return self.ref


def kind_of_journal(given: object) -> str:
    return MODEL_TAG if isinstance(given, ModelRef) or (isinstance(given, dict) and "ref" in given) else SOURCE_TAG


SOURCE_TAG, MODEL_TAG = "a source", "a dbt model"  # pydantic puts them into an error's location: see load_config
JournalTable = Annotated[Annotated[Source, Tag(SOURCE_TAG)] | Annotated[ModelRef, Tag(MODEL_TAG)], Discriminator(kind_of_journal)]


class Journal(Strict):
    source: Source | None = None
    ref: Identifier | None = None
    package: Identifier | None = None  # of `ref`
    sources: list[JournalTable] = []
    columns: dict[str, str | None] = {}
    stream: Literal["EJ_SourceSystem", "none"] = "EJ_SourceSystem"
    lookback_minutes: Annotated[int, Field(ge=0, le=525_600)] = 60
    mirror: bool = False

    @model_validator(mode="after")
    def checks(self) -> Journal:
        if [self.source is None, self.ref is None, not self.sources].count(False) != 1:
            raise ValueError("give `source`, `ref` (a dbt model) or a list of these under `sources`")
        if self.package and not self.ref:
            raise ValueError("`package` goes with `ref` only: it names the package of that model")
        for name, physical in self.columns.items():
            if name not in CANONICAL_COLUMNS:
                raise ValueError(f"columns: '{name}' is no column of the EventJournal; they are {', '.join(CANONICAL_COLUMNS)}")
            if physical is None and name in NEEDED_COLUMNS:
                raise ValueError(f"columns: no event can do without {name}, so it cannot be null")
        labels = [s.label for s in self.all_journals]
        if len(set(labels)) < len(labels):
            raise ValueError("sources: two of them are the same table")
        return self

    @property
    def all_journals(self) -> list[Source | ModelRef]:
        if self.ref:
            return [ModelRef(ref=self.ref, package=self.package)]
        return [self.source] if self.source else list(self.sources)

    @property
    def all_sources(self) -> list[Source]:
        """Those that are sources, not models."""
        return [journal for journal in self.all_journals if isinstance(journal, Source)]


class Entity(Strict):
    """The entity's own table, for Inline; what is left out, MetaDB says."""

    schema_: Identifier | None = Field(default=None, alias="schema")
    table: Identifier | None = None
    database: Identifier | None = None
    key: KeyColumns | None = None
    tenant: ColumnName | None = None
    write_back: bool = False


class BindingChoices(Strict):
    conflict_policy: Literal["last_writer_wins", "first_writer_wins"] = "last_writer_wins"
    object_types: list[str] | None = None
    auto_close: bool = True
    approval_flows: list[str] = []
    key: KeyColumns | None = None  # Composite: the journal's columns that together are the object's id
    entity: Entity | None = None


Warehouse = Literal["duckdb", "postgres", "redshift", "bigquery", "databricks", "spark", "snowflake", "sqlserver", "fabric"]
EventName = Annotated[str, StringConstraints(min_length=1, max_length=400)]


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


class Rollups(Strict):
    """The views over all bindings: what their names begin with."""

    prefix: Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=40)] = ""


class Config(Strict):
    version: Literal[1]
    metadb: MetaDb
    output: str = "models/ozmeta"
    journal: Journal
    rollups: Rollups | Literal[False] = Rollups()  # false: none are written
    bindings: dict[str, BindingChoices] = {}
    approval_events: ApprovalEvents = ApprovalEvents()
    warehouses: list[Warehouse] = []  # where the models will run, by dbt's adapters: what one can't do is said when generating
    time_spine: bool = True  # whether to write the one that dbt's semantic models need; false where the project has its own

    @field_validator("rollups", mode="before")
    @classmethod
    def prefix_or_false(cls, given: object) -> object:
        if given is True:
            return {}
        if given is not False and not isinstance(given, (dict, Rollups)):
            raise ValueError("give `{prefix: ozmeta_}`, or `false` for none")
        return given

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
            problems.error(Origin(FILE_NAME).at(*(key for key in fault["loc"] if key not in (SOURCE_TAG, MODEL_TAG, "Rollups", "literal[False]"))), fault["msg"].removeprefix("Value error, "))
    except (ValueError, RecursionError) as error:
        problems.error(Origin(FILE_NAME), f"is no YAML: {error}")
    raise InvalidMetadata(problems)
