"""Where a channel sends its messages. URLs and tokens are secrets: they come from the environment,
and no message shows them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from ozmeta_dbt.config import FILE_NAME, Channel, Config
from ozmeta_dbt.problems import InvalidMetadata, Origin, Problems
from ozmeta_dbt.words import did_you_mean


@dataclass(frozen=True)
class Webhook:
    url: str = field(repr=False)
    token: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Command:
    words: tuple[str, ...]
    folder: Path = Path()  # the dbt project, in which it runs


Target = Webhook | Command


def chosen(config: Config, names: list[str]) -> dict[str, Channel]:
    """The channels with these names, or all. InvalidMetadata if one does not exist."""
    problems = Problems()
    if not config.notify:
        problems.error(
            Origin(FILE_NAME),
            "has no channel",
            "add one, as in notify: {oncall: {url_env: ONCALL_WEBHOOK, format: slack}}",
        )
    for name in names if config.notify else []:
        if name not in config.notify:
            origin = Origin(FILE_NAME).at("notify")
            problems.error(origin, f"has no channel {name!r}", did_you_mean(name, config.notify))
    if problems.errors:
        raise InvalidMetadata(problems)
    return {name: config.notify[name] for name in dict.fromkeys(names or config.notify)}


def targets(
    channels: Mapping[str, Channel], folder: Path, environ: Mapping[str, str]
) -> dict[str, Target]:
    """Where each channel sends to. InvalidMetadata if a variable is missing or is no URL."""
    problems = Problems()
    found: dict[str, Target] = {}
    for name, channel in channels.items():
        if channel.command is not None:
            found[name] = Command(tuple(channel.command), folder)
            continue
        origin = Origin(FILE_NAME).at("notify", name)
        url = variable(channel.url_env, origin.at("url_env"), environ, problems)
        token = None
        if channel.token_env is not None:
            token = variable(channel.token_env, origin.at("token_env"), environ, problems)
            if not re.fullmatch(r"[\x21-\x7e]*", token):
                problems.error(
                    origin.at("token_env"),
                    f"the value of {channel.token_env} is not a token",
                    "expected printable ASCII characters without blanks",
                )
        wrong = fault_of(url) if url else ""
        if wrong:
            problems.error(
                origin.at("url_env"),
                f"the value of {channel.url_env} {wrong}",
                "expected a URL such as https://hooks.example.com/services/... (its value is"
                " secret, and so it is not shown)",
            )
        found[name] = Webhook(url, token)
    if problems.errors:
        raise InvalidMetadata(problems)
    return found


def variable(
    name: str | None, origin: Origin, environ: Mapping[str, str], problems: Problems
) -> str:
    value = environ.get(name or "", "").strip()
    if not value:
        problems.error(origin, f"the environment variable {name} is not set, or empty")
    return value


def fault_of(url: str) -> str:
    """What is wrong with a URL, without showing any part of it. Empty if it is valid."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "is not a URL"
    if not re.fullmatch(r"[\x21-\x7e]+", url) or not host:
        return "is not a URL"
    if parts.scheme.lower() not in ("http", "https"):
        return "is not an http or https URL"
    if parts.username is not None or parts.password is not None:
        return "has a user or a password, which notify does not send: use `token_env`"
    return ""
