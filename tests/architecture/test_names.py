"""Names of modules, and words that have no place in the repository."""

import re
from pathlib import PurePath

from architecture.sources import ROOT, package_sources, tracked_files

VAGUE = {"utils", "util", "utilities", "helpers", "helper", "common", "misc", "shared", "tools"}
#: A shim that a public program imports, with the meaning fixed by it.
VAGUE_ALLOWED = {"src/signac/_utility.py"}
#: Written in pieces, so that this file passes its own check.
MACHINE = re.compile("|".join(["/wo" + "rk/", "/ro" + "ot/", "/tmp/py" + "test"]))
REGISTRY = re.compile(
    r"https?://[^\s/]*(?:py" + "pi|python" + "hosted|artifact" + "ory|dev" + "pi|nex" + r"us)\b"
    r"|--(?:extra-)?index-" + "url"
)
#: Private names of the released signac and its JSON dependency, as its public clients report them.
#: Nothing here is written after its source, so none of them has a reason to appear.
FOREIGN = re.compile(
    r"\b(?:_sp_ca" + "che|_read_ca" + "che|_remove_persistent_ca" + "che_file|_find_job_" + "ids|"
    r"_get_state" + "point|_build_in" + "dex|_statepoint_file" + "name|_cached_state" + "point|"
    r"_search_in" + "dexer|_dict_man" + "ager|_Doc" + "Proxy|collection_" + r"json)\b"
)
BINARY = {".png", ".h5", ".gz", ".zip", ".tar", ".ico"}


def _texts() -> list[tuple[str, str]]:
    return [
        (name, (ROOT / name).read_text(encoding="utf-8"))
        for name in tracked_files()
        if PurePath(name).suffix not in BINARY and (ROOT / name).is_file()
    ]


def _hits(pattern: re.Pattern[str], texts: list[tuple[str, str]]) -> list[str]:
    return [
        f"{name}:{number}: {line.strip()}"
        for name, text in texts
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_module_has_a_vague_name():
    """A module is named after what it holds; none is called utils, helpers, common or misc."""
    vague = [
        name
        for name in tracked_files()
        if name.endswith(".py")
        and name not in VAGUE_ALLOWED
        and {part.strip("_") for part in PurePath(name).with_suffix("").parts} & VAGUE
    ]
    assert not vague


def test_a_folder_carries_the_underscore():
    """A private path has its underscore on the folder, not again on the file."""
    doubled = [
        source.name
        for source in package_sources()
        if any(part.startswith("_") for part in PurePath(source.name).parts[1:-1])
        and PurePath(source.name).name.startswith("_")
        and PurePath(source.name).name != "__init__.py"
    ]
    assert not doubled


def test_no_path_of_a_machine():
    """No tracked file names a directory of the machine it was written on."""
    assert not _hits(MACHINE, _texts())


def test_no_package_registry():
    """No tracked file names the host of a package registry, or chooses one for the user."""
    assert not _hits(REGISTRY, _texts())


def test_no_private_name_of_the_released_signac():
    """The source uses none of the released program's private names."""
    assert not _hits(FOREIGN, [(name, text) for name, text in _texts() if name.startswith("src/")])


def test_the_checks_find_what_they_look_for():
    """Each pattern matches what it is for, and not an ordinary line."""
    lines = "\n".join(
        [
            "path = '/wo" + "rk/x'",
            "cd /ro" + "ot/x",
            "see https://py" + "pi.org/simple",
            "pip install --index-" + "url x",
            "self._sp_ca" + "che = {}",
            "an ordinary line about a network/path and the root of a tree",
        ]
    )
    assert len(_hits(MACHINE, [("a", lines)])) == 2
    assert len(_hits(REGISTRY, [("a", lines)])) == 2
    assert len(_hits(FOREIGN, [("a", lines)])) == 1
