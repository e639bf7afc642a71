"""Edits of a document as data, so that either program can be told to make them."""

import copy
import random
from typing import Any

Edit = tuple[list[Any], str, list[Any]]  # keys of the container, method, arguments


def apply(content: Any, edit: Edit) -> None:
    """Make an edit in a document of ours, or in the plain dictionary of a model."""
    keys, method, arguments = edit
    for key in keys:
        content = content[key]
    if type(content) not in (dict, list):
        getattr(content, method)(*arguments)
        return
    arguments = copy.deepcopy(arguments)
    if method == "reset":
        content.clear()
        content.update(*arguments)
    elif method == "pop" and isinstance(content, dict):
        content.pop(*arguments, None)
    else:
        getattr(content, method)(*arguments)


def draw_edit(draw: random.Random, content: Any) -> Edit:
    """Draw one edit of the document or of a container in it.

    Values are distinct numbers, so that the peer's dropping of equal values (1 for True) plays no
    part, and `reset` of the root is left out: there the peer's order depends on what the handle has
    read before.
    """
    keys: list[Any] = []
    while isinstance(content, dict | list) and draw.random() < 0.7:
        inner = content.items() if isinstance(content, dict) else enumerate(content)
        inside = [(key, item) for key, item in inner if isinstance(item, dict | list)]
        if not inside:
            break
        key, content = draw.choice(inside)
        keys.append(key)
    fresh = [_fresh(draw, 2), {"x": _fresh(draw, 1), "y": _fresh(draw, 1)}, [_fresh(draw, 1), 5]]
    if isinstance(content, list):
        choices: list[tuple[str, list[Any]]] = [("append", [item]) for item in fresh]
        choices += [("insert", [0, fresh[0]]), ("extend", [fresh]), ("reverse", [])]
        if content:
            choices += [("__setitem__", [0, fresh[1]]), ("__delitem__", [-1]), ("pop", [])]
        return keys, *draw.choice(choices)
    name = draw.choice("abcxy")
    choices = [("__setitem__", [name, item]) for item in fresh]
    choices += [("setdefault", [name, fresh[0]]), ("pop", [name])]
    choices += [("update", [{name: fresh[0], "m": fresh[1], "a": fresh[2]}])]
    if keys:
        choices += [("reset", [{"y": fresh[0], name: fresh[1]}]), ("clear", [])]
    if name in content:
        choices += [("__delitem__", [name])]
    return keys, *draw.choice(choices)


def _fresh(draw: random.Random, depth: int) -> Any:
    kind = draw.random()
    if depth and kind < 0.3:
        return {draw.choice("abxy"): _fresh(draw, depth - 1) for _ in range(2)}
    if depth and kind < 0.5:
        return [_fresh(draw, depth - 1) for _ in range(draw.randrange(3))]
    return draw.random()
