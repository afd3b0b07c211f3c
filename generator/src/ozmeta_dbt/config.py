"""ozmeta.yml, at the root of the user's dbt project (SPEC 10)."""

from __future__ import annotations

import difflib
import itertools
import re
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PlainValidator,
    StringConstraints,
    Tag,
    ValidationError,
    field_validator,
    model_validator,
)

from ozmeta_dbt.documents import Text, described, expectation, loads_yaml, storable
from ozmeta_dbt.instants import instant
from ozmeta_dbt.problems import FileProblem, InvalidMetadata, Origin, Problems
from ozmeta_dbt.words import did_you_mean, nearest, one_of

FILE_NAME = "ozmeta.yml"
MAX_VOTERS = 1000  # the fold carries a step's votes along as one text

CANONICAL_COLUMNS = (
    "EJ_ID",
    "_TenantID",
    "EJ_EventType",
    "EJ_EventTimeUTC",
    "EJ_Actor",
    "EJ_ObjectType",
    "EJ_ObjectID",
    "EJ_CorrelationID",
    "EJ_CausationID",
    "EJ_SourceSystem",
    "EJ_SourceKey",
    "EJ_Payload",
    "EJ_PayloadHash",
    "EJ_Sequence",
    "_SyncDate",
)
NEEDED_COLUMNS = {
    "EJ_ID",
    "EJ_EventType",
    "EJ_EventTimeUTC",
    "EJ_ObjectType",
    "EJ_ObjectID",
    "EJ_Payload",
}
# Columns that may tell messages apart. The object always does; the rest differs between two
# deliveries or is what is delivered.
MESSAGE_COLUMNS = (
    "_TenantID",
    "EJ_EventType",
    "EJ_EventTimeUTC",
    "EJ_Actor",
    "EJ_CorrelationID",
    "EJ_CausationID",
    "EJ_SourceSystem",
    "EJ_SourceKey",
    "EJ_PayloadHash",
    "EJ_Sequence",
)
Identifier = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_$-]*$", max_length=128)
]


ColumnName = Annotated[
    str, StringConstraints(min_length=1, max_length=128)
]  # looked up among a table's columns, in any case; never SQL by itself
KeyColumns = Annotated[
    list[ColumnName],
    Field(min_length=1, max_length=16),
    BeforeValidator(lambda v: [v] if isinstance(v, str) else v),
]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


def refused_column(name: str) -> str:
    """Why that column cannot identify messages."""
    if name == "EJ_ID":
        return "EJ_ID is what differs when a message comes again under a new event id"
    if name in ("EJ_ObjectType", "EJ_ObjectID"):
        return f"{name}: messages always differ by their object, so leave it out"
    if name in CANONICAL_COLUMNS:
        return f"{name}: two deliveries of one message may differ there, or it is their content"
    close = difflib.get_close_matches(name.casefold(), [c.casefold() for c in MESSAGE_COLUMNS], n=1)
    meant = next((c for c in MESSAGE_COLUMNS if c.casefold() in close), None)
    return f"'{name}' is not a column of the EventJournal" + (
        f"; did you mean {meant}?" if meant else ""
    )


class MetaDb(Strict):
    """Where MetaDB is read from: exactly one of three places. The URL of a live database is a
    secret, so the file names only the variable that holds it.
    """

    snapshot: str | None = None
    folder: str | None = None
    url_env: str | None = None
    client: Text | None = None
    project: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def one_source(cls, data: object) -> object:
        if (
            isinstance(data, dict) and not data.keys() - cls.model_fields.keys()
        ):  # an unknown key is an error of its own
            given = {name for name, value in data.items() if value is not None}
            if len(given & {"snapshot", "folder", "url_env"}) != 1:
                raise ValueError(
                    "give one of `snapshot: file.json`, `folder: path/` and `url_env: METADB_URL`"
                )
            for name in ("client", "project"):
                if "url_env" in given and name not in given:
                    raise ValueError(
                        f"`url_env` needs `{name}` too: the code in MetaDB, as in {{url_env:"
                        " METADB_URL, client: SFO, project: CaseMgmt}"
                    )
                if "url_env" not in given and name in given:
                    raise ValueError(
                        f"`{name}` goes with `url_env` only: a snapshot or a folder holds one"
                        " project"
                    )
        return data

    @field_validator("url_env")
    @classmethod
    def a_name(cls, name: str | None) -> str | None:
        if name is not None and not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
            raise ValueError(
                "name an environment variable, such as METADB_URL; the URL itself belongs into that"
                " variable, not into a file"
            )
        return name


