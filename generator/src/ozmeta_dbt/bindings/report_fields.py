"""`report_fields` of a binding: the object's fields that tables show as OF_<Field>."""

from __future__ import annotations

from ozmeta_dbt.bindings.definitions import report_name
from ozmeta_dbt.config import FILE_NAME, BindingChoices
from ozmeta_dbt.problems import Origin, Problems


def check_report_fields(label: str, choices: BindingChoices, problems: Problems) -> None:
    seen: dict[str, str] = {}
    for place, name in enumerate(choices.report_fields):
        at = Origin(FILE_NAME).at("bindings", label, "report_fields", place)
        column = f"OF_{report_name(name)}"
        if name.startswith("object."):
            wanted = name.removeprefix("object.")
            problems.error(at, f"{name!r} is a ref, not a field", f"write {wanted}")
        elif seen.get(column.lower()) == name:
            problems.error(at, f"the field {name!r} is named twice", "name it once")
        elif other := seen.get(column.lower()):
            problems.error(
                at,
                f"{name!r} and {other!r} would both be the column {column}",
                "leave one of them out, or lead it to the other with field_aliases",
            )
        seen.setdefault(column.lower(), name)
