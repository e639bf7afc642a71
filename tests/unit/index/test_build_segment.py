"""Segments: from rows to the bytes of a file and back (`signac._index.build`, `segment`).

What a segment says of each key is compared with the rows it was made of, by plain definitions.
"""

import json
import math
from bisect import bisect_left, bisect_right
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import jsonvalues
from property import queries
from rawcheck import canonical, id_of
from signac._index.build import KINDS, Builder
from signac._index.columns import counts, iter_leaves, iter_rows, leaf_keys, pick, scatter
from signac._index.pages import DamagedIndexError, checked
from signac._index.segment import Segment
from signac._query.ast import MISSING
from signac._query.evaluate import look_up

STEADY = settings(derandomize=True, database=None, deadline=None)
HUGE = 10**40
ODD = [1, 1.0, True, 0, 0.0, -0.0, False, math.nan, math.inf, -math.inf, HUGE, -HUGE, float(HUGE)]
ODD += [10**400, 5e-324, None, "", "1", "\u00e9", "\ud800", "\U0001f600", "a.b", '\n\x00"\\,[{']
ODD += [[], {}, [[]], [{}], [1], [1.0], [True], [-0.0], [math.nan], ["\ud800", {"a": [None]}]]
ODD += [{"": 1}, {"a": {}}, {"a": {"a": {"a": []}}}, {"x": 1, "y": 2}, {"y": 2, "x": 1}]
ROWS: st.SearchStrategy[Any] = st.lists(
    st.one_of(
        queries.statepoints,
        jsonvalues.mappings,
        st.dictionaries(st.sampled_from(("a", "b", "\ud800", "")), st.sampled_from(ODD)),
    ),
    min_size=1,
    max_size=12,
).map(lambda rows: json.loads(json.dumps(rows)))


def build(rows: list[dict[str, Any]], batch: int = 10**9) -> Segment:
    """Make a segment of rows, in the order of their ids, added in batches."""
    builder = Builder()
    for start in range(0, len(rows), batch):
        some = rows[start : start + batch]
        builder.add(
            [bytes.fromhex(id_of(row)) for row in some],
            [json.dumps(row).encode() for row in some],
            some,
        )
    assert len(builder) == len(rows)
    return Segment(b"".join(builder.finish()))