Provider = Literal["sqlserver", "postgres", "duckdb", "sqlite"]


class Provided(MetaDb):
    """A live database as the options of `ozmeta-dbt export` name it."""

    provider: Provider
    project_id: Text

    @model_validator(mode="before")
    @classmethod
    def one_source(cls, data: object) -> object:
        return data


Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=128)]


class Age(Strict):
    count: Annotated[int, Field(ge=1, strict=True)]
    period: Literal["minute", "hour", "day"]

    @property
    def minutes(self) -> int:
        return self.count * {"minute": 1, "hour": 60, "day": 1440}[self.period]


class Freshness(Strict):
    """How old a journal's newest row may be before `dbt source freshness` warns, and fails."""

    warn_after: Age | None = None
    error_after: Age | None = None
    filter: Text | None = None
    loaded_at_field: Text | None = None  # by default the column of _SyncDate

    @model_validator(mode="after")
    def in_order(self) -> Freshness:
        warn, error = self.warn_after, self.error_after
        if not warn and not error:
            raise ValueError("give `warn_after` or `error_after`, as in {count: 12, period: hour}")
        if warn and error and warn.minutes > error.minutes:
            raise ValueError("`warn_after` is later than `error_after`, so nothing would ever warn")
        return self


class Source(Strict):
    name: Identifier
    schema_: Identifier | None = Field(
        default=None, alias="schema"
    )  # by default as dbt: see schema_name
    table: Identifier
    database: Identifier | None = None
    freshness: Freshness | Literal[False] | None = None  # the journal's, without; false: none

    @field_validator("freshness", mode="before")
    @classmethod
    def a_mapping_or_false(cls, given: object) -> object:
        if given is not None and given is not False and not isinstance(given, (dict, Freshness)):
            raise ValueError("give {warn_after: {count: 12, period: hour}}, or false for none")
        return given

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
    return (
        MODEL_TAG
        if isinstance(given, ModelRef) or (isinstance(given, dict) and "ref" in given)
        else SOURCE_TAG
    )


SOURCE_TAG, MODEL_TAG = (
    "a source",
    "a dbt model",
)  # pydantic puts them into an error's location: see load_config
JournalTable = Annotated[
    Annotated[Source, Tag(SOURCE_TAG)] | Annotated[ModelRef, Tag(MODEL_TAG)],
    Discriminator(kind_of_journal),
]


def utc_text(value: str) -> str:
    """An ISO 8601 instant as the package's macros take it: in UTC, 'YYYY-MM-DD HH:MM:SS.ffffff'."""
    moment = instant(value)
    if moment is None:
        raise ValueError("expected an instant such as 2026-03-01 or 2026-03-01T12:00:00Z")
    return moment.isoformat(" ", "microseconds")


