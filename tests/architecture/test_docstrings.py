"""Every example in a docstring runs and shows what it says."""

import doctest
import warnings
from importlib import import_module

import pytest

from architecture.sources import modules

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def _examples(name: str) -> list[doctest.DocTest]:
    module = import_module(name)
    found = doctest.DocTestFinder(exclude_empty=True).find(module, name)
    return [test for test in found if test.examples]


@pytest.mark.parametrize("name", sorted(modules()))
def test_examples_run(name, tmp_path, monkeypatch):
    """Each example prints what stands below it, without a warning, and leaves nothing behind."""
    monkeypatch.chdir(tmp_path)
    runner = doctest.DocTestRunner(optionflags=FLAGS, verbose=False)
    report: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for test in _examples(name):
            runner.run(test, out=report.append)
    assert runner.failures == 0, "".join(report)
    assert not list(tmp_path.iterdir())


def test_examples_are_found():
    """The finder reaches functions, classes, methods, properties and special descriptors."""
    names = {
        test.name
        for name in ("signac.project", "signac.job", "signac.sweep", "signac._synced.mapping")
        for test in _examples(name)
    }
    assert {
        "signac.sweep.grid",
        "signac.job.Job",
        "signac.job.Job.init",
        "signac.job.Job.statepoint",
        "signac.project.TemporaryProject",
        "signac._synced.mapping.SyncedDict.transaction",
    } <= names
