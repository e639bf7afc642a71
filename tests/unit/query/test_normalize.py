"""What a search takes as a filter, as one plain mapping."""

import collections
import re
from typing import Any

import pytest

import signac
from signac._query.normalize import normalize
from signac.errors import InvalidInputError, QueryError, QueryTypeError


def _name(value: object) -> str:
    """Return the same name for a case in every process."""
    return re.sub(r" at 0x[0-9a-f]+", "", str(value) if isinstance(value, dict) else repr(value))


@pytest.mark.parametrize(
    "given", [None, {}, "", [], (), 0, 0.0, False, b"", set(), "  ", "\n", iter([])], ids=_name
)
def test_everything(given: Any) -> None:
    """What is empty matches everything."""
    assert normalize(given) is None


def pairs() -> Any:
    yield "a", 0
    yield "b", {"$lt": 1}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"a": 0}, {"a": 0}),
        ({"sp.a": 1.0, "b": (1, 2)}, {"sp.a": 1.0, "b": (1, 2)}),
        ({1: 2}, {1: 2}),
        (collections.OrderedDict(a=0), {"a": 0}),
        (collections.ChainMap({"a": 0}), {"a": 0}),
        (collections.UserDict(a=0), {"a": 0}),
        ([("a", 0)], {"a": 0}),
        ((["a", 0], ("b", 1)), {"a": 0, "b": 1}),
        ([("a", 0), ("a", 1)], {"a": 1}),
        ({("a", 0)}, {"a": 0}),
        (["ab"], {"a": "b"}),
        (pairs(), {"a": 0, "b": {"$lt": 1}}),
        ("a 0 b", {"a": 0, "b": {"$exists": True}}),
        ("a\u00a01", {"a": 1}),
        ("a", {"a": {"$exists": True}}),
        ("a > 0", {"a": {"$gt": 0}}),
        ("not a", {"$not": {"a": {"$nin": [None, False, "", [], {}]}}}),
    ],
    ids=_name,
)
def test_forms(given: Any, expected: dict[str, Any]) -> None:
    """A mapping is taken as written; pairs and text become one."""
    found = normalize(given)
    assert found == expected
    assert type(found) is dict


@pytest.mark.parametrize("given", [5, True, 1.5, object(), len, 1j], ids=_name)
def test_what_is_no_filter(given: Any) -> None:
    """Anything else is refused with a ValueError."""
    with pytest.raises(InvalidInputError, match="filter"):
        normalize(given)


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ([1], TypeError),
        (b"a", TypeError),
        ([None], TypeError),
        ([("a",)], ValueError),
        ([("a", 1, 2)], ValueError),
        ([{"a": 1}], ValueError),
        (["abc"], ValueError),
        ([[]], ValueError),
        ([([], 1)], TypeError),
        ("{}", ValueError),
        ("[1]", ValueError),
        ('{"a":0}', ValueError),
        ("a {bad}", ValueError),
    ],
    ids=_name,
)
def test_malformed_filters(given: Any, kind: type[Exception]) -> None:
    """Pairs and words that make no mapping are refused at once, always with a ValueError too."""
    with pytest.raises(kind) as caught:
        normalize(given)
    assert isinstance(caught.value, QueryError)
    assert isinstance(caught.value, QueryTypeError) is (kind is TypeError)


def test_live_mappings_are_read() -> None:
    """The state point and the document of a job are read once, as plain values."""
    with signac.TemporaryProject() as project:
        job = project.open_job({"a": 0, "b": {"c": [1]}}).init()
        job.doc.x = {"y": 1}
        found = normalize(job.sp)
        assert found == {"a": 0, "b": {"c": [1]}}
        assert type(found) is dict
        assert type(found["b"]) is dict
        assert normalize(job.sp.b) == {"c": [1]}
        assert normalize(job.doc) == {"x": {"y": 1}}
        assert normalize(project.open_job({}).sp) is None


def test_the_mapping_is_copied() -> None:
    """Adding to the caller's mapping later changes nothing."""
    given = {"a": 0}
    found = normalize(given)
    given["b"] = 1
    assert found == {"a": 0}
