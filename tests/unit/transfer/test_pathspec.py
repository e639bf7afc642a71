"""Paths of jobs: what the acceptance tests of exports and views do not show."""

import logging
from typing import Any

import pytest

import signac
from signac._transfer.paths.spec import needs_handles, plan_paths
from signac.errors import PathSpecificationError

THREE = [{"a": i, "b": {"c": i % 2}} for i in range(3)]


def planned(statepoints: list[Any], path: Any = None, **options: Any) -> list[str]:
    """Return the paths of jobs without handles, in order."""
    jobs = [(f"{number:032x}", one, None) for number, one in enumerate(statepoints)]
    return list(plan_paths(jobs, path, **{"callables": False, **options}).values())


@pytest.mark.parametrize(
    ("statepoints", "paths"),
    [
        ([], []),
        ([{"a": 1}], [""]),
        (THREE, ["b.c/0/a/0", "b.c/1/a/1", "b.c/0/a/2"]),
        ([{"a": 1}, {"a": "1"}, {"a": 2}], ["a/1", "a/1%str", "a/2"]),
        ([{"a": True}, {"a": "True"}], ["a/True", "a/True%str"]),
        ([{"a": None}, {"a": "None"}], ["a/None", "a/None%str"]),
        ([{"a": 1.5}, {"a": "1.5"}], ["a/1.5", "a/1.5%str"]),
        ([{"a": [1]}, {"a": "(1,)"}], ["a/(1,)", "a/(1,)%str"]),
        # Where the rest of the path tells them apart, nothing is marked.
        ([{"a": 1, "b": "z"}, {"a": "1", "b": "y"}], ["a/1/b/z", "a/1/b/y"]),
        # 1 and True count as one value as long as that does no harm.
        ([{"a": 1, "b": 1}, {"a": True, "b": 2}], ["b/1", "b/2"]),
        ([{"a": 1}, {"a": True}], ["a/1", "a/True"]),
        ([{"a": 1}, {"a": 1.0}, {"a": True}], ["a/1", "a/1.0", "a/True"]),
        ([{"a": 0.0}, {"a": -0.0}], ["a/0.0", "a/-0.0"]),
        ([{"a": ""}, {"a": "."}, {"a": ".."}], ["a/%empty", "a/%2E", "a/%2E%2E"]),
        ([{"a": "x/y"}, {"a": "/"}], ["a/x%2Fy", "a/%2F"]),
        ([{"a": {"b/c": 1}}, {"a": {"b/c": 2}}], ["a.b%2Fc/1", "a.b%2Fc/2"]),
        ([{"a": "x\0"}, {"a": "\n"}], ["a/x%00", "a/%0A"]),
        ([{"a": "5%"}, {"a": "%41"}, {"a": "%z"}], ["a/5%", "a/%2541", "a/%z"]),
        ([{"a": {}, "b": 1}, {"a": 1, "b": 2}, {"a": {}, "b": 3}], ["b/1", "a/1/b/2", "b/3"]),
        ([{"a": [{"x": [1]}]}, {"a": [{"x": [2]}]}], ["a/({'x': [1]},)", "a/({'x': [2]},)"]),
    ],
)
def test_automatic(statepoints: list[Any], paths: list[str]) -> None:
    """Values are told apart, each is one component, and ordinary ones stay as they are."""
    assert planned(statepoints) == paths


