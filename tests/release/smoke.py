"""What a new user does first, in a few lines that run under any option of the interpreter.

Nothing here is an `assert`: with ``-O`` there are none.
"""

import os
import sys
import tempfile

import numpy

import signac


def expect(found: object, wanted: object) -> None:
    """Stop unless two values are equal."""
    if found != wanted:
        raise SystemExit(f"{found!r} is not {wanted!r}")


def main() -> None:
    """Make, find, change, export and import jobs."""
    os.chdir(tempfile.mkdtemp())
    project = signac.init_project("study")
    project.create_jobs(signac.grid(a=range(4), b=[1, 2]))
    for job in project:
        job.doc.sum = job.sp.a + job.sp.b
        job.data["array"] = numpy.array([1.0, 2.0])
    expect(len(project.find_jobs("doc.sum > 3 and b == 2")), 2)
    expect(project.find_jobs({"a": {"$regex": "x"}}).count(), 0)
    job = project.open_job({"a": 3, "b": 2})
    job.sp.a = 9
    with job.data as data:
        expect(data["array"][:].tolist(), [1.0, 2.0])
    project.export_to("out.tar.gz")
    other = signac.init_project("other")
    expect(len(other.import_from("out.tar.gz")), 8)
    other.sync(project)
    expect({one.id for one in other}, {one.id for one in project})
    project.check()
    expect(sorted(project.detect_schema()), ["a", "b"])
    project.find_jobs({"b": 1})[0].remove()
    expect(len(project), 7)
    print(signac.__version__, sys.flags.optimize)


if __name__ == "__main__":
    main()