class Journal(Strict):
    source: Source | None = None
    ref: Identifier | None = None
    package: Identifier | None = None  # of `ref`
    sources: list[JournalTable] = []
    freshness: Freshness | None = None
    columns: dict[str, str | None] = {}
    stream: Literal["EJ_SourceSystem", "none"] = "EJ_SourceSystem"
    lookback_minutes: Annotated[int, Field(ge=0, le=525_600)] = 60
    mirror: bool = False
    signals_from: Annotated[str, AfterValidator(utc_text)] | None = None
    ignore_object_types: list[str | None] = []  # of other systems; null for rows without one
    deduplicate_on: list[
        str
    ] = []  # the columns by which two rows of one object are one message, whatever their EJ_ID

    @field_validator("deduplicate_on")
    @classmethod
    def message_columns(cls, names: list[str]) -> list[str]:
        for name in names:
            if name not in MESSAGE_COLUMNS:
                raise ValueError(
                    f"{refused_column(name)}; a message may be identified by"
                    f" {', '.join(MESSAGE_COLUMNS)}"
                )
        if len(set(names)) < len(names):
            raise ValueError("a column is named twice")
        return names

    @model_validator(mode="after")
    def checks(self) -> Journal:
        if [self.source is None, self.ref is None, not self.sources].count(False) != 1:
            raise ValueError(
                "give `source`, `ref` (a dbt model) or a list of these under `sources`"
            )
        if self.package and not self.ref:
            raise ValueError("`package` goes with `ref` only: it names the package of that model")
        for name, physical in self.columns.items():
            if name not in CANONICAL_COLUMNS:
                raise ValueError(
                    f"columns: '{name}' is not a column of the EventJournal"
                    f" ({one_of(name, CANONICAL_COLUMNS)})"
                )
            if physical is None and name in NEEDED_COLUMNS:
                raise ValueError(f"columns: no event can do without {name}, so it cannot be null")
        for name in self.deduplicate_on:
            if name in self.columns and self.columns[name] is None:
                raise ValueError(
                    f"deduplicate_on: columns says that the journal has no {name}, so no row would"
                    " have a message key"
                )
        labels = [s.label for s in self.all_journals]
        if len(set(labels)) < len(labels):
            raise ValueError("sources: two of them are the same table")
        self.check_freshness()
        return self

    def check_freshness(self) -> None:
        if self.freshness and not self.all_sources:
            raise ValueError(
                "freshness: dbt checks the freshness of sources only, and this journal is a model;"
                " give it to the source that the model reads"
            )
        column = self.columns.get("_SyncDate", "_SyncDate")
        for source in self.all_sources:
            wanted = self.freshness_of(source)
            if not wanted or wanted.loaded_at_field:
                continue
            if column is None:
                raise ValueError(
                    f"freshness: columns says that {source.label} has no _SyncDate; name another"
                    " time of arrival in `loaded_at_field`, or leave `freshness` out"
                )
            if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", column):
                raise ValueError(
                    f"freshness: the column {column!r} needs quotes; write it in"
                    " `loaded_at_field` as your warehouse does"
                )

    def freshness_of(self, source: Source) -> Freshness | None:
        """The freshness of the source, or else of the journal."""
        found = self.freshness if source.freshness is None else source.freshness
        return found or None

    def loaded_at(self, freshness: Freshness) -> str:
        """The SQL of the time of arrival."""
        return freshness.loaded_at_field or self.columns.get("_SyncDate") or "_SyncDate"

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
    """The entity's own table, for Inline. MetaDB gives what is left out."""

    schema_: Identifier | None = Field(default=None, alias="schema")
    table: Identifier | None = None
    database: Identifier | None = None
    key: KeyColumns | None = None
    tenant: ColumnName | None = None
    write_back: bool = False


EventName = Annotated[str, StringConstraints(min_length=1, max_length=400)]
Aliases = dict[EventName, EventName]  # {name that journals still use: current name}


class AliasChoices(Strict):
    """Names that journals still use after a change (SPEC 10 "Aliases"). aliases.py checks them
    against the metadata.
    """

    state_aliases: Aliases = {}
    transition_aliases: Aliases = {}
    event_type_aliases: Aliases = {}
    object_type_aliases: Aliases = {}
    field_aliases: Aliases = {}


Share = Annotated[float, Field(ge=0.0001, le=1)]


class QuarantinedShare(Strict):
    """The shares of refused journal rows at which the test of a quarantine warns and fails."""

    warn: Share = 0.01
    error: Share = 0.2

    @model_validator(mode="after")
    def in_order(self) -> QuarantinedShare:
        if self.warn > self.error:
            raise ValueError(
                f"`warn` is {self.warn} and `error` {self.error}: `warn` may not be greater"
            )
        return self


class Tests(Strict):
    """The limits of generated tests. false leaves a test out."""

    quarantined_share: QuarantinedShare | None = QuarantinedShare()  # none for false

    @field_validator("quarantined_share", mode="before")
    @classmethod
    def a_mapping_or_false(cls, value: object) -> object:
        if value is not False and not isinstance(value, (dict, QuarantinedShare)):
            raise ValueError(
                "give shares between 0.0001 and 1, as in {warn: 0.01, error: 0.2}, or false"
            )
        return None if value is False else value


def as_given(value: object) -> object:
    return value


# for a value that calendars/reading.py or bindings/service_levels.py checks
Given = PlainValidator(as_given)
Minutes = Annotated[int, Given]
Expr = Annotated[Any, Given]


class CalendarCases(Strict):
    """A calendar that depends on a value of the event that starts the cycle."""

    ref: str
    cases: dict[str, str]
    default: str


CalendarKey = Annotated[str | CalendarCases, Given]


class TargetKeys(Strict):
    """A target that counts while an expression is true."""

    when: Expr
    target: Minutes
    warn: Minutes | None = None


