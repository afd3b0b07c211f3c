"""The minutes that can count for a cycle of a policy: its own, those of its versions and targets.
A warning comes before the breach in every combination.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ozmeta_dbt.bindings.definitions import Options, PolicyVersion
from ozmeta_dbt.problems import Origin, Problems

ORDER = "a warning comes before the breach"


@dataclass(frozen=True)
class Minutes:
    target: int
    warn: int | None
    at: Origin  # what to change if the warning does not come first
    fix: str


def combinations(target: int, warn: int | None, options: Options, at: Origin) -> Iterator[Minutes]:
    """target, warn: the policy's own, the latter at `at`"""
    own = Minutes(target, warn, at, ORDER)
    if not options.versions or options.versions[0].start is not None:
        yield own
    for version in options.versions:
        yield of_version(version, own)
    for choice in options.all_targets:
        yield Minutes(choice.target_minutes, choice.warn_minutes, choice.at.at("warn"), ORDER)


def of_version(version: PolicyVersion, own: Minutes) -> Minutes:
    target = own.target if version.target_minutes is None else version.target_minutes
    if version.gives_warn:
        return Minutes(target, version.warn_minutes, version.at.at("warn"), ORDER)
    if version.target_minutes is None:
        return own
    fix = "the version takes the policy's warn minutes; give it a `warn` of its own, or null"
    return Minutes(target, own.warn, version.at.at("target"), fix)


def check_warnings(code: str, found: list[Minutes], problems: Problems) -> None:
    for minutes in found:
        if minutes.warn is not None and minutes.warn >= minutes.target:
            problems.error(
                minutes.at,
                f"{code} warns at {minutes.warn} minutes, not before its target of"
                f" {minutes.target}",
                minutes.fix,
            )
