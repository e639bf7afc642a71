"""signac-dashboard on this package, over plain HTTP: every page and every action of its modules."""

import re
import time

import pytest

from downstream import expected, web
from downstream.study import IDS
from downstream.web import Form, without_address

FIRST = IDS[0, 0.5]
JOB = f"/jobs/{FIRST}"
_LINK = re.compile("<a /jobs/([0-9a-f]{32})>")
PAGES = {
    "jobs": "/jobs/",
    "jobs-second": "/jobs/?page=2",
    "jobs-grid": "/jobs/?view=grid",
    "jobs-tiles": "/jobs/?view=tiles",
    "job": JOB,
    "job-abbreviated": "/jobs/010b",
    "job-tiles": f"{JOB}?view=tiles",
    "job-unknown": f"/jobs/{'f' * 32}",
    "settings": "/settings",
}
SEARCHES = {
    "seed 1": {(1, 0.5), (1, 1.0)},
    "seed.$gt 0 length 0.5": {(1, 0.5), (2, 0.5)},
    "doc.rank 3": {(1, 1.0)},
    '{"doc.rank": {"$gt": 3}}': {(2, 0.5), (2, 1.0)},
    '{"seed": 2, "doc.walked": true}': {(2, 0.5), (2, 1.0)},
    "seed.$in [0,2] length 1.0": {(0, 1.0), (2, 1.0)},
    "doc.result.average.$lt 1": {(0, 0.5), (1, 0.5), (2, 0.5)},
    "doc.nothing": set(),
    "nonsense words here": set(),
}


@pytest.fixture(scope="module")
def server(stages, tmp_path_factory):
    """Serve the dashboard of a workflow that is done; these tests read only."""
    study = stages("done").copy(tmp_path_factory.mktemp("dashboard") / "study")
    web.prepare(study)
    with web.serve(study) as site:
        yield site


@pytest.fixture
def site(server):
    """Come to the dashboard as somebody new: the server remembers how a person wants to see it."""
    return server.stranger()


@pytest.fixture
def own(at):
    """Serve a dashboard that the test may change; give it with its project."""
    study = at("done")
    web.prepare(study)
    with web.serve(study) as site:
        yield site, study


def shown_jobs(page):
    """Return the jobs that a page of a list links to."""
    return {found[1] for line in page.lines if (found := _LINK.fullmatch(line))}


def after(page, title, count):
    """Return what a page shows under the title of a card."""
    start = len(page.lines) - page.lines[::-1].index(title)
    return page.lines[start : start + count]


def titles(page):
    """Return the titles of the cards by the names of their boxes."""
    boxes = enumerate(page.lines)
    return {
        line[7:17]: page.lines[i + 1] for i, line in boxes if line.startswith("<input modules[")
    }


