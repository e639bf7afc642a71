"""Sweeps over parameters: many state points from a few lines.

`grid` builds a `Sweep`, an iterable of plain state points that ``project.create_jobs`` takes as
it is. Nothing here touches the disk or knows of projects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from signac._sweep.axes import MOST_VALUES, dotted, join_paths, parse_names, read_axes
from signac._sweep.nodes import Chain, Derived, Filter, Node, Product, Rows, nest
from signac.errors import InvalidInputError

__all__ = ["Sweep", "grid"]


def grid(axes: Mapping[str, Iterable[Any]] | None = None, /, **more: Iterable[Any]) -> Sweep:
    """Combine every value of every axis with every value of all others.

    Parameters
    ----------
    axes
        Names and values. A dotted name makes a nested key: ``{"model.cutoff": [2.5, 3.0]}``.
        Values are any iterable but a string or a mapping; it is read once, here. NumPy arrays
        and numbers become plain Python numbers, so ids are those of plain numbers.
    **more
        Further axes. These names are taken as they are, so they must not hold a dot.

    Returns
    -------
    Sweep
        The last axis varies fastest. Without any axis, one empty state point.

    Raises
    ------
    signac.errors.InvalidInputError
        An axis is empty, a string, a mapping or not iterable, or a key appears twice.

    Examples
    --------
    >>> import signac
    >>> sweep = signac.grid(T=[0.9, 1.2], rho=[0.1, 0.4, 0.8], seed=range(3))
    >>> len(sweep)
    18
    >>> next(iter(sweep))
    {'T': 0.9, 'rho': 0.1, 'seed': 0}
    >>> list(signac.grid({"model.kind": ["lj"], "model.cutoff": [2.5, 3.0]}))
    [{'model': {'kind': 'lj', 'cutoff': 2.5}}, {'model': {'kind': 'lj', 'cutoff': 3.0}}]
    """
    paths, columns = read_axes(axes, more)
    sweep = Sweep(Rows((), ((),)))
    for path, column in zip(paths, columns, strict=True):
        sweep *= Sweep(Rows((path,), tuple((value,) for value in column)))
    return sweep


class Sweep:
    """An immutable, sized iterable of state points; every method gives a new sweep.

    Made by `grid`. It can be iterated any number of times, and each time gives new dicts. The
    length is known without running through the points, unless `where` takes part.

    Examples
    --------
    >>> import signac
    >>> gas = signac.grid(T=[0.9, 1.2], rho=[0.01, 0.02])
    >>> liquid = signac.grid(T=[0.9], rho=[0.8, 0.85])
    >>> sweep = (gas + liquid).derive(mu=lambda sp: sp["T"] * sp["rho"]).seeds(3)
    >>> sweep
    <Sweep of 18 points over T, rho, mu, seed>
    >>> len(sweep.where(lambda sp: sp["rho"] > 0.5))
    6
    """

    __slots__ = ("_node",)
    _node: Node

    def __init__(self, node: Node) -> None:
        object.__setattr__(self, "_node", node)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a Sweep cannot be changed; {name!r} was not set")

    def __reduce__(self) -> tuple[type[Sweep], tuple[Node]]:
        return Sweep, (self._node,)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for assignments in self._node:
            yield nest(assignments)

    def __len__(self) -> int:
        if self._node.exact:
            return self._node.bound
        return sum(1 for _ in self._node)

    def __bool__(self) -> bool:
        return any(True for _ in self._node)

    def __repr__(self) -> str:
        node = self._node
        count = f"{'' if node.exact else 'at most '}{node.bound} point{'s' * (node.bound != 1)}"
        names = ", ".join(map(dotted, node.paths)) or "no keys"
        return f"<Sweep of {count} over {names}>"

    def __mul__(self, other: Sweep) -> Sweep:
        """Combine every point of this sweep with every point of the other.

        Examples
        --------
        >>> import signac
        >>> list(signac.grid(a=[1, 2]) * signac.grid(b=[3]))
        [{'a': 1, 'b': 3}, {'a': 2, 'b': 3}]
        """
        if not isinstance(other, Sweep):
            return NotImplemented
        paths = join_paths(self._node.paths, other._node.paths)
        return Sweep(Product(self._node, other._node, paths))

    def __add__(self, other: Sweep) -> Sweep:
        """Run through the points of this sweep, then through those of the other.

        A point that both contain comes twice; it is the same job.

        Examples
        --------
        >>> import signac
        >>> list(signac.grid(a=[1]) + signac.grid(a=[5], b=[6]))
        [{'a': 1}, {'a': 5, 'b': 6}]
        """
        if not isinstance(other, Sweep):
            return NotImplemented
        mine = self._node.paths
        new = tuple(path for path in other._node.paths if path not in mine)
        return Sweep(Chain(self._node, other._node, mine + new))

    def zip(
        self, axes: Mapping[str, Iterable[Any]] | None = None, /, **more: Iterable[Any]
    ) -> Sweep:
        """Add axes that vary together, each with the same number of values.

        Raises
        ------
        signac.errors.InvalidInputError
            The axes are of unequal length, or one of them is not acceptable to `grid`.

        Examples
        --------
        >>> import signac
        >>> list(signac.grid(T=[0.9]).zip(N=[128, 256], steps=[2000, 1000]))
        [{'T': 0.9, 'N': 128, 'steps': 2000}, {'T': 0.9, 'N': 256, 'steps': 1000}]
        """
        paths, columns = read_axes(axes, more)
        lengths = {dotted(path): len(column) for path, column in zip(paths, columns, strict=True)}
        if not lengths:
            raise InvalidInputError("zip needs at least one axis")
        if len(set(lengths.values())) > 1:
            counts = ", ".join(f"{name!r} has {length}" for name, length in lengths.items())
            raise InvalidInputError(f"axes that vary together must be of equal length: {counts}")
        return self * Sweep(Rows(paths, tuple(zip(*columns, strict=True))))

    def where(self, predicate: Callable[[dict[str, Any]], object]) -> Sweep:
        """Keep the points for which the predicate is true.

        Raises
        ------
        signac.errors.InvalidInputError
            While iterating: the predicate raised; the message names the point.

        Examples
        --------
        >>> import signac
        >>> list(signac.grid(a=[1, 2], b=[1, 2]).where(lambda sp: sp["a"] < sp["b"]))
        [{'a': 1, 'b': 2}]
        """
        _require_callable(predicate, "where")
        return Sweep(Filter(self._node, predicate))

    def derive(
        self,
        functions: Mapping[str, Callable[[dict[str, Any]], Any]] | None = None,
        /,
        **more: Callable[[dict[str, Any]], Any],
    ) -> Sweep:
        """Add keys whose values follow from the others; a later function sees earlier results.

        Raises
        ------
        signac.errors.InvalidInputError
            A key is there already; or, while iterating, a function raised.

        Examples
        --------
        >>> import signac
        >>> list(signac.grid(N=[100, 200]).derive(steps=lambda sp: 10_000 // sp["N"]))
        [{'N': 100, 'steps': 100}, {'N': 200, 'steps': 50}]
        """
        node = self._node
        for path, function in parse_names(functions, more):
            _require_callable(function, f"derive ({dotted(path)!r})")
            node = Derived(node, path, function, join_paths(node.paths, (path,)))
        return Sweep(node)

    def seeds(self, n: int, key: str = "seed", start: int = 0) -> Sweep:
        """Repeat every point with seeds `start` to `start` + `n` - 1.

        Examples
        --------
        >>> import signac
        >>> list(signac.grid(T=[0.9]).seeds(2, start=10))
        [{'T': 0.9, 'seed': 10}, {'T': 0.9, 'seed': 11}]
        """
        for name, number in (("n", n), ("start", start)):
            if not isinstance(number, int) or isinstance(number, bool):
                raise InvalidInputError(f"{name} must be an integer, not {number!r}")
        if n < 1:
            raise InvalidInputError(f"at least one seed is needed, not {n}")
        if n > MOST_VALUES:
            raise InvalidInputError(f"a sweep holds at most {MOST_VALUES} seeds")
        return self * grid({key: range(start, start + n)})


def _require_callable(function: object, method: str) -> None:
    if not callable(function):
        raise InvalidInputError(f"{method} needs a function of a state point, not {function!r}")
