"""NumPy values in documents and state points."""

from typing import Any

import numpy as np
import pytest

from acceptance.support import assert_says, read_json
from signac.errors import NumpyConversionWarning

INTEGERS = [
    np.int8,
    np.int16,
    np.int32,
    np.int64,
    np.uint8,
    np.uint16,
    np.uint32,
    np.uint64,
    np.intp,
    np.longlong,
]
FLOATS = [np.float16, np.float32]
SHAPES = [(), (1,), (3,), (2, 2), (1, 1), (0,), (2, 0), (2, 1, 2)]


@pytest.mark.parametrize("kind", [*INTEGERS, *FLOATS, np.bool_])
def test_scalar(document: Any, filename: str, kind: Any) -> None:
    """Integer, float and bool scalars become Python values, with a warning."""
    with pytest.warns(NumpyConversionWarning):
        document.k = kind(1)
    assert document.k == 1
    assert type(document.k) in (int, float, bool)
    assert type(document.k) is type(kind(1).item())
    assert read_json(filename) == {"k": kind(1).item()}


@pytest.mark.parametrize("kind", [np.int32, np.uint8, np.float32, np.float64, np.bool_])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_array(document: Any, filename: str, kind: Any, shape: tuple[int, ...]) -> None:
    """Arrays become nested lists; one element stays a list, no dimension is a scalar."""
    array = np.ones(shape, dtype=kind)
    with pytest.warns(NumpyConversionWarning):
        document.k = array
    assert document.k == array.tolist()
    assert read_json(filename) == {"k": array.tolist()}
    with pytest.warns(NumpyConversionWarning):
        document.l = [array, {"x": array}]
    assert document.l() == [array.tolist(), {"x": array.tolist()}]


