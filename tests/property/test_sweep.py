"""Properties of sweeps, against the obvious nested loops."""

import copy
import itertools

from hypothesis import given
from hypothesis import strategies as st

from signac.sweep import Sweep, grid

values = st.one_of(
    st.integers(-5, 5), st.booleans(), st.none(), st.text(max_size=3), st.lists(st.integers())
)
columns = st.lists(values, min_size=1, max_size=4)


def axes(names: str) -> st.SearchStrategy[dict[str, list[object]]]:
    """Some axes whose names are letters of `names`."""
    return st.dictionaries(st.sampled_from(names), columns, max_size=3)


@st.composite
def sweeps(draw: st.DrawFn, names: str = "abcdef") -> Sweep:
    """A sweep of some shape over keys named by the letters given."""
    if len(names) > 1 and draw(st.booleans()):
        half = len(names) // 2
        left, right = draw(sweeps(names[:half])), draw(sweeps(names[half:]))
        return draw(st.sampled_from([left * right, left + right, right * left]))
    sweep = grid(draw(axes(names)))
    if draw(st.booleans()):
        sweep = sweep.where(lambda sp: len(repr(sp)) % 2)
    return sweep


@given(axes("abcdef"))
def test_grid_equals_nested_loops(given_axes):
    """A grid is the product of its axes in order, and its length is their product."""
    sweep = grid(given_axes)
    expected = [
        dict(zip(given_axes, combination, strict=True))
        for combination in itertools.product(*given_axes.values())
    ]
    assert list(sweep) == expected
    assert len(sweep) == len(expected)


@given(sweeps())
def test_length_and_repetition(sweep):
    """The length is the number of points; a second run gives equal, separate points."""
    first, second = list(sweep), list(sweep)
    assert len(sweep) == len(first)
    assert bool(sweep) == bool(first)
    kept = copy.deepcopy(first)
    for point in second:
        for value in point.values():
            if isinstance(value, list):
                value.append("changed")
        point.clear()
    assert first == kept == list(sweep)


@given(sweeps("abc"), sweeps("def"))
def test_product_and_chain_equal_loops(left, right):
    """Product and chain mean what the two loops mean, for every pair of sweeps."""
    assert list(left * right) == [one | two for one in left for two in right]
    assert list(left + right) == [*left, *right]


@given(sweeps("abc"), sweeps("de"), sweeps("f"))
def test_product_is_associative(one, two, three):
    """Brackets do not matter, neither in products nor in chains."""
    assert list((one * two) * three) == list(one * (two * three))
    assert list((one + two) + three) == list(one + (two + three))


@given(sweeps("abc"), sweeps("abc"), sweeps("def"))
def test_product_distributes_over_chain(one, two, other):
    """A product with a chain is the chain of the products."""
    assert list((one + two) * other) == list(one * other + two * other)


@given(sweeps(), st.integers(1, 4), st.integers(-3, 3))
def test_seeds_repeat_every_point(sweep, n, start):
    """Each point comes once with each seed, the seeds varying fastest."""
    assert list(sweep.seeds(n, start=start)) == [
        {**point, "seed": seed} for point in sweep for seed in range(start, start + n)
    ]


@given(sweeps())
def test_where_and_derive_equal_comprehensions(sweep):
    """Conditions filter and derived values follow, point by point."""
    result = sweep.derive(size=len).where(lambda sp: sp["size"] > 1)
    assert list(result) == [{**point, "size": len(point)} for point in sweep if len(point) > 1]


@given(st.lists(st.tuples(values, values), min_size=1, max_size=5), sweeps("abc"))
def test_zip_keeps_rows_together(rows, sweep):
    """Zipped axes give exactly the rows, for every point of the sweep."""
    x, y = zip(*rows, strict=True)
    assert list(sweep.zip(x=x, y=y)) == [
        {**point, "x": one, "y": two} for point in sweep for one, two in rows
    ]


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=4), values)
def test_dotted_names_read_back(path, value):
    """A dotted name of any depth leads to its value."""
    (point,) = grid({".".join(path): [value]})
    for name in path:
        point = point[name]
    assert point == value
