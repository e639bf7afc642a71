"""What a project holds is shown as text, not as markup; configuration is text, too."""

from pathlib import Path
from typing import Any

import pytest

import signac

MARKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</td></table><script>alert(1)</script>",
    '"><svg onload=alert(1)>',
    "'><iframe src=javascript:alert(1)>",
    "<!--",
    "<![CDATA[<script>]]>",
    "{{7*7}}<b>",
]


@pytest.fixture(params=range(len(MARKS)))
def mark(request: pytest.FixtureRequest) -> str:
    return MARKS[request.param]


@pytest.mark.parametrize("jobs", [1, 60])
def test_nothing_is_markup(tmp_path: Path, mark: str, jobs: int) -> None:
    """Path, keys, values, documents, filters, schemas and reports appear escaped in HTML."""
    place = tmp_path / mark.replace("/", "\u2215")
    project: Any = signac.init_project(place)
    for number in range(jobs):
        job = project.open_job({mark.replace(".", ""): mark, "n": number, "d": {mark: [mark]}})
        job.init().doc[mark.replace(".", "")] = mark
    (place / "workspace" / mark.replace("/", "\u2215")).mkdir()
    (place / "workspace" / job.id / "signac_job_document.json").write_text("{" + mark)
    shown = {
        "project": project,
        "cursor": project.find_jobs(),
        "filtered": project.find_jobs({"n": {"$lt": 5}}),
        "filter": project.find_jobs({mark.replace(".", ""): mark}),
        "schema": project.detect_schema(),
        "report": project.find_problems(),
        "plan": project.plan_repair(),
    }
    seen = 0
    for name, thing in shown.items():
        draw = getattr(thing, "_repr_html_", None)
        if draw is None:
            continue
        html = draw()
        seen += 1
        for raw in ("<script", "<img", "<svg", "<iframe", "<b>", "<!", "onerror=alert(1)>"):
            assert raw not in html, name
    assert seen >= 5


@pytest.mark.parametrize(
    "value",
    [
        "%(x)s",
        "%(project)s%(project)s",
        "${x}",
        "$HOME",
        "$(touch x)",
        "`touch x`",
        "{0.__class__}",
        "__import__('os').system('touch x')",
        "!!python/object/apply:os.mkdir [x]",
        "~",
    ],
)
def test_configuration_is_text(tmp_path: Path, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Values of the configuration are taken as they are: nothing is filled in, nothing is run."""
    monkeypatch.chdir(tmp_path)
    project: Any = signac.init_project(tmp_path / "project")
    config = tmp_path / "project" / ".signac" / "config"
    with config.open("a") as file:
        file.write(f"x = '''{value}'''\n[part]\ny = '''{value}'''\n")
    again = signac.get_project(project.path)
    assert again.config["x"] == value
    assert again.config["part"]["y"] == value
    assert sorted(path.name for path in tmp_path.iterdir()) == ["project"]
