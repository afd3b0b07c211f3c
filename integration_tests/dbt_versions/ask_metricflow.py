"""Asks MetricFlow for metrics, in a separate environment, and the warehouse for the same in SQL.
In: [[metrics, dimensions, SQL], ...] as JSON. Out: [[rows of MetricFlow, rows of the SQL], ...].
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

sys.path.pop(0)  # this folder
from dbt.cli.main import dbtRunner
from dbt_metricflow.cli.cli_configuration import CLIConfiguration
from metricflow.engine.metricflow_engine import MetricFlowQueryRequest


def main(folder: str) -> None:
    options = ["--project-dir", folder, "--profiles-dir", folder, "--quiet"]
    parsed = dbtRunner().invoke(["parse", *options])
    if not parsed.success:
        sys.exit(f"dbt does not parse the project: {parsed.exception}")
    configuration = CLIConfiguration()
    configuration.setup(Path(folder), Path(folder), configure_file_logging=False)
    answers = []
    for metrics, dimensions, sql in json.load(sys.stdin):
        request = MetricFlowQueryRequest.create(metric_names=metrics, group_by_names=dimensions)
        by_name = rows_of(configuration.mf.query(request).result_df)
        answers.append([by_name, rows_of(configuration.sql_client.query(sql))])
    print("ANSWERS " + json.dumps(answers, default=str))


def rows_of(table: Any) -> list[dict[str, Any]]:
    names = [column.column_name for column in table.column_descriptions]
    return [dict(zip(names, row, strict=True)) for row in table.rows]


main(sys.argv[1])
