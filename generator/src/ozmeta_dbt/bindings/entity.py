"""The table or UI entity that a binding is of: its models' name, its key, its own table."""

from __future__ import annotations

import hashlib
import re

from ozmeta_dbt.bindings.definitions import MAX_NAME, EntityTable
from ozmeta_dbt.bindings.lookups import Lookups
from ozmeta_dbt.config import FILE_NAME, BindingChoices, Entity
from ozmeta_dbt.metadb.rows import RuntimeBinding, Table, UiEntity
from ozmeta_dbt.problems import Origin
from ozmeta_dbt.words import counted


def snake_case(text: str) -> str:
    """CaseFile -> case_file, HTTPCall -> http_call; other characters become one underscore."""
    text = re.sub(r"[^A-Za-z0-9]+", "_", text)
    text = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", text))
    return re.sub(r"_+", "_", text).strip("_").lower()


class EntityResolver:
    def __init__(self, lookups: Lookups):
        self.lookups, self.rows, self.problems = lookups, lookups.rows, lookups.problems

    def entity(self, row: RuntimeBinding) -> Table | UiEntity | None:
        for field, column in (("object_type", "RB_ObjectType"), ("object_id", "RB_ObjectID")):
            if getattr(row, field) is None:
                self.problems.error(
                    row.at(field),
                    f"RuntimeBinding needs {column}",
                    "only a binding that is disabled or of mode None can leave it out",
                )
        if row.object_type is None or row.object_id is None:
            return None
        at = row.at("object_id")
        if row.object_type == "Table":
            return self.lookups.look_up(self.lookups.tables, row.object_id, at)
        return self.lookups.look_up(self.lookups.ui_entities, row.object_id, at)

    def label(self, row: RuntimeBinding) -> str:
        """The name of a skipped binding in a message, whatever its object."""
        lookups, id = self.lookups, row.object_id or ""
        found: Table | UiEntity | None = lookups.ui_entities.get(id)
        if row.object_type != "UiEntity":
            found = lookups.tables.get(id)
        return found.code if found else f"the binding {row.id}"

    def name(self, entity: Table | UiEntity) -> str | None:
        """The name of the binding's models. None, with an error, if no name is possible."""
        label = entity.code
        name = snake_case(label)
        if not name or name[0].isdigit():
            self.problems.error(
                entity.at("code"),
                f"no model can be named after {label!r}",
                "a name needs a letter of A to Z first",
            )
            return None
        if len(name) > MAX_NAME:
            digest = hashlib.sha256(label.encode()).hexdigest()[:8]
            name = f"{name[: MAX_NAME - 9].rstrip('_')}_{digest}"
            self.problems.warn(
                entity.at("code"), f"the name is long; its models are called {name}_…"
            )
        return name

    def object_types(self, entity: Table | UiEntity, choices: BindingChoices) -> list[str]:
        code = short_code(entity)
        return choices.object_types or list(dict.fromkeys([entity.code, *([code] if code else [])]))

    def check_key(self, row: RuntimeBinding, label: str, choices: BindingChoices) -> None:
        place = Origin(FILE_NAME).at("bindings", label, "key")
        if row.key_strategy == "Composite" and not choices.key:
            self.problems.error(
                row.at("key_strategy"),
                f"the key of {label} is Composite, but its columns are not set",
                f"name the journal's columns in {FILE_NAME}: bindings: {{{label}: {{key: [region,"
                " case_no]}}",
            )
        if choices.key and row.key_strategy != "Composite":
            self.problems.error(
                place,
                f"the instance key of {label} is {row.key_strategy}, so its columns are known",
                "leave `key` out, or let RB_InstanceKeyStrategy be Composite",
            )
        if choices.key and len({name.lower() for name in choices.key}) < len(choices.key):
            self.problems.error(place, "a column is named twice")

    def entity_table(
        self,
        row: RuntimeBinding,
        entity: Table | UiEntity,
        label: str,
        choices: BindingChoices,
        tenant_in_key: bool,
    ) -> EntityTable | None:
        """Inline mode: the entity's table. MetaDB has its schema and name; the key column is
        <CD_Code>_ID and the tenant column _TenantID. ozmeta.yml can override all of them.
        """
        place = Origin(FILE_NAME).at("bindings", label, "entity")
        if row.runtime_mode != "Inline":
            if choices.entity:
                self.problems.warn(
                    place, f"{label} is not Inline, so its own table is not looked at"
                )
            return None
        problems, said = self.problems, choices.entity or Entity()
        names = {
            "schema": said.schema_ or (entity.schema_name if isinstance(entity, Table) else None),
            "table": said.table or (entity.code if row.object_type == "Table" else None),
        }
        for part, name in names.items():
            if not name:
                problems.error(
                    place.at(part),
                    f"{label} is Inline, but MetaDB has no {part} for its own table",
                    f"set it in {FILE_NAME}: bindings: {{{label}: {{entity: {{{part}: …}}}}}}",
                )
            elif not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_$-]*", name):
                problems.error(
                    place.at(part),
                    f"{name!r}, the {part} of {label} in MetaDB, is not a plain name",
                    f"set the name in the warehouse in {FILE_NAME}",
                )
        code = short_code(entity)
        key = said.key or choices.key or ([f"{code}_ID"] if code else [])
        if not key:
            problems.error(
                place.at("key"),
                f"{label} is Inline, and has no CD_Code to tell what the key column of its own"
                " table is called",
                f"set it in {FILE_NAME}: bindings: {{{label}: {{entity: {{key: case_id}}}}}}",
            )
        elif len(key) != len(choices.key or [key[0]]):
            problems.error(
                place.at("key"),
                f"has {counted(len(key), 'column')}, and the instance key of {label} has"
                f" {len(choices.key or [''])}",
                "one for each, in the same order",
            )
        if said.tenant and not tenant_in_key:
            problems.error(
                place.at("tenant"),
                f"the tenant is not part of the instance key of {label} ({row.key_strategy})",
                "leave it out",
            )
        return EntityTable(
            names["schema"] or "",
            names["table"] or "",
            said.database,
            key,
            (said.tenant or "_TenantID") if tenant_in_key else None,
            said.write_back,
        )


def short_code(entity: Table | UiEntity) -> str | None:
    """The 2-letter code. Only tables have one."""
    return entity.cd_code if isinstance(entity, Table) else None


def requires_tenant(entity: Table | UiEntity) -> bool:
    return isinstance(entity, Table) and entity.requires_tenant
