"""The role of each column of a table of changes, by its name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ozmeta_dbt.config import ChangeColumns
from ozmeta_dbt.discovery.texts import shown
from ozmeta_dbt.histories.definition import CHANGES
from ozmeta_dbt.histories.reading import NEEDED, PURPOSES
from ozmeta_dbt.words import did_you_mean, one_of

ROLES = tuple(ChangeColumns.model_fields)
# Names that say what a column is, besides the role's own name.
SYNONYMS = {
    "object_id": ("ticket_id", "issue_id", "case_id", "record_id"),
    "field": ("field_name", "field_id", "column_name"),
    "new_value": ("value", "new", "to_value"),
    "old_value": ("old", "from_value"),
    "at": ("changed_at", "changed_on", "updated", "created_at", "timestamp"),
    "by": ("user_id", "changed_by", "author_id", "actor"),
    "loaded_at": ("_fivetran_synced", "_airbyte_extracted_at", "_sdc_batched_at", "_loaded_at"),
}
KNOWN = {name for names in SYNONYMS.values() for name in names} | set(ROLES)
TAKEN_FOR = {"loaded_at": "If nothing says so, take the column that is `at`."}


def given(options: Iterable[str], columns: Iterable[str]) -> tuple[dict[str, str], list[str]]:
    """{role: column} of options such as object_id=ticket_id, and what is wrong with them."""
    found: dict[str, str] = {}
    faults = []
    spelled = {column.lower(): column for column in columns}
    for option in options:
        role, equals, column = option.partition("=")
        if not equals or not column:
            faults.append(f"--column is {option!r}: expected ROLE=COLUMN, as object_id=ticket_id")
        elif role not in ROLES:
            faults.append(f"--column {option}: {role!r} is no role; {one_of(role, ROLES)}")
        elif role in found:
            faults.append(f"--column names {role} twice: {found[role]} and {column}")
        elif column.lower() not in spelled:
            hint = did_you_mean(column, spelled.values())
            faults.append(f"--column {option}: there is no column {shown(column)}; {hint}")
        else:
            found[role] = spelled[column.lower()]
    return found, faults


def roles(
    chosen: Mapping[str, str], columns: Iterable[str], own_id: str = ""
) -> tuple[dict[str, str], list[str]]:
    """{role: column}: the chosen columns, and those that are recognized by name. Also the roles
    that are missing or could be one of several columns.

    own_id: the name that the object's column would have after the table, such as claim_id
    """
    names = list(columns)
    free = {name.lower(): name for name in names if name not in chosen.values()}
    found, faults = dict(chosen), []
    for role in ROLES:
        if role in chosen:
            continue
        candidates = candidates_of(role, free, own_id)
        if len(candidates) == 1:
            found[role] = candidates[0]
        elif candidates:
            faults.append(
                f"{role} may be {' or '.join(map(shown, candidates))}: say which with --column"
                f" {role}={candidates[0]}"
            )
        elif role in NEEDED[CHANGES]:
            more = TAKEN_FOR.get(role, "")
            faults.append(
                f"no column is {role} by its name ({PURPOSES[role].rstrip('.')}): name it with"
                f" --column {role}=COLUMN{'. ' + more if more else ''}"
            )
    return {role: found[role] for role in ROLES if role in found}, faults


def candidates_of(role: str, free: Mapping[str, str], own_id: str) -> list[str]:
    """The columns that may have the role: those with its own name, or else those with a similar
    name. The object's id may also be `id`. But `id` is often the id of the change, so any other id
    may be the object's too.
    """
    tried: list[tuple[str, ...]] = [(role,), SYNONYMS.get(role, ())]
    if role == "object_id":
        ids = tuple(name for name in free if name.endswith("_id") and name not in KNOWN)
        tried = [(role,), (own_id,), SYNONYMS[role], (*ids, "id") if "id" in free else ()]
    for names in tried:
        if there := [free[name] for name in names if name in free]:
            return there
    return []