def wait_for(condition, seconds=20):
    """Wait until something is so."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never was so"
        time.sleep(0.1)


@pytest.mark.parametrize("name", PAGES)
def test_page(name, site):
    """Each page shows, and links to, what it does with the released signac."""
    expected.check(f"dashboard-{name}.txt", without_address(site.get(PAGES[name])))


def test_page_of_the_project(site):
    """The page of the project has schema, document, text and picture."""
    page = site.get("/")
    assert page.url.endswith("/project/")
    schema = after(page, "Project Schema", 6)
    # The released signac shows a `defaultdict` of the same content.
    schema = [line.replace("defaultdict(<class 'set'>, ", "").replace("})", "}") for line in schema]
    assert schema[:2] == ["length:", "{<class 'float'>: {0.5, 1.0}}"]
    assert schema[4:] == ["steps:", "{<class 'int'>: {3, 4, 5, 6}}"]
    assert after(page, "About", 1) == ["6 walks in one dimension"]
    assert after(page, "Project Document", 2) == ["steps:", "[4, 3]"]
    assert "<img /project/file/all.png>" in page.lines


@pytest.mark.parametrize("words", SEARCHES)
def test_search(words, site):
    """The search field takes words and JSON, over state points and documents."""
    page = site.search(words)
    assert shown_jobs(page) == {IDS[key] for key in SEARCHES[words]}
    explained = any(line.startswith("Search string interpreted as") for line in page.lines)
    assert explained is not words.startswith("{")


def test_search_for_everything(site):
    """An empty search lists all jobs, in pages."""
    assert len(shown_jobs(site.search(""))) == 4
    assert len(shown_jobs(site.get("/search?q=&page=2"))) == 2


def test_wrong_search(site):
    """An operator that does not exist is named on the page; the server goes on."""
    page = site.search("seed.$bogus 1")
    assert any("KeyError" in line and "$bogus" in line for line in page.lines), page.text
    assert "Traceback" not in site.said()


def test_where_is_refused(site):
    """The dashboard does not run code that is sent to it."""
    page = site.search('steps.$where "lambda x: x > 4"')
    assert "ALLOW_WHERE" in page.text
    assert shown_jobs(page) == set()


def test_navigator(site):
    """The navigator leads along each key to the jobs before and after."""
    page = site.get(f"/jobs/{IDS[1, 0.5]}")
    assert after(page, "Next statepoint parameter value", 11) == [
        *("length", "min", "0.5", f"<a /jobs/{IDS[1, 1.0]}>", "1.0"),
        *("seed", f"<a /jobs/{IDS[0, 0.5]}>", "0", "1", f"<a /jobs/{IDS[2, 0.5]}>", "2"),
    ]


def test_files(site):
    """Files of a job are listed and served: text, a picture, a video."""
    page = site.get(JOB)
    assert f"<img {JOB}/file/walk.png>" in page.lines
    assert f"<source {JOB}/file/walk.mp4>" in page.lines
    assert site.get(f"{JOB}/file/walk.png").body.startswith(b"\x89PNG")
    assert site.get(f"{JOB}/file/walk.mp4").kind == "video/mp4"
    listed = [line for line in page.lines if line.startswith(f"<a {JOB}/file/")]
    assert len(listed) == 10
    found = {site.get(line[3:-1]).status for line in listed}
    assert found == {200}
    assert site.get(f"{JOB}/file/count.txt").body == b"3\n"
    outside = site.get(f"{JOB}/file/..%2f..%2f..%2fsignac_project_document.json")
    assert b"steps" not in outside.body


def test_labels_of_signac_flow(site):
    """The card of signac-flow shows the labels of the workflow."""
    assert set(after(site.get(JOB), "Flow Status", 3)) == {"started", "l=0.5", "has-walked"}


def test_document_editor(own):
    """The editor saves values of every type into the document, and they can be searched at once."""
    site, study = own
    page = site.get(JOB)
    form = page.form("doc:rank")
    values = {"doc:rank": "77", "doc:walked": "False", "doc:history": "{'a': [1, None]}"}
    site.send(form, page, **values, **{"doc:todo": "'für später'"})
    document = study.document(0, 0.5)
    assert document["rank"] == 77
    assert document["walked"] is False
    assert document["history"] == {"a": [1, None]}
    assert document["todo"] == "für später"
    assert document["mean_square"] == 0.5
    assert shown_jobs(site.search("doc.rank 77")) == {FIRST}
    assert "<input doc:rank=77>" in site.get(JOB).lines


def test_notes(own):
    """Notes are saved in the document, shown again, and can be emptied."""
    site, study = own
    text = "odd: 1 < 2 & 'ü'\nsecond line"
    page = site.get(JOB)
    site.send(page.form("note_text"), page, note_text=text)
    assert str(study.document(0, 0.5)["notes"]).split() == text.split()
    page = site.get(JOB)
    assert page.form("note_text").fields["note_text"].split() == text.split()
    site.send(page.form("note_text"), page, note_text="")
    assert not study.document(0, 0.5).get("notes")


def test_modules_are_switched_off(own):
    """Cards that a person switches off are gone, and come back."""
    site, _ = own
    page = site.get(JOB)
    form = page.form("modules[0]")
    fields = {name: form.fields[name] for name in ("redirect", "modules[0]")}
    site.send(Form(form.action, form.method, fields), page)
    assert f"<source {JOB}/file/walk.mp4>" not in site.get(JOB).lines
    site.send(form, page)
    assert f"<source {JOB}/file/walk.mp4>" in site.get(JOB).lines


def test_changes_by_others_appear(own):
    """Jobs that other processes make, move, change and remove are followed by list, search, pages.

    Without the navigator: that of signac-dashboard 0.7 knows the jobs that were there when the
    server started, and fails for others, whatever lies beneath.
    """
    site, study = own
    page = site.get(JOB)
    form = page.form("modules[0]")
    (navigator,) = [name for name, title in titles(page).items() if title == "Navigator"]
    fields = {name: value for name, value in form.fields.items() if name != navigator}
    site.send(Form(form.action, form.method, fields), page)
    program = "import signac; project = signac.get_project(); {}"
    study.call("-c", program.format("project.open_job(dict(seed=7, length=0.5, steps=1)).init()"))
    wait_for(lambda: "1 to 4 of 7 jobs" in site.get("/jobs/").text)
    (new,) = shown_jobs(site.search("seed 7"))
    study.call("-c", program.format(f"project.open_job(id='{new}').sp.seed = 8"))
    wait_for(lambda: shown_jobs(site.search("seed 7")) == set())
    (moved,) = shown_jobs(site.search("seed 8"))
    assert "Statepoint Parameters" in site.get(f"/jobs/{moved}").lines
    study.call("-c", program.format(f"project.open_job(id='{moved}').remove()"))
    wait_for(lambda: "1 to 4 of 6 jobs" in site.get("/jobs/").text)
    for gone in (new, moved):
        # The server notices within a second; until then the page may be an error.
        wait_for(lambda gone=gone: "could not be found" in site.get(f"/jobs/{gone}", None).text)
    study.call("-c", program.format(f"project.open_job(id='{FIRST}').doc.rank = 1000"))
    assert shown_jobs(site.search("doc.rank 1000")) == {FIRST}
    assert {path.name for path in study.directories()} == set(IDS.values())


def test_token(at):
    """With an access token nothing is shown before it is given."""
    study = at("done")
    web.prepare(study)
    with web.serve(study, DASHBOARD_TOKEN="secret") as site:
        assert shown_jobs(site.get("/jobs/", status=401)) == set()
        site.get("/login?token=wrong")
        assert shown_jobs(site.get("/jobs/", status=401)) == set()
        site.get("/login?token=secret")
        assert len(shown_jobs(site.get("/jobs/"))) == 4


def test_plain_project(at):
    """A dashboard without signac-flow opens the project by itself and warms the cache file."""
    study = at("done")
    web.prepare(study)
    with web.serve(study, DASHBOARD_PLAIN="1") as site:
        page = site.get(JOB)
        assert after(page, "Flow Status", 1) == ["Error: Project cannot provide labels."]
        assert "cannot provide labels" in site.said()
        assert (study.path / ".signac" / "statepoint_cache.json.gz").is_file()


def test_no_project(stages, tmp_path):
    """`signac-dashboard` says where there is no project."""
    done = stages("fresh").call("-m", "signac_dashboard", cwd=tmp_path, fails=True)
    assert "No signac project could be found" in done.stdout + done.stderr
