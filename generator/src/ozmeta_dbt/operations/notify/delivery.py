"""One message to a webhook or a command: attempts, their timeouts, and what each outcome means."""

from __future__ import annotations

import datetime as dt
import email.utils
import http.client
import os
import random
import signal
import socket
import ssl
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from ozmeta_dbt import __version__
from ozmeta_dbt.operations.notify.channels import Command, Target, Webhook
from ozmeta_dbt.words import counted

MAX_WAIT = 60.0  # seconds between two attempts, also if the receiver asks for more
RETRIED = {408, 425, 429}  # and 500 to 599
NOT_DELIVERED = {425, 429}  # of those: the receiver says that it did nothing


@dataclass(frozen=True)
class Attempt:
    """The outcome of one attempt."""

    sent: bool = False
    unknown: bool = False  # the receiver may have got it
    again: bool = False  # whether another attempt can help
    why: str = ""
    wait: float | None = None  # seconds that the receiver asks to wait


@dataclass(frozen=True)
class Outcome:
    """The outcome of a message after all attempts."""

    sent: bool
    unknown: bool = False
    why: str = ""


@dataclass(frozen=True)
class Policy:
    timeout: float = 10.0  # seconds of an attempt, in all
    attempts: int = 5
    first_wait: float = 1.0
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)

    @property
    def longest(self) -> float:
        """The most seconds that a message takes."""
        return self.attempts * (self.timeout + MAX_WAIT)

    def wait(self, failed: int) -> float:
        """How long to wait after so many attempts: twice as long each time, and never the same for
        two senders.
        """
        longest: float = min(MAX_WAIT, self.first_wait * 2 ** (failed - 1))
        return longest * random.uniform(0.5, 1)


def deliver(
    target: Target, policy: Policy, text: Callable[[bool], str], key: str, repeats: bool
) -> Outcome:
    """Send a message until an attempt succeeds or another one can't help.

    text: the text to send, given whether the receiver may have got it before
    key: what identifies the message in every attempt
    repeats: whether an earlier process may have sent it
    """
    unknown, attempt = False, Attempt()
    for number in range(1, policy.attempts + 1):
        attempt = attempt_at(target, text(repeats or unknown), key, policy.timeout)
        if attempt.sent:
            return Outcome(True)
        unknown = unknown or attempt.unknown
        if not attempt.again:
            return Outcome(False, unknown, attempt.why)
        if attempt.wait is not None and attempt.wait > MAX_WAIT:
            why = f"{attempt.why}, and asks to wait for {attempt.wait:.0f} seconds"
            return Outcome(False, unknown, why)
        if number < policy.attempts:
            policy.sleep(max(attempt.wait or 0, policy.wait(number)))
    return Outcome(False, unknown, f"{attempt.why} ({counted(policy.attempts, 'attempt')})")


def attempt_at(target: Target, text: str, key: str, timeout: float) -> Attempt:
    if isinstance(target, Command):
        return run(target, text, timeout)
    return post(target, text, key, timeout)


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """A POST that is redirected becomes a GET without its body, so none is followed."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


class Connected:
    """Handlers of urllib that keep the sockets they open, to close them when time is up."""

    def __init__(self) -> None:
        self.sockets: list[socket.socket] = []

    def handlers(self) -> list[urllib.request.BaseHandler]:
        plain, secure = (
            self.kept(http.client.HTTPConnection),
            self.kept(http.client.HTTPSConnection),
        )

        class Http(urllib.request.HTTPHandler):
            def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
                return self.do_open(plain, req)

        class Https(urllib.request.HTTPSHandler):
            def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
                return self.do_open(secure, req)

        return [Http(), Https(), NoRedirect()]

    def kept(self, connection: type[http.client.HTTPConnection]) -> Any:
        sockets = self.sockets

        class Kept(connection):  # type: ignore[valid-type, misc]
            def connect(self) -> None:
                super().connect()
                sockets.append(self.sock)

        return Kept

    def close(self) -> None:
        for each in self.sockets:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


def post(webhook: Webhook, text: str, key: str, timeout: float) -> Attempt:
    """Messages never contain a part of the URL, but urllib's own errors may."""
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": f"ozmeta-dbt/{__version__}",
        "Idempotency-Key": key,
    }
    if webhook.token:
        headers["Authorization"] = f"Bearer {webhook.token}"
    request = urllib.request.Request(webhook.url, text.encode(), headers, method="POST")
    connected = Connected()
    # urllib's timeout is for each read, so a slow receiver could take any time
    clock, begun = threading.Timer(timeout, connected.close), time.monotonic()
    clock.daemon = True
    clock.start()
    try:
        opener = urllib.request.build_opener(*connected.handlers())
        with opener.open(request, timeout=timeout):
            return Attempt(sent=True)
    except urllib.error.HTTPError as answer:
        with answer:
            return refused(answer.code, answer.headers.get("Retry-After"))
    except (OSError, http.client.HTTPException, ValueError) as error:
        unknown = bool(connected.sockets)
        late = time.monotonic() - begun >= timeout
        return Attempt(False, unknown, *explained(error, unknown, late))
    finally:
        clock.cancel()


def refused(status: int, retry_after: str | None) -> Attempt:
    try:
        said = f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        said = str(status)
    if 300 <= status < 400:
        why = f"the receiver answered {said}, which notify does not follow: use the final URL"
        return Attempt(why=why)
    again = status in RETRIED or status >= 500
    unknown = again and status not in NOT_DELIVERED
    return Attempt(False, unknown, again, f"the receiver answered {said}", seconds(retry_after))


def seconds(retry_after: str | None) -> float | None:
    """Retry-After, which is a number of seconds or a date."""
    if retry_after is None:
        return None
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.timezone.utc)
    return max(0.0, (moment - dt.datetime.now(dt.timezone.utc)).total_seconds())


def explained(error: Exception, connected: bool, late: bool) -> tuple[bool, str]:
    """Whether another attempt can help, and why this one failed."""
    reason = getattr(error, "reason", error)
    if late or isinstance(reason, TimeoutError):
        return True, "the receiver did not answer in time"
    if isinstance(reason, ssl.SSLCertVerificationError):
        return False, "the receiver's certificate is not valid"
    if isinstance(reason, socket.gaierror):
        return True, "the receiver's name cannot be resolved"
    if isinstance(reason, ConnectionRefusedError):
        return True, "the receiver refused the connection"
    if connected:
        return True, "the connection ended without an answer"
    return True, f"the receiver cannot be reached ({type(reason).__name__})"


def run(command: Command, text: str, timeout: float) -> Attempt:
    """Run a command without a shell. Its output goes where ours goes."""
    try:
        process = subprocess.Popen(
            command.words,
            stdin=subprocess.PIPE,
            cwd=command.folder,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else None
        return Attempt(why=f"the command {command.words[0]} cannot be started: {why or error}")
    try:
        process.communicate(text + "\n", timeout)
    except subprocess.TimeoutExpired:
        stop(process)
        return Attempt(False, True, True, f"the command did not end within {timeout:g} seconds")
    except BaseException:
        stop(process)
        raise
    if process.returncode:
        why = f"the command ended with exit status {process.returncode}"
        return Attempt(False, True, True, why)
    return Attempt(sent=True)


def stop(process: subprocess.Popen[str]) -> None:
    """End a command and what it started."""
    with suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()
