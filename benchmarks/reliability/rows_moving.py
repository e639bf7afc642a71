"""Rows 19, 20, 26 to 29, 35, 36, 53 to 59: data moves between projects, archives and views."""

import trials_archives as archives
import trials_bombs as bombs
import trials_moving as moving
import trials_moving_crowds as crowds
import trials_moving_kills as kills
import trials_paths as paths
from rows import Row

__all__ = ["ROWS"]

_UNIT = "trials by what they leave"
_KILLS = "kills by what they leave"

ROWS = [
    Row(
        "19",
        "4 processes make the same linked view, and bring it up to date",
        crowds.views,
        "calls that raise, views that are not right",
        "0, 0",
        {"raised": 0, "wrong": 0},
        tests=("tests/concurrency/test_moving_views.py::test_the_same_view_at_once",),
    ),
    Row(
        "20",
        "2 processes clone the same job of 40 files beside a reader",
        crowds.clones,
        "reads that raise or see a part of the job; losers not told",
        "0, 0, 0",
        {"raised": 0, "parts": 0, "untold": 0},
        tests=("tests/concurrency/test_moving_views.py::test_one_clone_and_a_reader",),
    ),
    Row(
        "26",
        "faults: a job is cloned; new jobs are synchronised, imported from a directory, zip, tar",
        moving.copies,
        _UNIT,
        "each job old or new; the same call completes all",
        {"unclean": 0, "blocked": 0, "source": 0},
        note=(
            "in rows 26 to 29 as in 22; each job, or each file and document of a job that is "
            "there, has to be old or new, and the same call is made again after each fault, in "
            "a new process."
        ),
        tests=(
            "tests/crash/test_import_mutations.py::test_old_or_new_at_a_sample",
            "tests/crash/test_sync_mutations.py::test_old_or_new_at_every_mutation",
            "tests/crash/test_views_mutations.py::test_old_or_new_at_a_sample",
        ),
    ),
    Row(
        "27",
        "faults: jobs that are there are synchronised",
        moving.present,
        _UNIT,
        "each file old or new; the same call completes all",
        {"unclean": 0, "blocked": 0, "source": 0},
        tests=("tests/crash/test_sync_mutations.py::test_old_or_new_at_every_mutation",),
    ),
    Row(
        "28",
        "faults: a project is made, in a new directory and in one that is there",
        moving.init_project,
        _UNIT,
        "all clean; the same call completes all",
        {"unclean": 0, "blocked": 0},
        tests=("tests/crash/test_every_mutation.py::test_old_or_new_at_every_mutation",),
    ),
    Row(
        "29",
        "faults: a job moves to another project, also to one without a workspace",
        moving.moves,
        _UNIT,
        "all clean; the same call completes all",
        {"unclean": 0, "blocked": 0},
        tests=(
            "tests/crash/test_every_mutation.py::test_old_or_new_at_every_mutation",
            "tests/crash/test_views_mutations.py::test_old_or_new_at_a_sample",
        ),
    ),
    Row(
        "35",
        "kill -9, 200 times: jobs are imported from a directory, zip and tar",
        kills.imports,
        _KILLS,
        "0 of 200 half; the same call completes 200",
        {"raises": 0, "half": 0, "blocked": 0},
        note=(
            "in rows 35 and 36 the kill comes at a random moment of the time that the call "
            "takes undisturbed, with each program; then the same call is made again."
        ),
        tests=("tests/crash/test_transfer_kills.py::test_kills_during_import",),
    ),
    Row(
        "36",
        "kill -9, 200 times: projects are synchronised, with new jobs and with those there",
        kills.syncs,
        _KILLS,
        "0 of 200 half; the same call completes 200",
        {"raises": 0, "half": 0, "blocked": 0},
        tests=(
            "tests/crash/test_transfer_kills.py::test_kills_while_jobs_are_copied",
            "tests/crash/test_transfer_kills.py::test_kills_while_jobs_are_merged",
        ),
    ),
    Row(
        "53",
        "39 tar archives with names that lead out, links, hard links, devices, modes, bad state "
        "points",
        archives.tars,
        "archives that write outside, bring a secret in, or break the project",
        "0; harmless ones are taken",
        {"succeed": 0, "harmless refused": 0},
        note=(
            "in rows 53 to 55 what counts is what is there afterwards: anything changed outside"
            " of new jobs, the secret or a link to it in a job, modes that set the user, a "
            "project that raises. With Python 3.12 and newer the released signac is helped by "
            "`tarfile`."
        ),
        tests=(
            "tests/security/test_archives.py::test_refused_without_effect",
            "tests/security/test_archive_fuzz.py",
        ),
    ),
    Row(
        "54",
        "29 zip archives with names that lead out, links, modes, bad state points",
        archives.zips,
        "archives that write outside, bring a secret in, or break the project",
        "0; harmless ones are taken",
        {"succeed": 0, "harmless refused": 0},
        tests=(
            "tests/security/test_archives.py::test_refused_without_effect",
            "tests/security/test_archive_fuzz.py",
        ),
    ),
    Row(
        "55",
        "10 directories with links to what is outside of them",
        archives.directories,
        "imports that bring a secret in",
        "0; harmless ones are taken",
        {"succeed": 0, "harmless refused": 0},
        tests=("tests/security/test_archives.py::test_refused_without_effect",),
    ),
    Row(
        "56",
        "6 archives that unpack to 400 MB, 2 of 20,000 files; one of 128 MB that is honest",
        bombs.bombs,
        "megabytes of memory; bombs of 400 MB that are unpacked whole",
        "< 64 MB, 0; what is honest is taken",
        {"memory": 64, "unpacked": 0, "honest refused": 0},
        note=(
            "memory is what a process grows by while it imports. The 20,000 files are not "
            "refused by either."
        ),
        tests=(
            "tests/security/test_archives.py::test_bombs",
            "tests/security/test_archives.py::test_many_files",
            "tests/security/test_archives.py::test_limits",
        ),
    ),
    Row(
        "57",
        "18 values such as `../../x`, alone, nested and in a list, as paths of exports and views",
        paths.values,
        "exports and views that write, or name members, outside the target",
        "0",
        {"outside": 0},
        note=(
            "ours encodes values as one name; what it refuses are views of values with a "
            "separator, as the released signac does."
        ),
        tests=(
            "tests/unit/transfer/test_export.py::test_no_value_leads_out_of_the_target",
            "tests/unit/transfer/test_pathspec.py::test_values_stay_where_they_are",
            "tests/unit/transfer/test_views.py::test_separators",
        ),
    ),
    Row(
        "58",
        "14 values that look like templates, in 3 templates of exports",
        paths.templates,
        "exports that read values as templates, or raise",
        "0, 0",
        {"read": 0, "raised": 0},
        tests=("tests/unit/transfer/test_pathspec.py::test_values_are_no_templates",),
    ),
    Row(
        "59",
        "linked views in directories of the user, made, brought up to date and emptied",
        paths.views,
        "things of the user that are deleted or changed",
        "0",
        {"lost": 0},
        tests=(
            "tests/unit/transfer/test_views.py::test_files_of_the_user_stay",
            "tests/unit/transfer/test_views.py::test_in_the_way",
        ),
    ),
]
