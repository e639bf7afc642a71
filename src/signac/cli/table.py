"""The table of commands: what there is, in one line each, and which module runs it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from signac.cli.context import Context

__all__ = ["COMMANDS", "Command", "Entry", "load"]


class Command(NamedTuple):
    """What a module of commands provides for one of them."""

    #: Adds the arguments to a parser.
    fill: Callable[[argparse.ArgumentParser], object]
    #: Does the work; what it returns is the exit code, ``None`` means 0.
    run: Callable[[Context, argparse.Namespace], int | None]


class Entry(NamedTuple):
    """One row of the table."""

    name: str
    module: str
    help: str


# peer: these come first, in this order.
COMMANDS: Final = (
    Entry("init", "projects", "make the current directory a project"),
    Entry("job", "jobs", "print the id or path of the job of a state point, or create it"),
    Entry("statepoint", "reading", "print state points"),
    Entry("neighbors", "reading", "print the jobs that differ in one parameter only"),
    Entry("diff", "reading", "print the keys in which jobs differ"),
    Entry("document", "reading", "print job documents"),
    Entry("rm", "jobs", "remove jobs, or empty them"),
    Entry("move", "jobs", "move jobs into another project"),
    Entry("clone", "jobs", "copy jobs into another project"),
    Entry("find", "find", "search for jobs"),
    Entry("view", "view", "make a directory of links to the jobs, named by their parameters"),
    Entry("schema", "schema", "print the keys of the state points, with their values"),
    Entry("shell", "shell", "run Python with the project at hand"),
    Entry("sync", "sync", "bring jobs and documents of another project into this one"),
    Entry("import", "transfer", "import jobs from a directory or an archive"),
    Entry("export", "transfer", "export jobs to a directory or an archive"),
    Entry("update-cache", "projects", "write the cache that the released signac reads"),
    Entry("config", "config", "show, set or verify the configuration"),
    Entry("migrate", "projects", "bring an older project to the current layout"),
    Entry("status", "status", "print what a project holds, and what is wrong with it"),
    Entry("check", "mending", "look for damage, and name all of it"),
    Entry("repair", "mending", "put right what can be put right without losing anything"),
    Entry("recover", "mending", "complete or undo what was interrupted"),
    Entry("change", "changing", "add, rename, remove or compute keys of many state points"),
    Entry("verify", "transfer", "compare an exported directory or archive with the project"),
    Entry("completion", "completion", "print the script that completes commands in a shell"),
)


def load(entry: Entry) -> Command:
    """Import the module of a command, and no other."""
    module = import_module(f"signac.cli.commands.{entry.module}")
    command: Command = module.COMMANDS[entry.name]
    return command
