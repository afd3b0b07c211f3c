"""MetaDB's FieldProtection (SPEC 4.1): fields whose original values never reach the tables."""

from __future__ import annotations

import re
from typing import Any

from ozmeta_dbt.metadb.rows import DataProtectionPolicy, Field, FieldProtection
from ozmeta_dbt.metadb.use import MetaRows
from ozmeta_dbt.problems import Problems
from ozmeta_dbt.words import plain

MODES = {
    "hash": "hash",
    "hashed": "hash",
    "mask": "mask",
    "masked": "mask",
    "tokenise": "tokenise",
    "tokenize": "tokenise",
    "token": "tokenise",
}
MASK = "***"


def protections(
    table_id: str | None, rows: MetaRows, problems: Problems
) -> dict[str, dict[str, str]]:
    """{field of the table: {mode, key?, mask?}}. A protection that cannot be applied is an error,
    because the original values would be stored.
    """
    fields = {row.id: row for row in rows.of(Field) if row.table_id == table_id and row.code}
    policies = {row.id: row for row in rows.of(DataProtectionPolicy)}
    found: dict[str, dict[str, str]] = {}
    for row in rows.of(FieldProtection):
        field = fields.get(row.field_id or "")
        if table_id is None or field is None:
            continue
        policy = policies.get(row.policy_id or "")
        if policy is not None and not policy.is_enabled:
            continue
        assert field.code
        if rule := protection(row, field, policy, problems):
            found[field.code] = rule
    return dict(sorted(found.items()))


def protection(
    row: FieldProtection, field: Field, policy: DataProtectionPolicy | None, problems: Problems
) -> dict[str, str] | None:
    given = row.mode or (policy.type if policy else None) or ""
    mode = MODES.get(plain(given))
    if mode is None:
        problems.error(
            row.at("mode"),
            f"the field {field.code} is to be protected by {given!r}, which the models cannot do",
            "expected Hash, Mask or Tokenise",
        )
        return None
    if mode == "mask":
        return {"mode": mode, "mask": field.mask or MASK}
    algorithm = (policy.algorithm if policy else None) or "sha256"
    if policy is not None and plain(algorithm) != "sha256":
        problems.error(
            policy.at("algorithm"),
            f"DP_Algorithm is {algorithm!r}, which the models cannot do",
            "expected SHA256",
        )
        return None
    key = (policy.key_ref if policy else None) or ""
    if policy is not None and key and not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", key):
        problems.error(
            policy.at("key_ref"),
            f"DP_KeyRef {key!r} is not the name of an environment variable",
            "name the variable that holds the key, such as OZMETA_PROTECTION_KEY",
        )
        return None
    if mode == "tokenise" and not key:
        problems.error(
            row.at("policy_id"),
            f"the tokens of {field.code} need a key",
            "give DP_KeyRef: the environment variable that holds it",
        )
        return None
    return {"mode": mode} | ({"key": key} if key else {})


def literal(rule: dict[str, str] | None) -> dict[str, Any]:
    """What a field of journal_config carries."""
    return {"protect": rule} if rule else {}
