"""Path templates: what ``str.format`` would make of a state point, in one pass.

A value is never read as a template, and a template sees what is public: nothing that begins with
an underscore, and no functions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from string import Formatter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from signac.errors import PathSpecificationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Auto", "Field", "Job", "Template", "parse_template"]

_STEP: Final = re.compile(r"\.([^.\[\]]+)|\[([^\]]+)\]")
_FIRST: Final = re.compile(r"[^.\[]*")
_HOLE: Final = re.compile("\0([0-9]+)\0")
_CONVERSIONS: Final[dict[str, Callable[[Any], str]]] = {"r": repr, "s": str, "a": ascii}
#: What of a job is known without its handle.
_STATEPOINT_NAMES: Final = ("sp", "statepoint", "cached_statepoint")


class Job(NamedTuple):
    """What a path is made for: the handle may be missing if nothing asks for it."""

    id: str
    statepoint: Mapping[str, Any]
    handle: Any = None


class Field(NamedTuple):
    """A value to be filled in: ``{name!conversion:spec}``."""

    name: str
    conversion: str | None
    spec: str

    def text(self, job: Job) -> str:
        """Return the value of a job as text.

        Raises
        ------
        PathSpecificationError
            When the job has no such value, or it cannot be written like this.
        """
        spec = "".join(
            part if isinstance(part, str) else part.text(job) for part in _split(self.spec)
        )
        value = self._value(job)
        try:
            if self.conversion:
                value = _CONVERSIONS[self.conversion](value)
            return format(value, spec)
        except (ValueError, TypeError, KeyError) as error:
            raise PathSpecificationError(f"{{{self.name}:{spec}}}: {error}") from None

    def _value(self, job: Job) -> Any:
        value, rest = self._start(job)
        while rest:
            step = _STEP.match(rest)
            if step is None:
                raise PathSpecificationError(f"{{{self.name}}} cannot be read at {rest!r}")
            rest = rest[step.end() :]
            value = self._attribute(value, step[1]) if step[1] else self._item(value, step[2])
        return value

    def _start(self, job: Job) -> tuple[Any, str]:
        """Return the first value, and what of the name is still to be looked up in it."""
        first, *_ = _FIRST.findall(self.name)
        rest = self.name[len(first) :]
        if first == "job":
            return self._of_job(job, rest)
        if not first or first.isdigit():
            raise PathSpecificationError(
                f"{{{self.name}}}: fields have names, such as {{a}} or {{job.id}}, not positions",
                first,
            )
        if first not in job.statepoint:
            raise self._unknown(first)
        return job.statepoint[first], rest

    def _of_job(self, job: Job, rest: str) -> tuple[Any, str]:
        step = _STEP.match(rest)
        name = step[1] if step else ""
        if not rest or name == "id":
            return job.id, rest[len(".id") :]
        if name in _STATEPOINT_NAMES:
            return job.statepoint, rest[len(name) + 1 :]
        return job.handle, rest

    def _attribute(self, value: Any, name: str) -> Any:
        if isinstance(value, Mapping):
            return self._item(value, name)
        found = None if name.startswith("_") else getattr(value, name, None)
        if found is None or (callable(found) and not isinstance(found, Mapping)):
            raise PathSpecificationError(
                f"{{{self.name}}}: {type(value).__name__!r} object has no attribute {name!r} that "
                "can be part of a path"
            )
        return found

    def _item(self, value: Any, name: str) -> Any:
        try:
            if isinstance(value, Mapping):
                return value[name]
            if isinstance(value, Sequence) and name.isdecimal():
                return value[int(name)]
        except LookupError:
            pass
        raise self._unknown(name)

    def _unknown(self, name: str) -> PathSpecificationError:
        return PathSpecificationError(
            f"Unknown key: {name!r}, in {{{self.name}}}; not every selected job has it", name
        )


class Auto(NamedTuple):
    """The automatic part: keys and values, with a separator between them."""

    separator: str


class Template(NamedTuple):
    """A path template in pieces: text, fields and automatic parts."""

    pieces: tuple[str | Field | Auto, ...]

    @property
    def fields(self) -> list[Field]:
        """The fields, in order."""
        return [piece for piece in self.pieces if isinstance(piece, Field)]

    @property
    def has_auto(self) -> bool:
        """Whether there is an automatic part."""
        return any(isinstance(piece, Auto) for piece in self.pieces)

    @property
    def needs_handles(self) -> bool:
        """Whether more of the jobs is asked for than id and state point."""
        return any(map(_needs_handle, self.fields))


def parse_template(text: str) -> Template:
    """Return a template in pieces.

    Fields are written in single braces; the automatic part, ``{{auto}}`` or ``{{auto:_}}``, in
    double ones; a brace itself is four of them.

    Raises
    ------
    PathSpecificationError
        When braces are not balanced, or double ones hold something else (a ``ValueError`` and a
        ``RuntimeError``).
    """
    if "\0" in text:
        raise PathSpecificationError(f"the path {text!r} holds a NUL character")
    try:
        fields: list[Field] = []
        outline = ""
        for piece in _split(text):
            if isinstance(piece, Field):
                _needs_handle(piece)  # reads the specification
                outline += f"\0{len(fields)}\0"
                fields.append(piece)
            else:
                outline += piece
        return Template(tuple(_fill(outline, fields)))
    except PathSpecificationError:
        raise
    except ValueError as error:
        raise PathSpecificationError(f"the path {text!r} cannot be read: {error}") from None


def _split(text: str) -> Iterator[str | Field]:
    for literal, name, spec, conversion in Formatter().parse(text):
        if literal:
            yield literal
        if name is not None:
            yield Field(name, conversion, spec or "")


def _fill(outline: str, fields: list[Field]) -> Iterator[str | Field | Auto]:
    """Yield the pieces of what the first reading left, in which double braces are single ones."""
    for literal, name, spec, conversion in Formatter().parse(outline):
        for number, part in enumerate(_HOLE.split(literal)):
            if number % 2:
                yield fields[int(part)]
            elif part:
                yield part
        if name is None:
            continue
        if name != "auto" or conversion:
            raise PathSpecificationError(
                f"Unknown key: {_HOLE.sub('...', name)!r} in double braces, which are for "
                "{{auto}} and {{auto:_}}; a brace itself is written as four of them"
            )
        if spec and (_HOLE.search(spec) or "{" in spec):
            raise PathSpecificationError("the separator in {{auto:...}} is plain text")
        yield Auto(spec or "/")


def _needs_handle(field: Field) -> bool:
    first, *_ = _FIRST.findall(field.name)
    step = _STEP.match(field.name[len(first) :])
    if first == "job" and step is not None and step[1] not in ("id", *_STATEPOINT_NAMES):
        return True
    return any(_needs_handle(part) for part in _split(field.spec) if isinstance(part, Field))
