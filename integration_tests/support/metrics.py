"""What MetricFlow would ask the warehouse for the generated metrics."""

from __future__ import annotations

from typing import Any, NamedTuple

from support.dbt_project_under_test import DbtProject


class SimpleMetric(NamedTuple):
    """A metric of one measure: its relation, the measure's SQL, and {dimension or entity: SQL}."""

    relation: str
    value: str
    columns: dict[str, str]


def parsed(project: DbtProject) -> Any:
    """The manifest of a project that dbt parses without a warning."""
    said: list[str] = []
    manifest = project.dbt(
        "parse",
        "--no-partial-parse",
        callbacks=[
            lambda e: said.append(e.info.msg) if e.info.level in ("warn", "error") else None
        ],
    ).result
    assert said == []
    return manifest


def simple_metrics(manifest: Any) -> dict[str, SimpleMetric]:
    measures = {
        measure.name: (model, measure)
        for model in manifest.semantic_models.values()
        for measure in model.measures
    }
    found = {}
    for metric in manifest.metrics.values():
        if metric.type.value == "simple":
            model, measure = measures[metric.type_params.measure.name]
            function = {"average": "avg"}.get(measure.agg.value, measure.agg.value)
            found[metric.name] = SimpleMetric(
                manifest.nodes[model.depends_on.nodes[0]].name,
                f"{function}({measure.expr})",
                {column.name: column.expr for column in (*model.dimensions, *model.entities)},
            )
    return found


def values(project: DbtProject, metric: SimpleMetric, *dimensions: str) -> dict[tuple, Any]:
    """{(value of each dimension): value of the metric}"""
    by = [metric.columns[name] for name in dimensions]
    grouping = f" group by {', '.join(by)}" if by else ""
    columns = ", ".join([*by, f"{metric.value} as metric_value"])
    rows = project.rows(f"select {columns} from {metric.relation}{grouping}")
    return {tuple(row.values())[:-1]: row["metric_value"] for row in rows}