def ordered(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return different rows in the order of their ids, as segments have them."""
    return [row for _, row in sorted({id_of(row): row for row in rows}.items())]


def all_paths(rows: list[dict[str, Any]]) -> set[tuple[str, ...]]:
    """Return all keys of rows, those of mappings too."""
    found = set()
    stack = [((), row) for row in rows]
    while stack:
        prefix, mapping = stack.pop()
        for name, value in mapping.items():
            found.add((*prefix, name))
            if isinstance(value, dict):
                stack.append(((*prefix, name), value))
    return found


def label(value: Any) -> str:
    """Return a text that is the same only for the same values; keys keep their order."""
    return "missing" if value is MISSING else json.dumps(value)


def is_leaf(value: Any) -> bool:
    return value is not MISSING and not (isinstance(value, dict) and value)


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and value == value


def rows_between(segment: Segment, path: tuple[str, ...], low: int, high: int) -> list[int]:
    column = segment.column(path)
    assert column is not None
    found = column.rows_of(low, high).tolist()
    begins = column.offsets()
    for number in range(low, high):
        own = column.rows_of(number, number + 1).tolist()
        assert own == column.all_rows()[begins[number] : begins[number + 1]].tolist()
        assert own == sorted(own)
        assert own
    return found


def check_column(segment: Segment, rows: list[dict[str, Any]], path: tuple[str, ...]) -> None:
    """Compare one key with the definition."""
    values = [look_up(row, path) for row in rows]
    column = segment.column(path)
    assert column is not None
    present = [row for row, value in enumerate(values) if value is not MISSING]
    assert sorted(column.all_rows()) == present
    assert column.rows == len(present)
    assert list(column.bounds) == list(KINDS)
    assert [bound for pair in column.bounds.values() for bound in pair][-1] == column.size
    low, high = 0, column.bounds["empty"][1]
    stored = []
    for kind in KINDS[:-1]:
        stored += column.values(*column.bounds[kind])
    assert len(stored) == high
    assert [label(column.value(number)) for number in range(high)] == list(map(label, stored))
    expected: dict[str, list[int]] = {}
    for row, value in enumerate(values):
        if is_leaf(value):
            expected.setdefault(label(value), []).append(row)
    assert len(stored) == len(expected)
    for number, value in enumerate(stored):
        assert rows_between(segment, path, number, number + 1) == expected[label(value)]
    mappings = [row for row, value in enumerate(values) if isinstance(value, dict) and value]
    assert rows_between(segment, path, *column.bounds["mapping"]) == mappings
    assert rows_between(segment, path, low, high) == [r for v in stored for r in expected[label(v)]]


def check_places(segment: Segment, rows: list[dict[str, Any]], path: tuple[str, ...]) -> None:
    """Compare where values are found with a search in the sorted list of them."""
    column = segment.column(path)
    assert column is not None
    here = [look_up(row, path) for row in rows]
    numbers = [v for v in [*here, -1, 0, 0.5, 1, HUGE, math.inf, -math.inf, True] if is_number(v)]
    strings = [v for v in [*here, "", "a", "\ud800", "\uffff", "zz"] if isinstance(v, str)]
    for fresh in (True, False):
        for kind, asked in (("number", numbers), ("string", strings)):
            low, high = column.bounds[kind]
            stored = [column.value(number) for number in range(low, high)]
            if not fresh:
                assert column.values(low, high) == stored  # from here on they are in memory
            for value in asked:
                begin = low + bisect_left(stored, value)
                end = low + bisect_right(stored, value)
                assert column.find_first(kind, value, after=False) == begin
                assert column.find_first(kind, value, after=True) == end
                assert column.find(kind, value) == (begin, end)


def check_columns_module(
    segment: Segment, rows: list[dict[str, Any]], path: tuple[str, ...]
) -> None:
    """Compare values for rows, and counts, with the definition."""
    values = [label(look_up(row, path)) for row in rows]
    assert list(map(label, scatter(segment, path))) == values
    for chosen in (range(len(rows)), range(len(rows) - 1, -1, -1), [len(rows) // 2], [0, 0], []):
        picked = list(map(label, pick(segment, path, chosen)))
        assert picked == [values[row] for row in chosen]
    tally = counts(segment, path)
    expected = Counter(label(v) for v in (look_up(row, path) for row in rows) if is_leaf(v))
    assert len(tally) == len(expected)
    assert {label(value): number for value, number in tally} == expected


@settings(STEADY, max_examples=150)
@given(ROWS, st.integers(1, 12))
def test_segments_agree_with_their_rows(rows: list[dict[str, Any]], batch: int) -> None:
    """Every key of any rows: values, rows, places, counts and texts are those of the rows."""
    rows = ordered(rows)
    segment = build(rows, batch)
    paths = all_paths(rows)
    assert set(segment.paths()) == paths
    assert segment.rows == len(rows)
    for path in paths:
        check_column(segment, rows, path)
        check_places(segment, rows, path)
        check_columns_module(segment, rows, path)
    for path in (("nothing",), ("a", "nothing"), ("a", "a", "a", "a", "a")):
        if path not in paths:
            assert segment.column(path) is None
            assert scatter(segment, path) == [MISSING] * len(rows)
            assert counts(segment, path) == []
    assert [label(row) for row in iter_rows(segment, range(len(rows)))] == list(map(label, rows))


@settings(STEADY, max_examples=100)
@given(ROWS, st.data())
def test_leaf_keys(rows: list[dict[str, Any]], data: st.DataObject) -> None:
    """Keys of values that are no mappings, counted over all rows and over some."""
    rows = ordered(rows)
    segment = build(rows)
    chosen = data.draw(st.sets(st.integers(0, len(rows) - 1)))

    def expected(numbers: Any) -> Counter[tuple[str, ...]]:
        paths = all_paths(rows)
        return Counter(path for path in paths for n in numbers if is_leaf(look_up(rows[n], path)))

    assert leaf_keys(segment, None) == expected(range(len(rows)))
    assert leaf_keys(segment, chosen) == expected(chosen)
    for row in rows:
        leaves = list(iter_leaves(row))
        assert Counter(leaves) == {p: 1 for p in all_paths([row]) if is_leaf(look_up(row, p))}


@settings(STEADY, max_examples=60)
@given(ROWS)
def test_ids_and_texts(rows: list[dict[str, Any]]) -> None:
    """Ids, their order, and the JSON texts as they were, in any order of rows."""
    rows = ordered(rows)
    segment = build(rows, 5)
    ids = [bytes.fromhex(id_of(row)) for row in rows]
    texts = [json.dumps(row).encode() for row in rows]
    assert segment.ids() == b"".join(ids)
    assert [segment.id_at(row) for row in range(len(rows))] == ids
    assert [segment.text(row) for row in range(len(rows))] == texts
    for order in (range(len(rows)), range(len(rows) - 1, -1, -1), [0], [len(rows) - 1, 0], []):
        assert segment.texts(order) == [texts[row] for row in order]
    for key in [*ids, b"\0" * 16, b"\xff" * 16, *(i[:-1] + bytes([i[-1] ^ 1]) for i in ids)]:
        assert segment.first_row(key) == bisect_left(ids, key)


def test_far_texts() -> None:
    """Texts of rows that are far apart, or longer than a block, are those of the rows."""
    rows = ordered([{"n": n, "t": "x" * (200_000 if n % 50 == 7 else n)} for n in range(300)])
    segment = build(rows)
    texts = [json.dumps(row).encode() for row in rows]
    for order in ([0, 299], [299, 150, 0], range(300), range(0, 300, 3), range(0, 300, 5)):
        assert segment.texts(order) == [texts[row] for row in order]
    assert pick(segment, ("t",), [250, 3]) == [rows[250]["t"], rows[3]["t"]]


def test_types_are_kept() -> None:
    """Numbers that are equal, NaN, infinity, huge integers and odd texts come back as they were."""
    rows = ordered([{"v": value, "w": [value], "n": {"v": value}} for value in ODD])
    segment = build(rows)
    for path in (("v",), ("w",), ("n", "v")):
        for value, row in zip(scatter(segment, path), rows, strict=True):
            wanted = look_up(row, path)
            assert type(value) is type(wanted)
            assert repr(value) == repr(wanted)
            assert canonical(value) == canonical(wanted)


def test_mutable_values_are_new() -> None:
    """Lists and mappings given away belong to who asked: to change one changes no other answer."""
    rows = ordered([{"n": n, "list": [1, [2]], "empty": {}, "map": {"k": [1]}} for n in range(9)])
    segment = build(rows)
    for path in (("list",), ("empty",), ("map",), ("map", "k")):
        for _ in range(2):
            given_away = [*scatter(segment, path), *pick(segment, path, [0])]
            given_away += [value for value, _ in counts(segment, path)]
            for value in given_away:
                assert value == look_up(rows[0], path)
                if value and isinstance(value, list) and isinstance(value[-1], list):
                    value[-1].append(3)
                value.clear()


def test_many_values() -> None:
    """Columns larger than a block, and with more values than are kept decoded, are read right."""
    rows = [{"n": n, "f": n / 7, "s": f"{n:07}", "k": n % 3} for n in range(60_000)]
    builder = Builder()
    ids = [n.to_bytes(16, "big") for n in range(len(rows))]
    builder.add(ids, [json.dumps(row).encode() for row in rows], rows)
    segment = Segment(b"".join(builder.finish()))
    for _ in range(2):
        for name, kind in (("n", "number"), ("f", "number"), ("s", "string")):
            column = segment.column((name,))
            assert column is not None
            for row in (0, 1, 29_999, 59_999):
                begin, end = column.find(kind, rows[row][name])
                assert column.rows_of(begin, end).tolist() == [row]
            assert column.values(0, column.size) == [row[name] for row in rows]
    column = segment.column(("k",))
    assert column is not None
    assert column.rows_of(*column.find("number", 1)).tolist() == list(range(1, 60_000, 3))


def test_stamps() -> None:
    """A segment with stamps gives them back; one without has none to give."""
    builder = Builder(with_stamps=True)
    stamps = [bytes([n]) * 40 for n in range(5)]
    builder.add((), [b"{}"] * 5, [{}] * 5, stamps)
    segment = Segment(b"".join(builder.finish()))
    assert segment.stamps() == b"".join(stamps)
    with pytest.raises(DamagedIndexError):
        build([{"a": 1}]).stamps()


def test_no_rows() -> None:
    """A segment without rows is one."""
    segment = Segment(b"".join(Builder().finish()))
    assert (segment.rows, segment.paths(), segment.ids(), segment.texts([])) == (0, [], b"", [])
    assert segment.first_row(b"\0" * 16) == 0
    assert leaf_keys(segment, None) == {}


@pytest.mark.parametrize(
    "directory", [b'{"format": 2}', b"[]", b"{", b"", b"\xff", b"[" * 5000, b"null"]
)
def test_another_format(directory: bytes) -> None:
    """A sound file whose directory is of another format, or no JSON, counts as damaged."""
    data = b"".join(checked([directory], 0, len(directory)))
    with pytest.raises(DamagedIndexError):
        Segment(data)


def test_every_flip_in_a_segment_is_noticed(tmp_path: Path) -> None:
    """Whatever byte of a small segment changes, nothing is read from it but an error."""
    builder = Builder()
    rows = [{"a": n % 2, "s": f"t{n}"} for n in range(4)]
    builder.add([bytes([n]) * 16 for n in range(4)], [json.dumps(r).encode() for r in rows], rows)
    data = b"".join(builder.finish())
    path = tmp_path / "segment"
    for place in range(len(data)):
        path.unlink(missing_ok=True)
        path.write_bytes(data[:place] + bytes([data[place] ^ 4]) + data[place + 1 :])
        with pytest.raises(DamagedIndexError):
            Segment(str(path)).text(0)
    path.write_bytes(data)
    assert Segment(str(path)).text(0) == json.dumps(rows[0]).encode()
