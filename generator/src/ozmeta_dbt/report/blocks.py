"""The parts of the page: sections of blocks, each with charts, tables and the SQL behind it."""

from __future__ import annotations

from dataclasses import dataclass, field

from ozmeta_dbt.report.charts import Chart
from ozmeta_dbt.report.figures import Figure
from ozmeta_dbt.report.tables import Table


@dataclass(frozen=True)
class View:
    """One of several views of a block, such as the view by one field. The reader picks one."""

    name: str
    chart: Chart | None = None
    table: Table | None = None


@dataclass(frozen=True)
class Block:
    figure: Figure
    views: list[View]
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Section:
    name: str
    title: str
    blocks: list[Block]
