"""The JSON-backed list, reached through a document."""

import pathlib
from typing import Any

import pytest

import signac
from acceptance.support import assert_says, read_json
from signac.errors import InvalidKeyError


@pytest.fixture
def numbers(document: Any) -> Any:
    document.l = [1, 2, 3]
    return document.l


EDITS: dict[str, tuple[Any, list[Any]]] = {
    "append": (lambda x: x.append(4), [1, 2, 3, 4]),
    "append dict": (lambda x: x.append({"a": [(1,)]}), [1, 2, 3, {"a": [[1]]}]),
    "insert": (lambda x: x.insert(1, 9), [1, 9, 2, 3]),
    "insert at the end": (lambda x: x.insert(99, 9), [1, 2, 3, 9]),
    "insert negative": (lambda x: x.insert(-1, 9), [1, 2, 9, 3]),
    "extend": (lambda x: x.extend([4, [5]]), [1, 2, 3, 4, [5]]),
    "extend generator": (lambda x: x.extend(n for n in (4, 5)), [1, 2, 3, 4, 5]),
    "extend tuple": (lambda x: x.extend((4,)), [1, 2, 3, 4]),
    "extend nothing": (lambda x: x.extend([]), [1, 2, 3]),
    "iadd": (lambda x: x.__iadd__([4]), [1, 2, 3, 4]),
    "iadd generator": (lambda x: x.__iadd__(n for n in (4, 5)), [1, 2, 3, 4, 5]),
    "pop": (lambda x: x.pop(), [1, 2]),
    "pop first": (lambda x: x.pop(0), [2, 3]),
    "pop negative": (lambda x: x.pop(-2), [1, 3]),
    "remove": (lambda x: x.remove(2), [1, 3]),
    "reverse": (lambda x: x.reverse(), [3, 2, 1]),
    "clear": (lambda x: x.clear(), []),
    "reset": (lambda x: x.reset([7, {"a": 1}]), [7, {"a": 1}]),
    "reset tuple": (lambda x: x.reset((7,)), [7]),
    "reset to nothing": (lambda x: x.reset([]), []),
    "item": (lambda x: x.__setitem__(1, {"a": 1}), [1, {"a": 1}, 3]),
    "negative item": (lambda x: x.__setitem__(-1, 9), [1, 2, 9]),
    "slice": (lambda x: x.__setitem__(slice(0, 2), [7, 8, 9]), [7, 8, 9, 3]),
    "extended slice": (lambda x: x.__setitem__(slice(0, 3, 2), [7, 8]), [7, 2, 8]),
    "delete": (lambda x: x.__delitem__(0), [2, 3]),
    "delete slice": (lambda x: x.__delitem__(slice(1, None)), [1]),
}


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("place", ["root", "nested"])
def test_edit(document: Any, filename: str, edit: str, place: str) -> None:
    """Every method of a list that is there does what `list` does, and writes the file."""
    do, expected = EDITS[edit]
    document.reset({"l": [1, 2, 3], "n": [{"l": [1, 2, 3]}]})
    target = document.l if place == "root" else document.n[0].l
    do(target)
    assert target == expected
    assert target() == expected
    stored = read_json(filename)
    assert (stored["l"] if place == "root" else stored["n"][0]["l"]) == expected
    assert target is (document.l if place == "root" else document.n[0].l)


def test_values_returned(numbers: Any) -> None:
    """`pop`, `index` and `count` answer as for a list."""
    assert numbers.pop() == 3
    assert numbers.pop(0) == 1
    numbers.reset([1, 2, 1, {"a": 1}])
    assert numbers.index(2) == 1
    assert numbers.index(1, 1) == 2
    assert numbers.count(1) == 2
    assert numbers.count({"a": 1}) == 1
    assert 2 in numbers
    assert {"a": 1} in numbers
    assert 9 not in numbers
    assert len(numbers) == 4
    assert list(numbers) == [1, 2, 1, {"a": 1}]
    assert list(reversed(numbers)) == [{"a": 1}, 1, 2, 1]
    assert numbers[-1].a == 1


