"""The sweep builder: shapes, order, sizes and refusals."""

import json
import operator
import pickle
import warnings

import numpy as np
import pytest

from signac.errors import InvalidInputError, InvalidKeyError, KeyTypeError
from signac.sweep import Sweep, grid


def test_grid_is_the_product_with_the_last_axis_fastest():
    """A grid holds every combination, in the order of nested loops as written."""
    assert list(grid(a=[1, 2], b=["x", "y"])) == [
        {"a": 1, "b": "x"},
        {"a": 1, "b": "y"},
        {"a": 2, "b": "x"},
        {"a": 2, "b": "y"},
    ]


def test_grid_without_axes_is_one_empty_point():
    """The grid of nothing is the neutral element of the product."""
    sweep = grid(a=[1, 2])
    assert list(grid()) == [{}]
    assert list(grid() * sweep) == list(sweep * grid()) == list(sweep)


def test_dotted_names_nest_in_the_mapping():
    """Dotted names of the mapping make nested keys, beside the keywords."""
    assert list(grid({"m.kind": ["lj"], "m.r.cut": [2.5]}, T=[1.0])) == [
        {"m": {"kind": "lj", "r": {"cut": 2.5}}, "T": 1.0}
    ]


def test_a_dotted_keyword_is_refused_with_the_way_out():
    """A keyword is taken as it is, and no state point can hold a dot in a key."""
    with pytest.raises(InvalidKeyError, match=r"mapping: \{'m\.kind': \.\.\.\}"):
        grid(**{"m.kind": ["lj"]})


@pytest.mark.parametrize("key", ["", ".", "a.", ".a", "a..b"])
def test_empty_names_are_refused(key):
    """Every part of a name has at least one character."""
    with pytest.raises(InvalidKeyError, match="empty"):
        grid({key: [1]})


def test_names_are_strings():
    """A name that is not a string is refused with the class the library uses for such keys."""
    with pytest.raises(KeyTypeError, match="must be a string, not 1"):
        grid({1: [1]})


def test_a_text_is_not_an_axis():
    """A str as axis would be split into letters, so it is refused, and the message says how."""
    with pytest.raises(InvalidInputError, match=r"axis 'kind' is the text 'lj'.*\['lj'\]"):
        grid(kind="lj")


@pytest.mark.parametrize("values", [1.5, None, np.float64(1.0), np.array(3)])
def test_a_single_value_is_not_an_axis(values):
    """An axis that cannot be iterated is refused by name."""
    with pytest.raises(InvalidInputError, match=r"axis 'T' is .*not a list of values"):
        grid(T=values)


def test_a_mapping_is_not_an_axis():
    """A mapping as axis would give its keys, so it is refused."""
    with pytest.raises(InvalidInputError, match="axis 'm' is a mapping"):
        grid(m={"kind": "lj"})


def test_axes_as_a_list_are_refused():
    """The positional argument is a mapping and nothing else."""
    with pytest.raises(InvalidInputError, match="not as list"):
        grid(["a", "b"])


@pytest.mark.parametrize("values", [[], (), range(0), np.array([]), iter(())])
def test_an_empty_axis_is_refused(values):
    """An empty axis would make the sweep silently empty."""
    with pytest.raises(InvalidInputError, match="axis 'T' is empty"):
        grid(T=values)


def test_an_error_while_reading_an_axis_is_not_hidden():
    """A TypeError of the caller's own generator reaches the caller as it is."""

    def broken():
        yield 1
        raise TypeError("mine")

    with pytest.raises(TypeError, match=r"^mine$"):
        grid(a=broken())


def test_an_iterator_is_read_once():
    """A sweep over a generator can be iterated again and again."""
    sweep = grid(a=(n * n for n in range(3)))
    assert list(sweep) == list(sweep) == [{"a": 0}, {"a": 1}, {"a": 4}]


def test_the_same_key_twice_is_refused():
    """Keys of the mapping, keywords and both sides of a product must differ."""
    with pytest.raises(InvalidInputError, match="'T' is given twice"):
        grid({"T": [1]}, T=[2])
    with pytest.raises(InvalidInputError, match=r"'m\.k' is given twice"):
        grid({"m.k": [1]}) * grid({"m.k": [2]})
    with pytest.raises(InvalidInputError, match="'T' is given twice"):
        (grid(a=[1]) + grid(T=[1])) * grid(T=[2])
    with pytest.raises(InvalidInputError, match="'T' is given twice"):
        grid(T=[1]).zip(T=[2])
    with pytest.raises(InvalidInputError, match="'seed' is given twice"):
        grid(seed=[1]).seeds(2)
    with pytest.raises(InvalidInputError, match="'T' is given twice"):
        grid(T=[1]).derive(T=lambda sp: 2)


