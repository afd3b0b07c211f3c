"""Make dbt cheap for a test suite that runs it thousands of times in one process.

Most of the CPU time of a small dbt run goes into work that it repeats: it parses the same macros,
builds the same table of macros for every model and every call of the adapter, and formats debug
messages that nobody reads. `install` caches or leaves out that work. It changes no result:
`test_support.py` compares each replacement with the original.
"""

from __future__ import annotations

import functools
import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import agate
import dbt_common.clients.agate_helper as agate_helper
import dbt_common.exceptions.base as dbt_exceptions
from dbt.clients.jinja import MacroGenerator
from dbt.context.macros import MacroNamespace, MacroNamespaceBuilder
from dbt.context.manifest import ManifestContext
from dbt.exceptions import DuplicateMacroNameError
from dbt.tracking import track_behavior_change_warn
from dbt_common.constants import SECRET_ENV_PREFIX
from dbt_common.events.base_types import BaseEvent, EventLevel
from dbt_common.events.event_manager import EventManager
from dbt_common.tests import enable_test_caching

# What a run in a test does without: a file of debug messages, run results as JSON.
OPTIONS = ["--quiet", "--no-use-colors", "--no-write-json", "--log-level-file", "none"]

fire_event_of_dbt = EventManager.fire_event
build_namespace_of_dbt = MacroNamespaceBuilder.build_namespace
env_secrets_of_dbt = dbt_exceptions.env_secrets
to_dict_of_dbt = ManifestContext.to_dict
build_type_tester_of_dbt = agate_helper.build_type_tester


def secrets_in_environment() -> list[str]:
    """dbt asks at each error it makes, a thousand times a run, and reads every variable then."""
    prefix = os.fsencode(SECRET_ENV_PREFIX)
    found = (
        os.fsdecode(value) for name, value in os.environ._data.items() if name.startswith(prefix)
    )
    return [value for value in found if value.strip()]


def reads_debug(callback: Any) -> bool:
    """A callback that does not read debug messages says so by an attribute of this name."""
    return getattr(callback, "reads_debug", callback is not track_behavior_change_warn)


def fire_event(
    self: EventManager,
    e: BaseEvent,
    level: EventLevel | None = None,
    node: Any = None,
    force_warn_or_error_handling: bool = False,
) -> None:
    """A debug message becomes text only where a callback or a log reads it."""
    if (
        not any(reads_debug(callback) for callback in self.callbacks)
        and not force_warn_or_error_handling
        and (level or e.level_tag()) == EventLevel.DEBUG
        and not any(logger.level == EventLevel.DEBUG for logger in self.loggers)
    ):
        return
    fire_event_of_dbt(self, e, level, node, force_warn_or_error_handling)


def build_namespace(
    self: MacroNamespaceBuilder, macros_by_package: dict[str, dict[str, Any]], ctx: dict[str, Any]
) -> MacroNamespace:
    """The same namespace as dbt's, without four function calls for each of a thousand macros."""
    new, node, stack = object.__new__, self.node, self.thread_ctx
    for package, macros in macros_by_package.items():
        internal = package in self.internal_package_names
        space = (self.internal_packages if internal else self.packages).setdefault(package, {})
        for macro in macros.values():
            if macro.name in space:
                raise DuplicateMacroNameError(space[macro.name].macro, macro, package)
            generator = new(MacroGenerator)
            generator.__dict__ = {"context": ctx, "macro": macro, "node": node, "stack": stack}
            space[macro.name] = generator
        if not internal and package == self.search_package:
            self.locals.update(space)
        elif not internal and package == self.root_package:
            self.globals.update(space)
    project: dict[str, Any] = {}
    for package in reversed(self.internal_package_names_order):
        project.update(self.internal_packages.get(package, {}))
    return MacroNamespace(
        global_namespace=self.globals,
        local_namespace=self.locals,
        global_project_namespace=project,
        packages=self.packages,
    )


def merged(space: MacroNamespace) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for part in reversed(list(space._search_order())):
        found.update(part)
    return found


def to_dict(self: ManifestContext) -> dict[str, Any]:
    """dbt's own looks up each macro's name in five dictionaries."""
    if isinstance(self.namespace, MacroNamespace):
        context = super(ManifestContext, self).to_dict()
        context.update(merged(self.namespace))
        return context
    return to_dict_of_dbt(self)


@functools.cache
def type_tester(text_columns: frozenset[str], null_values: tuple[str, ...]) -> agate.TypeTester:
    return build_type_tester_of_dbt(sorted(text_columns), null_values)


def build_type_tester(
    text_columns: Any, string_null_values: Any = ("null", "")
) -> agate.TypeTester:
    """Each of dbt's makes a calendar that parses English dates."""
    return type_tester(frozenset(text_columns), tuple(string_null_values or ()))


def install() -> None:
    enable_test_caching()  # dbt's own, for its own tests: what Jinja parsed once is kept
    dbt_exceptions.env_secrets = secrets_in_environment
    EventManager.fire_event = fire_event
    MacroNamespaceBuilder.build_namespace = build_namespace
    ManifestContext.to_dict = to_dict
    agate_helper.build_type_tester = build_type_tester


@contextmanager
def no_collection() -> Iterator[None]:
    """A manifest is a few hundred thousand objects, which the collector would visit each time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
