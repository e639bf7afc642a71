"""Shells on a terminal, with completion set up, that show what a command line became."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

import pytest

from cli.terminal import Terminal

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Shell", "install"]

#: How each shell is started without the settings of the person, and taught the completion.
_COMMANDS = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
    "fish": ["fish", "--no-config", "-i"],
}
#: A `signac` that shows the words it is given, unless it is asked for completions.
_SET_UP = {
    "bash": """set +H; PS1='ready% '; eval "$(signac completion bash)"
signac() { [[ $1 == completion ]] && { command signac "$@"; return; }; printf '[%s]' "$@"; echo .; }
""",
    "zsh": """PROMPT='ready%% '; unsetopt promptsp; eval "$(signac completion zsh)"
signac() { [[ $1 == completion ]] && { command signac "$@"; return; }; printf '[%s]' "$@"; echo .; }
""",
    "fish": """function fish_prompt; echo -n 'ready% '; end; signac completion fish | source
function signac; if test "$argv[1]" = completion; command signac $argv; else; \
printf '[%s]' $argv; echo .; end; end
""",
}


def install(place: Path) -> str:
    """Make a directory with the command `signac`; return a `PATH` with it first."""
    place.mkdir()
    program = place / "signac"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m signac "$@"\n')
    program.chmod(0o755)
    return f"{place}{os.pathsep}{os.environ['PATH']}"


class Shell(Terminal):
    """A shell that completes command lines of signac."""

    def __init__(self, name: str, directory: Path | str, path: str) -> None:
        if shutil.which(name) is None:
            pytest.skip(f"{name} is not installed")
        # zsh and fish list nothing on a terminal that can do nothing.
        kind = "dumb" if name == "bash" else "xterm"
        super().__init__(_COMMANDS[name], directory, PATH=path, TERM=kind, SHELL=name)
        for line in _SET_UP[name].splitlines():
            self.type(f"{line}\n")
        self.type("echo set up: $((1 + 1))\n" if name != "fish" else "echo set up: (math 1 + 1)\n")
        self.expect("set up: 2")
        self.expect("ready% ")

    def complete(self, typed: str) -> list[str]:
        """Type the beginning of a line and Tab; return the words that signac is then given."""
        self.type(f"{typed}\t")
        self.type("\n")
        line = self.expect(r"(?:^|\r)\[.*\]\.$").lstrip()
        self.expect("ready% ")
        return line[1:-2].split("][")
