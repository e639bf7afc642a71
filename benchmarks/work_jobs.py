"""The cases about jobs and their state points, as either side runs them."""

import os

from dataset import STATEPOINT, id_of, statepoint_of, to_bytes, write_project
from floors import create_directory, replace_file
from trial import Stage, Trial

import signac

__all__ = ["WORK"]

#: Operations in a row before the floor's turn: few, so that both see the same state of the disk.
BLOCK = 10


def statepoint_by_id(stage: Stage) -> Trial:
    project = signac.get_project(stage.shared)
    ids = [id_of(statepoint_of(number)) for number in range(stage.count)]

    def work(numbers: range) -> None:
        total = 0
        for number in numbers:
            total += project.open_job(id=ids[number]).sp.a
        assert total == sum(numbers)

    return Trial(work, stage.count)


def statepoint_iterate(stage: Stage) -> Trial:
    jobs = iter(signac.get_project(stage.shared))
    totals: list[int] = []

    def work(numbers: range) -> None:
        total = 0
        for _ in numbers:  # peer: its iterator begins again at the next ``for``
            total += next(jobs).sp.a
        totals.append(total)
        assert numbers.stop < stage.count or sum(totals) == sum(range(stage.count))

    return Trial(work, stage.count)


def open_id(stage: Stage) -> Trial:
    project = signac.get_project(stage.shared)
    statepoints = [statepoint_of(number) for number in range(stage.count)]

    def work(numbers: range) -> None:
        for number in numbers:
            found = project.open_job(statepoints[number]).id
        assert found == id_of(statepoints[numbers[-1]])

    return Trial(work, stage.count)


def init_again(stage: Stage) -> Trial:
    project = signac.get_project(stage.shared)
    statepoints = [statepoint_of(number) for number in range(stage.count)]

    def work(numbers: range) -> None:
        for number in numbers:
            project.open_job(statepoints[number]).init()

    return Trial(work, stage.count)


def create(stage: Stage) -> Trial:
    write_project(stage.folder, 0)
    project = signac.get_project(stage.folder)
    statepoints = [statepoint_of(number) for number in range(stage.count)]
    elsewhere = os.path.join(stage.folder, "bare")
    os.mkdir(elsewhere)
    bare = [(f"{elsewhere}/{id_of(value)}", to_bytes(value)) for value in statepoints]

    def work(numbers: range) -> None:
        for number in numbers:
            project.open_job(statepoints[number]).init()

    def floor(numbers: range) -> None:
        for number in numbers:
            path, data = bare[number]
            create_directory(path, STATEPOINT, data)

    project.open_job({"warm": True}).init()
    return Trial(work, stage.count, rival=floor, block=BLOCK, writes=True)


def statepoint_change(stage: Stage) -> Trial:
    write_project(stage.folder, 2 * stage.count + 1)
    project = signac.get_project(stage.folder)
    values = [statepoint_of(number) for number in range(2 * stage.count + 1)]
    jobs = [project.open_job(value).init() for value in values[: stage.count + 1]]
    for job in jobs:
        job.sp()
    files = [project.open_job(value).fn(STATEPOINT) for value in values[stage.count + 1 :]]
    contents = [to_bytes({**value, "a": -1}) for value in values]

    def work(numbers: range) -> None:
        for number in numbers:
            jobs[number].sp.a = -1 - number

    def floor(numbers: range) -> None:
        for number in numbers:
            replace_file(files[number], contents[number])

    work(range(stage.count, stage.count + 1))
    return Trial(work, stage.count, rival=floor, block=BLOCK, writes=True)


def remove(stage: Stage) -> Trial:
    ids = write_project(stage.folder, stage.count + 1)
    project = signac.get_project(stage.folder)
    jobs = [project.open_job(id=id_) for id_ in ids]

    def work(numbers: range) -> None:
        for number in numbers:
            jobs[number].remove()

    work(range(stage.count, stage.count + 1))
    return Trial(work, stage.count, writes=True)


def create_many(stage: Stage) -> Trial:
    write_project(stage.folder, 0)
    project = signac.get_project(stage.folder)
    statepoints = [statepoint_of(number) for number in range(stage.count)]

    def ours(numbers: range) -> None:
        project.create_jobs(statepoints[number] for number in numbers)

    def peer(numbers: range) -> None:
        for number in numbers:
            project.open_job(statepoints[number]).init()

    project.open_job({"warm": True}).init()
    return Trial(ours if stage.ours else peer, stage.count, turns=1, writes=True)


WORK = {
    "statepoint-by-id": statepoint_by_id,
    "statepoint-iterate": statepoint_iterate,
    "open-id": open_id,
    "init-again": init_again,
    "create": create,
    "statepoint-change": statepoint_change,
    "remove": remove,
    "create-many": create_many,
}