class VersionKeys(Strict):
    """A version of a policy. A key that is left out has the policy's own value."""

    from_: Annotated[str, Given] | None = Field(default=None, alias="from")
    name: Annotated[str, Given] | None = None
    target: Minutes | None = None
    warn: Minutes | None = None
    targets: Annotated[list[TargetKeys], Given] | None = None
    calendar: CalendarKey | None = None


class SlaKeys(Strict):
    """The options of an SLA policy, in ozmeta.yml or in the params of its start rule. Only their
    names are checked here.
    """

    calendar: CalendarKey | None = None
    pause_when: Expr = Field(default=None, alias="pauseWhen")
    cancel_when: Expr = Field(default=None, alias="cancelWhen")
    trigger: Annotated[Literal["event", "becomesTrue"], Given] = "event"
    on_both: Annotated[Literal["stop", "restart"], Given] = Field(default="stop", alias="onBoth")
    on_restart: Annotated[Literal["newCycle", "ignore", "resume", "continue"], Given] = Field(
        default="newCycle", alias="onRestart"
    )
    targets: Annotated[list[TargetKeys], Given] = []
    on_target_change: Annotated[Literal["keep", "retarget"], Given] = Field(
        default="keep", alias="onTargetChange"
    )
    versions: Annotated[list[VersionKeys], Given] = []

    @model_validator(mode="before")
    @classmethod
    def a_mapping(cls, data: object) -> object:
        if not isinstance(data, dict):
            raise ValueError(f"is {data!r}; expected options such as {{trigger: becomesTrue}}")
        return data


def id_text(given: object) -> object:
    """YAML reads some ids as numbers."""
    return str(given) if isinstance(given, int) and not isinstance(given, bool) else given


ObjectID = Annotated[Text, StringConstraints(min_length=1), BeforeValidator(id_text)]


class HeldObject(Strict):
    """An object under a legal hold, of one tenant."""

    object: ObjectID
    tenant: Annotated[Text, StringConstraints(min_length=1), BeforeValidator(id_text)] | None = None


def held_object(given: object) -> object:
    return given if isinstance(given, (dict, HeldObject)) else {"object": given}


RetentionDays = Annotated[int, Field(ge=1, le=1_000_000, strict=True)]


class RetentionKeys(Strict):
    """How long `ozmeta-dbt purge` keeps the objects of a binding if MetaDB does not decide it."""

    days: RetentionDays | None = None  # instead of those of MetaDB's event types and policy
    signal_days: RetentionDays | None = None  # instead of those of its signal types
    policy: Text | None = None  # the code of a RetentionPolicy
    hold: list[Annotated[HeldObject, BeforeValidator(held_object)]] = []


class BindingChoices(AliasChoices):
    conflict_policy: Literal["last_writer_wins", "first_writer_wins"] = "last_writer_wins"
    object_types: list[str] | None = None
    auto_close: bool = True
    approval_flows: list[str] = []
    key: KeyColumns | None = (
        None  # Composite: the journal's columns that together are the object's id
    )
    entity: Entity | None = None
    tests: Tests | None = None  # the project's, without
    backlog: bool | None = None  # the project's, without
    calendar: CalendarKey | None = None  # of the policies that give none
    report_fields: list[Text] = []  # the object's fields that tables show
    slas: dict[Text, SlaKeys] = {}  # by the code of the SLA
    retention: RetentionKeys = RetentionKeys()


OnRequest = Literal["ignore", "restart"]
Votes = Annotated[int, Field(ge=1, le=MAX_VOTERS, strict=True)]


def all_or_votes(value: object) -> object:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    if value != "all" and not (is_number and 1 <= value <= MAX_VOTERS):  # type: ignore[operator]
        raise ValueError(f"is {value!r}; expected 'all' or a whole number from 1 to {MAX_VOTERS}")
    return value


class FlowStep(Strict):
    """A step of an earlier version of an approval flow."""

    code: Text
    quorum: Annotated[int | str, PlainValidator(all_or_votes)] = 1
    of: Votes | None = None
    veto: bool = True
    roles: list[Text] = []

    @model_validator(mode="after")
    def can_be_reached(self) -> FlowStep:
        if self.quorum == "all" and self.of is None:
            raise ValueError("quorum is 'all', which needs `of`: the number of voters")
        if self.of is not None and isinstance(self.quorum, int) and self.quorum > self.of:
            raise ValueError(f"quorum is {self.quorum} of {self.of}, which no vote can reach")
        return self

    @property
    def votes(self) -> int:
        """The quorum as a number."""
        return self.quorum if isinstance(self.quorum, int) else self.of or 1