def test_a_key_cannot_hold_a_value_and_keys():
    """A key is either a value or a level of nesting."""
    for first, second in [("m", "m.kind"), ("m.kind", "m")]:
        with pytest.raises(InvalidInputError, match=r"'m' cannot hold both a value and 'm\.kind'"):
            grid({first: [1]}) * grid({second: [2]})


def test_product_merges_nested_keys():
    """Both sides of a product may contribute to the same nested level."""
    assert list(grid({"m.a": [1]}) * grid({"m.b": [2]})) == [{"m": {"a": 1, "b": 2}}]


def test_chain_runs_through_both():
    """Chained sweeps may differ in keys; the order is that of writing."""
    sweep = grid(a=[1, 2]) + grid(a=[3], b=[4])
    assert list(sweep) == [{"a": 1}, {"a": 2}, {"a": 3, "b": 4}]
    assert len(sweep) == 3


@pytest.mark.parametrize("operation", ["__add__", "__mul__"])
def test_operators_refuse_what_is_not_a_sweep(operation):
    """A list of dicts on the other side is a TypeError, as for any operator."""
    assert getattr(grid(a=[1]), operation)([{"b": 2}]) is NotImplemented
    with pytest.raises(TypeError):
        operator.add(grid(a=[1]), [{"b": 2}])
    with pytest.raises(TypeError):
        grid(a=[1]) * 3


def test_zip_varies_together():
    """Zipped axes advance in step and combine with the rest as one axis."""
    assert list(grid(T=[1, 2]).zip({"run.steps": [10, 20]}, N=[5, 6])) == [
        {"T": 1, "run": {"steps": 10}, "N": 5},
        {"T": 1, "run": {"steps": 20}, "N": 6},
        {"T": 2, "run": {"steps": 10}, "N": 5},
        {"T": 2, "run": {"steps": 20}, "N": 6},
    ]


def test_zip_of_unequal_lengths_is_refused():
    """The message gives the length of each axis."""
    with pytest.raises(InvalidInputError, match="'a' has 2, 'b' has 3"):
        grid().zip(a=[1, 2], b=[1, 2, 3])


def test_zip_of_nothing_is_refused():
    """A zip without axes has no length."""
    with pytest.raises(InvalidInputError, match="at least one axis"):
        grid(a=[1]).zip()


def test_where_keeps_the_true_points():
    """A condition is any truth value of the point."""
    sweep = grid(a=range(3), b=range(3)).where(lambda sp: sp["a"] * sp["b"])
    assert list(sweep) == [{"a": a, "b": b} for a in (1, 2) for b in (1, 2)]
    assert len(sweep) == 4


def test_where_chains_and_multiplies():
    """Conditions on parts of a sweep stay with those parts."""
    even = grid(a=range(4)).where(lambda sp: sp["a"] % 2 == 0)
    sweep = even * grid(b=[0]) + grid(a=[9], b=[9])
    assert list(sweep) == [{"a": 0, "b": 0}, {"a": 2, "b": 0}, {"a": 9, "b": 9}]
    assert len(sweep) == 3
    assert even
    assert not even.where(lambda sp: sp["a"] > 5)


def test_a_predicate_that_raises_names_the_point():
    """The person sees the state point and the cause, not only a traceback of the library."""
    sweep = grid(a=[1, 0]).where(lambda sp: 1 / sp["a"])
    with pytest.raises(
        InvalidInputError, match=r"predicate raised ZeroDivisionError.*\{'a': 0\}"
    ) as caught:
        list(sweep)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_a_predicate_without_truth_value_names_the_point():
    """An array as answer has no truth value, which is an error of the predicate too."""
    sweep = grid(a=[[1, 2]]).where(lambda sp: np.array(sp["a"]) > 1)
    with pytest.raises(InvalidInputError, match=r"ValueError.*\{'a': \[1, 2\]\}"):
        list(sweep)


def test_a_derived_value_that_raises_names_key_and_point():
    """The message names which function failed and where."""
    sweep = grid(a=[1]).derive({"m.b": lambda sp: sp["c"]})
    with pytest.raises(InvalidInputError, match=r"'m\.b' raised KeyError: 'c'.*\{'a': 1\}"):
        list(sweep)


