"""The exposures that ozmeta.yml names: what reads the generated models."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any

from ozmeta_dbt.config import FILE_NAME, REPORT, Config, Exposure
from ozmeta_dbt.models.literals import yaml_text
from ozmeta_dbt.models.plan import Plan
from ozmeta_dbt.models.yaml_files import OneLine, dumped
from ozmeta_dbt.problems import Origin, Problems
from ozmeta_dbt.user_project.declarations import Surroundings
from ozmeta_dbt.words import did_you_mean, listed, one_of

# the folders of models that belong to no binding
SHARED = ("rollups", "calendars", "histories")
REPORT_TEXTS = {
    "label": "Service levels: the report",
    "description": (
        "The page that `ozmeta-dbt report` writes: what is late, compliance, flow, forecast, trust."
    ),
}


def exposure_file(
    plans: list[Plan],
    config: Config,
    around: Surroundings,
    written: Iterable[str],
    problems: Problems,
) -> dict[str, str]:
    """The properties file of the exposures, if there are any. An error for each model or binding
    that does not exist.

    written: paths of generated files below the output folder
    """
    known = {f"{plan.binding.name}_{model}" for plan in plans for model in plan.built}
    for path in map(PurePosixPath, written):
        if path.suffix == ".sql" and path.parts[0] in SHARED:
            known |= {path.stem} if around.builds(*path.with_suffix("").parts) else set()
    described = []
    for name, exposure in config.exposures.items():
        here = Origin(FILE_NAME).at("exposures", name)
        models = models_of(exposure, plans, known, here, problems)
        described.append(properties(name, exposure, models))
    if not described or not plans:
        return {}
    return {"_exposures.yml": dumped({"version": 2, "exposures": described})}


def models_of(
    exposure: Exposure, plans: list[Plan], known: set[str], here: Origin, problems: Problems
) -> list[str]:
    for at, model in enumerate(exposure.models):
        if model not in known:
            problems.error(
                here.at("models", at),
                f"{model!r} is not a generated model",
                did_you_mean(model, known) or f"there are {listed(known)}",
            )
    if exposure.models:
        return exposure.models
    types = [plan.binding.object_type for plan in plans]
    for at, binding in enumerate(exposure.bindings):
        if binding not in types:
            problems.error(
                here.at("bindings", at), f"{binding!r} is not a binding", one_of(binding, types)
            )
    return [
        f"{plan.binding.name}_{model}"
        for plan in plans
        if not exposure.bindings or plan.binding.object_type in exposure.bindings
        for model in plan.built
    ]


def properties(name: str, exposure: Exposure, models: list[str]) -> dict[str, Any]:
    given = exposure.model_dump(
        include={"label", "type", "maturity", "url", "description"}, exclude_none=True
    )
    texts = (REPORT_TEXTS if name == REPORT else {}) | given
    owner = exposure.owner.model_dump(exclude_none=True)
    return {
        "name": name,
        **{key: yaml_text(value) for key, value in texts.items()},
        "owner": OneLine({key: yaml_text(value) for key, value in owner.items()}),
        "config": OneLine({"tags": ["ozmeta"]}),
        "depends_on": [f"ref('{model}')" for model in models],
    }
