"""Make dbt cheap for a test suite that runs it thousands of times in one process.

Most of the CPU time of a small dbt run goes into work that it repeats: it parses the same macros,
builds the same table of macros for every model and every call of the adapter, compiles the same
descriptions, and makes debug messages that nobody reads. `install` caches that work, or defers it
until somebody needs the result. It changes no result: `test_support.py` compares each replacement
with the original.
"""

from __future__ import annotations

import functools
import gc
import os
from collections.abc import ItemsView, Iterator, KeysView, Mapping, ValuesView
from contextlib import contextmanager
from types import CodeType
from typing import Any

import agate
import dbt.clients.jinja as core_jinja
import dbt.flags as dbt_flags
import dbt_common.clients.agate_helper as agate_helper
import dbt_common.clients.jinja as dbt_jinja
import dbt_common.exceptions.base as dbt_exceptions
import jinja2
from dbt.clients.jinja import MacroGenerator
from dbt.context.macros import MacroNamespace, MacroNamespaceBuilder
from dbt.context.manifest import ManifestContext
from dbt.tracking import track_behavior_change_warn
from dbt_common.constants import SECRET_ENV_PREFIX
from dbt_common.events.base_types import BaseEvent, EventLevel
from dbt_common.events.event_manager import EventManager
from dbt_common.tests import enable_test_caching

# What a run in a test does without: a file of debug messages, run results as JSON.
OPTIONS = ["--quiet", "--no-use-colors", "--no-write-json", "--log-level-file", "none"]

fire_event_of_dbt = EventManager.fire_event
init_of_event = BaseEvent.__init__
build_namespace_of_dbt = MacroNamespaceBuilder.build_namespace
namespace_of_context = ManifestContext._build_namespace
env_secrets_of_dbt = dbt_exceptions.env_secrets
to_dict_of_dbt = ManifestContext.to_dict
build_type_tester_of_dbt = agate_helper.build_type_tester
empty_table_of_dbt = agate_helper.empty_table
get_flag_obj_of_dbt = dbt_flags.get_flag_obj
get_template_of_dbt = dbt_jinja.get_template


def secrets_in_environment() -> list[str]:
    """dbt asks for each error object that it makes, a thousand times per run, and then reads every
    variable.
    """
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
    """A debug message becomes text only if a callback or a log reads it."""
    if (
        not any(reads_debug(callback) for callback in self.callbacks)
        and not force_warn_or_error_handling
        and (level or e.level_tag()) == EventLevel.DEBUG
        and not any(logger.level == EventLevel.DEBUG for logger in self.loggers)
    ):
        return
    fire_event_of_dbt(self, e, level, node, force_warn_or_error_handling)


def init_event(self: BaseEvent, *args: Any, **kwargs: Any) -> None:
    """An event becomes a protobuf message when it is first read. Few are ever read."""
    self.__dict__["given"] = (args, kwargs)


def getattr_event(self: BaseEvent, key: str) -> Any:
    if "given" in self.__dict__:
        args, kwargs = self.__dict__.pop("given")
        init_of_event(self, *args, **kwargs)
    return self.__dict__["pb_msg"] if key == "pb_msg" else getattr(self.pb_msg, key)


def setattr_event(self: BaseEvent, key: str, value: Any) -> None:
    if key == "pb_msg":
        self.__dict__[key] = value
    else:
        setattr(self.pb_msg, key, value)


class Lazy(dict[str, Any]):
    """A dictionary that makes a value when a template first asks for it.

    dbt makes a thousand callable macros for each of a run's hundred contexts. A context uses a
    few dozen of them.
    """

    def names(self) -> Iterator[str]:
        raise NotImplementedError

    def make(self, name: str) -> Any:
        """The value, or KeyError."""
        raise NotImplementedError

    def __missing__(self, name: str) -> Any:
        value = self[name] = self.make(name)
        return value

    def __contains__(self, name: object) -> bool:
        if not dict.__contains__(self, name):
            try:
                self[name]  # type: ignore[index]
            except KeyError:
                return False
        return True

    def get(self, name: str, default: Any = None) -> Any:
        try:
            return self[name]
        except KeyError:
            return default

    def complete(self) -> None:
        for name in self.names():
            self[name]

    def __iter__(self) -> Iterator[str]:
        self.complete()
        return super().__iter__()

    def __bool__(self) -> bool:
        return super().__len__() > 0 or any(True for _ in self.names())

    def __len__(self) -> int:
        self.complete()
        return super().__len__()

    def keys(self) -> KeysView[str]:  # type: ignore[override]
        self.complete()
        return super().keys()

    def values(self) -> ValuesView[Any]:  # type: ignore[override]
        self.complete()
        return super().values()

    def items(self) -> ItemsView[str, Any]:  # type: ignore[override]
        self.complete()
        return super().items()

    def copy(self) -> dict[str, Any]:
        return dict(self.items())

    def __eq__(self, other: object) -> bool:
        self.complete()
        return super().__eq__(other)

    __hash__ = None  # type: ignore[assignment]


