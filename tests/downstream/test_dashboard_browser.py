"""signac-dashboard on this package, in a browser.

What the server does is tested in `test_dashboard_pages.py` without a browser. Here Chromium loads
pages, follows links and fills in forms. `SIGNAC_SCREENSHOTS` names a directory to keep pictures in.
"""

import json
import os
import shutil
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from downstream import web
from downstream.study import IDS

BROWSER, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
SWITCHES = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--window-size=1200,900",
)
JOB = f"/jobs/{IDS[0, 0.5]}"

pytestmark = pytest.mark.skipif(
    BROWSER is None or DRIVER is None,
    reason="chromium and chromedriver are not installed; the same pages are tested over HTTP",
)


class Person:
    """Somebody who looks at the dashboard."""

    def __init__(self, driver, site, study, pictures):
        self.driver, self.site, self.study, self.pictures = driver, site, study, pictures

    def go(self, path):
        """Load a page."""
        self.driver.get(self.site.address + path)

    def one(self, selector):
        """Return the element that a CSS selector finds, when it is there."""
        return self.until(lambda: self.all(selector))[0]

    def all(self, selector):
        """Return the elements that a CSS selector finds and that can be seen."""
        found = self.driver.find_elements(By.CSS_SELECTOR, selector)
        return [element for element in found if element.is_displayed()]

    def text(self):
        """Return what can be read on the page."""
        return self.driver.find_element(By.TAG_NAME, "body").text

    def until(self, condition):
        """Wait until something is so; return what it gives."""
        return WebDriverWait(self.driver, 30, ignored_exceptions=(Exception,)).until(
            lambda _: condition()
        )

    def click(self, element):
        """Click where a person would, after scrolling there."""
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
        element.click()

    def write(self, element, text):
        """Put a text in place of what stands in a field."""
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
        element.send_keys(Keys.CONTROL, "a")
        element.send_keys(text)

    def save(self, module):
        """Press the button of a card."""
        buttons = self.all(f"form[action*='{module}'] button, form[action*='{module}'] .button")
        (button,) = [button for button in buttons if button.text == "Save"]
        self.click(button)

    def search(self, words):
        """Use the search field."""
        field = self.one("input[name=q]")
        field.clear()
        field.send_keys(words, Keys.ENTER)
        self.until(lambda: f"Search: {words}" in self.text())

    def links(self):
        """Return the ids of the jobs that are listed."""
        found = [element.get_attribute("href") for element in self.all("a[href*='/jobs/']")]
        return [href.rsplit("/", 1)[1] for href in found if len(href.rsplit("/", 1)[1]) == 32]

    def photograph(self, name, height=900, element=None):
        """Take a picture of the page, with an element in its middle if one is given."""
        self.driver.set_window_size(1200, height)
        if element is not None:
            self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
        path = self.pictures / f"dashboard-{name}.png"
        assert self.driver.save_screenshot(str(path))
        assert path.stat().st_size > 5_000

    def complaints(self):
        """Return errors of scripts and of loading; there is no icon for the tab."""
        return [
            entry["message"]
            for entry in self.driver.get_log("browser")
            if entry["level"] == "SEVERE" and "favicon" not in entry["message"]
        ]


