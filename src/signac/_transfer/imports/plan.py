"""What an import is going to do, and everything that is wrong with it, before it does anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from signac._core import jsonfile, layout
from signac._core.canonical import to_plain_mapping
from signac._core.ids import id_of_plain
from signac.errors import ImportRefusedError, StatepointJSONError, StatepointParsingError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    #: From a path for the user, and one relative to the origin, to a state point or None.
    Identify = Callable[[str, str], "Mapping[str, Any] | None"]

__all__ = ["OWN", "Problems", "Source", "Sources", "parse_statepoint"]

#: What the library keeps beside jobs is never a source.
OWN: Final = frozenset({layout.SCRATCH, layout.QUARANTINE, layout.SIGNAC_DIRECTORY})
#: Problems in a message, and those that are kept; an archive may have any number.
_MOST_SHOWN: Final = 20
_MOST_KEPT: Final = 1000


class Source(NamedTuple):
    """A directory that becomes a job.

    Attributes
    ----------
    key : str
        What the result calls it.
    path : str
        Where it is: on the disk, or in the archive.
    job_id : str
        The job that it becomes.
    text : bytes or None
        The state point file to write; None if there is one already.
    """

    key: str
    path: str
    job_id: str
    text: bytes | None = None


class Problems:
    """Collects what is wrong, and raises it all together."""

    def __init__(self) -> None:
        self._first: Callable[[str], Exception] = ImportRefusedError
        self._texts: list[str] = []
        self._count = 0

    def __bool__(self) -> bool:
        return self._count > 0

    def add(self, text: str, make: Callable[[str], Exception] = ImportRefusedError) -> None:
        """Add a problem, and what makes its error if it is the first one."""
        if not self._count:
            self._first = make
        self._count += 1
        if self._count <= _MOST_KEPT:
            self._texts.append(text)

    def add_error(self, error: Exception) -> None:
        """Add an error that was caught: one of the system, or one that a message makes."""
        if isinstance(error, OSError) and error.errno is not None:
            kind, number, name = type(error), error.errno, error.filename
            self.add(f"{name!r} cannot be read: {error.strerror}", lambda text: kind(number, text))
        else:
            self.add(str(error), type(error))

    def raise_all(self) -> None:
        """Raise one error with all problems, of the class of the first; return if there is none."""
        if not self._count:
            return
        text = self._texts[0]
        if self._count > 1:
            shown = "".join(f"\n- {one}" for one in self._texts[:_MOST_SHOWN])
            more = self._count - min(self._count, _MOST_SHOWN)
            end = f"\n- and {more} more, see .problems of this error" if more else ""
            text = f"{self._count} problems, nothing was imported:{shown}{end}"
        error = self._first(text)
        error.problems = tuple(self._texts)  # type: ignore[attr-defined]
        raise error


class Sources:
    """The sources found so far; no two of them become the same job."""

    def __init__(self, problems: Problems) -> None:
        self.found: list[Source] = []
        self._problems = problems
        self._by_id: dict[str, str] = {}

    def add(self, source: Source) -> None:
        """Add a source, unless another one has the same state point."""
        other = self._by_id.setdefault(source.job_id, source.key)
        if other != source.key:
            self._problems.add(
                f"{other!r} and {source.key!r} have the same state point, job {source.job_id}; "
                "import one of them, or give a schema that tells them apart",
                StatepointParsingError,
            )
            return
        self.found.append(source)

    def identify(
        self, key: str, path: str, statepoint: Mapping[str, Any], file: tuple[str, str] | None
    ) -> None:
        """Add a directory with the state point that a schema gives.

        Parameters
        ----------
        key, path : str
            See `Source`.
        statepoint : mapping
            What the schema gives.
        file : (str, str) or None
            Name and id of the state point file there.
        """
        try:
            plain = to_plain_mapping(statepoint, f"{key!r}: sp")
        except (TypeError, ValueError) as error:
            self._problems.add_error(error)
            return
        job_id = id_of_plain(plain)
        if file is not None and file[1] != job_id:
            self._problems.add(
                f"{key!r} has the state point {plain!r:.200} by the schema, and another one in "
                f"{file[0]}; mend the schema or the file",
                StatepointParsingError,
            )
            return
        self.add(Source(key, path, job_id, jsonfile.encode(plain) if file is None else None))


def parse_statepoint(data: bytes, where: str) -> dict[str, Any] | None:
    """Return the state point in the bytes of a file; None for ``null``, which is no job.

    Raises
    ------
    StatepointJSONError
        When it is not JSON.
    KeyTypeError, InvalidKeyError
        When it is no state point.
    """
    try:
        value = jsonfile.parse(data)
    except (ValueError, RecursionError) as error:
        reason = str(error).partition(";")[0]
        raise StatepointJSONError(f"{where} does not hold JSON ({reason}); restore it") from None
    return None if value is None else to_plain_mapping(value, f"{where}: sp")