@pytest.mark.parametrize(
    ("path", "paths"),
    [
        (False, [f"{i:032x}" for i in range(3)]),
        ("{a}", ["0", "1", "2"]),
        ("{a:03d}", ["000", "001", "002"]),
        ("{a!r:>3}", ["  0", "  1", "  2"]),
        ("{b.c}-{b[c]}-{job.sp.b.c}-{job.sp[a]}", ["0-0-0-0", "1-1-1-1", "0-0-0-2"]),
        ("{job.cached_statepoint.a}", ["0", "1", "2"]),
        ("{job}", [f"{i:032x}" for i in range(3)]),
        ("x/{job.id:.32}", [f"x/{i:032x}" for i in range(3)]),
        ("{{auto}}", ["b.c/0/a/0", "b.c/1/a/1", "b.c/0/a/2"]),
        ("{{auto:_}}", ["b.c_0_a_0", "b.c_1_a_1", "b.c_0_a_2"]),
        ("x/{a}/{{auto}}", ["x/0/b.c/0", "x/1/b.c/1", "x/2/b.c/0"]),
        ("{b.c}/{{auto}}", ["0/a/0", "1/a/1", "0/a/2"]),
        ("{b[c]}/{{auto}}", ["0/b.c/0/a/0", "1/b.c/1/a/1", "0/b.c/0/a/2"]),
        ("{{{{x}}}}{a}", ["{x}0", "{x}1", "{x}2"]),
        ("./{a}//x/", ["0/x", "1/x", "2/x"]),
        ("{b}{a}", ["{'c': 0}0", "{'c': 1}1", "{'c': 0}2"]),
        ("{a:{a}}", ["0", "1", " 2"]),
        ("{a.real}", ["0", "1", "2"]),
    ],
)
def test_templates(path: Any, paths: list[str]) -> None:
    """Fields, formats, the automatic part, and braces."""
    assert planned(THREE, path) == paths


def test_values_are_no_templates() -> None:
    """A value with braces is text: one pass, no second formatting."""
    values = ["{auto}", "{a}", "{job.__class__}", "{", "}}"]
    statepoints = [{"a": value, "b": number} for number, value in enumerate(values)]
    assert planned(statepoints, "{a}/{{auto}}") == [
        f"{value}/b/{number}" for number, value in enumerate(values)
    ]


@pytest.mark.parametrize("value", ["", ".", "..", "../x", "/etc/x", "a/b", "\0", "x" * 300])
@pytest.mark.parametrize("path", ["{a}", "x/{a}", "x/{a}/y{b}", "{job.sp.a}", "{a}{b}", ".{a}{b}"])
def test_values_stay_where_they_are(path: str, value: str) -> None:
    """No value leads out of the target, or into another directory of it."""
    (one, other) = planned([{"a": value, "b": 1}, {"a": "ordinary", "b": 1}], path)
    assert one.count("/") == other.count("/") == path.count("/")
    assert not {"", ".", ".."} & set(one.split("/"))
    assert all(len(name) <= 255 for name in one.split("/"))


def test_dots_of_two_values() -> None:
    """Values that only together mean another directory are encoded, too."""
    assert planned([{"a": ".", "b": "."}], "{a}{b}") == ["%2E%2E"]
    assert planned([{"a": "."}], ".{a}") == ["%2E%2E"]
    assert planned([{"a": "", "b": ""}], "{a}{b}/x") == ["%empty/x"]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("{zzz}", "Unknown key: 'zzz'"),
        ("{b.zzz}", "Unknown key: 'zzz'"),
        ("{b[zzz]}", "Unknown key: 'zzz'"),
        ("{a[0]}", "Unknown key: '0'"),
        ("{}", "positions"),
        ("{0}", "positions"),
        ("{{zzz}}", "Unknown key: 'zzz'"),
        ("{{auto.x}}", "Unknown key"),
        ("{{auto!r}}", "Unknown key"),
        ("{{auto:{a}}}", "separator"),
        ("{a", "expected '}'"),
        ("a}", "Single '}'"),
        ("{{a", "expected '}'"),
        ("{a:{}", "unmatched"),
        ("{a:q}", "format code"),
        ("{a:{b}}", "format specifier"),
        ("{a.__class__}", "__class__"),
        ("{a._x}", "_x"),
        ("{a.bit_length}", "bit_length"),
        ("{b.keys}", "Unknown key: 'keys'"),
        ("{b.__class__}", "Unknown key: '__class__'"),
        ("{a]x}", "Unknown key: 'a]x'"),
        ("{b[c]x}", "cannot be read"),
        ("{b.c", "expected"),
        ("x\0{a}", "NUL"),
        ("x", "duplicate paths"),
        ("{b.c}", "duplicate paths"),
        ("/abs/{a}", "leave the target"),
        ("{a}/../x", "leave the target"),
        ("../{a}", "leave the target"),
        (5, "not 5"),
        (True, "not True"),
        (0, "not 0"),
        (b"{a}", "not b'{a}'"),
        (str, "not <class 'str'>"),
    ],
)
def test_refused(path: Any, words: str) -> None:
    """What cannot be done is said, in a class that is both of the builtin ones."""
    with pytest.raises(PathSpecificationError) as caught:
        planned(THREE, path)
    assert words in str(caught.value)
    assert isinstance(caught.value, RuntimeError)
    assert isinstance(caught.value, ValueError)


