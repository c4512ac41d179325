"""The page walked as a reader walks it, in a real headless Chromium: compose, run, compare, download, mistakes, phone.

Screenshots go to the folder of the environment variable VYRAJ_SCREENSHOTS, if it is set: a person should look at them.
"""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests.browser.chromium import CHROMIUM, DRIVER, WALKED, webdriver

ROOT = Path(__file__).parents[2]
pytestmark = WALKED
pytest.importorskip("streamlit", reason="NOT WALKED: the walk needs vyraj[dashboard]")

CLICK = """
for (const one of document.querySelectorAll('button,[role=tab],summary,[role=option]'))
  if (one.innerText.trim() === arguments[0] && one.offsetParent !== null && !one.disabled) {
    one.scrollIntoView({block: 'center'}); one.click(); return true; }
return false"""


PREFERENCES = {"profile.default_content_setting_values.automatic_downloads": 1}  # more than one file a page


class Reader:
    """Somebody who reads and clicks."""

    def __init__(self, url, folder, width=1300, height=1400):
        options = webdriver.ChromeOptions()
        options.binary_location = CHROMIUM
        sizes = f"--window-size={max(width, 500)},{height}"
        for word in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", sizes):
            options.add_argument(word)
        if width < 500:
            options.add_experimental_option("mobileEmulation", {"deviceMetrics": {"width": width, "height": height,
                                                                                 "pixelRatio": 1.0}})  # fmt: skip
        options.add_experimental_option("prefs", PREFERENCES | {"download.default_directory": str(folder)})
        self.driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
        self.driver.set_script_timeout(120)
        self.url, self.folder = url, folder
        self.open("")

    def open(self, query):
        self.driver.get(self.url + query)

    @property
    def text(self):
        return self.driver.execute_script("return document.body.innerText")

    def until(self, words, seconds=60.0):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if words in self.text:
                return
            time.sleep(0.2)
        self.picture("missing")
        raise AssertionError(f"{words!r} does not come; the page says: {self.text[-1500:]}")

    def click(self, words, seconds=20.0):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.driver.execute_script(CLICK, words):
                return
            time.sleep(0.2)
        raise AssertionError(f"there is nothing {words!r} to click")

    def choose(self, label, option):
        """Type into a list of choices and take what it offers."""
        from selenium.webdriver.common.by import By
        from selenium.webdriver.common.keys import Keys

        list_ = f"//div[@data-testid='stMultiSelect'][starts-with(normalize-space(.), '{label}')]//input"
        end = time.monotonic() + 60.0
        while not (boxes := self.driver.find_elements(By.XPATH, list_)) and time.monotonic() < end:
            time.sleep(0.2)  # a part of the page is drawn when it is needed
        box = boxes[0]
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", box)
        box.send_keys(option)
        time.sleep(0.5)
        box.send_keys(Keys.ENTER, Keys.ESCAPE)

    def type(self, label, text):
        """Put a text in the place of what stands in a field."""
        from selenium.webdriver.common.by import By
        from selenium.webdriver.common.keys import Keys

        field = f"//div[@data-testid='stTextInput'][starts-with(normalize-space(.), '{label}')]//input"
        box = self.driver.find_element(By.XPATH, field)
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", box)
        box.send_keys(Keys.CONTROL, "a")
        box.send_keys(text, Keys.ENTER)

    def picture(self, name):
        if folder := os.environ.get("VYRAJ_SCREENSHOTS"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.driver.save_screenshot(f"{folder}/{name}.png")

    def downloaded(self, ending, seconds=20.0):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if found := [path for path in self.folder.glob(f"*{ending}") if path.stat().st_size]:
                return found[0]
            time.sleep(0.2)
        raise AssertionError(f"no {ending} was downloaded")


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """The page, served as a user serves it, from a folder that holds nothing."""
    here = tmp_path_factory.mktemp("here")
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        port = tried.getsockname()[1]
    command = [sys.executable, "-m", "sim", "task=dashboard", f"port={port}"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    server = subprocess.Popen(command, cwd=here, env=environment, stdout=subprocess.DEVNULL, start_new_session=True)
    url = f"http://127.0.0.1:{port}/"
    for _ in range(150):
        try:
            urllib.request.urlopen(url + "_stcore/health", timeout=1).close()
            break
        except OSError:
            time.sleep(0.2)
    yield url, here
    os.killpg(server.pid, signal.SIGINT)
    server.wait(20)
    assert {path.name for path in here.iterdir()} <= {"results"}, "nothing outside results/ is written"


@pytest.fixture
def reader(served, tmp_path):
    someone = Reader(served[0], tmp_path)
    yield someone
    someone.driver.quit()


@pytest.fixture
def phone(served, tmp_path):
    someone = Reader(served[0], tmp_path, width=390, height=844)
    yield someone
    someone.driver.quit()


def test_a_ban_is_composed_run_read_compared_and_downloaded(reader, served):
    reader.until("What that changes in the rules in force")
    reader.picture("composed")
    reader.click("Run")
    reader.until("months simulated", 120)
    reader.picture("running")
    assert reader.driver.find_elements("css selector", "[role=progressbar]")
    reader.until("2 paired replicates", 120)
    reader.picture("first_numbers")
    job = reader.driver.current_url
    reader.driver.refresh()  # a page that is loaded again finds its run
    reader.until("paired replicates", 60)
    assert reader.driver.current_url == job
    reader.until("20 paired replicates", 600)
    reader.until("Done: all replicates", 900)
    assert "from 3 May 2023 closed" in reader.text, "the result says what was asked"
    for tab in ("Where", "Who", "Harms", "Money", "Beside another run", "Take away"):
        reader.click(tab)
        time.sleep(1.5)
        reader.picture(tab.split()[0].lower())
    reader.click("All effects (CSV)")
    assert reader.downloaded("effects.csv").read_text().startswith("scenario,")
    reader.click("The report (HTML)")
    assert "<html" in reader.downloaded("report.html").read_text()[:200].lower()
    reader.click("The policy (YAML)")
    reader.click("Compose")
    reader.click("The policy as YAML")
    assert "lithuania.permit" in reader.downloaded(".yaml").read_text()
    reader.click("Earlier runs")
    reader.click("Open it")
    reader.until("paired replicates")
    assert "?result=my_ban_" in reader.driver.current_url
    phone = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
    reader.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", phone)
    for tab in ("Where", "All numbers"):
        reader.click(tab)
        time.sleep(1.5)
        assert reader.driver.execute_script("return document.documentElement.scrollWidth") <= 390
        reader.picture(f"phone_{tab.split()[0].lower()}")


def test_one_key_stroke_chooses_one(reader):
    """Enter takes the likeliest of those that match, and no other."""
    reader.until("What that changes in the rules in force")
    reader.choose("except to", "it")
    reader.until("permits, except to people in IT.")
    reader.choose("except to", "family")
    reader.until("permits, except to people in IT and families.")
    reader.choose("Rule 1: who", "uae")
    reader.until("Lithuania and the Emirates")
    reader.picture("chosen")


def test_what_is_refused_is_told_until_it_is_mended(reader):
    reader.until("What that changes in the rules in force")
    reader.type("from", "2018-01-01")
    reader.until("before the history")
    reader.picture("refused")
    reader.type("from", "soon")
    reader.until("“soon” is no day")
    reader.type("from", "1 May 2024")
    reader.until("From 1 May 2024 Lithuania refuses")
    assert "before the history" not in reader.text and "no day" not in reader.text
    reader.picture("mended")


def test_the_page_asks_no_other_machine(reader):
    reader.until("What that changes in the rules in force")
    asked = reader.driver.execute_script("return performance.getEntriesByType('resource').map(one => one.name)")
    assert asked and [one for one in asked if not one.startswith((reader.url, "data:", "blob:"))] == []


def test_a_job_that_was_changed_by_hand_is_told(reader, served):
    folder = served[1] / "results" / "dashboard" / ("a" * 16)
    folder.mkdir(parents=True)
    (folder / "job.json").write_text('{"form": {"name": "../../x"}, "steps": "/etc"}')
    reader.open(f"?job={folder.name}")
    reader.until('job.json: steps is "/etc"; it should be')
    reader.until("is not opened")
    reader.picture("tampered")


def test_what_cannot_be_is_explained_and_cannot_be_run(reader):
    reader.until("What that changes in the rules in force")
    reader.choose("Rule 1: who", "Georgia")
    reader.until("Georgia lets Belarusians in without a visa")
    reader.picture("impossible")
    run = "return [...document.querySelectorAll('button')].find(one => one.innerText.trim() === 'Run').disabled"
    assert reader.driver.execute_script(run)


def test_a_run_is_cancelled_and_leaves_nothing_half_written(reader, served):
    reader.until("What that changes in the rules in force")
    reader.choose("except to", "families")
    reader.until("except to families")
    reader.click("Run")
    reader.until("months simulated", 120)
    reader.click("Cancel")
    reader.until("Cancelled.", 60)
    reader.picture("cancelled")
    assert not list(Path(served[1], "results").rglob(".*.partial-*"))


def test_the_page_fits_a_phone(phone):
    phone.until("What that changes in the rules in force")
    phone.until("Rule 1: who")
    phone.picture("phone_compose")
    wide = phone.driver.execute_script("return document.documentElement.scrollWidth")
    assert wide <= 390, wide
    phone.click("Words")
    phone.until("90% interval")
    phone.picture("phone_words")


def test_a_life_is_told(reader):
    reader.until("What that changes in the rules in force")
    reader.click("Tell a life that it changes")
    reader.until("A synthetic life", 240)
    reader.picture("life")
    assert "Signs tell sizes" in reader.text


def test_links_that_lead_elsewhere_are_refused(reader):
    reader.open("?result=../../etc/passwd")
    reader.until("not in this results folder")
    reader.open("?job=%2e%2e%2f%2e%2e")
    reader.until("names a run that is not here")
