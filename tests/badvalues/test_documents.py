"""Each odd value is stored in a document as documented, or refused without a trace."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import signac
from badvalues.picture import attempts, check_refusal
from badvalues.values import ACCEPTED, CASES, REFUSED, Case, nested
from signac.errors import Error, KeyTypeError

pytestmark = [
    pytest.mark.filterwarnings("ignore::signac.errors.NumpyConversionWarning"),
    pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning"),
]
START = {"k": 1, "n": {"y": 1}, "l": [1, 2]}
#: Deeper than the limit only where the lists place it.
_BARELY = frozenset({"254-mappings", "254-lists"})


def _names(case: Case) -> str:
    return case.name


@pytest.fixture
def documents(project: Any, tmp_path: Path) -> list[tuple[str, Any, Path]]:
    """Return each kind of document with its name in messages and its file."""
    job = project.open_job({"a": 0}).init()
    free = tmp_path / "free.json"
    found = [
        ("doc", job.doc, Path(job.fn("signac_job_document.json"))),
        ("project.doc", project.doc, Path(project.fn("signac_project_document.json"))),
        ("document", signac.JSONDict(str(free)), free),
    ]
    for _, document, _ in found:
        document.reset(START)
    return found


def _in_block(document: Any, value: Any) -> None:
    with document.transaction() as inner:
        inner.good = 1
        inner.x = value


def _in_buffer(document: Any, value: Any) -> None:
    with signac.buffered():
        document.x = value


#: Ways to put a value into a document, and the place that a refusal names.
WAYS: dict[str, tuple[str, Callable[[Any, Any], object]]] = {
    "attribute": ("x", lambda d, value: setattr(d, "x", value)),
    "item": ("x", lambda d, value: d.__setitem__("x", value)),
    "over-a-list": ("l", lambda d, value: setattr(d, "l", value)),
    "nested": ("n.x", lambda d, value: setattr(d.n, "x", value)),
    "update": ("x", lambda d, value: d.update({"good": 1, "x": value})),
    "nested-update": ("n.x", lambda d, value: d.n.update(x=value)),
    "keywords": ("x", lambda d, value: d.update(good=1, x=value)),
    "pairs": ("x", lambda d, value: d.update([("good", 1), ("x", value)])),
    "reset": ("x", lambda d, value: d.reset({"x": value})),
    "setdefault": ("x", lambda d, value: d.setdefault("x", value)),
    "append": ("l[-1]", lambda d, value: d.l.append(value)),
    "insert": ("l[0]", lambda d, value: d.l.insert(0, value)),
    "extend": ("l[1]", lambda d, value: d.l.extend([0, value])),
    "plus": ("l[1]", lambda d, value: d.l.__iadd__([0, value])),
    "list-item": ("l[1]", lambda d, value: d.l.__setitem__(1, value)),
    "list-reset": ("l[0]", lambda d, value: d.l.reset([value])),
    "transaction": ("x", _in_block),
    "buffered": ("x", _in_buffer),
}


@pytest.mark.parametrize("case", REFUSED, ids=_names)
def test_refused(documents: list[tuple[str, Any, Path]], case: Case) -> None:
    """Refused in every way of writing, with class, place and reason; file and memory stay."""
    for number, (name, document, path) in enumerate(documents):
        before = path.read_bytes()
        if case.whole:
            error = attempts(lambda document=document: document.reset(case.make()))
            assert isinstance(error, Error)
            assert str(error).startswith((f"{name}: ", f"{name}."))
        elif case.name not in _BARELY:
            for way, (place, write) in WAYS.items() if not number else list(WAYS.items())[:1]:
                error = attempts(lambda write=write, d=document: write(d, case.make()))
                assert error is not None, way
                check_refusal(error, case, f"{name}.{place}")
                assert path.read_bytes() == before, way
                assert document() == START, way
        assert path.read_bytes() == before
        assert document() == START
        document.k = 1
        assert document() == START


@pytest.mark.parametrize("case", ACCEPTED, ids=_names)
def test_stored(documents: list[tuple[str, Any, Path]], case: Case) -> None:
    """Memory and file hold the documented JSON value at once, for whoever looks."""
    text = case.answer.text
    _, document, path = documents[0]
    if case.whole:
        document.reset(case.make())
        assert path.read_text(encoding="ascii") == text == json.dumps(document())
        return
    for way in ("item", "update", "nested", "append", "buffered"):
        place, write = WAYS[way]
        document.reset(START)
        write(document, case.make())
        seen = document()
        value = seen["n"] if place == "n.x" else seen
        value = value["x"] if place.endswith("x") else value["l"][-1]
        assert json.dumps(value) == text, way
        assert json.dumps(signac.JSONDict(str(path))()) == path.read_text(encoding="ascii"), way
        assert json.dumps(seen) == path.read_text(encoding="ascii"), way


def test_types_change_by_rule_only(project: Any) -> None:
    """What comes back has the type that was given, or that of a documented rule."""
    plain = (str, int, float, bool, type(None), list, dict)
    document = project.doc
    changed = set()
    for case in ACCEPTED:
        if not case.whole:
            value = case.make()
            document["x"] = value
            back = document()["x"]
            assert type(back) in plain
            if type(value) is not type(back):
                changed.add(case.answer.rule)
    assert changed == {
        "sequences become lists",
        "mappings become dictionaries",
        "subclasses become the plain value",
        "enumerations become their value",
        "objects with fields become dictionaries",
        "paths become text",
        "NumPy values become plain numbers",
    }
    assert len(CASES) > len(ACCEPTED)


def test_depth_counts_from_the_top(project: Any) -> None:
    """Values put into one another pass the limit by four levels at most; files stay readable."""
    for target in (project.doc, project.open_job({"a": 0}).init().sp):
        target.x = nested(250, "mapping")
        before = target()
        inner = target
        for _ in range(249):
            inner = inner["x"] if inner is target else inner["k"]
        with pytest.raises(KeyTypeError, match="256 levels"):
            inner["k"] = nested(250, "list")
        assert target() == before
        assert signac.get_project(project.path).doc() == project.doc()
