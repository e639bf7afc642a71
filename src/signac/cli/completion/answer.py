"""What may be typed next: the candidates for the word at the cursor."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from signac.cli.completion.known import Known
    from signac.cli.completion.place import Place

__all__ = ["Answer", "Candidate", "answer"]

_MOST: Final = 200
#: What arguments are, by the names that commands give them.
_DIRECTORIES: Final = frozenset({"project", "source", "destination", "prefix", "root_directory"})
_FILES: Final = frozenset({"file", "origin", "target"})


class Candidate(NamedTuple):
    """A word, and what it is for."""

    word: str
    help: str = ""


class Answer(NamedTuple):
    """What may follow.

    Attributes
    ----------
    kind : str
        ``words``; or ``files`` or ``directories``, which the shell itself lists.
    candidates : list of Candidate
        Words that begin with what was typed.
    """

    kind: str
    candidates: list[Candidate]


def answer(words: Sequence[str], current: str, *, described: bool = False) -> Answer:
    """Return what may be typed next.

    Parameters
    ----------
    words : sequence of str
        The words before, without the name of the program.
    current : str
        What there is of the word at the cursor.
    described : bool
        Whether it is shown what ids stand for.
    """
    from signac.cli.completion.place import find_place
    from signac.cli.parser import make_parser

    place = find_place(make_parser("signac", words), words, current)
    if place is None:
        return Answer("words", [])
    action = place.action
    if action is not None and action.choices is None:
        if action.dest in _FILES:
            return Answer("files", [])
        if action.dest in _DIRECTORIES:
            return Answer("directories", [])
    helps = _described_words(place)
    words_here = helps or (() if action is None else _values(place, action))
    found = [each for each in words_here if each.startswith(place.text) and each.isprintable()]
    chosen = _thin_out(list(dict.fromkeys(found)))
    if described and action is not None and action.dest == "job_id":
        helps = {each: _known().statepoint(each) for each in chosen}
    return Answer("words", [Candidate(place.start + each, helps.get(each, "")) for each in chosen])


def _described_words(place: Place) -> dict[str, str]:
    """Return the words that the parser itself knows, and what they are for."""
    action = place.action
    if place.is_option or (action is None and not place.text):
        return dict(_options(place.parser))
    if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001  # there is no other name
        rows = action._choices_actions  # noqa: SLF001  # where argparse keeps the help
        return {each.dest: each.help or "" for each in rows}
    if action is not None and action.choices is not None:
        return dict.fromkeys(map(str, action.choices), "")
    return {}


def _options(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str]]:
    for action in parser._actions:  # noqa: SLF001  # argparse has no public list of them
        if action.help != argparse.SUPPRESS:
            for text in action.option_strings:
                yield text, (action.help or "").replace("%%", "%")


def _values(place: Place, action: argparse.Action) -> Iterable[str]:
    """Return the values of an argument that come from the project."""
    from signac.cli.completion import filters

    argument = f"{place.command} {action.dest}"
    if action.dest == "job_id":
        return _known().ids(place.text)
    if action.dest == "filter":
        return filters.filter_words(_known(), place.given, place.text, guarded=place.guarded)
    if argument in ("find sp", "find doc"):
        paths = _known().paths("sp" if action.dest == "sp" else "doc")
        return sorted({path[0] for path in paths})
    if argument in ("find sort", "find columns"):
        return _in_a_list(place, filters.key_names(_known(), place.text))
    if argument in ("config show key", "config set key"):
        return _known().settings()
    if action.metavar == "KEY":
        return map(".".join, _known().paths("sp"))
    if action.metavar in ("KEY=VALUE", "OLD=NEW"):
        return (f"{'.'.join(path)}=" for path in _known().paths("sp"))
    return ()


def _in_a_list(place: Place, names: Iterable[str]) -> Iterator[str]:
    """Yield names of keys behind others and a comma, and behind the hyphen that sorts down."""
    start = place.text[: place.text.rfind(",") + 1]
    if place.guarded and place.text[len(start) :].startswith("-"):
        start += "-"
    return (start + name for name in names)


def _known() -> Known:
    from signac.cli.completion.known import Known

    return Known()


def _thin_out(words: list[str]) -> list[str]:
    """Return some of many words, which together begin as all of them do.

    The shell types what they have in common, so the first and the last in order are among them.
    """
    if len(words) <= _MOST:
        return words
    words.sort()
    last = len(words) - 1
    return [words[number * last // (_MOST - 1)] for number in range(_MOST)]
