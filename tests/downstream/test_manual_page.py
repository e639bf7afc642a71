"""The page of the manual about signac-flow and signac-dashboard says what happens."""

import doctest
import os
import re
import subprocess

import pytest

from docs.pages import ROOT, blocks
from downstream.study import Study, clean_environment, without_frames
from downstream.web import serve

PAGE = "docs/downstream.md"
#: What is not run here: the environment is this one, and a server does not end.
ELSEWHERE = ("pip install", "dashboard.py run")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Write the files of the page and run its commands, in order; return where."""
    place = tmp_path_factory.mktemp("page") / "study"
    place.mkdir()
    found = list(blocks(PAGE))
    for block, following in zip(found, [*found[1:], None], strict=True):
        if block.file:
            (place / block.file).write_text(block.text)
        elif block.language == "sh" and not any(words in block.text for words in ELSEWHERE):
            expected = following.text if following and following.language == "text" else ""
            _run(block, expected, place)
    return place


def _run(block, expected, place):
    (place.parent / "home").mkdir(exist_ok=True)
    done = subprocess.run(
        ["bash", "-e"],
        input=block.text,
        cwd=place,
        env=clean_environment(place.parent / "home"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{block.line}: {without_frames(done.stderr)}"
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    said = doctest.OutputChecker().check_output(expected, done.stdout, flags)
    assert said, f"{block.line}: expected\n{expected}\nfound\n{done.stdout}"


def test_commands_of_the_page(place):
    """The files are written, the commands run and print what the page shows."""
    assert {path.name for path in place.glob("*.py")} == {
        "make_jobs.py",
        "project.py",
        "dashboard.py",
    }
    jobs = list((place / "workspace").glob("*/signac_statepoint.json"))
    assert len(jobs) == len(list((place / "workspace").glob("*/walk.svg"))) == 6


def test_other_commands_of_the_page(place):
    """What the text mentions runs too: processes, filters."""
    study = Study(place)
    study.flow("run", "--parallel", "4")
    study.flow("run", "-f", "seed", "0", "doc.end.$gt", "5")


def test_dashboard_of_the_page(place):
    """The dashboard of the page is served, with cards, drawing, neighbors, and its searches."""
    with serve(Study(place)) as site:
        address = re.search(r"http://localhost:\d+(/login\?token=\w+)", site.said())
        assert address is not None, site.said()
        site.get("/jobs/", status=401)
        site.get(address[1])
        page = site.get("/jobs/")
        links = [line[3:-1] for line in page.lines if len(line) == 42 and "/jobs/" in line]
        assert len(links) == 6
        page = site.get(links[0])
        assert f"<img {links[0]}/file/walk.svg>" in page.lines
        assert f"<a {links[1]}>" in page.lines
        assert "Search: seed 1" in site.search("seed 1").lines
        assert site.search("doc.end.$gt 5").status == 200


def test_pictures_of_the_page():
    """The pictures are there, and small."""
    pictures = sorted((ROOT / "docs" / "images").glob("dashboard-*.png"))
    assert len(pictures) == 2
    assert all(10_000 < picture.stat().st_size < 150_000 for picture in pictures)
    assert all(f"images/{picture.name}" in (ROOT / PAGE).read_text() for picture in pictures)


def test_versions_of_the_page():
    """The page names the versions that are installed here."""
    text = (ROOT / PAGE).read_text()
    pins = (ROOT / "requirements" / "downstream.txt").read_text().split()
    for pin in pins:
        if pin.startswith(("signac-flow==", "signac-dashboard==")):
            assert pin in text
    assert os.path.basename(PAGE) in (ROOT / "docs" / "index.md").read_text()
