"""A webhook on this machine that answers as a test tells it to, and remembers what it got."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET = "T0PS3CRET"
Answer = Callable[["Handler"], None]


@dataclass
class Receiver:
    url: str = ""
    answers: list[Answer] = field(default_factory=list)  # of the next requests; then 200
    got: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)

    def expect(self, *answers: Answer) -> None:
        self.answers.extend(answers)


class Handler(BaseHTTPRequestHandler):
    receiver: Receiver

    def do_POST(self) -> None:
        receiver = self.receiver
        text = self.rfile.read(int(self.headers["Content-Length"]))
        receiver.got.append(json.loads(text))
        receiver.headers.append(dict(self.headers))
        receiver.times.append(time.monotonic())
        (receiver.answers.pop(0) if receiver.answers else status(200))(self)

    def do_GET(self) -> None:
        raise AssertionError("nothing may send a GET")

    def log_message(self, *_: Any) -> None:
        pass


def status(code: int, **headers: str) -> Answer:
    def answer(handler: Handler) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def hang(handler: Handler) -> None:
    """Do not answer until the test ends."""
    handler.receiver.released.wait(20)


def drop(handler: Handler) -> None:
    """Read the message, and close the connection without an answer."""
    handler.close_connection = True


def drip(handler: Handler) -> None:
    """Send a byte from time to time, so that no single read waits for long."""
    handler.close_connection = True
    try:
        for byte in b"HTTP/1.1 200 OK\r\nX: " + b"y" * 400:
            handler.wfile.write(bytes([byte]))
            if handler.receiver.released.wait(0.05):
                return
    except OSError:
        pass


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()
    handler = type("Bound", (Handler,), {"receiver": receiver})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    receiver.url = f"http://127.0.0.1:{server.server_port}/hooks/{SECRET}?key={SECRET}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield receiver
    finally:
        receiver.released.set()
        server.shutdown()
        thread.join()
        server.server_close()
