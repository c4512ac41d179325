"""The browser in which pages are walked, and the marks of a test that walks one: skipped where it is missing."""

import shutil

import pytest

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
DRIVER = shutil.which("chromedriver")
WALKED = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="NOT WALKED: Chromium or chromedriver is not installed"),
]
webdriver = pytest.importorskip("selenium.webdriver", reason="NOT WALKED: the walk needs vyraj[browser]")
