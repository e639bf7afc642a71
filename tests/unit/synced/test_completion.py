"""Keys can be completed at a prompt."""

import signac


def test_keys_are_names() -> None:
    """`dir` of a state point or document has methods, and the keys that are words."""
    with signac.TemporaryProject() as project:
        job = project.open_job({"T": 1, "a b": 2, "nested": {"x": 1}}).init()
        job.doc.energy = 1
        assert {"T", "nested", "keys"} <= set(dir(job.sp))
        assert "a b" not in dir(job.sp)
        assert "x" in dir(job.sp.nested)
        assert "energy" in dir(job.doc)
        assert set(job.sp._ipython_key_completions_()) == {"T", "a b", "nested"}


def test_what_cannot_be_read_has_no_names() -> None:
    """A damaged document still has its methods."""
    with signac.TemporaryProject() as project:
        job = project.open_job({"a": 1}).init()
        job.doc.x = 1
        with open(job.fn(job.FN_DOCUMENT), "w") as file:
            file.write("{")
        assert "clear" in dir(signac.get_project(project.path).open_job({"a": 1}).doc)