def test_derive_sees_what_was_derived_before():
    """Functions run in the order in which they are written."""
    sweep = grid(a=[2]).derive({"m.b": lambda sp: sp["a"] + 1}, c=lambda sp: sp["m"]["b"] * 10)
    assert list(sweep) == [{"a": 2, "m": {"b": 3}, "c": 30}]


@pytest.mark.parametrize("bad", [lambda s: s.where("a > 1"), lambda s: s.derive(b=3)])
def test_functions_are_required(bad):
    """A text or a number in place of a function is refused at once, not while iterating."""
    with pytest.raises(InvalidInputError, match="needs a function"):
        bad(grid(a=[1]))


def test_seeds_repeat_each_point():
    """Seeds are an axis of consecutive integers under a name of choice."""
    assert list(grid(T=[1]).seeds(2, key="run.seed", start=5)) == [
        {"T": 1, "run": {"seed": 5}},
        {"T": 1, "run": {"seed": 6}},
    ]


@pytest.mark.parametrize("n", [0, -1, 2.0, True, "3"])
def test_seeds_need_a_positive_integer(n):
    """A number of seeds that makes no sense is refused."""
    with pytest.raises(InvalidInputError):
        grid(T=[1]).seeds(n)


def test_functions_cannot_change_the_sweep():
    """A predicate, a derived value or a consumer that edits its point edits a copy."""

    def vandal(sp):
        sp["a"].append(9)
        sp.clear()
        return True

    sweep = grid(a=[[1]]).where(vandal).derive(b=lambda sp: vandal(sp))
    for point in sweep:
        assert point == {"a": [1], "b": True}
        point["a"].append(7)
    assert list(sweep) == [{"a": [1], "b": True}]


def test_a_sweep_cannot_be_changed():
    """Attributes cannot be set, so a sweep can be shared."""
    sweep = grid(a=[1])
    with pytest.raises(AttributeError, match="cannot be changed"):
        sweep.anything = 1
    with pytest.raises(AttributeError, match="cannot be changed"):
        sweep._node = None


def test_the_size_is_known_without_running_through_the_points():
    """A product of 10**15 points has its length at once, derived values are not computed."""

    def never(sp):
        raise AssertionError

    sweep = grid(a=range(10**5), b=range(10**5)).derive(c=never).seeds(10**5)
    assert len(sweep) == 10**15
    assert next(iter(grid(a=range(10**5)) * grid(b=range(10**5)))) == {"a": 0, "b": 0}


def test_numpy_axes_give_plain_numbers_without_warnings():
    """State points from NumPy axes are equal to plain ones, type by type, and no warning comes."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sweep = grid(
            T=np.linspace(0.0, 1.0, 3),
            n=np.arange(2),
            f=np.array([0.5], dtype=np.float32),
            ok=np.array([True]),
            listed=[np.int64(3), np.float64(0.25)],
            pair=np.array([[1, 2]]),
            name=np.array(["lj"]),
            deep=[{"x": [np.int32(1)]}],
        ).derive(m=lambda sp: np.float64(2.0) * sp["T"])
        points = list(sweep)
    first = points[0]
    expected = {
        "T": 0.0, "n": 0, "f": 0.5, "ok": True, "listed": 3,
        "pair": [1, 2], "name": "lj", "deep": {"x": [1]}, "m": 0.0,
    }  # fmt: skip
    assert json.dumps(first) == json.dumps(expected)
    assert {key: type(value) for key, value in first.items()} == {
        key: type(value) for key, value in expected.items()
    }
    assert [type(value) for value in first["pair"]] == [int, int]


def test_repr_tells_size_and_keys():
    """The representation gives the number of points, or a bound, and never runs the functions."""
    assert repr(grid({"m.a": [1, 2]}, b=[1])) == "<Sweep of 2 points over m.a, b>"
    assert repr(grid(a=[1])) == "<Sweep of 1 point over a>"
    assert repr(grid()) == "<Sweep of 1 point over no keys>"
    filtered = grid(a=[1, 2]).where(lambda sp: 1 / 0)
    assert repr(filtered) == "<Sweep of at most 2 points over a>"


def test_a_sweep_pickles():
    """A sweep without lambdas can be sent to another process."""
    sweep = (grid({"m.a": [1, 2]}) + grid(b=[3])).seeds(2).zip(x=[1, 2], y=[3, 4])
    again = pickle.loads(pickle.dumps(sweep))
    assert isinstance(again, Sweep)
    assert list(again) == list(sweep)
