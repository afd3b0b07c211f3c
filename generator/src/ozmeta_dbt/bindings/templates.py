"""Event templates: the columns, the key and the indexes that ET_SpecJSON asks for (SPEC 10.8)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

from ozmeta_dbt.bindings.definitions import Index, Named, Template
from ozmeta_dbt.bindings.lookups import Lookups
from ozmeta_dbt.documents import described, loads
from ozmeta_dbt.metadb.rows import EventTemplate, RuntimeBinding, RuntimeTemplateBinding
from ozmeta_dbt.problems import Origin
from ozmeta_dbt.words import nearest

SPEC_KEYS = ("columns", "key", "indexes")
INDEX_COLUMNS = ("on", "columns")
T = TypeVar("T")


class TemplateResolver:
    def __init__(self, lookups: Lookups):
        self.rows, self.problems = lookups.rows, lookups.problems
        self.by_id: dict[str, list[EventTemplate]] = defaultdict(list)
        for row in self.rows.of(EventTemplate):
            if row.id is not None:
                self.by_id[row.id].append(row)
        self.parsed: dict[str, Template | None] = {}

    def templates(self, binding: RuntimeBinding, purposes: set[str]) -> dict[str, list[Template]]:
        """The templates of a binding by purpose. A template is read only when a binding uses it, so
        an unused one causes no error.
        """
        found: dict[str, list[Template]] = {}
        for bound in self.rows.of(RuntimeTemplateBinding):
            if (
                bound.binding_id != binding.id
                or bound.purpose not in purposes
                or bound.target_layer == "OLTP"
                or bound.template_id is None
            ):
                continue
            template = self.template(bound.template_id, bound.at("template_id"))
            mine = found.setdefault(bound.purpose, [])
            if template is not None and template not in mine:
                mine.append(template)
        return found

    def template(self, id: str, at: Origin) -> Template | None:
        rows = self.by_id.get(id, [])
        if id not in self.parsed:
            self.parsed[id] = self.parse(rows[0]) if len(rows) == 1 else None
            if len(rows) > 1:
                self.problems.error(
                    rows[1].at("id"),
                    f"two EventTemplate rows have the id {id}",
                    f"the other is at {rows[0].origin}",
                )
        if not rows and not self.rows.may_hold("EventTemplate", id):
            self.problems.warn(
                at,
                f"points to the event template {id}, which does not exist: no column, key or index"
                " of it is checked",
                "was it deleted, or left out of the export?",
            )
        return self.parsed[id]

    def parse(self, row: EventTemplate) -> Template | None:
        spec, at = row.spec, row.at("spec")
        if row.is_calendar or spec is None or (isinstance(spec, str) and not spec.strip()):
            return None
        if isinstance(spec, str):
            try:
                spec = loads(spec)
            except (ValueError, RecursionError) as error:
                self.problems.error(
                    at,
                    f"ET_SpecJSON is not JSON: {error}",
                    'an object {"columns": […], "key": […], "indexes": […]}, or null',
                )
                return None
        if spec is None:
            return None
        if not isinstance(spec, dict):
            self.problems.error(
                at,
                f"ET_SpecJSON is {described(spec)}; expected an object",
                '{"columns": […], "key": […], "indexes": […]}, or null',
            )
            return None
        for key in spec:
            meant = nearest(str(key), set(SPEC_KEYS) - spec.keys())
            if key not in SPEC_KEYS and meant:
                self.problems.warn(
                    at.at(key), "is not a key that is read", f"did you mean {meant!r}?"
                )
        return Template(
            row.code or row.id or "",
            self.members(spec.get("columns"), at.at("columns"), "columns", self.named),
            self.members(spec.get("key"), at.at("key"), "column names", self.named),
            self.members(spec.get("indexes"), at.at("indexes"), "indexes", self.index),
        )

    def members(
        self, given: Any, at: Origin, what: str, read: Callable[[Any, Origin], T | None]
    ) -> tuple[T, ...]:
        """The members of an array that can be read. An error for each of the others."""
        if given is None:
            return ()
        if not isinstance(given, list):
            self.problems.error(at, f"is {described(given)}; expected an array of {what}")
            return ()
        found = (read(item, at.at(place)) for place, item in enumerate(given))
        return tuple(item for item in found if item is not None)

    def named(self, given: Any, at: Origin) -> Named | None:
        """A column: its name, or an object with its name."""
        name, at_name = (
            (given.get("name"), at.at("name")) if isinstance(given, dict) else (given, at)
        )
        if isinstance(name, str) and name.strip():
            return Named(name.strip(), at_name)
        self.problems.error(
            at_name,
            f"is {described(name)}; expected the name of a column",
            'a text, or an object such as {"name": "WI_ID"}',
        )
        return None

    def index(self, given: Any, at: Origin) -> Index | None:
        """An index: an object with its columns below `on`, or only their array."""
        spec = {"on": given} if isinstance(given, list) else given
        key = next((key for key in INDEX_COLUMNS if isinstance(spec, dict) and spec.get(key)), None)
        if key is None:
            self.problems.error(
                at,
                f"is {described(given)}; expected an index with its columns",
                'such as {"on": ["_TenantID", "WS_CurrentCode"]}',
            )
            return None
        at_columns = at if isinstance(given, list) else at.at(key)
        columns = self.members(spec[key], at_columns, "column names", self.named)
        unique = spec.get("unique")
        if unique is not None and not isinstance(unique, bool):
            self.problems.error(at.at("unique"), f"is {described(unique)}; expected true or false")
        return Index(columns, unique is True, at) if columns else None
