"""Random edits of a document that work alike on a live container and on a plain dict or list."""

import json
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

import jsonvalues

Edit = tuple[str, Callable[[Any], Any]]


def plain(value: Any) -> Any:
    """Return the JSON form of a value, live or not: what the model holds."""
    return json.loads(json.dumps(value, default=lambda live: live()))


def pick(draw: Any, content: Any) -> list[Any]:
    """Draw the place of a container in a document: the keys that lead to it."""
    place: list[Any] = []
    while draw(st.booleans()):
        pairs = content.items() if isinstance(content, dict) else enumerate(content)
        inner = [(key, item) for key, item in pairs if isinstance(item, dict | list)]
        if not inner:
            break
        key, content = draw(st.sampled_from(inner))
        place.append(key)
    return place


def at(content: Any, place: list[Any]) -> Any:
    """Return the container at a place."""
    for key in place:
        content = content[key]
    return content


def draw_edit(draw: Any, target: Any) -> Edit:
    """Draw a valid edit for a container, given its plain content."""
    return (
        draw_dict_edit(draw, target) if isinstance(target, dict) else draw_list_edit(draw, target)
    )


def draw_dict_edit(draw: Any, target: dict[str, Any]) -> Edit:
    name = draw(jsonvalues.names)
    present = st.sampled_from(sorted(target)) if target else jsonvalues.keys
    key = draw(st.one_of(present, jsonvalues.keys))
    value = draw(jsonvalues.values)
    more = draw(st.dictionaries(jsonvalues.keys, jsonvalues.values, max_size=3))
    edits: list[Edit] = [
        (f"x[{key!r}] = {value!r}", lambda c: _set(c, key, value)),
        (f"x.{name} = {value!r}", lambda c: _set_attribute(c, name, value)),
        (f"x.setdefault({key!r}, {value!r})", lambda c: c.setdefault(key, _own(c, value))),
        (f"x.pop({key!r})", lambda c: c.pop(key, None) if type(c) is dict else c.pop(key)),
        (f"x.pop({key!r}, 7)", lambda c: c.pop(key, 7)),
        (f"x.update({more!r})", lambda c: c.update(_own(c, more))),
        (
            f"x.update({more!r}, {name}=...)",
            lambda c: c.update(_own(c, more), **{name: _own(c, value)}),
        ),
        ("x.update(pairs)", lambda c: c.update(list(_own(c, more).items()))),
        (f"x.reset({more!r})", lambda c: _reset(c, more)),
        ("x.clear()", lambda c: c.clear()),
    ]
    if target:
        old, twins = draw(present), twin(target)
        edits += [
            (f"del x[{old!r}]", lambda c: c.__delitem__(old)),
            (f"x[{key!r}] = x[{old!r}]", lambda c: _set(c, key, c[old])),
            ("x.popitem()", lambda c: list(c.popitem())),
            ("x.update(twins)", lambda c: c.update(_own(c, twins))),
            ("x.reset(twins)", lambda c: _reset(c, twins)),
        ]
    return draw(st.sampled_from(edits))


def draw_list_edit(draw: Any, target: list[Any]) -> Edit:
    value = draw(jsonvalues.values)
    index = draw(st.integers(-len(target), len(target)))
    more = draw(st.lists(jsonvalues.values, max_size=3))
    start, stop = sorted((draw(st.integers(0, 4)), draw(st.integers(0, 4))))
    cut = slice(start, stop)
    edits: list[Edit] = [
        (f"l.append({value!r})", lambda c: c.append(_own(c, value))),
        (f"l.insert({index}, {value!r})", lambda c: c.insert(index, _own(c, value))),
        (f"l.extend({more!r})", lambda c: c.extend(iter(_own(c, more)))),
        (f"l += {more!r}", lambda c: c.__iadd__(_own(c, more)) and None),
        (
            f"l[{start}:{stop}] = {more!r}",
            lambda c: c.__setitem__(slice(start, stop), _own(c, more)),
        ),
        (f"del l[{start}:{stop}]", lambda c: c.__delitem__(cut)),
        (f"l.reset({more!r})", lambda c: _reset(c, more)),
        ("l.reverse()", lambda c: c.reverse()),
        ("l.clear()", lambda c: c.clear()),
    ]
    if target:
        place = draw(st.integers(-len(target), len(target) - 1))
        edits += [
            (f"l[{place}] = {value!r}", lambda c: c.__setitem__(place, _own(c, value))),
            (f"del l[{place}]", lambda c: c.__delitem__(place)),
            (f"l.pop({place})", lambda c: c.pop(place)),
            ("l.pop()", lambda c: c.pop()),
        ]
        if "NaN" not in json.dumps(target[place]):
            found = target[place]
            edits.append((f"l.remove({found!r})", lambda c: c.remove(found)))
    return draw(st.sampled_from(edits))


