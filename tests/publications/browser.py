"""A headless Chromium that runs axe-core on a page: light or dark, wide or as narrow as a phone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from selenium.webdriver import Chrome

AXE = Path(__file__).parents[2] / ".ci-proofs" / "node_modules" / "axe-core" / "axe.min.js"
"""Where `.ci/run` puts it: ``npm install --no-save --prefix .ci-proofs axe-core@4``."""
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic",
    "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
SIZES = {"wide": (1280, 900), "phone": (360, 780)}
RUN = """
const done = arguments[arguments.length - 1];
axe.run(document, {resultTypes: ["violations", "incomplete"]}).then(done);
"""


def start(program: Callable[[str], str], profile: Path) -> Chrome:
    """Start a browser with a profile of its own."""
    from selenium.webdriver import Chrome, ChromeOptions
    from selenium.webdriver.chrome.service import Service

    options = ChromeOptions()
    options.binary_location = program("chromium")
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    os.environ.setdefault("SE_OFFLINE", "true")
    return Chrome(options=options, service=Service(program("chromedriver")))


def show(browser: Chrome, page: Path, *, scheme: str, size: str, media: str = "screen") -> None:
    """Open a page in a colour scheme and a size."""
    width, height = SIZES[size]
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": size == "phone"}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media, "features": features})
    browser.get(page.as_uri())


def faults(browser: Chrome) -> list[dict[str, Any]]:
    """Return what axe-core finds wrong, and what it cannot decide."""
    browser.execute_script(AXE.read_text(encoding="utf-8"))
    found = browser.execute_async_script(RUN)
    return [
        {"rule": one["id"], "kind": kind, "where": node["target"], "why": node["failureSummary"]}
        for kind in ("violations", "incomplete")
        for one in found[kind]
        for node in one["nodes"]
    ]