def test_remove_takes_the_first(document: Any) -> None:
    """`remove` deletes the first element that is equal, of containers too."""
    document.l = [{"a": 1}, 2, {"a": 1}, 2]
    document.l.remove(2)
    document.l.remove({"a": 1})
    assert document.l == [{"a": 1}, 2]


@pytest.mark.parametrize(
    ("use", "kind"),
    [
        (lambda x: x[9], IndexError),
        (lambda x: x[-9], IndexError),
        (lambda x: x.__setitem__(9, 1), IndexError),
        (lambda x: x.__delitem__(9), IndexError),
        (lambda x: x.pop(9), IndexError),
        (lambda x: x.remove(9), ValueError),
        (lambda x: x.index(9), ValueError),
        (lambda x: x["a"], TypeError),
        (lambda x: x.__setitem__("a", 1), TypeError),
        (lambda x: x[None], TypeError),
        (lambda x: x.extend(5), TypeError),
    ],
    ids=range(11),
)
def test_errors(numbers: Any, filename: str, use: Any, kind: Any) -> None:
    """Wrong positions and values are the errors of `list`, and change nothing."""
    before = pathlib.Path(filename).read_bytes()
    with pytest.raises(kind):
        use(numbers)
    assert numbers == [1, 2, 3]
    assert pathlib.Path(filename).read_bytes() == before


def test_pop_of_an_empty_list(document: Any) -> None:
    """`pop` of an empty list is an `IndexError`."""
    document.l = []
    with pytest.raises(IndexError):
        document.l.pop()


@pytest.mark.parametrize(
    "value", [{"a": 1}, 5, "ab", None, (n for n in ()), {1}], ids=lambda v: type(v).__name__
)
def test_reset_needs_a_sequence(numbers: Any, filename: str, value: Any) -> None:
    """`reset` refuses a mapping, a scalar, a string, None and a generator."""
    with pytest.raises(ValueError) as caught:
        numbers.reset(value)
    assert_says(caught.value)
    assert numbers == [1, 2, 3]
    assert read_json(filename) == {"l": [1, 2, 3]}


def test_slices(document: Any, filename: str) -> None:
    """A slice is a plain list whose containers are live."""
    document.l = [1, {"a": 1}, [2], 4]
    part = document.l[1:3]
    assert type(part) is list
    part[0].a = 5
    part[1].append(3)
    assert read_json(filename) == {"l": [1, {"a": 5}, [2, 3], 4]}
    part.append(9)
    assert len(document.l) == 4
    assert document.l[::-1][0] == 4


def test_comparison(document: Any) -> None:
    """A list equals a list and not a tuple, and is ordered with lists."""
    document.l = [1, 2, 3]
    assert document.l == [1, 2, 3]
    assert [1, 2, 3] == document.l  # noqa: SIM300
    assert document.l != [1, 2]
    assert document.l != (1, 2, 3)
    assert document.l != "abc"
    assert document.l <= [1, 2, 3]
    assert document.l >= [1, 2, 3]
    assert document.l > [1, 2]
    assert document.l < [1, 3]
    document.m = [1, 2, 3]
    assert document.l == document.m


def test_call_and_repr(document: Any) -> None:
    """`l()` is a plain copy; `repr` evaluates back."""
    document.l = [1, {"a": [2]}]
    plain = document.l()
    assert (type(plain), type(plain[1]), type(plain[1]["a"])) == (list, dict, list)
    plain[1]["a"].append(3)
    assert document.l == [1, {"a": [2]}]
    assert repr(document.l) == str(document.l) == "[1, {'a': [2]}]"
    assert eval(repr(document.l)) == document.l


