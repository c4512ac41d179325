"""A report opened as a reader opens it, in a real headless Chromium: on a screen, on a phone, and printed.

The report is built by the product from made-up results; the environment variable VYRAJ_REPORT names another to walk.
Screenshots go to the folder of VYRAJ_SCREENSHOTS, if it is set: a person should look at them.
"""

import base64
import os
import re
import sys
from pathlib import Path

import pytest

from tests.browser.chromium import CHROMIUM, DRIVER, WALKED, webdriver

pytestmark = WALKED

SHEET = (672, 1001)
"""What the margins leave of a sheet of A4, pixels of 1/96 inch."""
LETTERS = 9.0
"""Pixels of the smallest letters of a figure on a phone."""
TOUCH = 2.0
"""Pixels by which two boxes of letters may lie over one another: lines of one text do."""
TEXTS = """
const found = [];
for (const svg of document.querySelectorAll('figure svg')) {
  if (svg.getBoundingClientRect().width === 0) continue;
  const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
  const outer = svg.getBoundingClientRect();
  const texts = [...svg.querySelectorAll('text')].filter(one => one.textContent.trim()).map(one => {
    const box = one.getBoundingClientRect();
    return {text: one.textContent.trim(), x0: box.left - outer.left, x1: box.right - outer.left,
            y0: box.top, y1: box.bottom, letters: parseFloat(getComputedStyle(one).fontSize) * scale};
  });
  found.push({name: svg.closest('figure').id, width: outer.width, texts: texts});
}
return found"""
WIDTHS = "return [document.documentElement.scrollWidth, innerWidth]"
HIGH = "return document.querySelector('#first').getBoundingClientRect().height"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Where the report lies."""
    if asked := os.environ.get("VYRAJ_REPORT"):
        return Path(asked).resolve().as_uri()
    sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))
    try:
        from fake_results import write
    finally:
        sys.path.pop(0)
    from sim.report import comparison

    return comparison.build(write(tmp_path_factory.mktemp("report"), replicates=3, fitted=True)).resolve().as_uri()


@pytest.fixture(scope="module")
def browser():
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for word in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(word)
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    driver.set_page_load_timeout(300)
    yield driver
    driver.quit()


def opened(browser, address, width, height, media=""):
    """The report at a size, as a screen or a sheet."""
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media})
    if browser.current_url != address:
        browser.get(address)
    return browser


def picture(browser, name, width):
    """The whole page as a picture, where somebody wants it."""
    if folder := os.environ.get("VYRAJ_SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        high = browser.execute_script("return document.documentElement.scrollHeight")
        clip = {"x": 0, "y": 0, "width": width, "height": min(high, 15_000), "scale": 1}
        shot = browser.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True, "clip": clip})
        (Path(folder) / f"{name}.png").write_bytes(base64.b64decode(shot["data"]))


def overlapping(figure):
    """Pairs of texts of a figure that lie over one another."""
    texts = figure["texts"]
    return [
        (figure["name"], one["text"], other["text"])
        for number, one in enumerate(texts)
        for other in texts[number + 1 :]
        if min(one["x1"], other["x1"]) - max(one["x0"], other["x0"]) > TOUCH
        and min(one["y1"], other["y1"]) - max(one["y0"], other["y0"]) > TOUCH * max(one["letters"] / 8, 1)
    ]


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844)])
def test_nothing_is_wider_than_the_window_and_no_label_hides_another(browser, address, width, height):
    page = opened(browser, address, width, height)
    picture(page, f"report_{width}", width)
    wide, window = page.execute_script(WIDTHS)
    assert window == width and wide <= width
    found = page.execute_script(TEXTS)
    assert len(found) >= 9
    assert [pair for figure in found for pair in overlapping(figure)] == []
    for figure in found:
        for one in figure["texts"]:
            assert one["x0"] >= -1 and one["x1"] <= figure["width"] + 1, (figure["name"], one)


def test_letters_of_figures_are_readable_on_a_phone_and_the_sankey_has_its_list(browser, address):
    page = opened(browser, address, 390, 844)
    letters = {figure["name"]: min(one["letters"] for one in figure["texts"]) for figure in page.execute_script(TEXTS)}
    assert min(letters.values()) >= LETTERS, letters
    assert page.execute_script("return document.querySelector('.narrow ul').offsetHeight") > 50
    opened(browser, address, 1280, 900)
    assert page.execute_script("return document.querySelector('.narrow').offsetHeight") == 0


def test_the_first_page_is_one_screen(browser, address):
    page = opened(browser, address, 1280, 900)
    assert page.execute_script("return document.querySelector('#first').getBoundingClientRect().bottom") <= 900


def test_the_first_page_is_printed_on_one_sheet(browser, address):
    page = opened(browser, address, *SHEET, media="print")
    assert page.execute_script(HIGH) <= SHEET[1]
    opened(browser, address, 1280, 900)
    printed = page.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True, "printBackground": True})
    content = base64.b64decode(printed["data"])
    assert content.startswith(b"%PDF") and len(re.findall(rb"/Type\s*/Page\b", content)) >= 5
    if folder := os.environ.get("VYRAJ_SCREENSHOTS"):
        (Path(folder) / "report.pdf").write_bytes(content)
