"""The state points of the jobs in the scenes, by the names that the cases use."""

from typing import Any

PLAIN: list[dict[str, Any]] = [{"a": i, "b": i % 3} for i in range(7)]
NESTED: list[dict[str, Any]] = [
    {"a": 0, "b": {"c": 1, "d": "x"}, "l": [1, 2]},
    {"a": 1, "b": {"c": 1.5, "d": "x"}, "l": [1, 3]},
    {"a": 2, "b": {"c": 2.25, "d": "x"}, "deep": {"er": {"est": [[0, 1], [2, 3]]}}},
    {"a": 3, "e": None},
    {"a": -1, "e": True},
    {"a": 4, "b": {"c": -1, "d": "é ü"}, "name": "two words"},
]
MIXED: list[dict[str, Any]] = [
    {"v": 7},
    {"v": "7"},
    {"v": "word"},
    {"v": None},
    {"v": False},
    {"v": 1.5},
    {"v": [1, 2]},
    {"w": "/slashed/"},
]
DOCUMENTED: list[dict[str, Any]] = [{"a": i} for i in range(5)]
WIDE: list[dict[str, Any]] = [
    {
        "first_parameter": "a rather long value of many words that does not fit on a line",
        "second_parameter": list(range(30)),
        "third": {"x": {"y": {"z": {"deep": 1}}}, "text": "z" * 60},
    },
    {"first_parameter": "short", "second_parameter": [1.25, -3e-30, 1e100], "third": {}},
]
GRID: list[dict[str, Any]] = [
    {"x": x, "twice": 2 * x, "y": y, "const": "c"} for x in (0, 1, 3) for y in (0.5, 1.5)
]
LONE: list[dict[str, Any]] = [{"a": 0, "b": "only"}]
#: Only in the source, only in the destination, in both: the jobs of pairs of projects.
SHARED: list[dict[str, Any]] = [{"a": 0}, {"a": 1}]
#: Two ids that begin with the same seven characters.
ALIKE: list[dict[str, Any]] = [{"k": 1764}, {"k": 13560}]

_GROUPS = {
    "p": PLAIN,
    "n": NESTED,
    "m": MIXED,
    "d": DOCUMENTED,
    "w": WIDE,
    "g": GRID,
    "o": LONE,
    "s": SHARED,
    "k": ALIKE,
}
STATEPOINTS = {
    f"{letter}{number}": statepoint
    for letter, group in _GROUPS.items()
    for number, statepoint in enumerate(group)
}