@pytest.fixture(scope="module")
def driver(tmp_path_factory):
    """Start Chromium with an empty profile."""
    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for switch in SWITCHES:
        options.add_argument(switch)
    options.add_argument(f"--user-data-dir={tmp_path_factory.mktemp('profile')}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()


@pytest.fixture
def person(driver, at, tmp_path):
    """Open a dashboard of one's own; at the end no script has failed."""
    study = at("done")
    web.prepare(study)
    pictures = Path(os.environ.get("SIGNAC_SCREENSHOTS", tmp_path))
    with web.serve(study) as site:
        driver.get_log("browser")
        driver.delete_all_cookies()
        driver.set_window_size(1200, 900)
        person = Person(driver, site, study, pictures)
        yield person
        assert person.complaints() == []
        driver.get("about:blank")


def test_list_search_and_new_job(person):
    """The list has pages, the field finds jobs, and a job made elsewhere appears on reloading."""
    person.go("/jobs/")
    assert person.links() == [IDS[0, 0.5], IDS[1, 0.5], IDS[2, 0.5], IDS[0, 1.0]]
    person.photograph("list", 640)
    person.click(person.one("a[href='/jobs/?page=2']"))
    person.until(lambda: person.links() == [IDS[1, 1.0], IDS[2, 1.0]])
    person.search("doc.rank 1")
    assert person.links() == [IDS[0, 1.0]]
    person.search('{"doc.rank": {"$gt": 3}, "seed": 2}')
    assert person.links() == [IDS[2, 0.5], IDS[2, 1.0]]
    person.photograph("search", 640)
    person.search("seed 7")
    assert person.links() == []
    make = "import signac; signac.get_project().open_job(dict(seed=7, length=0.5, steps=1)).init()"
    person.study.call("-c", make)
    person.driver.refresh()
    person.until(lambda: len(person.links()) == 1)
    person.click(person.one("a[href='/jobs/']"))
    person.until(lambda: "1 to 4 of 7 jobs" in person.text())


def test_job_page_and_navigator(person):
    """The cards of a job are there, its picture is drawn, and the navigator leads to neighbors."""
    person.go("/jobs/")
    person.click(person.one(f"a[href='{JOB}']"))
    person.until(lambda: "Statepoint Parameters" in person.text())
    shown = person.text()
    for title in ("Job Document", "Document Editor", "File List", "Notes", "Navigator", "Walk"):
        assert title in shown
    assert "The walk was -0.5, -1.0, -0.5." in shown
    picture = person.one(f"img[src='{JOB}/file/walk.png']")
    person.until(lambda: int(picture.get_property("naturalWidth")) == 120)
    assert person.driver.find_elements(By.TAG_NAME, "video")
    person.photograph("job", 1400)
    person.photograph("navigator", 700, person.one("table a[href]"))
    for seed, length in ((0, 1.0), (1, 1.0), (2, 1.0), (2, 0.5)):
        person.click(person.one(f"table a[href='/jobs/{IDS[seed, length]}']"))
        person.until(lambda s=seed, x=length: f"seed {s}, length {x}" in person.text())
    person.driver.back()
    person.until(lambda: "seed 2, length 1.0" in person.text())


def test_editor_and_notes(person):
    """What is typed into the editor and the notes is in the document, and is shown again."""
    person.go(JOB)
    person.write(person.one("input[name='doc:rank']"), "77")
    person.write(person.one("input[name='doc:todo']"), "['für', 2.5, None]")
    person.photograph("editor", 900)
    person.save("document_editor")
    person.until(lambda: person.study.document(0, 0.5)["rank"] == 77)
    assert person.study.document(0, 0.5)["todo"] == ["für", 2.5, None]
    person.go(JOB)
    assert person.one("input[name='doc:rank']").get_attribute("value") == "77"
    person.write(person.one("textarea[name=note_text]"), "a < b & 'ü'")
    person.save("notes")
    person.until(lambda: person.study.document(0, 0.5).get("notes") == "a < b & 'ü'")
    person.driver.refresh()
    assert person.one("textarea[name=note_text]").get_attribute("value") == "a < b & 'ü'"
    person.search("doc.rank 77")
    assert person.links() == [IDS[0, 0.5]]
    text = (person.study.job(0, 0.5) / "signac_job_document.json").read_text()
    assert json.loads(text)["mean_square"] == 0.5


def test_page_of_the_project(person):
    """The first page has the schema, the project document and a picture."""
    person.go("/")
    person.until(lambda: "Project Schema" in person.text())
    assert "{<class 'int'>: {0, 1, 2}}" in person.text()
    assert "[4, 3]" in person.text()
    picture = person.one("img[src='/project/file/all.png']")
    person.until(lambda: int(picture.get_property("naturalWidth")) == 120)
    person.photograph("project", 760)
