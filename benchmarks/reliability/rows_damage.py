"""Rows 47 to 52: what is damaged, missing or closed."""

import trials_damage
import trials_files
import trials_repair
from damage_calls import CALLS
from damages import DAMAGES
from rows import Row

__all__ = ["ROWS"]

_MODES = "tests/crash/test_modes.py"

ROWS = [
    Row(
        "47",
        f"{len(DAMAGES)} kinds of damage, each with and without cache and index beside it; "
        f"then check and {len(CALLS)} calls",
        trials_damage.spoilt,
        "calls that raise or answer wrongly about healthy jobs",
        "0 calls for a damage that is not one of the project itself; check names every damage",
        {
            "calls failing where a job, a stray entry, cache or index is damaged": 0,
            "damages that check does not tell": 0,
        },
        ("tests/damage/test_blast_radius.py", "tests/damage/test_check.py"),
        note="a project whose own config cannot be read, or whose workspace is not there, refuses "
        'to open, in both programs. Ours checks with `level="full"`. Damages of the index apply '
        "to ours alone.",
    ),
    Row(
        "48",
        "`<id>.bak`, 33 hex digits and 5 other entries of the workspace that are nearly jobs",
        trials_damage.odd_names,
        "names counted as jobs",
        "0",
        {"counted as jobs": 0, "calls failing": 0},
        ("tests/acceptance/test_weaknesses_10.py::test_45_names_are_matched_whole",),
    ),
    Row(
        "49",
        "files and directories without the right to read them, asked for in 16 ways",
        trials_damage.unreadable,
        "errors that are a PermissionError with the path",
        "all",
        {"not a PermissionError with the path": 0},
        (
            "tests/acceptance/test_weaknesses_10.py::test_44_one_error_for_one_damage",
            "tests/damage/test_direct.py::test_a_damaged_file_is_named",
        ),
    ),
    Row(
        "50",
        "the workspace was a link or a mount point, and is not there",
        trials_damage.missing_workspace,
        "times that an empty project is shown without a word",
        "an error; a plain directory is made again",
        {
            "links and mounts taken for an empty project": 0,
            "plain directories not made again": 0,
        },
        ("tests/crash/test_environment.py::test_an_unmounted_workspace_is_refused",),
    ),
    Row(
        "51",
        "`repair()` of bit rot, missing files, wrong and damaged caches and indexes",
        trials_repair.repaired,
        "cases with jobs re-labelled, and with contents that are nowhere afterwards",
        "0 re-labelled, 0 overwritten",
        {
            "cases with jobs under another id": 0,
            "cases with contents overwritten or gone": 0,
            "cases that can be healed and are not": 0,
            "cases not sound afterwards, without a word": 0,
        },
        ("tests/damage/test_repair.py", "tests/damage/test_round_trips.py"),
    ),
    Row(
        "52",
        "modes, groups and links of documents, state points and caches that are written again",
        trials_files.kept_modes,
        "files changed in another way than in their content",
        "0 changed",
        {"changed": 0},
        (
            f"{_MODES}::test_a_write_keeps_the_mode",
            f"{_MODES}::test_a_linked_document_stays_a_link",
            f"{_MODES}::test_a_change_of_the_state_point_keeps_the_modes",
        ),
    ),
]
