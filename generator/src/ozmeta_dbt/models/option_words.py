"""The options of an SLA policy in words, one sentence each, as a service manager reads them."""

from __future__ import annotations

from collections.abc import Iterable

from ozmeta_dbt.bindings.definitions import (
    Binding,
    CalendarChoice,
    Options,
    PolicyVersion,
    Sla,
    Target,
)
from ozmeta_dbt.bindings.dsl import in_words
from ozmeta_dbt.words import counted

RESTARTS = {
    "ignore": "only the first cycle counts",
    "resume": "a new start goes on with the same cycle, and the time between does not count",
    "continue": "a new start goes on with the same cycle, and the time between counts",
}


def option_sentences(sla: Sla) -> list[str]:
    """Empty for a policy without options."""
    options = sla.options
    lines = calendar_sentences(options.calendar)
    if options.targets:
        lines += [f"{target_words(target, sla)}." for target in options.targets]
        lines.append(f"Otherwise {minutes_words(sla.target_minutes, sla.warn_minutes, sla)}.")
    if options.on_target_change == "retarget":
        lines.append("Every event of a cycle can change its target.")
    if options.pause_when:
        lines.append(f"Pauses while {in_words(options.pause_when.expr)}.")
    if options.cancel_when:
        condition = in_words(options.cancel_when.expr)
        lines.append(f"Does not apply if {condition}. A running cycle is then cancelled.")
    if options.trigger == "becomesTrue":
        lines.append("Starts only at the event on which its start condition turns true.")
    if options.on_both == "restart":
        lines.append("An event that is both a start and a stop ends a cycle and starts the next.")
    if options.on_restart in RESTARTS:
        lines.append(f"After a stop, {RESTARTS[options.on_restart]}.")
    return [*lines, *(version_sentence(version, sla) for version in options.versions)]


def calendar_sentences(choice: CalendarChoice) -> list[str]:
    if choice.ref:
        return [f"Open hours depend on {choice.ref} at the start: {cases_words(choice)}."]
    return [f"The clock runs only while {choice.code} is open."] if choice.code else []


def calendar_words(choice: CalendarChoice) -> str:
    return f"by {choice.ref}: {cases_words(choice)}" if choice.ref else hours_of(choice.code)


def cases_words(choice: CalendarChoice) -> str:
    cases = [f"{value}: {hours_of(code)}" for value, code in choice.cases]
    return "; ".join([*cases, f"otherwise {hours_of(choice.code)}"])


def hours_of(code: str | None) -> str:
    return code or "always open"


def target_words(target: Target, sla: Sla) -> str:
    minutes = minutes_words(target.target_minutes, target.warn_minutes, sla)
    return f"{minutes[0].upper()}{minutes[1:]}, if {in_words(target.when.expr)}"


def minutes_words(target: int, warn: int | None, sla: Sla) -> str:
    warned = "without a warning" if warn is None else f"warned after {worked(warn, sla.options)}"
    return f"late after {worked(target, sla.options)}, {warned}"


def version_sentence(version: PolicyVersion, sla: Sla) -> str:
    since = f"from {version.start.removesuffix(':00.000000')} UTC" if version.start else ""
    is_named = version.name and version.name != version.start
    head = ", ".join(part for part in (version.name if is_named else "", since) if part)
    given = []
    if version.target_minutes is not None:
        given.append(f"late after {worked(version.target_minutes, sla.options)}")
    if version.gives_warn:
        warn = version.warn_minutes
        given.append(
            "without a warning" if warn is None else f"warned after {worked(warn, sla.options)}"
        )
    for target in version.targets or ():
        words = target_words(target, sla)
        given.append(f"{words[0].lower()}{words[1:]}")
    if version.targets == () and sla.options.targets:
        given.append("no other targets")
    if version.calendar is not None:
        given.append(f"open hours {calendar_words(version.calendar)}")
    return f"Version {head or 'before all others'}: {'; '.join(given) or 'as above'}."


def worked(minutes: int, options: Options) -> str:
    """With a calendar, a day is not 24 hours, so that hours are the greatest unit."""
    return duration(minutes, in_days=not any(choice.codes for choice in options.calendars))


def duration(minutes: int, in_days: bool = True) -> str:
    """1530 -> 1 day 1 hour 30 minutes"""
    days, rest = divmod(minutes, 1440) if in_days else (0, minutes)
    hours, rest = divmod(rest, 60)
    parts = [(days, "day"), (hours, "hour"), (rest, "minute")]
    return " ".join(counted(number, unit) for number, unit in parts if number) or "0 minutes"


def service_levels(bindings: Iterable[Binding]) -> dict[str, dict[str, list[str]]]:
    """The sentences of each binding's policies that have options; for the manifest."""
    found = {
        binding.name: {sla.code: lines for sla in binding.slas if (lines := option_sentences(sla))}
        for binding in bindings
    }
    return {name: slas for name, slas in found.items() if slas}
