"""Command lines do what those of the released signac do: output, exit code, and what is on disk."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from interop.commands.case import Case, Line
from interop.commands.cases import all_cases
from interop.commands.cases.general import COMMANDS
from interop.commands.compare import Difference, compare
from interop.commands.differences import LISTED
from interop.commands.listing import Listed, judge
from interop.commands.running import Outcome, Played, Side, play, sides

CASES = all_cases()
SAME = Played((Outcome(0, "a\nb\n", "said\n"),), {"place": "directory"})
CASE = Case("name", "plain", (Line("find"),))

Both = tuple[Side, Side]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """Start the released signac and ours."""
    with sides(tmp_path_factory.mktemp("commands")) as started:
        yield started


def _cases() -> Iterator[Any]:
    """Yield all cases: what is meant to differ and every third of the others in the short run."""
    for number, case in enumerate(CASES):
        listed = any(entry.is_of(case.name) for entry in LISTED)
        marks = () if listed or number % 3 == 0 else (pytest.mark.long,)
        yield pytest.param(case, id=case.name, marks=marks)


@pytest.mark.parametrize("case", list(_cases()))
def test_as_the_released_one(both: Both, case: Case) -> None:
    """Nothing differs that is not listed with its reason, and what is listed does differ."""
    unlisted, stale = judge(case.name, compare(case, *play(case, both)), LISTED)
    told = [f"{case.lines[one.number - 1].text if one.number else ''}\n{one}" for one in unlisted]
    assert not unlisted, "\n\n".join(told)
    assert not stale, f"nothing differs here, take it from the list: {stale}"


def test_each_listed_difference_is_of_a_case() -> None:
    """Every pattern of the list stands for at least one case, and every entry gives a reason."""
    names = [case.name for case in CASES]
    patterns = [pattern for entry in LISTED for pattern in entry.cases.split()]
    unused = [p for p in patterns if not any(Listed(p, {}, "").is_of(name) for name in names)]
    assert not unused
    assert all(entry.reason and entry.parts for entry in LISTED)


def test_every_option_is_used(both: Both) -> None:
    """Each option of each command of the released signac is in a command line, in each form."""
    used: dict[str, set[str]] = {command: set() for command in COMMANDS}
    for words in (line.words("") for case in CASES for line in case.lines):
        for command in set(words) & set(COMMANDS):
            used[command] |= _options(words)
    peer, _ = both
    peer.prepare("plain")
    missing = {}
    for command in COMMANDS:
        peer.ask(Line(f"{command} --help"))
        shown = re.findall(r"^  (-.*?)(?:  |$)", peer.answer().stdout, re.MULTILINE)
        known = set(re.findall(r"(?:^|(?<=[ ,]))--?[\w-]+", "\n".join(shown), re.MULTILINE))
        if absent := known - used[command]:
            missing[command] = sorted(absent)
    assert not missing


def _options(words: list[str]) -> set[str]:
    """Return the options among the words, those written together one by one."""
    found = {word.partition("=")[0] for word in words if word.startswith("--")}
    for word in words:
        if re.fullmatch(r"-[A-Za-z1]\w*", word):
            found |= {f"-{letter}" for letter in word[1:]}
    return found


@pytest.mark.parametrize(
    ("changed", "part"),
    [
        (Played((Outcome(1, "a\nb\n", "said\n"),), SAME.tree), "rc"),
        (Played((Outcome(0, "b\na\n", "said\n"),), SAME.tree), "stdout"),
        (Played((Outcome(0, "a\nb\n", "said \n"),), SAME.tree), "stderr"),
        (Played((Outcome(0, "a\nb\n", ""),), SAME.tree), "stderr"),
        (Played(SAME.outcomes, {}), "tree"),
        (Played(SAME.outcomes, {"place": "directory", "place/x": "directory"}), "tree"),
    ],
)
def test_each_part_is_compared(changed: Played, part: str) -> None:
    """A change of the exit code, of stdout, of stderr or of the tree is a difference."""
    assert not compare(CASE, SAME, SAME)
    assert [(one.part, one.is_wording) for one in compare(CASE, SAME, changed)] == [(part, False)]


@pytest.mark.parametrize(
    ("peer", "ours", "kind"),
    [
        ("Error: a\n", "Error: b\nand more\n", "wording"),
        ("Warning: a\n", "Warning: b\n", "wording"),
        ("Error: a\n", "Warning: a\n", "difference"),
        ("Error: a\n", "", "difference"),
        ("x\nError: a\n", "y\nError: a\n", "difference"),
        ("WARNING:sync:a\n", "WARNING:signac.sync:b\n", "wording"),
        ("WARNING:sync:a\n", "INFO:sync:a\n", "difference"),
        ("INFO:sync:a\n", "DEBUG:other:b\n", "same"),
        ("took 0.1 seconds\n", "took 2 seconds\n", "same"),
        ("\rx: 0%|  | 0/7 [00:00<?, ?it/s]\rx: 100%\nDone.\n", "Done.\n", "same"),
        ("usage: a\nsignac find: error: b\n", "usage: c\n d\nsignac find: error: e\n", "same"),
        ("usage: a\nsignac: error: b\n", "usage: a\n", "difference"),
        ("f.py:3: UserWarning: a\n  code\n", "UserWarning: a\n", "same"),
        ("f.py:3: UserWarning: a\n  code\n", "", "difference"),
        ("Traceback (most recent call last):\n  f\nKeyError: 1\n", "", "difference"),
        ("Skipped key(s): b, a\n", "Skipped key(s): a, b\n", "same"),
    ],
)
def test_what_is_free_on_stderr(peer: str, ours: str, kind: str) -> None:
    """Only what is named as free may differ on stderr; the wording of errors is counted."""
    found = compare(CASE, _saying(peer), _saying(ours))
    expected = {"same": [], "wording": [True], "difference": [False]}[kind]
    assert [one.is_wording for one in found] == expected


def test_wording_is_free_for_equal_exit_codes_only() -> None:
    """Errors may be worded otherwise only where the exit code is the same."""
    changed = Played((Outcome(2, "", "Error: b\n"),), {})
    assert not any(one.is_wording for one in compare(CASE, _saying("Error: a\n"), changed))


def _saying(text: str) -> Played:
    return Played((Outcome(1, "", text),), {})


def test_what_is_listed_must_differ() -> None:
    """An entry explains what it names, as it names it, and is stale where nothing differs."""
    one = Difference(2, "stdout", "a\n", "b\n")
    for parts, is_explained in (
        ({"stdout": "^b$"}, True),
        ({"2:stdout": ""}, True),
        ({"1:stdout": ""}, False),
        ({"stderr": ""}, False),
        ({"stdout": "^a$"}, False),
    ):
        unlisted, stale = judge("name", [one], [Listed("n*e", parts, "why")])
        assert (unlisted == [], stale == []) == (is_explained, is_explained), parts
    assert judge("other", [one], [Listed("n*e", {"stdout": ""}, "why")]) == ([one], [])
    assert judge("name", [], [Listed("n*e", {"rc": ""}, "why", always=False)]) == ([], [])
