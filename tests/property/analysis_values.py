"""State points that are alike enough to be neighbors, groups and differences of one another."""

from typing import Any

from hypothesis import strategies as st

import signac

names = st.sampled_from(("a", "b", "c", "n"))
numbers = st.sampled_from((0, 1, 2, 3, 0.0, -0.0, 1.0, 1.5, True, False, float("inf"), 10**30))
scalars = st.one_of(numbers, st.sampled_from((None, "", "x", "1", float("nan"))))
lists = st.sampled_from(([], [1], [1.0], [True], [1, 2], ["x"], [[1]], [{"k": [1]}], [None]))
leaves = st.one_of(scalars, lists, st.just({}))
values = st.one_of(leaves, st.dictionaries(names, leaves, max_size=2))
few = st.sampled_from((0, 1, 2, "x"))
#: Mixed ones, and ones on a small grid, which have many neighbors.
statepoints = st.one_of(
    st.dictionaries(names, values, max_size=3),
    st.fixed_dictionaries({"a": few, "b": few, "n": st.fixed_dictionaries({"c": few})}),
)
spaces = st.lists(statepoints, max_size=14)


def filled(directory: Any, content: list[dict[str, Any]]) -> Any:
    """Return a project, anew in a directory, with these jobs."""
    with signac.durability("fast"):
        project = signac.init_project(directory)
        project.create_jobs(content)
    return signac.get_project(project.path, search=False)


def leaves_of(data: dict[str, Any], prefix: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """Return what is no mapping, or an empty one, by the names on the way."""
    found: dict[tuple[str, ...], Any] = {}
    for name, value in data.items():
        if isinstance(value, dict) and value:
            found |= leaves_of(value, (*prefix, name))
        else:
            found[(*prefix, name)] = value
    return found
