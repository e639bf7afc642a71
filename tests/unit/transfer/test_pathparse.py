"""Patterns of paths."""

import os
from pathlib import Path
from typing import Any

import pytest

from signac._transfer.paths.pattern import parse_pattern
from signac.errors import ImportArgumentError

PARSED: list[tuple[str, str, Any]] = [
    ("a/{a:int}", "a/5", {"a": 5}),
    ("a/{a:int}", "a/-5", {"a": -5}),
    ("a/{a:int}", "a/+05", {"a": 5}),
    ("a/{a:int}", "a/1.5", None),
    ("a/{a:int}", "a/x", None),
    ("a/{a:int}", "b/5", None),
    ("a/{a:int}", "a/5/x", None),
    ("a/{a:int}", "a/5\n", None),
    ("a/{a:int}", "a/" + "9" * 5000, None),
    ("{a:float}", "1", {"a": 1.0}),
    ("{a:float}", "-.5", {"a": -0.5}),
    ("{a:float}", "1.25", {"a": 1.25}),
    ("{a:float}", "5.", None),
    ("{a:float}", "1e5", None),
    ("{a}", "text_1", {"a": "text_1"}),
    ("{a:str}", "é", {"a": "é"}),
    ("{a}", "with-dash", None),
    ("{a}", "with.dot", None),
    ("{a}", "with space", None),
    ("{a}", "a%2Fb", {"a": "a/b"}),
    ("{a}", "%2E%2E", {"a": ".."}),
    ("{a}", "%empty", {"a": ""}),
    ("{a}", "1%str", {"a": "1"}),
    ("{a:bool}", "True", {"a": True}),
    ("{a:bool}", "FALSE", {"a": False}),
    ("{a:bool}", "0", {"a": False}),
    ("{a:bool}", "other", {"a": True}),
    ("b.c/{b.c:int}/a/{a:int}", "b.c/1/a/2", {"b": {"c": 1}, "a": 2}),
    ("{b.c}{b.d:int}", "x1", {"b": {"c": "x", "d": 1}}),
    ("foo/{foo:int}/sub", "foo/1/sub", {"foo": 1}),
    ("foo/{foo:int}/sub", "foo/1", None),
    ("f(o|x)o/{a:int}", "f(o|x)o/1", {"a": 1}),
    ("f(o|x)o/{a:int}", "foo/1", None),
    ("a.b/{a:int}", "axb/1", None),
    ("./a//{a:int}/", "a/1", {"a": 1}),
    ("a[0]+/{a:int}*", "a[0]+/1*", {"a": 1}),
    ("{1st:int}", "1", {"1st": 1}),
    ("{{a}}", "{x}", {"a": "x"}),
]


@pytest.mark.parametrize(("pattern", "path", "expected"), PARSED)
def test_parse(pattern: str, path: str, expected: Any) -> None:
    """A pattern matches the whole path; only fields are special; types decide what fits."""
    found = parse_pattern(pattern).parse(path)
    assert found == expected
    if found is not None:
        assert list(map(type, found.values())) == list(map(type, expected.values()))


@pytest.mark.parametrize(
    ("pattern", "said", "kind"),
    [
        ("foo", "no field", ValueError),
        ("", "no field", ValueError),
        ("a/{}", "no field", ValueError),
        ("a/{a:Int}", "no field", ValueError),
        ("a/{a:foo}", "'foo'.*str, int, float, bool", KeyError),
        ("{a}/{a:int}", "'a'", Exception),
        ("{a}/{a.b:int}", "'a' and 'a.b'", ValueError),
    ],
)
def test_refused(pattern: str, said: str, kind: type[Exception]) -> None:
    """A pattern that can give no state point is refused with the reason."""
    with pytest.raises(kind, match=said) as caught:
        parse_pattern(pattern)
    assert isinstance(caught.value, ImportArgumentError)


@pytest.mark.parametrize(
    ("origin", "pattern", "matches"),
    [
        ("o", "o/x/{a:int}", True),
        ("./o/", "o/x/{a:int}", True),
        ("o", "./o/x/{a:int}", True),
        ("o", "x/{a:int}", True),
        ("o", "other/x/{a:int}", False),
        ("x", "xylophone/{a:int}", False),
        (".", "x/{a:int}", True),
        ("o", "ABSOLUTE/o/x/{a:int}", True),
        ("ABSOLUTE/o", "ABSOLUTE/o/x/{a:int}", True),
        ("ABSOLUTE/o", "ABSOLUTE/other/x/{a:int}", False),
    ],
)
def test_pattern_with_origin(
    origin: str, pattern: str, matches: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pattern may begin with the origin, component by component."""
    monkeypatch.chdir(tmp_path)
    here = os.getcwd()
    parsed = parse_pattern(pattern.replace("ABSOLUTE", here), origin.replace("ABSOLUTE", here))
    assert (parsed.parse("x/1") == {"a": 1}) is matches
