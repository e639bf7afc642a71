"""The page on notebooks is a notebook, and shows what it says."""

import json
import os

from notebook.cells import cells_of_the_manual, notebook, page, run, shown_by_a_notebook
from notebook.reading import read


def test_the_cells_of_the_manual_show_something(tmp_path, monkeypatch):
    """Each cell that ends in an object of ours shows a page that is sound."""
    monkeypatch.chdir(tmp_path)
    names = []
    pages = []
    for _, value in run(cells_of_the_manual()):
        if value is not None:
            names.append(type(value).__name__)
            html, text = shown_by_a_notebook(value)
            pages.append(read(html))
            assert text
    assert names == ["Job", "JSONDict", "JobsCursor", "Project", "ProjectSchema", "Job"]
    assert "trajectory.xyz18.0 kB" in pages[0].text
    assert "error" not in pages[0].parts
    assert len(pages[2].parts["tr"]) == 12
    assert "72 rows" in pages[2].text
    assert "the first 20 of 108" in pages[3].text
    assert "seedint0 … 1112" in pages[4].text
    assert "JSONDecodeError" in pages[5].parts["error"][0]


def test_a_page_and_a_notebook_are_made(tmp_path, monkeypatch):
    """What is made of cells holds their source, and what they show or nothing yet."""
    monkeypatch.chdir(tmp_path)
    cells = ["import signac\nx = 1 < 2", 'signac.JSONDict("a.json")', "x"]
    html = page(cells)
    assert "x = 1 &lt; 2" in html
    assert "JSONDict" in html
    assert "<pre>True</pre>" in html
    made = json.loads(notebook(cells))
    assert [cell["source"] for cell in made["cells"]] == cells
    assert not os.listdir(tmp_path)