class FlowVersion(Strict):
    """A version of an approval flow. Without steps, it has those of MetaDB."""

    from_: Annotated[str, AfterValidator(utc_text)] | None = Field(default=None, alias="from")
    steps: Annotated[list[FlowStep], Field(min_length=1)] | None = None
    on_request: OnRequest | None = Field(default=None, alias="onRequest")

    @model_validator(mode="after")
    def steps_apart(self) -> FlowVersion:
        codes = [step.code for step in self.steps or []]
        if len(set(codes)) < len(codes):
            raise ValueError("steps: two of them have the same code")
        return self


class FlowChoices(Strict):
    """Choices for one approval flow: what a second request does, and earlier versions (SPEC 6b)."""

    on_request: OnRequest = Field(default="ignore", alias="onRequest")
    versions: list[FlowVersion] = []

    @model_validator(mode="after")
    def ascending(self) -> FlowChoices:
        starts = [version.from_ for version in self.versions]
        if None in starts[1:]:
            raise ValueError("versions: only the first may have no `from`")
        if any(a is not None and b is not None and a >= b for a, b in itertools.pairwise(starts)):
            raise ValueError("versions: each `from` must be later than the one before")
        return self


def quoted_code(value: Any) -> Any:
    """YAML reads some codes as booleans."""
    if isinstance(value, bool):
        raise ValueError("write the code in quotes, as in language: 'no'")
    return value


LanguageCode = Annotated[Text, StringConstraints(min_length=1), BeforeValidator(quoted_code)]


class CountryHolidays(Strict):
    """The public holidays of a country, or of a part of it."""

    country: str
    subdivision: str | None = None


class Validity(Strict):
    """The dates on which a calendar is valid, both included."""

    from_: Annotated[str, Given] = Field(default="2000-01-01", alias="from")
    until: Annotated[str, Given] = "2050-12-31"


class CalendarKeys(Strict):
    """The keys of a calendar, in ozmeta.yml or in an EventTemplate. Only their names are checked
    here.
    """

    time_zone: Annotated[str, Given]
    hours: Annotated[dict[str, str], Given]
    holidays: Annotated[list[str | CountryHolidays], Given] = []
    exceptions: Annotated[dict[str, str], Given] = {}
    valid: Annotated[Validity, Given] = Validity()

    @model_validator(mode="before")
    @classmethod
    def a_mapping(cls, data: object) -> object:
        if not isinstance(data, dict):
            raise ValueError(f"is {data!r}; expected a calendar with `time_zone` and `hours`")
        return data


TenantID = Annotated[Text, StringConstraints(min_length=1)]
Warehouse = Literal[
    "duckdb",
    "postgres",
    "redshift",
    "bigquery",
    "databricks",
    "spark",
    "snowflake",
    "sqlserver",
    "fabric",
]


class ApprovalEvents(Strict):
    """What the journal calls the four events of an approval (SPEC 6b)."""

    requested: EventName = "Approval.Requested"
    approved: EventName = "Approval.Approved"
    rejected: EventName = "Approval.Rejected"
    withdrawn: EventName = "Approval.Withdrawn"

    @model_validator(mode="after")
    def told_apart(self) -> ApprovalEvents:
        if len({self.requested, self.approved, self.rejected, self.withdrawn}) < 4:
            raise ValueError(
                "two of these events have the same type, so nothing could tell them apart"
            )
        return self


class Rollups(Strict):
    """The views over all bindings, and the prefix of their names."""

    prefix: Annotated[
        str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=40)
    ] = ""


EnvName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=200)]
NonEmpty = Annotated[Text, StringConstraints(min_length=1)]


class Channel(Strict):
    """Where `ozmeta-dbt notify` sends signals: to a webhook or a command. A URL is a secret, so the
    file names only the variable that holds it.
    """

    url_env: EnvName | None = None
    token_env: EnvName | None = None
    format: Literal["json", "slack", "teams"] = "json"
    command: Annotated[list[NonEmpty], Field(min_length=1)] | None = None
    bindings: list[NonEmpty] = []  # empty: all, as for the other filters
    signals: list[NonEmpty] = []
    severities: list[Literal["Info", "Warning", "Critical"]] = []
    kinds: Annotated[list[Literal["Raised", "Retracted", "Backfilled"]], Field(min_length=1)] = [
        "Raised",
        "Retracted",
    ]

    @model_validator(mode="after")
    def one_target(self) -> Channel:
        if (self.url_env is None) == (self.command is None):
            raise ValueError(
                "give either `url_env: NAME`, the environment variable that holds the webhook's"
                " URL, or `command: [program, argument]`"
            )
        if self.command is not None and {"format", "token_env"} & self.model_fields_set:
            raise ValueError(
                "`format` and `token_env` go with `url_env` only: a command gets the row as JSON"
            )
        return self


