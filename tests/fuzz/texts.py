"""Readers of text: filters, expressions, keys, patterns, sweeps, and environment variables."""

import contextlib
import io
import json
import os
import random
from collections.abc import Callable, Iterator
from typing import Any

import signac
from fuzz.engine import names_file
from fuzz.ground import Ground
from fuzz.mutate import mutate
from signac import filterparse

Questions = Iterator[tuple[str, Callable[[], object]]]

FILTERS = (
    b"a 1",
    b"a.$gt 1 b x",
    b"n.c [1,2.5] doc.x /^1/",
    b"a > 1 and b == 'x'",
    b"not (a in [1, 2, 3]) or doc.s == 'text'",
    b"n.d is None and a != 2",
    b"1 < a <= 3",
    b'{"a": {"$lt": 3}}',
    b'{"$and": [{"a": 1}, {"$not": {"b": {"$in": ["x", "y"]}}}]}',
    b'{"sp.n.c": {"$exists": true}, "doc.l": {"$type": "list"}}',
    b'{"a": {"$near": [1.0, 0.1, 0.5]}, "b": {"$regex": "^x+$"}}',
    b'{"a": {"$where": "lambda x: x * 2 > 3"}}',
    b'{"$or": [{"n": {"c": []}}, {"doc": {"x": 2}}]}',
)
LAMBDAS = (
    b"lambda x: x > 1",
    b"lambda x: len(x) == 2 and x[0] in ('a', 'b')",
    b"lambda x: x.lower().startswith('x')",
    b"lambda x: 2 ** x % 7 == 1 or not x",
    b"lambda x: sum(y * 2 for y in x) < max(x, default=0)",
    b"lambda x: {'a': 1}.get(x, [1, 2][:1]) if x else f'{x}'",
    b"lambda v: isinstance(v, (int, float)) and abs(round(v, 2)) >= .5",
)
PATTERNS = (
    b"^x+$",
    b"(a+)+$",
    b"(?i)[a-z\\d]{2,5}|(?P<n>b)(?P=n)",
    b"(?:x*)*y",
    b"\\bfoo(?=bar)(?<!x)\\Z",
)
KEYS = (b"a", b"sp.a", b"doc.n.m", b"n.c", b"$not", b"a.$gt", b"doc", b"sp", b"n..c", b".a", b"")


class TextReader:
    """Asks a project questions with bad text in them; nothing on disk changes."""

    name = ""
    more = 0
    samples: tuple[bytes, ...] = ()

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.project = ground.project()

    def inputs(self, draw: random.Random) -> Any:
        """Return one text."""
        return mutate(draw, self.samples).decode("utf-8", "surrogateescape")

    def allows(self, error: Exception) -> bool:
        """Tell whether an error is documented: the text of a `$where` may divide by zero."""
        return isinstance(error, ZeroDivisionError)

    def ask(self, data: Any) -> Questions:
        """Yield what is asked."""
        raise NotImplementedError

    def left(self) -> list[str]:
        """Return files that changed."""
        return self.ground.changed()

    def find(self, query: Any) -> int:
        """Evaluate a filter."""
        return len(list(self.project.find_jobs(query)))


class FilterReader(TextReader):
    """Text given to `find_jobs` and to the functions of `filterparse`."""

    name = "filter"
    samples = FILTERS

    def ask(self, data: str) -> Questions:
        yield "find", lambda: self.find(data)
        yield "parse_simple", lambda: list(filterparse.parse_simple(data.split(" ")))
        yield "parse_filter", lambda: list(filterparse.parse_filter(data))
        yield "arguments", lambda: self.find_argument([data])
        yield "words", lambda: self.find_argument(data.split(" "))
        yield "explain", lambda: str(self.project.find_jobs(data).explain())

    def find_argument(self, words: list[str]) -> None:
        """Evaluate a filter from the words of a command line."""
        with contextlib.redirect_stderr(io.StringIO()):
            self.find(filterparse.parse_filter_arg(words))


