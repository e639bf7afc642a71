"""Keys of a filter that no job has are told, with similar ones (`signac._engine.hints`)."""

import logging
from typing import Any

import pytest

from unit.index.planting import plant

STATEPOINTS = [
    {"temperature": 1.0, "pressure": 2, "box": {"width": 1, "height": n}, "n": n} for n in range(5)
]
DOCUMENTS = [{"energy": 1.0, "result": {"volume": 3}} for _ in range(5)]


@pytest.fixture
def project(project: Any, caplog: Any) -> Any:
    plant(project.path, STATEPOINTS, DOCUMENTS)
    caplog.set_level(logging.INFO, logger="signac.project")
    return project


def unknown(project: Any, query: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = project.find_jobs(query).explain().unknown
    return found


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"temprature": 1}, {"temprature": ["temperature"]}),
        ({"tempratur.$gt": 1}, {"tempratur": ["temperature"]}),
        ({"sp.presure": 1}, {"presure": ["pressure"]}),
        ({"box.hight": 1}, {"box.hight": ["box.height"]}),
        ({"width": 1}, {"width": ["box.width"]}),
        ({"sp.width": 1}, {"width": ["box.width"]}),
        ({"doc.enrgy": 1}, {"doc.enrgy": ["doc.energy"]}),
        ({"$or": [{"doc.energy": 0}, {"energy": 1}]}, {"energy": ["doc.energy"]}),
        ({"nothing_like_it": 1}, {"nothing_like_it": []}),
        ({"temprature": 1, "presure": 1}, {"temprature": ["temperature"], "presure": ["pressure"]}),
        ({"$not": {"temprature": 1}}, {"temprature": ["temperature"]}),
        ({"$or": [{"n": 1}, {"zzz": 1}]}, {"zzz": []}),
        ({"box": {"depth": 1}}, {"box.depth": ["box.width"]}),
        ({"n": 3}, {}),
        ({"box": 3}, {}),
        ({"temprature.$exists": False}, {}),
        ({"$or": [{"a.$exists": True}, {"n": 1}]}, {}),
        (None, {}),
        ("temprature > 1 or presure > 2", {"temprature": ["temperature"], "presure": ["pressure"]}),
    ],
    ids=str,
)
def test_what_is_told(project: Any, query: Any, expected: dict[str, list[str]]) -> None:
    """Unknown keys, and the keys that look like them, in the state points and documents."""
    found = unknown(project, query)
    assert found.keys() == expected.keys()
    for key, names in expected.items():
        assert set(names) <= set(found[key]), found
        assert len(found[key]) <= 3


def test_nested_keys_of_documents(project: Any) -> None:
    """Where the index has the documents, keys at any depth of them are named."""
    plant(project.path, [{"n": 100 + n} for n in range(90)], [DOCUMENTS[0] for _ in range(90)])
    assert unknown(project, {"doc.volume": 1}) == {"doc.volume": ["doc.result.volume"]}
    assert unknown(project, {"doc.resul.volume": 1})["doc.resul.volume"][0] == "doc.result.volume"


def test_the_level_tells(project: Any, caplog: Any) -> None:
    """One WARNING for a key that is most likely misspelt, one INFO for one that is like none."""
    project.find_jobs({"temprature": 1, "qqqqq": 2}).count()
    told = [(r.levelname, r.getMessage()) for r in caplog.records if "no job has" in r.getMessage()]
    assert told == [
        ("WARNING", "no job has the key 'temprature'; similar keys are temperature"),
        ("INFO", "no job has the key 'qqqqq'"),
    ]
    assert {record.name for record in caplog.records} == {"signac.project"}


def test_a_key_is_told_once(project: Any, caplog: Any) -> None:
    """A key that a filter has several times is told once for each search."""
    query = {"$or": [{"temprature": 1}, {"temprature": 2}, {"$not": {"temprature": 3}}]}
    cursor = project.find_jobs(query)
    cursor.count()
    len(cursor)
    list(cursor)
    assert len([r for r in caplog.records if "temprature" in r.getMessage()]) == 1


def test_no_document_was_looked_at(project: Any, caplog: Any) -> None:
    """Where no document was needed for the answer, nothing is said of document keys."""
    assert project.find_jobs({"n": 99, "doc.enrgy": 1}).count() == 0
    assert not [r for r in caplog.records if "enrgy" in r.getMessage()]


def test_many_similar_names(project: Any) -> None:
    """At most three names are given."""
    plant(project.path, [{f"parameter_{n}": n for n in range(9)}])
    assert len(unknown(project, {"parameter_x": 1})["parameter_x"]) == 3


def test_a_key_of_one_job(project: Any) -> None:
    """A key that one job of all has is known."""
    plant(project.path, [{"rare": {"key": 1}}], [{"seldom": 1}])
    assert unknown(project, {"rare.key": 7}) == {}
    assert unknown(project, {"doc.seldom": 7}) == {}


def test_a_key_of_removed_jobs(project: Any) -> None:
    """No jobs, no hints: a project without jobs knows no keys."""
    for job in list(project):
        job.remove()
    assert unknown(project, {"temprature": 1}) == {}
