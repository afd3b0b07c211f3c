"""What row policies (`row_policies` in ozmeta.yml) ask of the warehouses and of the bindings
(SPEC 7.5).
"""

from __future__ import annotations

import re
from typing import get_args

from ozmeta_dbt.bindings.definitions import Binding
from ozmeta_dbt.config import FILE_NAME, Config, Warehouse
from ozmeta_dbt.problems import Origin, Problems

WITH_POLICIES = ("postgres", "bigquery", "databricks", "snowflake")
WITHOUT_USERS = ("duckdb",)
# There, policies apply to the user of the run too.
FOR_OWNERS = ("bigquery", "databricks", "snowflake")
GRANTEE = re.compile(r"(user|group|serviceAccount|domain):[^\s:]+")


def check(bindings: list[Binding], config: Config, problems: Problems) -> None:
    policies = config.row_policies
    if policies is None:
        return
    here = Origin(FILE_NAME).at("row_policies")
    known = (*WITH_POLICIES, *WITHOUT_USERS)
    unknown = [name for name in get_args(Warehouse) if name in config.warehouses]
    unknown = [name for name in unknown if name not in known]
    if unknown:
        problems.error(
            here,
            f"there are row policies for {', '.join(WITH_POLICIES)}, and `warehouses` has"
            f" {', '.join(unknown)}",
            "leave `row_policies` out, or that warehouse",
        )
    strict = [name for name in FOR_OWNERS if name in config.warehouses]
    if strict and not policies.unrestricted:
        problems.error(
            here.at("unrestricted"),
            f"is empty, and on {', '.join(strict)} a run would see no rows: policies apply to the"
            " user of the run too",
            "name the user or role that runs dbt",
        )
    if "bigquery" in config.warehouses:
        for number, name in enumerate(policies.unrestricted):
            if not GRANTEE.fullmatch(name):
                problems.error(
                    here.at("unrestricted", number),
                    f"is {name!r}; BigQuery expects user:, group:, serviceAccount: or domain: and"
                    " an address",
                    "write serviceAccount:dbt@project.iam.gserviceaccount.com, for example",
                )
    hidden = [binding.name for binding in bindings if not binding.tenant_in_key]
    if hidden:
        problems.notes.append(
            f"row_policies: {', '.join(hidden)} has no tenant in its key, so _TenantID is '' in"
            " its tables; a tenant's reader sees only the rows of its timeline, quarantine and"
            " journal"
        )
    inline = [binding.name for binding in bindings if binding.entity]
    if inline:
        problems.notes.append(
            f"row_policies: {', '.join(f'{name}_inline' for name in inline)} shows rows of the"
            " entity's own table, whose policies are yours; without them, give it to no tenant's"
            " reader"
        )