def test_float64_scalar(document: Any, filename: str) -> None:
    """A `float64` is a float; it is stored as one."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NumpyConversionWarning)
        document.k = np.float64(0.1)
    assert document.k == 0.1
    assert read_json(filename) == {"k": 0.1}


def test_special_floats(document: Any) -> None:
    """Infinite and undefined numbers survive."""
    with pytest.warns(NumpyConversionWarning):
        document.k = np.array([np.inf, -np.inf, np.nan])
    assert document.k[:2] == [np.inf, -np.inf]
    assert np.isnan(document.k[2])


def test_masked_array(document: Any) -> None:
    """Masked elements become None."""
    with pytest.warns(NumpyConversionWarning):
        document.k = np.ma.masked_array([1, 2, 3], mask=[0, 1, 0])
    assert document.k == [1, None, 3]


def test_text(document: Any, filename: str) -> None:
    """`numpy.str_` is a string, as value and as key, without a warning; text arrays are lists."""
    document.k = np.str_("x")
    document[np.str_("key")] = 1
    assert read_json(filename) == {"k": "x", "key": 1}
    with pytest.warns(NumpyConversionWarning):
        document.l = np.array(["x", "y"])
    with pytest.warns(NumpyConversionWarning):
        document.z = np.array("z")
    assert document() == {"k": "x", "key": 1, "l": ["x", "y"], "z": "z"}


def test_object_array(document: Any) -> None:
    """An object array of JSON values becomes a list."""
    with pytest.warns(NumpyConversionWarning):
        document.k = np.array([1, "x", None], dtype=object)
    assert document.k == [1, "x", None]


@pytest.mark.parametrize(
    "value",
    [
        np.complex64(1j),
        np.complex128(1),
        np.array([1j]),
        np.longdouble(1),
        np.array([1], dtype=np.longdouble),
        np.datetime64("2020-01-01"),
        np.array(["2020-01-01"], dtype="datetime64[D]"),
        np.timedelta64(5, "D"),
        np.array([5], dtype="timedelta64[D]"),
        np.void(b"x"),
        np.array([(1, 2.0)], dtype=[("a", int), ("b", float)]),
        np.array([object()], dtype=object),
        np.array([{1}], dtype=object),
        np.bytes_(b"x"),
        np.array([b"x"]),
    ],
    ids=range(15),
)
@pytest.mark.filterwarnings("ignore::signac.errors.NumpyConversionWarning")
def test_refused(document: Any, filename: str, value: Any) -> None:
    """What has no JSON form is a `TypeError` and nothing is stored."""
    document.update(a=1, l=[1])
    for write in (
        lambda: setattr(document, "k", value),
        lambda: setattr(document, "a", [value]),
        lambda: document.l.append(value),
        lambda: document.update(b=1, k=value),
        lambda: document.reset({"b": 1, "k": {"x": value}}),
    ):
        with pytest.raises(TypeError) as caught:
            write()
        assert_says(caught.value)
        assert document() == {"a": 1, "l": [1]} == read_json(filename)


def test_list_methods(document: Any, filename: str) -> None:
    """The methods of a list take NumPy values."""
    document.l = []
    for write in (
        lambda: document.l.append(np.int64(1)),
        lambda: document.l.insert(0, np.array([1, 2])),
        lambda: document.l.extend([np.float32(0.5)]),
        lambda: document.l.__iadd__([np.int8(3)]),
        lambda: document.l.__setitem__(0, np.array([[5]])),
    ):
        with pytest.warns(NumpyConversionWarning):
            write()
    assert document.l == [[[5]], 1, 0.5, 3]
    assert read_json(filename) == {"l": [[[5]], 1, 0.5, 3]}


@pytest.mark.filterwarnings("ignore::signac.errors.NumpyConversionWarning")
def test_extend_and_remove_with_numpy(document: Any) -> None:
    """`extend` takes an array as an iterable, and `remove` a NumPy number."""
    document.l = [1]
    document.l.extend(np.array([2, 3]))
    assert document.l == [1, 2, 3]
    document.l.remove(np.int64(2))
    assert document.l == [1, 3]


def test_list_reset(document: Any) -> None:
    """`reset` of a list takes an array of one or more dimensions."""
    document.l = [5]
    for array in (np.array([1, 2]), np.array([7]), np.array([[1], [2]]), np.array([], dtype=int)):
        with pytest.warns(NumpyConversionWarning):
            document.l.reset(array)
        assert document.l == array.tolist()


@pytest.mark.parametrize("value", [np.int64(1), np.float32(1), np.array(1)], ids=range(3))
@pytest.mark.filterwarnings("ignore::signac.errors.NumpyConversionWarning")
def test_list_reset_with_a_scalar(document: Any, value: Any) -> None:
    """`reset` of a list with a NumPy scalar is a `ValueError`."""
    document.l = [5]
    with pytest.raises(ValueError):
        document.l.reset(value)
    assert document.l == [5]


def test_asarray(document: Any) -> None:
    """A synced list turns into an array and compares with one as a list does."""
    document.l = [[1, 2], [3, 4]]
    assert np.array_equal(np.asarray(document.l), [[1, 2], [3, 4]])
    assert np.asarray(document.l).dtype.kind == "i"
    assert (np.array([1, 2]) == document.l[0]).all()


def test_each_conversion_warns(document: Any) -> None:
    """Each converted value warns once."""
    with pytest.warns(NumpyConversionWarning) as caught:
        document.l = [np.int64(1), np.int64(2), {"x": np.array([3, 4])}]
    assert sum(issubclass(w.category, NumpyConversionWarning) for w in caught) == 3


def test_warning_is_a_user_warning() -> None:
    """The warning can be filtered as a `UserWarning`."""
    assert issubclass(NumpyConversionWarning, UserWarning)


@pytest.mark.filterwarnings("ignore::signac.errors.NumpyConversionWarning")
def test_job_containers(project: Any, reopen: Any) -> None:
    """State point, document and project document take NumPy values."""
    job = project.open_job({"a": np.int64(1), "b": np.arange(2)}).init()
    job.doc = {"x": np.arange(2)}
    project.doc.y = np.float32(0.5)
    assert job.id == project.open_job({"a": 1, "b": [0, 1]}).id
    assert reopen().open_job(id=job.id).doc() == {"x": [0, 1]}
    assert reopen().doc() == {"y": 0.5}
    job.update_statepoint({"c": np.array([1.5])})
    job.update_statepoint({"b": np.array([7])}, overwrite=True)
    assert job.sp() == {"a": 1, "b": [7], "c": [1.5]}