ChannelName = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_-]*$", max_length=100)
]


class Owner(Strict):
    name: Text | None = None
    email: Text | None = None

    @model_validator(mode="after")
    def someone(self) -> Owner:
        if not self.name and not self.email:
            raise ValueError("give `name` or `email`: dbt asks for one of them")
        return self


class Group(Strict):
    """The dbt group of the generated models."""

    name: Name
    owner: Owner | None = None  # none if the project declares the group itself


class ReadersTable(Strict):
    """The relation that says which user or role reads which tenant: reader, tenant_id."""

    schema_: Identifier = Field(alias="schema")
    table: Identifier
    database: Identifier | None = None


class RowPolicies(Strict):
    """Who sees which rows (SPEC 7.5). row_policies.py checks the names for each engine."""

    readers: ReadersTable
    unrestricted: list[NonEmpty] = []  # users, roles or groups that see all rows


REPORT = "ozmeta_report"  # the exposure of what `ozmeta-dbt report` writes


class Exposure(Strict):
    """What reads the generated models: a dashboard, a notebook, an application."""

    type: Literal["dashboard", "notebook", "analysis", "ml", "application"] = "dashboard"
    owner: Owner
    label: Text | None = None
    description: Text | None = None
    url: Text | None = None
    maturity: Literal["low", "medium", "high"] | None = None
    bindings: list[Text] = []  # it reads every table of these; all bindings, without `models`
    models: list[Text] = []

    @model_validator(mode="after")
    def one_of_both(self) -> Exposure:
        if self.bindings and self.models:
            raise ValueError("give `bindings` or `models`, not both")
        return self


def one_or_many(given: object) -> object:
    return [given] if isinstance(given, str) else given


def plain_value(given: object) -> object:
    """What a column may be compared with: a text, a whole number, true or false, or several."""
    values = given if isinstance(given, list) else [given]
    for value in values or [None]:
        if not isinstance(value, (str, int)):
            raise ValueError(
                f"is {given!r}; expected a text, a whole number, true or false, or a list of these"
            )
        if isinstance(value, str) and not storable(value):
            raise ValueError("holds a character that no database stores")
    return given


def value_text(given: object) -> object:
    """YAML reads true and false as booleans. A database's boolean becomes such a text."""
    return str(given).lower() if isinstance(given, bool) else given


PlainValue = Annotated[str | int | bool | list[str | int | bool], PlainValidator(plain_value)]
ValueText = Annotated[Text, BeforeValidator(value_text)]
FieldName = Annotated[Text, StringConstraints(min_length=1, max_length=400)]
StatusFields = Annotated[list[FieldName], Field(min_length=1), BeforeValidator(one_or_many)]
# {the source's field or column: the object's field, or context.X}; null for one less
Targets = dict[FieldName, FieldName | None]


class TableKeys(Strict):
    """A table that a history reads: by its name in the history's schema, or as a dbt model."""

    table: Identifier | None = None
    ref: Identifier | None = None
    only: dict[ColumnName, PlainValue | None] = {}  # the rows to read

    @model_validator(mode="after")
    def one_of_both(self) -> TableKeys:
        if self.table and self.ref:
            raise ValueError(
                "give `table`, which is in the history's schema, or `ref`, a dbt model or seed;"
                " not both"
            )
        return self


class NameKeys(TableKeys):
    """Where ids become names: in a table, or here."""

    key: ColumnName | None = None
    name: ColumnName | None = None
    values: dict[ValueText, FieldName | None] = {}


class UserKeys(TableKeys):
    """Where ids of people become names, and what roles they have."""

    key: ColumnName | None = None
    name: ColumnName | None = None
    role: ColumnName | None = None


class FixedValue(Strict):
    """A value of all rows of a table, in place of a column."""

    value: FieldName


def kind_of_value(given: object) -> str:
    return MAPPING_TAG if isinstance(given, (dict, BaseModel)) else TEXT_TAG