class JSONFilterReader(TextReader):
    """Filters that are mappings: changed JSON, and others made of the pieces of the language."""

    name = "json-filter"
    samples = tuple(text for text in FILTERS if text.startswith(b"{"))

    def inputs(self, draw: random.Random) -> Any:
        """Return a filter."""
        if draw.random() < 0.5:
            for _ in range(20):
                try:
                    return json.loads(mutate(draw, self.samples))
                except (ValueError, RecursionError):
                    continue
        return made_filter(draw, 4)

    def ask(self, data: Any) -> Questions:
        yield "find", lambda: self.find(data)
        yield "pairs", lambda: list(filterparse.parse_filter(data))
        if isinstance(data, dict):
            yield "one", lambda: self.project.find_jobs(data).limit(1).first()
            yield "explain", lambda: str(self.project.find_jobs(data).explain())


OPERATORS = (
    *("$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in", "$nin", "$near", "$type", "$exists"),
    *("$regex", "$where", "$not", "$and", "$or", "$", "$none", "$$gt", "$gt.a"),
)


def made_filter(draw: random.Random, depth: int) -> Any:
    """Return a filter put together from pieces, right ones and wrong ones."""
    found = {}
    for _ in range(draw.choice((0, 1, 1, 2))):
        key = draw.choice((*OPERATORS, "a", "b", "n.c", "doc.x", "sp.n", "n", "doc", "", "a.$in"))
        found[key] = made_value(draw, depth - 1)
    return found


def made_value(draw: random.Random, depth: int) -> Any:
    """Return a value for an operator or a key."""
    kind = draw.random()
    if depth > 0 and kind < 0.45:
        return made_filter(draw, depth)
    if depth > 0 and kind < 0.6:
        return [made_value(draw, depth - 1) for _ in range(draw.randint(0, 3))]
    return draw.choice(
        (
            *(None, True, False, 0, 1, -1, 2.5, float("nan"), float("inf"), 10**400, -0.0),
            *("", "x", "text", "int", "null", "lambda x: x", "(a+)+", "[", "\ud800", "\0", "1"),
            *((1, 2), [], {}, [1, 0.1, 0.1], [[1]], b"x", {1}, range(3), object(), len, {1: 2}),
        )
    )


class WhereReader(TextReader):
    """The text of a `$where`."""

    name = "where"
    samples = LAMBDAS

    def ask(self, data: str) -> Questions:
        for key in ("a", "n.c", "doc.s"):
            yield key, lambda key=key: self.find({key: {"$where": data}})


class RegexReader(TextReader):
    """The pattern of a `$regex`."""

    name = "regex"
    samples = PATTERNS

    def ask(self, data: str) -> Questions:
        for key in ("b", "doc.s"):
            yield key, lambda key=key: self.find({key: {"$regex": data}})
        yield "words", lambda: self.find(f"b /{data}/")


class KeyReader(TextReader):
    """Keys, wherever one is named."""

    name = "key"
    samples = KEYS

    def ask(self, data: str) -> Questions:
        project = self.project
        yield "find", lambda: self.find({data: 1})
        yield "exists", lambda: self.find({data: {"$exists": True}})
        yield "groupby", lambda: [list(group) for _, group in project.groupby(data)]
        yield "default", lambda: [list(group) for _, group in project.groupby(data, default=0)]
        yield "several", lambda: [list(group) for _, group in project.groupby(("a", data))]
        yield "neighbors", lambda: project.get_neighbors(ignore=[data])
        yield "sort", lambda: list(project.find_jobs().sort(data))
        yield "distinct", lambda: project.find_jobs().distinct(data)
        yield "statepoint", lambda: project.open_job({data: 1}).id
        yield "document", lambda: project.doc.get(data)
        yield "id", lambda: project.open_job(id=data)
        yield "path", lambda: signac.get_job(os.path.join(self.ground.root, data))
        yield "store", lambda: project.stores[data].filename

    def allows(self, error: Exception) -> bool:
        if isinstance(error, TypeError) and str(error).startswith(("groupby: ", "sort: ")):
            return True
        return names_file(error, self.ground.root) or isinstance(error, RuntimeWarning)


