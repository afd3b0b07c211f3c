"""Snapshots checked against a JSON schema: the one of OZMetaDB, or another one."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
from jsonschema.exceptions import SchemaError, ValidationError, best_match
from referencing import Registry
from referencing.exceptions import Unresolvable

from ozmeta_dbt.documents import MAX_DIGITS, loads
from ozmeta_dbt.problems import FileProblem, InvalidMetadata, Origin, Problems
from ozmeta_dbt.words import shortened

MAX_ERRORS = 100
MAX_MESSAGE = 200


def check(snapshot: Path, schema: Path | None, problems: Problems) -> None:
    """An error for each part of the snapshot that does not match the schema."""
    root = Origin(snapshot.as_posix())
    try:
        document = parsed(read(snapshot))
    except (ValueError, RecursionError) as error:
        problems.error(root, f"is not JSON: {error}", "export it from MetaDB again")
        raise InvalidMetadata(problems) from None
    rules = schema_of(schema)
    name = schema.as_posix() if schema else "the JSON schema"
    try:
        # an empty registry: a schema cannot make us load another one from the network
        validator = jsonschema.validators.validator_for(rules, jsonschema.Draft202012Validator)
        validator.check_schema(rules)
        errors = sorted(
            validator(rules, registry=Registry()).iter_errors(document),
            key=lambda error: [str(key) for key in error.absolute_path],
        )
    except (SchemaError, Unresolvable, RecursionError) as error:
        raise FileProblem(f"{name} is not a usable JSON schema: {short(str(error))}") from None
    for fault in errors[:MAX_ERRORS]:
        said = deepest(fault)
        problems.error(root.at(*said.absolute_path), short(said.message))
    if len(errors) > MAX_ERRORS:
        problems.error(root, f"{len(errors) - MAX_ERRORS} more parts do not match {name}")


def deepest(error: ValidationError) -> ValidationError:
    """Of several forms that a part may have, the fault in the form that fits best."""
    found = best_match([error])
    return found if isinstance(found, ValidationError) else error


def schema_of(path: Path | None) -> Any:
    if path is None:
        bundled = resources.files("ozmeta_dbt.metadb").joinpath("snapshot.schema.json")
        return json.loads(bundled.read_text(encoding="utf-8"))
    try:
        return parsed(read(path))
    except (ValueError, RecursionError) as error:
        raise FileProblem(f"{path} is not JSON: {error}") from None


def read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise FileProblem(f"{path} does not exist") from None
    except UnicodeDecodeError as error:
        raise ValueError(f"not UTF-8: {error}") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise FileProblem(f"{path} can't be read: {error}") from None


def parsed(text: str) -> Any:
    """JSON as a schema sees it: 1.0 is an integer, and a number that is out of range is not."""
    loads(text)  # refuses what is not JSON, such as NaN
    return json.loads(text, parse_int=whole)


def whole(digits: str) -> int | float:
    return int(digits) if len(digits) <= MAX_DIGITS else float(digits)


def short(text: str) -> str:
    return shortened(" ".join(text.split()), MAX_MESSAGE)
