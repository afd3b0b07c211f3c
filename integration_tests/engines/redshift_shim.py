"""A proxy between dbt-redshift and the PostgreSQL that replaces Redshift: it accepts the connection
as Redshift would, and turns Redshift's own words into calls of redshift_compat.sql.

A thread for each connection, in the tests' own process; `Shim(port_of_postgres)` listens on a free
port of loopback until it is closed.
"""

from __future__ import annotations

import contextlib
import re
import socket
import struct
import threading

KEPT = {
    b"user",
    b"database",
    b"application_name",
    b"client_encoding",
    b"options",
    b"replication",
}  # start-up parameters that PostgreSQL knows
WORDS = [
    (
        re.compile(r"\b(dateadd|datediff)\s*\(\s*([a-z]+)\s*,", re.I),
        r"\1('\2',",
    ),  # a part of a date is a bare word there
    (re.compile(r"\bsysdate\b", re.I), "getdate()"),
    (re.compile(r"\bas\s+text\s*\)", re.I), "as varchar(256))"),  # what Redshift makes of TEXT
    (
        re.compile(r"\b(?:varchar|character varying)\s*\(\s*(?:max|65535)\s*\)", re.I),
        "text",
    ),  # the longest there is; lengths are no part of a type in its unions
    (
        re.compile(
            r"\bdiststyle\s+(?:even|all|auto|key)\b|\bdistkey\s*\([^)]*\)"
            r"|\b(?:compound\s+|interleaved\s+)?sortkey\s*(?:auto|\([^)]*\))"
            r"|\bbackup\s+(?:yes|no)\b",
            re.I,
        ),
        "",
    ),
    (re.compile(r"\bpg_catalog\.(svv_|stv_|svl_|pg_get_late)", re.I), r"redshift.\1"),
    (re.compile(r"\bwith no schema binding\b", re.I), ""),
    (
        re.compile(
            r"^\s*(/\*.*?\*/)?\s*set enable_case_sensitive_identifier to true\s*;?\s*$", re.I | re.S
        ),
        "select 1",
    ),
]
NAVIGATION = re.compile(
    r'json_serialize\((\w+)((?:\."(?:[^"]|"")+")+)\)'
)  # of a SUPER: parsed."a"."b"
LAST_KNOWN = re.compile(r"\s+ignore\s+nulls\s*\)", re.I)
JOINED = re.compile(r"\)\s+within\s+group\s*\((order\s+by)\b", re.I)


def rewritten(sql: str) -> str:
    for pattern, by in WORDS:
        sql = pattern.sub(by, sql)
    sql = NAVIGATION.sub(
        lambda m: (
            f"super_at({m[1]}, array["
            + ", ".join(
                "'" + k[1:].replace('""', '"').replace("\\", "\\\\").replace("'", "''") + "'"
                for k in re.findall(r'\.("(?:[^"]|"")+)(?=")', m[2])
            )
            + "])"
        ),
        sql,
    )
    while found := LAST_KNOWN.search(
        sql
    ):  # last_value(x ignore nulls): an aggregate that passes nulls over
        name, place = called_before(sql, found.start(), "last_value")
        sql = sql[:name] + "last_known" + sql[place : found.start()] + ")" + sql[found.end() :]
    while found := JOINED.search(sql):  # listagg(x, ',') within group (order by y)
        name, place = called_before(sql, found.start(), "listagg")
        sql = (
            sql[:name]
            + "string_agg"
            + sql[place : found.start()]
            + " order by"
            + sql[found.end() :]
        )
    return sql


def called_before(sql: str, end: int, function: str) -> tuple[int, int]:
    """The places of the name and the opening bracket of the call whose brackets close at `end`."""
    depth, place = 1, end
    while depth:
        place -= 1
        depth += {")": 1, "(": -1}.get(sql[place], 0)
    name = place - len(function)
    assert sql[name:place].lower() == function, sql[name - 40 : place]
    return name, place


def exactly(of: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        part = of.recv(count - len(data))
        if not part:
            raise EOFError
        data += part
    return data


def message(of: socket.socket) -> tuple[bytes, bytes]:
    kind = exactly(of, 1)
    return kind, exactly(of, struct.unpack("!i", exactly(of, 4))[0] - 4)


def packed(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!i", len(body) + 4) + body


class Shim:
    def __init__(self, server: int):
        self.server = server
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def close(self) -> None:
        self.listener.close()

    def accept(self) -> None:
        try:
            while True:
                client, _ = self.listener.accept()
                threading.Thread(target=self.serve, args=(client,), daemon=True).start()
        except OSError:
            return

    def serve(self, client: socket.socket) -> None:
        try:
            with client, socket.create_connection(("127.0.0.1", self.server)) as server:
                for side in (
                    client,
                    server,
                ):  # the driver sends many small messages, and would wait for each
                    side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                while True:
                    body = exactly(client, struct.unpack("!i", exactly(client, 4))[0] - 4)
                    if struct.unpack("!i", body[:4])[0] != 80877103:  # a request for TLS
                        break
                    client.sendall(b"N")
                parts = body[4:].split(b"\0")
                given = {
                    name: value
                    for name, value in zip(parts[0::2], parts[1::2], strict=False)
                    if name in KEPT
                }
                start = (
                    body[:4]
                    + b"".join(name + b"\0" + value + b"\0" for name, value in given.items())
                    + b"\0"
                )
                server.sendall(struct.pack("!i", len(start) + 4) + start)
                threading.Thread(target=self.answer, args=(server, client), daemon=True).start()
                while True:
                    kind, body = message(client)
                    if kind == b"Q":
                        body = rewritten(body[:-1].decode()).encode() + b"\0"
                    elif kind == b"P":
                        name, rest = body.split(b"\0", 1)
                        query, types = rest.split(b"\0", 1)
                        body = name + b"\0" + rewritten(query.decode()).encode() + b"\0" + types
                    server.sendall(packed(kind, body))
        except (EOFError, OSError):
            return

    def answer(self, server: socket.socket, client: socket.socket) -> None:
        """Pass bytes from the server to the client. Until the server is ready, replace the version
        that it reports with Redshift's.
        """
        try:
            kind = b""
            while kind != b"Z":
                kind, body = message(server)
                client.sendall(
                    packed(
                        kind,
                        (
                            b"server_version\0008.0.2\0"
                            if kind == b"S" and body.startswith(b"server_version\0")
                            else body
                        ),
                    )
                )
            while data := server.recv(65536):
                client.sendall(data)
        except (EOFError, OSError):
            pass
        with contextlib.suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)
