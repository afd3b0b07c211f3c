"""The report as one HTML file, which needs no network."""

from __future__ import annotations

import base64
import hashlib
import json
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from ozmeta_dbt import __version__
from ozmeta_dbt.report.document import BindingReport
from ozmeta_dbt.report.stories import Told

# Apache ECharts 6.1.0 (Apache-2.0) draws the charts, and dagre 3.1.3 (MIT) places the map.
SCRIPTS = ("echarts.min.js", "dagre.min.js", "report.js")


def html(reports: list[BindingReport], title: str, tenant: str | None) -> str:
    environment = Environment(
        loader=PackageLoader("ozmeta_dbt.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    scripts = [asset(name) for name in SCRIPTS]
    charts: list[dict[str, Any]] = []

    def chart_id(option: dict[str, Any]) -> int:
        """The chart's place among those that the page's script draws."""
        charts.append(option)
        return len(charts) - 1

    sections = {report.name: report.sections for report in reports}
    body = environment.get_template("body.html").render(
        reports=reports,
        sections=sections,
        title=title,
        tenant=tenant,
        chart_id=chart_id,
        story_id=story_ids(reports),
        version=__version__,
    )
    return environment.get_template("page.html").render(
        title=title,
        body=body,
        style=asset("report.css"),
        data=inert_json(charts),
        scripts=scripts,
        policy="script-src " + " ".join(map(source_hash, scripts)),
    )


def asset(name: str) -> str:
    return resources.files("ozmeta_dbt.report").joinpath("assets", name).read_text("utf-8")


def inert_json(value: Any) -> str:
    """JSON that cannot end the script element that contains it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def source_hash(script: str) -> str:
    """How the content security policy names the only scripts that the browser may run."""
    digest = hashlib.sha256(script.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def story_ids(reports: list[BindingReport]) -> Any:
    places = {
        (report.name, story.object_id, story.tenant or ""): f"story-{number}-{place}"
        for number, report in enumerate(reports)
        for place, story in enumerate(report.stories)
    }

    def story_id(binding: str, found: Told | Any) -> str | None:
        return places.get((binding, found.object_id, found.tenant or ""))

    return story_id