MAPPING_TAG, TEXT_TAG = "a mapping", "a text"
ColumnOrValue = Annotated[
    Annotated[FixedValue, Tag(MAPPING_TAG)] | Annotated[ColumnName, Tag(TEXT_TAG)],
    Discriminator(kind_of_value),
]


class ChangeColumns(Strict):
    object_id: ColumnName | None = None
    field: ColumnOrValue | None = None
    new_value: ColumnName | None = None
    old_value: ColumnName | None = None
    at: ColumnName | None = None
    loaded_at: ColumnName | None = None
    by: ColumnName | None = None
    sequence: ColumnName | None = None
    change_id: ColumnName | None = None
    tenant: ColumnOrValue | None = None
    deleted: ColumnName | None = None


class EventColumns(Strict):
    object_id: ColumnName | None = None
    at: ColumnName | None = None
    loaded_at: ColumnName | None = None
    event_id: ColumnName | None = None
    by: ColumnName | None = None
    sequence: ColumnName | None = None
    tenant: ColumnOrValue | None = None
    deleted: ColumnName | None = None


class ObjectColumns(Strict):
    object_id: ColumnName | None = None
    created_at: ColumnName | None = None
    loaded_at: ColumnName | None = None
    created_by: ColumnName | None = None
    status: ColumnOrValue | None = None
    deleted: ColumnName | None = None
    deleted_at: ColumnName | None = None
    tenant: ColumnOrValue | None = None


class ChangesKeys(TableKeys):
    """A table with one row per changed field."""

    columns: ChangeColumns = ChangeColumns()
    status_field: StatusFields | None = None
    fields: Targets | None = None  # none: all, under their own names
    ignore_fields: list[FieldName] = []
    tracked: list[FieldName] = []


class EventTypeKeys(Strict):
    """An event type that depends on a column."""

    column: ColumnName | None = None
    values: dict[ValueText, EventName | None] = {}
    default: EventName | None = None


class EventsKeys(TableKeys):
    """A table with one row per event, such as a comment."""

    columns: EventColumns = EventColumns()
    event_type: (
        Annotated[
            Annotated[EventTypeKeys, Tag(MAPPING_TAG)] | Annotated[EventName, Tag(TEXT_TAG)],
            Discriminator(kind_of_value),
        ]
        | None
    ) = None
    fields: Targets | None = None


class ObjectsKeys(TableKeys):
    """A table with one row per object, as it is now."""

    columns: ObjectColumns = ObjectColumns()
    fields: Targets | None = None
    changes: Name | None = None  # a part of `changes`, for the values at the creation
    deleted_state: FieldName | None = None


class HistoryKeys(Strict):
    """The tables of one system that keeps a history of its objects. The keys override those of a
    preset. Only their form is checked here.
    """

    preset: Text | None = None
    loader: Literal["fivetran", "airbyte"] | None = None
    schema_: Identifier | None = Field(default=None, alias="schema")
    database: Identifier | None = None
    object_type: FieldName | None = None
    source_system: FieldName | None = None
    time_zone: Text | None = None
    lookback_minutes: Annotated[int, Field(ge=0, le=525_600)] = 60
    changes: dict[Name, ChangesKeys | None] = {}
    events: dict[Name, EventsKeys | None] = {}
    objects: dict[Name, ObjectsKeys | None] = {}
    names: dict[FieldName, NameKeys | None] = {}
    users: UserKeys | None = None


class Config(AliasChoices):  # the aliases here are for every binding that has the current name
    version: Literal[1]
    metadb: MetaDb
    output: str = "models/ozmeta"
    journal: Journal
    rollups: Rollups | Literal[False] = Rollups()  # false: none are written
    calendars: dict[Text, CalendarKeys] = {}  # by the calendar's code
    bindings: dict[str, BindingChoices] = {}
    tests: Tests = Tests()
    backlog: bool = False  # whether tables count the objects in each state by day
    approval_events: ApprovalEvents = ApprovalEvents()
    approval_flows: dict[str, FlowChoices] = {}  # by the flow's code
    warehouses: list[
        Warehouse
        # where the models will run, by dbt's adapters: what one can't do is said when generating
    ] = []
    tenants: list[TenantID] | None = (
        None  # all tenants there are: then a rule that compares with another one is refused
    )
    language: LanguageCode | None = None  # of the texts; by default the project's own
    # whether to write the one that dbt's semantic models need; false where the project has its own
    time_spine: bool = True
    notify: dict[ChannelName, Channel] = {}

    row_policies: RowPolicies | None = None
    contracts: bool = False
    group: Group | None = None
    exposures: dict[Name, Exposure] = {}
    histories: dict[Name, HistoryKeys] = {}  # histories/reading.py checks them

    @field_validator("rollups", mode="before")
    @classmethod
    def prefix_or_false(cls, given: object) -> object:
        if given is True:
            return {}
        if given is not False and not isinstance(given, (dict, Rollups)):
            raise ValueError("give `{prefix: ozmeta_}`, or `false` for none")
        return given

    @field_validator("output")
    @classmethod
    def output_is_inside(cls, output: str) -> str:
        path = Path(output)
        if path.is_absolute() or ".." in path.parts or not path.parts or "\0" in output:
            raise ValueError("name a folder of this dbt project, such as models/ozmeta")
        return output


