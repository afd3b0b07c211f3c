"""The report of a project, as one document."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass, field
from typing import Any

from ozmeta_dbt.instants import from_micros
from ozmeta_dbt.report import compliance, figures, flow, forecast, headline, now, outlook, trust
from ozmeta_dbt.report.blocks import Section
from ozmeta_dbt.report.figures import Figure
from ozmeta_dbt.report.stories import Told


@dataclass
class BindingReport:
    """What the report says about one binding. Without a completed run, it has only a name."""

    name: str
    as_of: dt.datetime | None
    since: dt.datetime | None
    fields: list[str]
    figures: dict[str, Figure]
    missing: dict[str, list[str]]  # {figure: the models that it needs}
    verified: dict[str, Any] | None = None
    stories: list[Told] = field(default_factory=list)

    @property
    def headline(self) -> list[str]:
        return headline.headline(self.figures, self.fields)

    @property
    def sections(self) -> list[Section]:
        if self.as_of is None:
            return []
        every = [
            now.section(self.figures, self.fields, self.as_of),
            compliance.section(self.figures, self.fields),
            flow.section(self.figures),
            outlook.section(self.figures, self.as_of),
            trust.section(self.figures, self.as_of, self.verified),
        ]
        return [section for section in every if section.blocks]


def read(answer: dict[str, Any], verified: dict[str, Any]) -> list[BindingReport]:
    """From what the macro report_facts printed. verified: {binding: see trust.verify_sentence}"""
    return [
        BindingReport(
            name=name,
            as_of=from_micros(found["as_of"]) if "as_of" in found else None,
            since=from_micros(found["since"]) if found.get("since") is not None else None,
            fields=found.get("fields", []),
            figures=figures.read(found),
            missing=found["missing"],
            verified=verified.get(name),
        )
        for name, found in sorted(answer.items())
    ]


def as_json(reports: list[BindingReport]) -> dict[str, Any]:
    """The figures, and what is computed from them. Instants are in UTC, as ISO 8601."""
    return {
        "version": 1,
        "bindings": {
            report.name: {
                "as_of": report.as_of,
                "since": report.since,
                "fields": report.fields,
                "headline": report.headline,
                "figures": {
                    name: {
                        "title": figure.title,
                        "question": figure.question,
                        "sql": figure.sql,
                        "rows": figure.rows,
                    }
                    for name, figure in report.figures.items()
                },
                "computed": computed(report),
                "missing": report.missing,
                "verified": report.verified,
                "stories": [asdict(story) for story in report.stories],
            }
            for report in reports
        },
    }


def computed(report: BindingReport) -> dict[str, Any]:
    """What Python adds up or estimates from the figures."""
    found: dict[str, Any] = {}
    if "outcomes" in report.figures:
        rows = report.figures["outcomes"].rows
        found["met_by_week"] = compliance.over_time(rows, compliance.week_of)
        found["met_by_month"] = compliance.over_time(rows, compliance.month_of)
    if "forecast" in report.figures:
        found["forecast"] = forecast.forecast(report.figures["forecast"].rows)
    return found
