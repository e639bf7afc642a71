"""Archives that reach outside, as data: what is in each, member by member.

Every archive also has a good job at `j`, unless it has members of its own there. Names lead only
to places inside the ground of a trial (see `trials_archives.py`): eight directories lie between it
and the project, and no chain of `..` here has more than six.
"""

from typing import Final, NamedTuple

__all__ = ["BOTH", "GOOD", "LINKS", "STATEPOINT", "TAR", "ZIP", "Member"]

STATEPOINT: Final = "signac_statepoint.json"
_DOCUMENT: Final = "signac_job_document.json"


class Member(NamedTuple):
    """A member: its name, what is in it or where it leads, its type and mode.

    In names and text, OUTSIDE stands for a directory beside that of the project, PROJECT for that
    of the project, OTHER for the id of the job that is there.
    """

    name: str
    text: str = "evil"
    kind: str = "file"
    mode: int = 0o644


#: Attacks that any form of archive can hold.
BOTH: Final[dict[str, list[Member]]] = {
    "one up": [Member("../evil.txt")],
    "two up": [Member("../../evil.txt")],
    "five up": [Member("../../../../../evil.txt")],
    "up from a job": [Member("j/../../evil.txt")],
    "five up from a job": [Member("j/../../../../../evil.txt")],
    "up from deep in a job": [Member("j/sub/deep/../../../../../../evil.txt")],
    "absolute": [Member("OUTSIDE/evil.txt")],
    "absolute over a file": [Member("OUTSIDE/secret.txt")],
    "absolute from a job": [Member("j/OUTSIDE/evil.txt"), Member("j//OUTSIDE/evil2.txt")],
    "over the config": [Member("j/../../.signac/config"), Member("j/../../../.signac/config")],
    "over the config from the temporary directory": [Member("../../project/.signac/config")],
    "absolute over the config": [Member("PROJECT/.signac/config")],
    "over the project document": [
        Member("j/../../signac_project_document.json", "{}"),
        Member("j/../../../signac_project_document.json", "{}"),
    ],
    "over another job": [
        Member(f"j/../OTHER/{_DOCUMENT}", "{}"),
        Member(f"j/../../workspace/OTHER/{_DOCUMENT}", "{}"),
    ],
    "absolute over another job": [Member(f"PROJECT/workspace/OTHER/{_DOCUMENT}", "{}")],
    "a job that is up": [Member(f"../evil/{STATEPOINT}", '{"a": 6}'), Member("../evil/f.txt")],
    "a job with a long way": [Member(f"x/../../k/{STATEPOINT}", '{"a": 6}')],
    "the state point is a list": [Member(f"j/{STATEPOINT}", "[1, 2]")],
    "the state point is a number": [Member(f"j/{STATEPOINT}", "5")],
    "the state point is text": [Member(f"j/{STATEPOINT}", '"a"')],
    "a key with a dot": [Member(f"j/{STATEPOINT}", '{"a.b": 1}')],
    "a deep key with a dot": [Member(f"j/{STATEPOINT}", '{"a": {"b.c": 1}}')],
    "a state point that does not end": [Member(f"j/{STATEPOINT}", '{"a": ')],
    "a state point that is a directory": [Member(f"j/{STATEPOINT}/x", "{}")],
}

#: Links and more, which a tar archive can hold; as names relative to the job `j`.
TAR: Final[dict[str, list[Member]]] = {
    "link to a secret": [Member("j/link", "OUTSIDE/secret.txt", "link")],
    "relative link to a secret": [Member("j/link", "../../../../../../secret.txt", "link")],
    "link to a directory": [Member("j/link", "OUTSIDE", "link")],
    "through a link": [Member("j/link", "OUTSIDE", "link"), Member("j/link/evil.txt")],
    "through two links": [
        Member("j/one", "OUTSIDE", "link"),
        Member("j/two", "one", "link"),
        Member("j/two/evil.txt"),
    ],
    "over a file through a link": [
        Member("j/link", "OUTSIDE/secret.txt", "link"),
        Member("j/link"),
    ],
    "the job is a link": [Member("j", "OUTSIDE", "link"), Member("j/evil.txt")],
    "the state point is a link": [Member(f"j/{STATEPOINT}", "OUTSIDE/other.json", "link")],
    "hard link to a secret": [Member("j/hard", "OUTSIDE/secret.txt", "hard")],
    "hard link, then over it": [
        Member("j/hard", "OUTSIDE/secret.txt", "hard"),
        Member("j/hard"),
    ],
    "hard link to the config": [Member("j/hard", "../../project/.signac/config", "hard")],
    "set user id": [Member("j/tool", "#!", mode=0o4755)],
    "set group id": [Member("j/tool", "#!", mode=0o2755)],
    "a pipe": [Member("j/pipe", "", "pipe")],
    "a device": [Member("j/device", "", "device")],
}

#: What only zip can hold.
ZIP: Final[dict[str, list[Member]]] = {
    "link to a secret": [Member("j/link", "OUTSIDE/secret.txt", "link")],
    "through a link": [Member("j/link", "OUTSIDE", "link"), Member("j/link/evil.txt")],
    "a state point twice": [
        Member(f"j/{STATEPOINT}", '{"a": 5}'),
        Member(f"j/{STATEPOINT}", '{"a": 6}'),
    ],
    "a file and a directory": [Member("j/x"), Member("j/x/y")],
    "set user id": [Member("j/tool", "#!", mode=0o4755)],
}

#: Links in a directory that is imported; all are in the job `j`.
LINKS: Final[dict[str, list[Member]]] = {
    "a file": [Member("j/link", "OUTSIDE/secret.txt", "link")],
    "a file, relative": [Member("j/link", "../../outside/secret.txt", "link")],
    "a file deep in the job": [Member("j/sub/deep/link", "OUTSIDE/secret.txt", "link")],
    "a directory": [Member("j/link", "OUTSIDE", "link")],
    "a directory, relative": [Member("j/sub/link", "../../../outside", "link")],
    "a link to a link": [
        Member("j/one", "OUTSIDE/secret.txt", "link"),
        Member("j/two", "one", "link"),
    ],
    "through the origin and out": [Member("j/link", "../../origin/../outside/secret.txt", "link")],
    "the document": [Member(f"j/{_DOCUMENT}", "OUTSIDE/other.json", "link")],
    "the state point": [Member(f"j/{STATEPOINT}", "OUTSIDE/other.json", "link")],
    "a link to a job beside it": [Member("j/link", "../../outside/theirs", "link")],
}

#: What has to be taken, with all that is in it.
GOOD: Final[dict[str, list[Member]]] = {
    "files": [Member("j/data.txt", "good"), Member("j/sub/deep/..data", "good")],
    "a link inside the job": [
        Member("j/data.txt", "good"),
        Member("j/sub/link", "../data.txt", "link"),
    ],
}