class SweepReader(TextReader):
    """The axes of a sweep, and what its methods are given."""

    name = "sweep"
    pieces: tuple[Any, ...] = (
        *(1, "ab", b"ab", None, (), [1, 2], range(3), {1, 2}, {"a": 1}, (x for x in "ab"), -1),
        *([[1], {"b": 2}], [float("nan")], "", 10**400, [object()], [{1: 2}], [{"a.b": 1}], 2.5),
        *(object, range(10**30)),
        *(len, lambda sp: sp["a"], lambda sp: True, lambda: 0, signac.grid(a=[1])),
    )
    keys: tuple[Any, ...] = (
        *("a", "b", "a.b", "a.b.c", "", ".", "a.", ".a", "a..b", "\ud800", 1, None),
    )

    def inputs(self, draw: random.Random) -> Any:
        """Return names of methods with arguments."""
        axes = {draw.choice(self.keys): draw.choice(self.pieces) for _ in range(draw.randint(0, 3))}
        steps = [
            (draw.choice(("zip", "where", "derive", "seeds", "*", "+")), draw.choice(self.pieces))
            for _ in range(draw.randint(0, 3))
        ]
        return axes, steps, draw.choice(self.keys)

    def ask(self, data: Any) -> Questions:
        axes, steps, key = data

        def make() -> Any:
            sweep = signac.grid(axes)
            for name, argument in steps:
                if name == "*":
                    sweep = sweep * argument
                elif name == "+":
                    sweep = sweep + argument
                elif name in ("zip", "derive"):
                    sweep = getattr(sweep, name)(**{str(key): argument})
                else:
                    sweep = getattr(sweep, name)(argument)
            return sweep

        def open_all() -> None:
            for number, statepoint in enumerate(make()):
                json.dumps(statepoint, default=repr)
                self.project.open_job(statepoint)
                if number > 100:
                    break

        yield "make", lambda: repr(make())
        yield "length", lambda: len(make())
        yield "open", open_all

    def allows(self, error: Exception) -> bool:
        # What Python says of wrong operands, of functions that do not fit, and of huge lengths.
        return isinstance(error, TypeError | OverflowError | KeyError)


class EnvironmentReader(TextReader):
    """The environment variables of the library."""

    name = "environment"
    variables = ("SIGNAC_DURABILITY", "SIGNAC_LOCK_TIMEOUT", "SIGNAC_LOCKS")
    samples = (b"fast", b"safe", b"durable", b"file", b"60", b"0.5", b"1e3", b"inf", b"nan", b"-1")

    def inputs(self, draw: random.Random) -> Any:
        """Return a variable and its text."""
        text = mutate(draw, self.samples).replace(b"\0", b"").decode("utf-8", "surrogateescape")
        return draw.choice(self.variables), text[:10_000]

    def ask(self, data: Any) -> Questions:
        name, text = data
        before = os.environ.get(name)
        os.environ[name] = text
        try:
            yield "open", lambda: self.ground.project()
            yield "find", lambda: list(self.ground.project().find_jobs({"a": 1}))
            yield "write", self.write
            yield "problems", lambda: str(self.ground.project().find_problems())
        finally:
            if before is None:
                del os.environ[name]
            else:
                os.environ[name] = before

    def write(self) -> None:
        """Change a document and change it back."""
        document = self.ground.project().open_job(id=self.ground.victim).doc
        document.x = 3
        document.x = 2


READERS = (
    FilterReader,
    JSONFilterReader,
    WhereReader,
    RegexReader,
    KeyReader,
    SweepReader,
    EnvironmentReader,
)
