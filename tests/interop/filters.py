"""A mixed project, and filters over it drawn from a seed: every operator, nesting and namespace."""

import random
from typing import Any

NAN = float("nan")
NAMES = ("i", "f", "b", "s", "l", "m", "mix", "wild", "e", "x y", "ü", "one", "gone")
DOC_NAMES = ("x", "t", "n", "any", "flag")
MIXED: tuple[Any, ...] = (0, 1, 2, 1.5, -1, "a", "1", "text", None, [1, 2], [], "")
WILD: tuple[Any, ...] = (NAN, float("inf"), 10**30, 1e30, 2**53, 2.0**53, -0.0, 5e-324, -7)
TEXTS = ("", "a", "ab", "b", "A", "1", "10", "text", "ü", "a b", "x\ny", "true", "[", "\U0001f600")
LISTS: tuple[Any, ...] = ([], [1, 2], [1.0, 2], [True], [[1]], ["a"], [{"a": 1}], [None], [1])
TYPES = ("int", "float", "bool", "str", "list", "null")

Job = tuple[dict[str, Any], dict[str, Any] | None]


def draw_jobs(draw: random.Random, number: int) -> list[Job]:
    """Draw state points of unlike shapes, most of them with a document."""
    return [(draw_statepoint(draw, count), draw_document(draw)) for count in range(number)]


def draw_statepoint(draw: random.Random, serial: int) -> dict[str, Any]:
    """Draw a state point; keys of one type stand beside keys of several."""
    statepoint: dict[str, Any] = {"i": serial % 12, "serial": serial}
    optional: dict[str, Any] = {
        "f": draw.choice((0.0, 0.5, 1.0, 1.5, 2.25, -3.5, 1e16)),
        "b": draw.choice((True, False)),
        "s": draw.choice(TEXTS),
        "l": draw.choice(LISTS),
        "m": draw_nested(draw, 2),
        "mix": draw.choice(MIXED),
        "wild": draw.choice(WILD),
        "e": {},
        "x y": draw.randrange(3),
        "ü": draw.choice("äö"),
        "one": draw.choice((1, 1.0, True, 0, False, 2)),
    }
    for name, value in optional.items():
        if draw.random() < 0.6:
            statepoint[name] = value
    return statepoint


def draw_nested(draw: random.Random, depth: int) -> dict[str, Any]:
    """Draw a mapping some levels deep; now and then an empty one."""
    return {
        name: draw_nested(draw, depth - 1)
        if depth and draw.random() < 0.4
        else draw.choice((draw.randrange(4), draw.choice(TEXTS), None, 0.5, [1, 2]))
        for name in draw.sample("abc", draw.randrange(4))
    }


def draw_document(draw: random.Random) -> dict[str, Any] | None:
    """Draw a document, or none at all."""
    if draw.random() < 0.15:
        return None
    document = {
        "x": draw.randrange(10),
        "t": draw.choice(TEXTS),
        "n": draw_nested(draw, 1),
        "any": draw.choice(MIXED),
        "flag": draw.choice((True, False)),
    }
    return {name: value for name, value in document.items() if draw.random() < 0.7}


# Filters.


def draw_filter(draw: random.Random, depth: int = 2) -> dict[str, Any]:
    """Draw a filter: one or more keys, or a logical operator over other filters."""
    kind = draw.random()
    if depth and kind < 0.12:
        return {"$and": [draw_filter(draw, depth - 1) for _ in range(draw.randrange(1, 4))]}
    if depth and kind < 0.26:
        return {"$or": [draw_filter(draw, depth - 1) for _ in range(draw.randrange(1, 4))]}
    if depth and kind < 0.36:
        return {"$not": draw_filter(draw, depth - 1)}
    filter_: dict[str, Any] = {}
    for _ in range(draw.choice((1, 1, 1, 2, 3))):
        filter_.update(draw_condition(draw))
    return filter_


def draw_condition(draw: random.Random) -> dict[str, Any]:
    """Draw a test of one key, in one of the spellings of the language."""
    if draw.random() < 0.3:
        name, prefix = draw.choice(DOC_NAMES), draw.choice(("doc.", "doc"))
    else:
        name, prefix = draw.choice(NAMES), draw.choice(("", "", "sp.", "sp"))
    steps = [name]
    if name in ("m", "n"):
        steps += draw.sample("abc", draw.choice((1, 1, 2)))
    operators = [draw_operator(draw, name)]
    if draw.random() < 0.12:
        operators.append(draw_operator(draw, name))
    if len(operators) == 1 and operators[0][0] == "$eq" and draw.random() < 0.7:
        value = operators[0][1]
    elif len(operators) == 1 and draw.random() < 0.3:
        steps[-1] = f"{steps[-1]}.{operators[0][0]}"
        value = operators[0][1]
    else:
        value = dict(operators)
    while len(steps) > 1:
        last = steps.pop()
        if draw.random() < 0.5:
            steps[-1] = f"{steps[-1]}.{last}"
        else:
            value = {last: value}
    return {prefix: {steps[0]: value}} if prefix in ("sp", "doc") else {prefix + steps[0]: value}


ORDER = ("$lt", "$lte", "$gt", "$gte")
PLAIN = ("$eq", "$eq", "$eq", "$ne", "$in", "$nin", "$regex", "$type", "$exists", "$where")
NUMBERS = ("i", "f", "b", "x", "x y", "one", "flag")
ORDERED = (*NUMBERS, "s", "t", "ü")


def draw_operator(draw: random.Random, name: str) -> tuple[str, Any]:
    """Draw an operator with an argument that suits the key, most of the time."""
    operators = PLAIN
    if name in ORDERED or draw.random() < 0.06:
        operators += ORDER
    if name in NUMBERS or draw.random() < 0.04:
        operators += ("$near", "$near")
    operator = draw.choice(operators)
    if operator not in ORDER and draw.random() < 0.07:
        name = draw.choice(NAMES)
    pool = values_of(draw, name)
    argument: Any = draw.choice(pool)
    if operator in ("$in", "$nin"):
        argument = draw.sample(pool, draw.randrange(min(4, len(pool)) + 1))
    elif operator == "$regex":
        argument = draw.choice(("a", "^a", "b$", "", "[0-9]+", "^$", "(?i)A", "t.xt", "ü|ä", r"\s"))
    elif operator == "$type":
        argument = draw.choice(TYPES)
    elif operator == "$near":
        number = draw.choice((0, 1, 1.5, 2, 10**30, 3))
        argument = draw.choice((number, [number], [number, 0.5], [number, 0.0, 1.0]))
    elif operator == "$exists":
        argument = draw.random() < 0.5
    elif operator == "$where":
        argument = draw.choice(
            ("lambda x: x == 1", "lambda v: v in (1, 'a', None)", "lambda x: not x != 2")
        )
    return operator, argument


def values_of(draw: random.Random, name: str) -> list[Any]:
    """Return values of the kind that a key holds."""
    by_name: dict[str, tuple[Any, ...]] = {
        "i": (0, 3, 3.0, 11, 7.5, -1, 100),
        "x": (0, 3, 3.0, 9, 4.5),
        "x y": (0, 1, 2),
        "f": (0.0, 0.5, 1, 1.5, 2.25, -3.5, 1e16, 10**16),
        "b": (True, False, 0, 1, 1.0),
        "flag": (True, False, 0, 1),
        "s": TEXTS,
        "t": TEXTS,
        "ü": ("ä", "ö", "u"),
        "l": LISTS,
        "wild": WILD,
        "one": (0, 1, 2, 1.0, True, False),
        "e": (0, None, [], ""),
    }
    return list(by_name.get(name, MIXED))