class Macros(Lazy):
    """The callable macros of packages. Those of the first package come first."""

    def __init__(self, packages: list[Mapping[str, Any]], *context: Any) -> None:
        super().__init__()
        self.packages, self.context = packages, context

    def names(self) -> Iterator[str]:
        return (name for macros in self.packages for name in macros)

    def make(self, name: str) -> MacroGenerator:
        for macros in self.packages:
            if name in macros:
                return MacroGenerator(macros[name], *self.context)
        raise KeyError(name)


class Context(Lazy):
    """What a template sees: dbt's functions and variables, and the macros of a namespace."""

    namespace: Mapping[str, Any] = {}

    def names(self) -> Iterator[str]:
        return iter(self.namespace)

    def make(self, name: str) -> Any:
        return self.namespace[name]


def build_namespace(
    self: MacroNamespaceBuilder, macros_by_package: dict[str, dict[str, Any]], ctx: dict[str, Any]
) -> MacroNamespace:
    """The same namespace as dbt's, whose macros become callable on first use."""

    def callable_macros(*packages: str) -> Macros:
        macros = [macros_by_package[name] for name in packages if name in macros_by_package]
        return Macros(macros, ctx, self.node, self.thread_ctx)

    packages = [name for name in macros_by_package if name not in self.internal_package_names]
    search, root = self.search_package, self.root_package
    return MacroNamespace(
        local_namespace=callable_macros(*(name for name in packages if name == search)),
        global_namespace=callable_macros(*(name for name in packages if name == root != search)),
        global_project_namespace=callable_macros(*self.internal_package_names_order),
        packages={name: callable_macros(name) for name in packages},
    )


def namespace_of(self: ManifestContext) -> MacroNamespace:
    self._ctx = Context(self._ctx)
    return namespace_of_context(self)


def to_dict(self: ManifestContext) -> dict[str, Any]:
    """dbt's own version adds every macro to the context. A macro's name takes precedence over dbt's
    names.
    """
    context = self._ctx
    if not isinstance(context, Context) or not isinstance(self.namespace, MacroNamespace):
        return to_dict_of_dbt(self)
    super(ManifestContext, self).to_dict()
    for name in list(dict.keys(context)):
        if name in self.namespace:
            del context[name]
    context.namespace = self.namespace
    return context


flags_seen: tuple[Any, Any] = (None, None)


def get_flag_obj() -> Any:
    """dbt's own version copies all flags for every context, although they change only between
    invocations.
    """
    global flags_seen
    if flags_seen[0] is not dbt_flags.GLOBAL_FLAGS:
        flags_seen = (dbt_flags.GLOBAL_FLAGS, get_flag_obj_of_dbt())
    return flags_seen[1]


@functools.cache
def environment(native: bool) -> jinja2.Environment:
    return dbt_jinja.get_environment(native=native)


@functools.cache
def compiled(source: str, native: bool) -> CodeType:
    return environment(native).compile(source)


def get_template(
    string: str,
    ctx: dict[str, Any],
    node: Any = None,
    capture_macros: bool = False,
    native: bool = False,
) -> jinja2.Template:
    """dbt's own version compiles a text each time, although many models and columns share one."""
    with dbt_jinja.catch_jinja(node):
        code = compiled(str(string), native)
        env = (
            dbt_jinja.get_environment(node, capture_macros, native=native)
            if capture_macros
            else environment(native)
        )
        return env.template_class.from_code(env, code, env.make_globals(ctx))


@functools.cache
def type_tester(text_columns: frozenset[str], null_values: tuple[str, ...]) -> agate.TypeTester:
    return build_type_tester_of_dbt(sorted(text_columns), null_values)


def build_type_tester(
    text_columns: Any, string_null_values: Any = ("null", "")
) -> agate.TypeTester:
    """dbt's own version creates a parser of English dates each time."""
    return type_tester(frozenset(text_columns), tuple(string_null_values or ()))


def empty_table() -> agate.Table:
    """dbt's own version guesses column types even if there are no columns."""
    return agate.Table([], [], [])


def install() -> None:
    gc.set_threshold(100_000, 20, 20)  # a run makes 80,000 objects of which few stay
    enable_test_caching()  # dbt's own, for its own tests: what Jinja parsed once is kept
    dbt_exceptions.env_secrets = secrets_in_environment
    EventManager.fire_event = fire_event
    BaseEvent.__init__ = init_event
    BaseEvent.__getattr__ = getattr_event
    BaseEvent.__setattr__ = setattr_event
    MacroNamespaceBuilder.build_namespace = build_namespace
    ManifestContext._build_namespace = namespace_of
    ManifestContext.to_dict = to_dict
    agate_helper.build_type_tester = build_type_tester
    agate_helper.empty_table = empty_table
    dbt_flags.get_flag_obj = get_flag_obj
    dbt_jinja.get_template = core_jinja.get_template = get_template


@contextmanager
def no_collection() -> Iterator[None]:
    """A manifest has a few hundred thousand objects, which the garbage collector would visit each
    time.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
