"""A headless Chromium, driven by Playwright, for the page of the report."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
# without the network flags, Chromium asks its maker's servers for news
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str | None:
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@contextmanager
def browser() -> Iterator[Any]:
    """Skips the test if the machine has no Chromium, unless OZMETA_BROWSER says that it has one."""
    path = chromium()
    if path is None:
        if os.environ.get("OZMETA_BROWSER"):
            pytest.fail(f"none of {', '.join(NAMES)} is on the PATH")
        pytest.skip("NOT RUN: this machine has no Chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=OPTIONS)
        try:
            yield found
        finally:
            found.close()
