"""Random changes of a state point, by every way that a job offers, beside a plain dictionary."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

import rawcheck
from stateful.model import normal

KEYS = st.sampled_from(("a", "b", "n"))
SCALARS = st.sampled_from((0, 1, 0.0, -0.0, True, None, "x", 2.5))
VALUES = st.one_of(
    SCALARS,
    st.sampled_from(([], [1, {"k": 2}], (1, 2), {}, {"c": 1}, {"c": {"d": [0]}}, [[0], [0.0]])),
)
STATEPOINTS = st.dictionaries(KEYS, VALUES, max_size=2)


@dataclass(frozen=True)
class Change:
    """One change: what to do with the job, what it makes of the state point, or what it raises."""

    name: str
    live: Callable[[Any], Any]
    result: dict[str, Any]
    error: type[Exception] | None = None


def draw_change(draw: Any, statepoint: dict[str, Any]) -> Change:
    """Draw a change for a job with this state point."""
    key, value, other = draw(KEYS), draw(VALUES), draw(STATEPOINTS)
    bad = {"z": 1, "b": object()}
    choices = [
        Change("sp[key] =", lambda job: _set(job.sp, key, value), {**statepoint, key: value}),
        Change("sp.key =", lambda job: setattr(job.sp, key, value), {**statepoint, key: value}),
        Change("sp.update", lambda job: job.sp.update(other), {**statepoint, **other}),
        Change(
            "sp.setdefault", lambda job: job.sp.setdefault(key, value), {key: value, **statepoint}
        ),
        Change("sp =", lambda job: setattr(job, "sp", other), other),
        Change("statepoint =", lambda job: setattr(job, "statepoint", other), other),
        Change("sp.reset", lambda job: job.sp.reset(other), other),
        Change("reset_statepoint", lambda job: job.reset_statepoint(other), other),
        Change("sp.clear", lambda job: job.sp.clear(), {}),
        Change("sp.pop", lambda job: job.sp.pop(key), _without(statepoint, key)),
        Change("bad value", lambda job: _set(job.sp, key, {1}), statepoint, TypeError),
        Change("bad key", lambda job: _set(job.sp, "a.b", 1), statepoint, ValueError),
        Change(
            "bad sp =",
            lambda job: setattr(job, "sp", bad),
            statepoint,
            TypeError,
        ),
        _update_statepoint(other, statepoint, draw(st.booleans())),
    ]
    if key in statepoint:
        choices.append(
            Change("del sp[key]", lambda job: _delete(job, key), _without(statepoint, key))
        )
        choices += _nested(statepoint, key, value)
    change = draw(st.sampled_from(choices))
    return Change(change.name, change.live, normal(change.result), change.error)


def _update_statepoint(other: dict[str, Any], old: dict[str, Any], overwrite: bool) -> Change:
    clashes = [key for key in other if key in old and not rawcheck.same(old[key], other[key])]
    if any(old[key] == normal(other[key]) for key in clashes):
        overwrite = True  # whether 1 may quietly stand for 1.0 here is not said anywhere
    run = lambda job: job.update_statepoint(other, overwrite=overwrite)  # noqa: E731
    if clashes and not overwrite:
        return Change("update_statepoint", run, old, KeyError)
    return Change("update_statepoint", run, {**old, **other})


def _nested(statepoint: dict[str, Any], key: str, value: Any) -> list[Change]:
    inner = statepoint[key]
    if isinstance(inner, dict):
        return [
            Change(
                "sp.key.new =",
                lambda job: setattr(job.sp[key], "new", value),
                {**statepoint, key: {**inner, "new": value}},
            ),
            Change(
                "sp[key].update",
                lambda job: job.sp[key].update(c=value),
                {**statepoint, key: {**inner, "c": value}},
            ),
            Change("sp[key].clear", lambda job: job.sp[key].clear(), {**statepoint, key: {}}),
        ]
    if isinstance(inner, list):
        return [
            Change(
                "sp[key].append",
                lambda job: job.sp[key].append(value),
                {**statepoint, key: [*inner, value]},
            ),
            Change(
                "sp[key].extend",
                lambda job: job.sp[key].extend(iter([1, value])),
                {**statepoint, key: [*inner, 1, value]},
            ),
            Change("sp[key].clear", lambda job: job.sp[key].clear(), {**statepoint, key: []}),
        ]
    return []


def _set(container: Any, key: str, value: Any) -> None:
    container[key] = value


def _delete(job: Any, key: str) -> None:
    del job.sp[key]


def _without(statepoint: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in statepoint.items() if name != key}
