"""The cases about documents, as either side runs them."""

from dataset import DOCUMENT, document_of, id_of, statepoint_of, to_bytes, write_project
from dataset import write_document as put_document
from floors import replace_file
from trial import Stage, Trial

import signac

__all__ = ["WORK"]

#: Operations in a row before the floor's turn: few, so that both see the same state of the disk.
BLOCK = 10


def document_get(stage: Stage) -> Trial:
    job = _shared_job(stage, 1)

    def work(numbers: range) -> None:
        total = 0
        for _ in numbers:
            total += job.doc["steps"]
        assert total == len(numbers)

    work(range(10))
    return Trial(work, stage.count)


def document_get_young(stage: Stage) -> Trial:
    write_project(stage.folder, 1, documents=True)
    job = signac.get_project(stage.folder).open_job(id=id_of(statepoint_of(0)))

    def work(numbers: range) -> None:
        total = 1
        for _ in numbers:
            total += job.doc["steps"]
        assert total == 1

    # A block takes far less than the two seconds after which a file counts as settled.
    return Trial(work, stage.count, block=1_000, before=lambda: put_document(job.path, 0))


def document_get_nested(stage: Stage) -> Trial:
    job = _shared_job(stage, 1)

    def work(numbers: range) -> None:
        total = 0
        for _ in numbers:
            total += job.doc["run"]["step"]
        assert total == len(numbers)

    work(range(10))
    return Trial(work, stage.count)


def document_by_id(stage: Stage) -> Trial:
    project = signac.get_project(stage.shared)
    ids = [id_of(statepoint_of(number)) for number in range(stage.count)]

    def work(numbers: range) -> None:
        total = 0
        for number in numbers:
            total += project.open_job(id=ids[number]).doc["steps"]
        assert total == sum(numbers)

    return Trial(work, stage.count)


def buffered_get(stage: Stage) -> Trial:
    job = _shared_job(stage, 1)

    def work(numbers: range) -> None:
        total = 0
        with signac.buffered():
            for _ in numbers:
                total += job.doc["steps"]
        assert total == len(numbers)

    work(range(10))
    return Trial(work, stage.count)


def buffered_set(stage: Stage) -> Trial:
    write_project(stage.folder, 1, documents=True)
    job = signac.get_project(stage.folder).open_job(id=id_of(statepoint_of(0)))

    def work(numbers: range) -> None:
        with signac.buffered():
            for number in numbers:
                job.doc["steps"] = number

    work(range(10))
    # Few turns, because the end of each block writes the file.
    return Trial(work, stage.count, turns=2, writes=True)


def document_set(stage: Stage) -> Trial:
    write_project(stage.folder, 2, documents=True)
    project = signac.get_project(stage.folder)
    job, bare = (project.open_job(id=id_of(statepoint_of(number))) for number in range(2))
    path, contents = bare.fn(DOCUMENT), _contents(stage.count)

    def work(numbers: range) -> None:
        for number in numbers:
            job.doc["steps"] = number

    def floor(numbers: range) -> None:
        for number in numbers:
            replace_file(path, contents[number])

    work(range(-10, 0))
    return Trial(work, stage.count, rival=floor, block=BLOCK, writes=True)


def document_set_each(stage: Stage) -> Trial:
    ids = write_project(stage.folder, 2 * stage.count + 1, documents=True)
    project = signac.get_project(stage.folder)
    contents = _contents(stage.count)
    paths = [project.open_job(id=id_).fn(DOCUMENT) for id_ in ids[stage.count + 1 :]]

    def work(numbers: range) -> None:
        for number in numbers:
            project.open_job(id=ids[number]).doc["steps"] = -1

    def floor(numbers: range) -> None:
        for number in numbers:
            replace_file(paths[number], contents[number])

    work(range(stage.count, stage.count + 1))
    return Trial(work, stage.count, rival=floor, block=BLOCK, writes=True)


def transaction(stage: Stage) -> Trial:
    write_project(stage.folder, 1, documents=True)
    job = signac.get_project(stage.folder).open_job(id=id_of(statepoint_of(0)))

    def ours(numbers: range) -> None:
        for number in numbers:
            with job.doc.transaction() as document:
                for key in "abcdefghij":
                    document[key] = number

    def peer(numbers: range) -> None:
        for number in numbers:
            with signac.buffered():
                for key in "abcdefghij":
                    job.doc[key] = number

    work = ours if stage.ours else peer
    work(range(-10, 0))
    return Trial(work, stage.count, writes=True)


def _shared_job(stage: Stage, number: int) -> "signac.job.Job":
    return signac.get_project(stage.shared).open_job(id=id_of(statepoint_of(number)))


def _contents(count: int) -> list[bytes]:
    return [to_bytes(document_of(number)) for number in range(count)]


WORK = {
    "document-get": document_get,
    "document-get-young": document_get_young,
    "document-get-nested": document_get_nested,
    "document-by-id": document_by_id,
    "buffered-get": buffered_get,
    "buffered-set": buffered_set,
    "document-set": document_set,
    "document-set-each": document_set_each,
    "transaction": transaction,
}
