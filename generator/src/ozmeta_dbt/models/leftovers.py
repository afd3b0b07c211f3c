"""What a generation leaves behind. dbt drops no table, so a model that is no longer generated stays
in the warehouse.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from ozmeta_dbt.bindings.definitions import Binding
from ozmeta_dbt.models.catalogue import PURPOSES
from ozmeta_dbt.models.plan import wanted_models
from ozmeta_dbt.models.writer import Plan
from ozmeta_dbt.words import counted

ROLLUPS, HISTORIES = "rollups", "histories"


def not_chosen(bindings: list[Binding]) -> list[str]:
    """Notes on the purposes that the template bindings leave out, because a new user might miss
    their models.
    """
    notes = []
    for binding in bindings:
        purposes = [purpose for purpose in PURPOSES if purpose in binding.left_out]
        models = set(
            wanted_models(replace(binding, purposes=binding.purposes | binding.left_out))
        ) - set(wanted_models(binding))
        if purposes and models:
            names = ", ".join(f"{binding.name}_{model}" for model in sorted(models))
            notes.append(
                f"{binding.object_type}: its RuntimeTemplateBinding rows do not name "
                f"{' and '.join(purposes)}, so these models are not generated: {names}. "
                "Add a row for each purpose you want, or remove all of its rows to get every model"
            )
    return notes


def left_behind(plan: Plan) -> list[str]:
    """Notes on the models whose files a plan removes. Their tables are no longer in any roll-up.
    Otherwise a roll-up would show rows as live that no run updates, and would count their open
    escalations forever.
    """
    gone: dict[str, list[str]] = defaultdict(list)
    for name in plan.remove:
        folder, _, file = name.rpartition("/")
        if file.endswith(".sql"):
            gone[folder].append(file.removesuffix(".sql"))
    notes = []
    for folder, models in sorted(gone.items(), key=lambda item: (item[0] == ROLLUPS, item[0])):
        listed = ", ".join(sorted(models))
        if folder == ROLLUPS:
            notes.append(
                f"{counted(len(models), 'roll-up')} no longer generated: {listed}. "
                "dbt drops no view, so drop them yourself, or they show old rows or fail"
            )
            continue
        if folder == HISTORIES:
            notes.append(
                f"{counted(len(models), 'model')} of histories no longer generated: {listed}. "
                "Their tables stay in the warehouse as the last run left them; drop them if nobody"
                " needs them"
            )
            continue
        text = (
            f"{folder}: {counted(len(models), 'model')} no longer generated: {listed}. "
            "Their tables stay in the warehouse as the last run left them, "
            "and are no longer in the roll-ups"
        )
        if f"{folder}_escalation_queue" in models:
            text += (
                f". Escalations that are open in {folder}_escalation_queue stay open "
                "and get no answer any more: no run acknowledges or closes them. "
                "To close them, settle them by hand and set EQ_Status to Closed there, "
                "or drop the tables; or enable what was disabled, "
                "and the next run goes on from there"
            )
        else:
            text += "; drop them if nobody needs them"
        notes.append(text)
    return notes