def draw_refused(draw: Any, target: Any) -> Edit:
    """Draw an edit that has to be refused, because of a value or key somewhere in what is given."""
    bad = draw(jsonvalues.refused)
    bad = draw(
        st.sampled_from(
            (bad, [1, bad], {"k": bad}, {"k": [{"m": bad}]}, {1: 2}, {"a.b": 1}, [{"a.b": {}}])
        )
    )
    edits: list[Edit] = []
    if isinstance(target, dict):
        edits += [
            ("x[new] = bad", lambda c: c.__setitem__("new", bad)),
            ("x.new = bad", lambda c: setattr(c, "new", bad)),
            ("x.setdefault", lambda c: c.setdefault("absent key", bad)),
            ("x.update", lambda c: c.update({"good": 1, "bad": bad})),
            ("x.update keywords", lambda c: c.update(good=1, bad=bad)),
            ("x.reset", lambda c: c.reset({"good": 1, "bad": bad})),
            ("x['a.b'] = 1", lambda c: c.__setitem__("a.b", 1)),
            ("x[1] = 1", lambda c: c.__setitem__(1, 1)),
            ("x.reset(5)", lambda c: c.reset(5)),
            ("x.update({1: 2})", lambda c: c.update({"good": 1, 1: 2})),
            ("x.update(5)", lambda c: c.update(5)),
        ]
    else:
        edits += [
            ("l.append", lambda c: c.append(bad)),
            ("l.insert", lambda c: c.insert(0, bad)),
            ("l.extend", lambda c: c.extend([1, bad])),
            ("l += ", lambda c: c.__iadd__([1, bad])),
            ("l[:] = ", lambda c: c.__setitem__(slice(None), [1, bad])),
            ("l.reset", lambda c: c.reset([1, bad])),
            ("l.reset({})", lambda c: c.reset({})),
            ("l.reset(5)", lambda c: c.reset(5)),
        ]
        if target:
            edits.append(("l[0] = ", lambda c: c.__setitem__(0, bad)))
    return draw(st.sampled_from(edits))


def twin(value: Any) -> Any:
    """Return a value that Python calls equal and the format calls different, where there is one."""
    if isinstance(value, dict):
        return {key: twin(item) for key, item in value.items()}
    if isinstance(value, list):
        return [twin(item) for item in value]
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int) and abs(value) < 2**53:
        return float(value)
    if isinstance(value, float) and value in (0.0, 1.0):
        return bool(value)
    return value


def _own(container: Any, value: Any) -> Any:
    """Return the value as it is for a live container, and in its JSON form for the model."""
    return plain(value) if type(container) in (dict, list) else value


def _set(container: Any, key: Any, value: Any) -> None:
    container[key] = _own(container, value)


def _set_attribute(container: Any, name: str, value: Any) -> None:
    if type(container) is dict:
        container[name] = plain(value)
    else:
        setattr(container, name, value)


def _reset(container: Any, value: Any) -> None:
    if type(container) is dict:
        container.clear()
        container.update(plain(value))
    elif type(container) is list:
        container[:] = plain(value)
    else:
        container.reset(value)
