"""Charts as options of ECharts. The page adds the colours of its theme; a colour here is the name
of one of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

LINE_HEIGHT, FRAME = 30, 110  # pixels


@dataclass(frozen=True)
class Chart:
    label: str  # what it shows, for people who can't see it
    option: dict[str, Any]
    height: int = 320


def bars(
    label: str,
    categories: Sequence[str],
    series: Mapping[str, Sequence[float | None]],
    colors: Mapping[str, str] | None = None,
    axis: str = "",
) -> Chart:
    """Horizontal stacked bars, one for each category, from top to bottom."""
    return Chart(
        label,
        {
            "legend": {"top": 0, "type": "scroll"},
            "grid": {"left": 8, "right": 24, "top": 36, "bottom": 36, "containLabel": True},
            "xAxis": {
                "type": "value",
                "minInterval": 1,
                "name": axis,
                "nameLocation": "middle",
                "nameGap": 26,
            },
            "yAxis": {
                "type": "category",
                "data": list(categories),
                "inverse": True,
                "axisLabel": {"width": 140, "overflow": "truncate"},
            },
            "series": [
                {
                    "type": "bar",
                    "name": name,
                    "stack": "all",
                    "data": list(values),
                    "barMaxWidth": 22,
                    "color": (colors or {}).get(name, f"series{place}"),
                }
                for place, (name, values) in enumerate(series.items())
            ],
        },
        FRAME + LINE_HEIGHT * max(1, len(categories)),
    )


def columns(
    label: str,
    categories: Sequence[str],
    series: Mapping[str, Sequence[float | None]],
    colors: Mapping[str, str] | None = None,
    axis: str = "",
    mark: str | None = None,
) -> Chart:
    """Stacked columns from left to right. mark: the category that a line marks"""
    drawn: list[dict[str, Any]] = [
        {
            "type": "bar",
            "name": name,
            "stack": "all",
            "data": list(values),
            "color": (colors or {}).get(name, f"series{place}"),
        }
        for place, (name, values) in enumerate(series.items())
    ]
    if mark and drawn:
        drawn[0]["markLine"] = {
            "symbol": "none",
            "silent": True,
            "data": [{"xAxis": mark}],
            "label": {"formatter": "target"},
        }
    return upright(label, categories, axis, {"type": "value", "minInterval": 1}, drawn)


def upright(
    label: str,
    categories: Sequence[str],
    axis: str,
    values: dict[str, Any],
    drawn: list[dict[str, Any]],
) -> Chart:
    """A chart with its categories from left to right. values: the axis of the values"""
    return Chart(
        label,
        {
            "legend": {"top": 0, "type": "scroll"},
            "grid": {"left": 8, "right": 24, "top": 40, "bottom": 36, "containLabel": True},
            "xAxis": {
                "type": "category",
                "data": list(categories),
                "name": axis,
                "nameLocation": "middle",
                "nameGap": 28,
            },
            "yAxis": values,
            "series": drawn,
        },
    )


def lines(
    label: str,
    categories: Sequence[str],
    series: Mapping[str, Sequence[float | None]],
    axis: str = "",
    step: bool = False,
) -> Chart:
    """Lines of shares between 0 and 1, shown in percent."""
    drawn = [
        {
            "type": "line",
            "name": name,
            "data": list(values),
            "connectNulls": True,
            "symbolSize": 6,
            "showSymbol": len(categories) < 60,
            "step": "end" if step else False,
            "color": f"series{place}",
        }
        for place, (name, values) in enumerate(series.items())
    ]
    shares = {"type": "value", "min": 0, "max": 1, "format": "percent"}
    return upright(label, categories, axis, shares, drawn)


def grouped(
    label: str,
    categories: Sequence[str],
    series: Mapping[str, Sequence[float | None]],
    colors: Mapping[str, str] | None = None,
) -> Chart:
    """Columns side by side, from left to right."""
    chart = columns(label, categories, series, colors)
    for drawn in chart.option["series"]:
        del drawn["stack"]
    return chart