ENV_KEYS = ("url_env", "token_env")
UNION_TAGS = (
    SOURCE_TAG,
    MODEL_TAG,
    "Rollups",
    "Freshness",
    "literal[False]",
    MAPPING_TAG,
    TEXT_TAG,
)  # pydantic's, in the place of a fault


def load_config(project: Path) -> Config:
    """Read ozmeta.yml. FileProblem if it cannot be read, InvalidMetadata if something in it is
    wrong.
    """
    path = project / FILE_NAME
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise FileProblem(
            f"there is no {FILE_NAME} in {project}: run `ozmeta-dbt init` there, or name the"
            " project with --project-dir"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise FileProblem(f"{path} can't be read: {error}") from None
    try:
        document = loads_yaml(text)
    except (ValueError, RecursionError) as error:
        problems = Problems()
        problems.error(Origin(FILE_NAME), f"is not YAML: {error}")
        raise InvalidMetadata(problems) from None
    return checked(document, FILE_NAME)


def checked(document: Any, name: str) -> Config:
    """The configuration in a document. InvalidMetadata if something in it is wrong. name: the name
    of the document in messages
    """
    try:
        return Config.model_validate(document)
    except ValidationError as error:
        problems = Problems()
        for fault in error.errors():
            place = tuple(key for key in fault["loc"] if key not in (*UNION_TAGS, "[key]"))
            problems.error(Origin(name).at(*place), *said(place, fault))
        raise InvalidMetadata(problems) from None


def keys_of(place: tuple[int | str, ...]) -> list[str]:
    """The keys that ozmeta.yml may have at a place; none if its keys are not fixed."""
    here: Any = Config
    for part in place:
        if isinstance(here, type) and issubclass(here, Strict):
            fields = {info.alias or name: info for name, info in here.model_fields.items()}
            here = fields[str(part)].annotation if part in fields else None
        else:  # the members of a list or the values of a dict
            here = get_args(here)[-1] if get_args(here) else None
        while get_origin(here) in (Annotated, Union, UnionType):
            here = next((arg for arg in get_args(here) if arg is not type(None)), None)
    return (
        [info.alias or name for name, info in here.model_fields.items()]
        if isinstance(here, type) and issubclass(here, Strict)
        else []
    )


def said(at: tuple[int | str, ...], fault: Any) -> tuple[str, str]:
    """What is wrong at a place of ozmeta.yml, and a hint, from what pydantic says."""
    *place, last = at or ("",)
    given = fault["input"]
    if fault["type"] == "extra_forbidden":
        return f"{last!r} is not a key that is known here", one_of(str(last), keys_of(tuple(place)))
    if fault["type"] == "missing":
        return "is missing, and has no default", ""
    if fault["type"] == "literal_error":
        expected = re.findall(r"'([^']*)'", fault["ctx"]["expected"])
        hint = (
            did_you_mean(given, expected)
            if isinstance(given, str) and nearest(given, expected)
            else ""
        )
        return f"is {given!r}; expected {fault['ctx']['expected']}", hint
    if fault["type"] == "string_pattern_mismatch" and last in ENV_KEYS:
        return (
            "expected the name of an environment variable, such as ONCALL_WEBHOOK",
            "its value is a secret, and belongs into that variable, not into a file",
        )
    if fault["type"] == "string_pattern_mismatch":
        return (
            f"{given!r} is not a plain name",
            "a letter or _ first, then letters, digits, _, $ and -",
        )
    wanted = expectation(fault)
    return (f"is {described(given)}; {wanted}" if wanted.startswith("expected ") else wanted), ""
