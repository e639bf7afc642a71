"""Where on a command line the cursor is: which argument of which command is being typed."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any, NamedTuple

from signac.cli.parser import Parser

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Place", "find_place"]

# ruff: noqa: SLF001  # what argparse knows of its arguments has no public names


class Place(NamedTuple):
    """The argument that is being typed.

    Attributes
    ----------
    parser : Parser
        The parser of the command.
    command : str
        The name of the command, empty before it; ``config show`` where there is one below.
    action : argparse.Action or None
        The argument; None if there is none, or if an option is being typed.
    given : tuple of str
        The words that the argument has already.
    start : str
        What stands before the value in its word, as ``--sort=`` does.
    text : str
        What there is of the value.
    is_option : bool
        Whether an option is being typed.
    guarded : bool
        Whether a value may begin with a hyphen here.
    """

    parser: Parser
    command: str
    action: argparse.Action | None = None
    given: tuple[str, ...] = ()
    start: str = ""
    text: str = ""
    is_option: bool = False
    guarded: bool = False


def find_place(parser: Parser, words: Sequence[str], current: str) -> Place | None:
    """Return what is being typed; None where no command goes on.

    Parameters
    ----------
    parser : Parser
        The parser of the whole command line.
    words : sequence of str
        The words before the current one, without the name of the program.
    current : str
        What there is of the current word.
    """
    walk = _Walk(parser)
    for word in words:
        if not walk.take(word):
            return None
    return walk.place(current)


class _Walk:
    """Goes along the words of a command line as the parser would."""

    def __init__(self, parser: Parser) -> None:
        self.names: list[str] = []
        self.enter(parser)

    def enter(self, parser: Parser) -> None:
        """Go into the parser of the whole line, or of a command."""
        parser.fill()
        self.parser = parser
        self.positionals = [each for each in _actions(parser) if not each.option_strings]
        self.given: list[str] = []
        self.option: argparse.Action | None = None
        self.values: list[str] = []
        self.guarded = False

    def take(self, word: str) -> bool:
        """Go past a word; False if nothing can follow."""
        if not self.guarded and word == "--":
            self.guarded, self.option = True, None
        elif not self.guarded and _is_option(self.parser, word):
            self._take_option(word)
        elif self.option is not None:
            self.values.append(word)
            if len(self.values) >= _most(self.option):
                self.option = None
        else:
            return self._take_positional(word)
        return True

    def _take_option(self, word: str) -> None:
        if self.given:  # an argument of several words ends at an option
            self.given = []
            del self.positionals[0]
        name, sign, _ = word.partition("=")
        action = _option(self.parser, name)
        self.values = []
        self.option = None if action is None or sign or not _most(action) else action

    def _take_positional(self, word: str) -> bool:
        if not self.positionals:
            return True  # one too many, which the parser will say
        action = self.positionals[0]
        if isinstance(action, argparse._SubParsersAction):
            parser = action.choices.get(word)
            if not isinstance(parser, Parser):
                return False
            self.names.append(word)
            self.enter(parser)
            return True
        self.given.append(word)
        if len(self.given) >= _most(action):
            self.given = []
            del self.positionals[0]
        return True

    def place(self, current: str) -> Place:
        """Return the place of the current word."""
        place = Place(self.parser, " ".join(self.names), text=current, guarded=self.guarded)
        if not self.guarded and current.startswith("-"):
            name, sign, text = current.partition("=")
            if not sign:
                return place._replace(is_option=True)
            action = _option(self.parser, name)
            return place._replace(action=action, start=name + sign, text=text, guarded=True)
        if self.option is not None:
            return place._replace(action=self.option, given=tuple(self.values))
        if self.positionals:
            return place._replace(action=self.positionals[0], given=tuple(self.given))
        return place


def _actions(parser: argparse.ArgumentParser) -> Iterable[argparse.Action]:
    return parser._actions


def _is_option(parser: Any, word: str) -> bool:
    """Tell whether argparse takes a word for an option."""
    if len(word) < 2 or word[0] != "-":
        return False
    if word.partition("=")[0] in parser._option_string_actions:
        return True
    if " " in word:
        return False
    if parser._has_negative_number_optionals:
        return True
    return not parser._negative_number_matcher.match(word)


def _option(parser: Any, name: str) -> argparse.Action | None:
    """Return the option of a name, which may be abbreviated."""
    known: dict[str, argparse.Action] = parser._option_string_actions
    if name in known or not name.startswith("--"):
        return known.get(name)
    found = {id(action): action for text, action in known.items() if text.startswith(name)}
    return next(iter(found.values())) if len(found) == 1 else None


def _most(action: argparse.Action) -> float:
    """Return how many words an argument takes at most."""
    if isinstance(action.nargs, int):
        return action.nargs
    return float("inf") if action.nargs in ("*", "+", argparse.REMAINDER) else 1
