"""Checks that the channels under `notify` in ozmeta.yml name bindings and signals that exist.
Without this check, a channel with a misspelled signal would silently send nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from ozmeta_dbt.bindings.definitions import Binding
from ozmeta_dbt.bindings.lookups import OWN_SIGNALS
from ozmeta_dbt.config import FILE_NAME, Config
from ozmeta_dbt.problems import Origin, Problems
from ozmeta_dbt.words import did_you_mean, plain


def check_channels(bindings: Sequence[Binding], config: Config, problems: Problems) -> None:
    names = {plain(name) for b in bindings for name in (b.name, b.object_type, *b.object_types)}
    signals = {*OWN_SIGNALS, *(signal for b in bindings for signal in b.workflow.emitted_signals)}
    for channel, keys in config.notify.items():
        at = Origin(FILE_NAME).at("notify", channel)
        for place, name in enumerate(keys.bindings):
            if plain(name) not in names:
                problems.error(
                    at.at("bindings", place),
                    f"no enabled binding is called {name!r}",
                    did_you_mean(name, [binding.object_type for binding in bindings]),
                )
        for place, signal in enumerate(keys.signals):
            if signal not in signals:
                problems.error(
                    at.at("signals", place),
                    f"no signal is called {signal!r}",
                    did_you_mean(signal, signals),
                )