@pytest.mark.parametrize("name", ["sort", "copy"])
def test_methods_that_are_not_there(numbers: Any, name: str) -> None:
    """`sort` and `copy` do not exist."""
    with pytest.raises(AttributeError):
        getattr(numbers, name)


@pytest.mark.parametrize(
    "use",
    [
        lambda x: x + [1],  # noqa: RUF005
        lambda x: x * 2,
        lambda x: 2 * x,
        hash,
    ],
    ids=range(4),
)
def test_operations_that_are_not_there(numbers: Any, use: Any) -> None:
    """There is no concatenation, repetition or hash."""
    with pytest.raises(TypeError):
        use(numbers)


def test_augmented_assignment(document: Any, filename: str) -> None:
    """`x.l += [...]` extends the list, with any iterable, used once."""
    document.l = [1]
    document.l += [2]
    document.l += (n for n in (3, 4))
    document["l"] += [{"a": 1}]
    assert read_json(filename) == {"l": [1, 2, 3, 4, {"a": 1}]}
    document.l[4].a = 2
    assert read_json(filename)["l"][4] == {"a": 2}


def test_identity_of_elements(document: Any) -> None:
    """Nested elements stay the same objects when items before them come and go."""
    document.l = [0, {"a": 1}, [2]]
    first, second = document.l[1], document.l[2]
    document.l.append({"b": 1})
    document.l.insert(0, 9)
    assert document.l[2] is first
    assert document.l[3] is second
    del document.l[0]
    document.l.pop(0)
    assert document.l[0] is first
    assert document.l[1] is second
    first.a = 5
    second.append(3)
    assert document.l() == [{"a": 5}, [2, 3], {"b": 1}]


def test_dicts_in_lists(document: Any, filename: str) -> None:
    """Dicts inside lists have attribute access at every depth."""
    document.l = [[{"a": {"b": 1}}]]
    document.l[0][0].a.b = 2
    document.l[0].append({"c": 3})
    document.l[0][1].c = 4
    assert read_json(filename) == {"l": [[{"a": {"b": 2}}, {"c": 4}]]}


def test_external_change(document: Any, filename: str) -> None:
    """A held list shows what another program wrote, longer or shorter."""
    document.l = [1, {"a": 1}]
    held, element = document.l, document.l[1]
    pathlib.Path(filename).write_text('{"l": [5, {"a": 2}, 6]}')
    assert held == [5, {"a": 2}, 6]
    assert element.a == 2
    pathlib.Path(filename).write_text('{"l": []}')
    assert held == []
    assert len(held) == 0
    held.append(7)
    assert read_json(filename) == {"l": [7]}


@pytest.mark.parametrize(
    ("bad", "kind"),
    [({"a.b": 1}, InvalidKeyError), ({1: 2}, TypeError), (object(), TypeError), ({1}, TypeError)],
    ids=range(4),
)
def test_bad_elements(numbers: Any, filename: str, bad: Any, kind: Any) -> None:
    """A bad element is refused by every method, and nothing changes."""
    for write in (
        lambda: numbers.append(bad),
        lambda: numbers.insert(0, bad),
        lambda: numbers.extend([4, bad]),
        lambda: numbers.extend(x for x in (4, bad)),
        lambda: numbers.__iadd__([4, bad]),
        lambda: numbers.__setitem__(0, bad),
        lambda: numbers.__setitem__(slice(0, 2), [4, bad]),
        lambda: numbers.reset([4, bad]),
    ):
        with pytest.raises(kind) as caught:
            write()
        assert_says(caught.value)
        assert numbers == [1, 2, 3]
        assert read_json(filename) == {"l": [1, 2, 3]}


def test_two_objects(document: Any, filename: str) -> None:
    """Lists of two objects on one file follow each other."""
    document.l = [1]
    other = signac.JSONDict(filename)
    document.l.append(2)
    other.l.append(3)
    assert document.l == other.l == [1, 2, 3]