def test_nothing_private_of_a_job() -> None:
    """A template sees what is public of a job, and calls nothing."""
    with signac.TemporaryProject() as project:
        job = project.open_job({"a": 0}).init()
        job.doc.x = {"y": 3}
        known = [(job.id, job.sp(), job)]
        assert list(plan_paths(known, "{job.doc.x.y}", callables=False).values()) == ["3"]
        for field in ("job._state", "job.remove", "job.fn", "job.__class__", "job.sp.keys"):
            with pytest.raises(PathSpecificationError, match=r"attribute|Unknown key"):
                plan_paths(known, "{" + field + "}", callables=False)
        assert job in project


@pytest.mark.parametrize(
    ("path", "needed"),
    [
        *((None, False), (False, False), ("{a}", False), ("{job}{job.id}", False)),
        *(("{job.sp.a}{job.statepoint.b}", False), ("{job.doc.x}", True), ("{a:{job.path}}", True)),
        (len, True),
    ],
)
def test_handles(path: Any, needed: bool) -> None:
    """Only templates that ask for more than id and state point need the handles."""
    assert needs_handles(path) is needed


def test_functions() -> None:
    """What a function returns is text of a path; it stays in the target."""
    assert planned(THREE[:1], lambda job: "x/y.z/", callables=True) == ["x/y.z"]
    assert planned(THREE[:1], lambda job: "{a}%41", callables=True) == ["{a}%41"]
    assert planned(THREE[:1], lambda job: 5, callables=True) == ["5"]
    for bad in ("../x", "/x", "a/../b"):
        with pytest.raises(PathSpecificationError, match="leave the target"):
            planned(THREE[:1], lambda job, bad=bad: bad, callables=True)
    with pytest.raises(PathSpecificationError, match="duplicate paths"):
        planned(THREE, lambda job: "same", callables=True)


@pytest.mark.parametrize("turn", [1, -1])
def test_leaf_and_node(turn: int) -> None:
    """A path within another one is refused in either order, unless it may be so."""
    statepoints = [{"a": 1}, {"a": 2}, {"a": 1, "b": 1}, {"a": 1, "b": 2}, {"a": 1, "b": 3}][::turn]
    with pytest.raises(PathSpecificationError, match="'a/1' is both a leaf and node"):
        planned(statepoints)
    assert "a/1/b/2" in planned(statepoints, nested=True)


def test_undetermined() -> None:
    """A job with none of the keys in which the jobs differ has no automatic path."""
    for path in (None, "{{auto}}", "{b}/{{auto}}"):
        with pytest.raises(PathSpecificationError, match="Unable to determine path"):
            planned([{"a": 1, "b": 1}, {"a": 1, "b": 1, "c": 2}], path)


def test_empty_mapping_beside_nothing() -> None:
    """Jobs that only differ by an empty mapping cannot be told apart by their values."""
    with pytest.raises(PathSpecificationError, match="duplicate paths"):
        planned([{"a": {}, "b": 1}, {"b": 1}, {"b": 2}])


def test_duplicates_are_listed(caplog: pytest.LogCaptureFixture) -> None:
    """All duplicate paths are in the debug log, with their jobs; the message has a remedy."""
    caplog.set_level(logging.DEBUG, "signac.import_export")
    with pytest.raises(PathSpecificationError) as caught:
        planned(THREE, "{b.c}/x/")
    assert "{b.c}/x/id/{job.id}" in str(caught.value)
    assert [record.name for record in caplog.records] == ["signac.import_export"]
    assert "'0/x'" in caplog.text


def test_long_components() -> None:
    """What is too long for a name is shortened, and stays different from what is alike."""
    values = ["y" * 300, "y" * 301, "é" * 200, "y" * 255]
    paths = planned([{"a": value} for value in values])
    assert len(set(paths)) == 4
    assert paths[3] == "a/" + "y" * 255
    assert all(len(path.encode()) <= 257 for path in paths)
