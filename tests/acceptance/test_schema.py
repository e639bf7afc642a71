"""Schema detection, its printed forms and differences (reference, section 17)."""

import collections.abc
from typing import Any

import pytest

import signac
from acceptance.finding import fill, labelled


def ids(value: Any) -> str:
    return repr(value)[:40]


def plain(schema: Any) -> dict[str, dict[str, set[Any]]]:
    """Return a schema as plain dictionaries, with the names of the types, without empty ones."""
    return {
        key: {kind.__name__: set(values) for kind, values in kinds.items() if values}
        for key, kinds in schema.items()
    }


@pytest.fixture(scope="module")
def ten(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Give the project whose printed schema is in the reference."""
    project_directory = tmp_path_factory.mktemp("ten") / "project"
    statepoints = [
        {
            "const": 0,
            "const2": {"const3": 0},
            "const4": {},
            "a": n,
            "b": {"b2": n},
            "c": {"c2": {"c3": {"c4": {"c5": [[n, 0, 0]]}}}},
            "e": n if n < 5 else {"e2": n},
        }
        for n in range(10)
    ]
    return bare(project_directory, statepoints)


def bare(directory: Any, statepoints: list[Any]) -> Any:
    """Make a project whose jobs have exactly these state points."""
    project = signac.init_project(directory)
    for statepoint in statepoints:
        project.open_job(statepoint).init()
    return project


KEYS = {"const", "const2.const3", "const4", "a", "b.b2", "c.c2.c3.c4.c5", "e", "e.e2"}
FLAT = """{
 'a': 'int([0, 1, 2, ..., 8, 9], 10)',
 'b.b2': 'int([0, 1, 2, ..., 8, 9], 10)',
 'c.c2.c3.c4.c5': 'tuple([((0, 0, 0),), ((1, 0, 0),), ((2, 0, 0),), ..., ((8, 0, 0),), ((9, 0, 0),)], 10)',
 'const': 'int([0], 1)',
 'const2.const3': 'int([0], 1)',
 'e': 'int([0, 1, 2, 3, 4], 5)',
 'e.e2': 'int([5, 6, 7, 8, 9], 5)',
}"""  # noqa: E501
WITHOUT_CONSTANTS = "\n".join(line for line in FLAT.split("\n") if "const" not in line)
NESTED = {
    1: """{'a': 'int([0, 1, 2, ..., 8, 9], 10)',
 'b': {...},
 'c': {...},
 'const': 'int([0], 1)',
 'const2': {...},
 'const4': '',
 'e': 'int([0, 1, 2, 3, 4], 5)'}""",
    2: """{'a': 'int([0, 1, 2, ..., 8, 9], 10)',
 'b': {'b2': 'int([0, 1, 2, ..., 8, 9], 10)'},
 'c': {'c2': {...}},
 'const': 'int([0], 1)',
 'const2': {'const3': 'int([0], 1)'},
 'const4': '',
 'e': 'int([0, 1, 2, 3, 4], 5)'}""",
    3: """{'a': 'int([0, 1, 2, ..., 8, 9], 10)',
 'b': {'b2': 'int([0, 1, 2, ..., 8, 9], 10)'},
 'c': {'c2': {'c3': {...}}},
 'const': 'int([0], 1)',
 'const2': {'const3': 'int([0], 1)'},
 'const4': '',
 'e': 'int([0, 1, 2, 3, 4], 5)'}""",
    10: """{'a': 'int([0, 1, 2, ..., 8, 9], 10)',
 'b': {'b2': 'int([0, 1, 2, ..., 8, 9], 10)'},
 'c': {'c2': {'c3': {'c4': {'c5': 'tuple([((0, 0, 0),), ((1, 0, 0),), ((2, 0, '
                                  '0),), ..., ((8, 0, 0),), ((9, 0, 0),)], '
                                  '10)'}}}},
 'const': 'int([0], 1)',
 'const2': {'const3': 'int([0], 1)'},
 'const4': '',
 'e': 'int([0, 1, 2, 3, 4], 5)'}""",
}


class TestDetection:
    def test_keys(self, ten: Any) -> None:
        """The keys are the dotted leaves; an empty mapping is one."""
        schema = ten.detect_schema()
        assert set(schema) == KEYS
        assert len(schema) == 8
        assert repr(schema) == "ProjectSchema(<len=8>)"

    def test_values(self, ten: Any) -> None:
        """Each key maps each type to the set of its values; lists are tuples."""
        assert plain(ten.detect_schema()) == {
            "const": {"int": {0}},
            "const2.const3": {"int": {0}},
            "const4": {},
            "a": {"int": set(range(10))},
            "b.b2": {"int": set(range(10))},
            "c.c2.c3.c4.c5": {"tuple": {((n, 0, 0),) for n in range(10)}},
            "e": {"int": {0, 1, 2, 3, 4}},
            "e.e2": {"int": {5, 6, 7, 8, 9}},
        }

    def test_types(self, tmp_path: Any) -> None:
        """Types are Python's; mappings in lists can be hashed and used as mappings."""
        values: list[Any] = [1, 2.5, "x", None, True, [1, 2], [{"q": [1]}], {"z": 1}]
        schema = bare(tmp_path / "p", [{"a": value} for value in values]).detect_schema()
        assert plain(schema) == {
            "a.z": {"int": {1}},
            "a": {
                "int": {1},
                "float": {2.5},
                "str": {"x"},
                "NoneType": {None},
                "bool": {True},
                "tuple": {(1, 2), next(v for v in schema["a"][tuple] if type(v[0]) is not int)},
            },
        }
        ((inner,),) = [value for value in schema["a"][tuple] if len(value) == 1]
        assert inner == {"q": [1]}
        assert isinstance(inner, dict)
        assert isinstance(hash(inner), int)
        assert set(schema["a"]) == {int, float, str, type(None), bool, tuple}

    def test_values_are_those_of_to_hashable(self, tmp_path: Any) -> None:
        """Values can be looked up as `signac._utility._to_hashable` makes them."""
        from signac._utility import _to_hashable

        stored = [[1, [2]], [{"x": [1]}], [[], {}]]
        schema = bare(tmp_path / "p", [{"a": value} for value in stored]).detect_schema()
        values = list(schema["a"][tuple])
        assert all(_to_hashable(value) in values for value in stored)
        assert all(values.index(_to_hashable(value)) >= 0 for value in stored)

    def test_booleans_and_numbers_are_apart(self, tmp_path: Any) -> None:
        """`1`, `1.0` and `True` are values of three types."""
        project = bare(tmp_path / "p", [{"a": 1}, {"a": True}, {"a": 1.0}])
        schema = project.detect_schema()
        assert set(schema["a"]) == {int, bool, float}
        assert [type(next(iter(values))) for values in schema["a"].values()] == list(schema["a"])
        text = str(schema)
        assert "int([1], 1)" in text
        assert "bool([True], 1)" in text
        assert "float([1.0], 1)" in text

    def test_empty_mappings(self, tmp_path: Any) -> None:
        """An empty mapping makes a key, but no value."""
        project = bare(tmp_path / "p", [{"a": {}, "b": 1}, {"a": {"x": 1}, "b": 2}, {"a": 5}])
        assert plain(project.detect_schema()) == {
            "a": {"int": {5}},
            "a.x": {"int": {1}},
            "b": {"int": {1, 2}},
        }
        assert plain(bare(tmp_path / "q", [{"a": {}}]).detect_schema()) == {"a": {}}

    def test_constants(self, ten: Any) -> None:
        """`exclude_const` leaves out the keys that have one value in all jobs."""
        schema = ten.detect_schema(exclude_const=True)
        assert set(schema) == {"a", "b.b2", "c.c2.c3.c4.c5", "e", "e.e2"}
        assert str(schema) == WITHOUT_CONSTANTS
        assert ten.detect_schema(True) == schema

    def test_constant_of_some_jobs(self, tmp_path: Any) -> None:
        """A key that only some jobs have is not constant."""
        project = bare(tmp_path / "p", [{"a": 1, "b": 0}, {"a": 1}])
        assert set(project.detect_schema(exclude_const=True)) == {"b"}
        project = bare(tmp_path / "q", [{"a": {}, "n": 0}, {"a": {}, "n": 1}])
        assert set(project.detect_schema(exclude_const=True)) == {"n"}
        project = bare(tmp_path / "r", [{"a": 0, "n": 0}])
        assert set(project.detect_schema(exclude_const=True)) == set()

    def test_subset(self, ten: Any) -> None:
        """A schema of some jobs is made of jobs or ids; unknown and short ids do not count."""
        some = ten.find_jobs({"a": {"$lt": 2}})
        names = [job.id for job in some]
        expected = plain(ten.detect_schema())
        expected["a"] = expected["b.b2"] = expected["e"] = {"int": {0, 1}}
        expected["c.c2.c3.c4.c5"] = {"tuple": {((0, 0, 0),), ((1, 0, 0),)}}
        del expected["e.e2"]
        for subset in (some, list(some), names, set(names), iter(names), (job for job in some)):
            assert plain(ten.detect_schema(subset=subset)) == expected
        assert plain(ten.detect_schema(subset=[*names, "f" * 32, "abc"])) == expected
        assert plain(ten.detect_schema(False, names)) == expected
        assert set(ten.detect_schema(True, some)) == {"a", "b.b2", "c.c2.c3.c4.c5", "e"}
        assert len(ten.detect_schema(subset=[])) == 0
        assert len(ten.detect_schema(subset=["f" * 32, names[0][:8]])) == 0
        assert len(ten.detect_schema(subset=ten.find_jobs({"a": 99}))) == 0

    def test_constants_of_a_subset(self, ten: Any) -> None:
        """A key is constant when it is so in the jobs that are considered."""
        one = ten.find_jobs({"a": 1})
        assert set(ten.detect_schema(exclude_const=True, subset=one)) == set()

    def test_order(self, tmp_path: Any) -> None:
        """Keys come by number of values, then by name."""
        project = bare(
            tmp_path / "p",
            [{"a": n, "c": n % 2, "b": n % 2, "z": 0, "k": n % 3} for n in range(6)],
        )
        assert list(project.detect_schema()) == ["z", "b", "c", "k", "a"]
        assert list(project.detect_schema().keys()) == ["z", "b", "c", "k", "a"]

    def test_empty_projects(self, project: Any) -> None:
        """Without jobs, or keys, the schema is empty."""
        assert len(project.detect_schema()) == 0
        project.open_job({}).init()
        assert str(project.detect_schema()) == "{\n}"

    def test_new_jobs_are_seen(self, project: Any, reopen: Any) -> None:
        """Every call sees the jobs of now."""
        fill(project, [{"a": 1}])
        assert plain(reopen().detect_schema())["a"] == {"int": {1}}
        fill(project, [{"n": 1, "a": "x", "b": {"c": 1}}])
        assert plain(reopen().detect_schema()) == plain(project.detect_schema())
        assert plain(project.detect_schema())["a"] == {"int": {1}, "str": {"x"}}
        labelled(project, 0).remove()
        assert plain(project.detect_schema())["a"] == {"str": {"x"}}


class TestMapping:
    def test_is_a_mapping(self, ten: Any) -> None:
        """A schema is a mapping that cannot be hashed."""
        from signac.schema import ProjectSchema

        schema = ten.detect_schema()
        assert type(schema) is ProjectSchema
        assert isinstance(schema, collections.abc.Mapping)
        assert "a" in schema
        assert "missing" not in schema
        assert "b" not in schema
        assert schema["a"][int] == set(range(10))
        assert schema.get("missing") is None
        assert set(schema.keys()) == KEYS
        assert len(list(schema.values())) == len(list(schema.items())) == 8
        assert dict(schema.items()) == dict(schema)
        with pytest.raises(KeyError):
            schema["missing"]
        with pytest.raises(TypeError):
            hash(schema)

    def test_equality(self, ten: Any, tmp_path: Any) -> None:
        """Schemas are equal when keys, types and values are."""
        schema = ten.detect_schema()
        assert schema == ten.detect_schema()
        assert schema == dict(schema)
        assert schema != ten.detect_schema(exclude_const=True)
        assert schema != ten.detect_schema(subset=[])
        assert (schema == 5) is False
        one = bare(tmp_path / "p", [{"a": 1, "b": "x"}]).detect_schema()
        same = bare(tmp_path / "q", [{"b": "x"}, {"a": 1}]).detect_schema()
        other = bare(tmp_path / "r", [{"a": 1, "b": "y"}]).detect_schema()
        assert one == same
        assert one != other

    def test_constructor(self) -> None:
        """A schema can be made from a mapping, or empty."""
        from signac.schema import ProjectSchema

        assert len(ProjectSchema()) == 0
        assert repr(ProjectSchema()) == "ProjectSchema(<len=0>)"
        assert str(ProjectSchema({"a": {int: {1, 2}}})) == "{\n 'a': 'int([1, 2], 2)',\n}"
        assert str(ProjectSchema({"a": {}})) == "{\n}"
        assert ProjectSchema({"a": {}}).format(depth=1) == "{'a': ''}"

    def test_difference(self, tmp_path: Any) -> None:
        """The difference is the keys that the other lacks, and those with other values."""
        one = bare(tmp_path / "p", [{"a": 1, "b": 1}, {"a": 2, "b": 1}]).detect_schema()
        other = bare(tmp_path / "q", [{"a": 1, "c": 1}, {"a": 3, "b": 1}]).detect_schema()
        assert one.difference(other) == {"a"}
        assert other.difference(one) == {"a", "c"}
        assert one.difference(other, ignore_values=True) == set()
        assert other.difference(one, ignore_values=True) == {"c"}
        assert other.difference(one, True) == {"c"}
        assert one.difference(one) == set()
        assert type(one.difference(other)) is set

    def test_old_spelling_is_gone(self, ten: Any) -> None:
        """A schema cannot be called."""
        assert not callable(ten.detect_schema())


class TestFormat:
    def test_flat(self, ten: Any) -> None:
        """The flat form has a line for each key with values, in order of the names."""
        schema = ten.detect_schema()
        assert schema.format() == FLAT
        assert str(schema) == FLAT
        for depth in (0, -1, None):
            assert schema.format(depth=depth) == FLAT
        assert schema.format(precision=None, max_num_range=None) == FLAT

    @pytest.mark.parametrize("depth", NESTED)
    def test_nested(self, ten: Any, depth: int) -> None:
        """The nested form is that of `pprint` with this depth; a key without values is empty."""
        assert ten.detect_schema().format(depth=depth) == NESTED[depth]
        assert ten.detect_schema().format(depth) == NESTED[depth]

    @pytest.mark.parametrize(
        ("number", "shown"),
        [
            (2, "[, ..., 8, 9]"),
            (3, "[0, ..., 8, 9]"),
            (4, "[0, 1, ..., 8, 9]"),
            (5, "[0, 1, 2, ..., 8, 9]"),
            (9, "[0, 1, 2, 3, 4, 5, 6, ..., 8, 9]"),
            (10, "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]"),
            (100, "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]"),
        ],
    )
    def test_range(self, ten: Any, number: int, shown: str) -> None:
        """Above `max_num_range` values the first ones and the last two are shown."""
        schema = ten.detect_schema()
        assert f" 'a': 'int({shown}, 10)',\n" in schema.format(max_num_range=number)
        assert f" 'a': 'int({shown}, 10)',\n" in schema.format(None, None, number)
        assert f"{{'b2': 'int({shown}, 10)'}}" in schema.format(depth=2, max_num_range=number)

    @pytest.mark.parametrize(
        ("precision", "f", "g", "h", "i"),
        [
            (2, "0.33", "2.12", "1", "1234"),
            (0, "0.0", "2.0", "1", "1234"),
            (-2, "0.0", "0.0", "0", "1200"),
            (None, "0.3333333333333333", "2.123456", "True", "1234"),
        ],
    )
    def test_precision(
        self, tmp_path: Any, precision: int | None, f: str, g: str, h: str, i: str
    ) -> None:
        """Numbers are rounded, booleans become numbers; lists, texts and null stay."""
        statepoint = {"f": 1 / 3, "g": 2.123456, "h": True, "l": [1.23456], "s": "abc", "z": None}
        schema = bare(tmp_path / "p", [{**statepoint, "i": 1234}]).detect_schema()
        lines = [
            f"'f': 'float([{f}], 1)'",
            f"'g': 'float([{g}], 1)'",
            f"'h': 'bool([{h}], 1)'",
            f"'i': 'int([{i}], 1)'",
            "'l': 'tuple([(1.23456,)], 1)'",
            "'s': 'str([abc], 1)'",
            "'z': 'NoneType([None], 1)'",
        ]
        flat = "{\n" + "".join(f" {line},\n" for line in lines) + "}"
        assert schema.format(precision=precision) == flat
        assert schema.format(depth=1, precision=precision) == "{" + ",\n ".join(lines) + "}"

    def test_empty(self, project: Any) -> None:
        """An empty schema is a pair of braces."""
        assert project.detect_schema().format() == "{\n}"
        assert project.detect_schema().format(depth=1) == "{}"

    def test_order_of_values(self, tmp_path: Any) -> None:
        """Values are sorted; those that cannot be ordered by their representation."""
        project = bare(tmp_path / "p", [{"a": [v]} for v in (1, "x", None, {"x": 1})])
        assert str(project.detect_schema()) == (
            "{\n 'a': 'tuple([('x',), (1,), (None,), ({'x': 1},)], 4)',\n}"
        )
        project = bare(tmp_path / "q", [{"a": v} for v in (10, 9, -1)] + [{"b": "10"}, {"b": "9"}])
        assert str(project.detect_schema()) == (
            "{\n 'a': 'int([-1, 9, 10], 3)',\n 'b': 'str([10, 9], 2)',\n}"
        )

    def test_several_types(self, tmp_path: Any) -> None:
        """The types of a key are joined by commas."""
        project = bare(tmp_path / "p", [{"a": v} for v in (1, 2, "x", None, 2.5)])
        line = str(project.detect_schema()).split("\n")[1]
        assert line.startswith(" 'a': '")
        assert line.endswith("',")
        parts = line.removeprefix(" 'a': '").removesuffix("',").replace("), ", ")|").split("|")
        assert sorted(parts) == [
            "NoneType([None], 1)",
            "float([2.5], 1)",
            "int([1, 2], 2)",
            "str([x], 1)",
        ]

    def test_order_of_keys(self, tmp_path: Any) -> None:
        """Keys are sorted as texts are."""
        project = bare(tmp_path / "p", [{"B": 1, "a": 1, "A": 2, "_x": 1, "é": 1}])
        assert str(project.detect_schema()) == (
            "{\n 'A': 'int([2], 1)',\n 'B': 'int([1], 1)',\n '_x': 'int([1], 1)',\n"
            " 'a': 'int([1], 1)',\n 'é': 'int([1], 1)',\n}"
        )

    def test_texts_are_shown_raw(self, tmp_path: Any) -> None:
        """In the flat form texts are shown as they are; the nested form quotes as `pprint`."""
        statepoint = {"a": "it's", "b": 'q"', "c": "new\nline", "d'x": 1}
        schema = bare(tmp_path / "p", [statepoint]).detect_schema()
        assert str(schema) == (
            "{\n 'a': 'str([it's], 1)',\n 'b': 'str([q\"], 1)',\n 'c': 'str([new\nline], 1)',\n"
            " 'd'x': 'int([1], 1)',\n}"
        )
        assert schema.format(depth=1) == (
            "{'a': \"str([it's], 1)\",\n 'b': 'str([q\"], 1)',\n"
            " 'c': 'str([new\\nline], 1)',\n \"d'x\": 'int([1], 1)'}"
        )

    def test_wide_values_are_wrapped(self, tmp_path: Any) -> None:
        """The nested form has 80 columns."""
        project = bare(tmp_path / "p", [{"a" * 30: "x" * 60, "b": {"c" * 30: "y" * 60}}])
        assert project.detect_schema().format(depth=2) == (
            "{'" + "a" * 30 + "': 'str([" + "x" * 60 + "], '\n" + " " * 35 + "'1)',\n"
            " 'b': {'" + "c" * 30 + "': 'str([" + "y" * 60 + "], '\n" + " " * 41 + "'1)'}}"
        )

    def test_numbers_that_json_does_not_know(self, tmp_path: Any) -> None:
        """NaN and infinities are floats."""
        values = [float("nan"), float("inf"), 1.5]
        project = bare(tmp_path / "p", [{"a": value} for value in values])
        text = str(project.detect_schema())
        assert text.endswith("], 3)',\n}")
        assert all(word in text for word in ("nan", "inf", "1.5"))
