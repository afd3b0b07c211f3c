"""The machine's PostgreSQL, as Debian's package `postgresql` installs it, with a separate data
folder that is removed after the session.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import tempfile
from pathlib import Path
from typing import Any

from engines.base import Engine, NotRun, Server, free_port, run

INSTALLED = Path("/usr/lib/postgresql")


def binaries() -> Path:
    """The newest server's programs: those on the PATH, or else Debian's, which are not on it."""
    if beside := shutil.which("postgres"):
        return Path(beside).resolve().parent
    found = sorted(
        INSTALLED.glob("*/bin/postgres"),
        key=lambda path: int(path.parts[-3]) if path.parts[-3].isdigit() else 0,
    )
    if not found:
        raise NotRun("there is no PostgreSQL server here; Debian's package is called `postgresql`")
    return found[-1].parent


def other_user() -> dict[str, Any]:
    """How to run a server that refuses to run as root: as user postgres, or as nobody."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name for entry in pwd.getpwall()}
    user = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


class Postgres(Engine):
    name = "postgres"
    text = "text"
    # a dictionary's order, as a database of a user's has: what has to be in the order of bytes must
    # say so
    collation: tuple[str, ...] = ("--locale-provider=icu", "--icu-locale=en-US")

    def __init__(self) -> None:
        super().__init__()
        self.port = 0
        self.server: Server | None = None
        self.bin = Path()
        self.server_env: dict[str, str] | None = None
        self.place = Path()

    def own_place(self) -> Path:
        """A folder that another user can open, until `stop`. It is not below pytest's folder,
        because the next pytest process closes that folder to other users.
        """
        self.place = Path(tempfile.mkdtemp(prefix="ozmeta-"))
        self.place.chmod(0o711)
        return self.place

    def serve(self, bin: Path, folder: Path, env: dict[str, str] | None = None) -> None:
        """Start a server on a free port with its data under `folder`. It writes without durability,
        because nothing outlives the session.
        """
        self.port, self.bin, self.server_env = free_port(), bin, env
        who = other_user()
        folder.mkdir(parents=True, exist_ok=True)
        if who:
            os.chown(folder, who["user"], who["group"])
            for part in folder.parents:  # another user has to get there
                if part.stat().st_uid == 0 and not part.stat().st_mode & 0o001:
                    part.chmod(part.stat().st_mode | 0o011)
        data = folder / "data"
        run(
            [
                str(bin / "initdb"),
                "-D",
                str(data),
                "-U",
                "ozmeta",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
                *self.collation,
            ],
            env=env,
            cwd=folder,
            **who,
        )
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": "",
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "timezone": "UTC",
            "jit": "off",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self.server = Server(
            [str(bin / "postgres"), "-D", str(data), *options],
            folder / "log",
            self.port,
            env=env,
            how=signal.SIGINT,
            cwd=folder,
            **who,
        )  # "fast": sessions are ended, not awaited

    def start(self) -> None:
        self.serve(binaries(), self.own_place() / "server")

    def stop(self) -> None:
        if self.server:
            self.server.stop()
            self.server = None
        if self.place != Path():
            shutil.rmtree(self.place, ignore_errors=True)
            self.place = Path()

    def version(self) -> str:
        return run([str(self.bin / "postgres"), "--version"], env=self.server_env).split()[
            2
        ]  # "postgres (PostgreSQL) 15.14 (Debian …)"

    def profile(self, schema: str) -> dict[str, Any]:
        return {
            "type": "postgres",
            "host": "127.0.0.1",
            "port": self.port,
            "user": "ozmeta",
            "password": "unused",
            "dbname": "postgres",
            "schema": schema,
            "threads": 1,
        }


ENGINE = Postgres()
