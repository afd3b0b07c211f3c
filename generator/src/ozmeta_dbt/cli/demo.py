"""Run the demo."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ozmeta_dbt.cli.console import out


def demo(
    folder: Annotated[
        Path, typer.Argument(help="The folder of the demo project. It is deleted and made again.")
    ] = Path("ozmeta_demo"),
    package: Annotated[
        Path, typer.Option(help="The ozmeta_runtime dbt package: a checkout of its repository.")
    ] = Path(),
    events: Annotated[
        int, typer.Option(min=500, max=2_000_000, help="About how many events.")
    ] = 20_000,
    refreshes: Annotated[
        int, typer.Option(min=0, max=50, help="How many daily refreshes follow the first load.")
    ] = 7,
) -> None:
    """Run the demo on DuckDB: 60 days of events, a first load, then daily refreshes."""
    from ozmeta_dbt.demo import run_demo

    run_demo(folder, package, events, refreshes, out)
