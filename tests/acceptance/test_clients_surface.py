"""What two downstream programs use of the package, private names included."""

import inspect
import os
import pickle
import subprocess
import sys
from typing import Any

import pytest

import signac
from signac import Project
from signac.job import Job

FREE_NAMES = [
    "_flow_config",
    "_is_buffered",
    "_jobs_cursor",
    "_environment",
    "_entrypoint",
    "_template_dir",
    "_template_environment_",
    "_template_environment",
    "_project_hooks",
    "_operation_hooks",
    "_label_functions",
    "_operations",
    "_groups",
    "_group_to_aggregate_store",
    "_buffered",
    "_alias",
    "_fn_bundle",
    "_bundle_prefix",
    "_fetch_status",
    "_next_operations",
    "_select_jobs_from_args",
    "_job_operation_to_tuple",
    "ALIASES",
    "labels",
    "label",
    "operations",
    "groups",
    "operation",
    "pre",
    "post",
    "make_group",
    "run",
    "submit",
    "print_status",
    "main",
    "completed_operations",
    "get_job_status",
    "project_hooks",
    "operation_hooks",
    "scheduler_jobs",
    "detect_operation_graph",
]


def to_hashable(value: Any) -> Any:
    from signac._utility import _to_hashable

    return _to_hashable(value)


class TestToHashable:
    @pytest.mark.parametrize("value", [1, 1.5, "x", None, True, (1, 2), b"x", frozenset({1})])
    def test_other_values(self, value: Any) -> None:
        """What is neither a list nor a dict comes back as it is."""
        assert to_hashable(value) is value

    def test_lists(self) -> None:
        """A list becomes a tuple, at every depth."""
        assert to_hashable([1, [2, [3]], "x"]) == (1, (2, (3,)), "x")
        assert hash(to_hashable([1, [2, []]])) == hash((1, (2, ())))

    def test_dicts(self) -> None:
        """A dict becomes a hashable dict that is equal to it and indexed like it."""
        value = {"b": 1, "a": {"c": [1, 2]}}
        found = to_hashable(value)
        assert isinstance(found, dict)
        assert type(found) is not dict
        assert found["b"] == 1
        assert hash(found) == hash(to_hashable({"a": {"c": [1, 2]}, "b": 1}))
        assert hash(to_hashable([{"x": [1]}])) is not None
        assert len({to_hashable({"a": 1}), to_hashable({"a": 1}), to_hashable({"a": 2})}) == 2
        assert to_hashable({"a": 1}) == {"a": 1}

    def test_exact_types_only(self) -> None:
        """Subclasses of list and dict are not converted."""

        class MyList(list[int]):
            pass

        value = MyList([1])
        assert to_hashable(value) is value


def test_config_mapping(project: Any) -> None:
    """`Project._config` is the mapping that `config` shows, from the constructor on."""
    with open(project.fn(os.path.join(".signac", "config")), "a") as stream:
        stream.write("[flow]\nstatus_parallelization = thread\n[[ns]]\nkey = 5\n")

    class Flow(Project):
        def __init__(self, path: Any = None) -> None:
            super().__init__(path=path)
            self.seen = {**self._config.get("flow", {})}
            self.directory = self._config.get("template_dir", "templates")

    flow = Flow.get_project(path=project.path)
    assert flow.seen["status_parallelization"] == "thread"
    assert flow.seen["ns"]["key"] == "5"
    assert flow.directory == "templates"
    assert flow.config["flow"]["ns"]["key"] == "5"
    assert flow._config["schema_version"] == flow.config["schema_version"] == "2"
    assert {**signac.init_project("fresh")._config.get("flow", {})} == {}


def test_contains_job_id(project: Any, job: Any) -> None:
    """`_contains_job_id(job_id=)` tells whether the directory of the job exists."""
    assert project._contains_job_id(job.id) is True
    assert project._contains_job_id(job_id=job.id) is True
    assert project._contains_job_id("f" * 32) is False
    job.remove()
    assert project._contains_job_id(job.id) is False


def test_contains_job_id_can_be_overridden(project: Any, job: Any) -> None:
    """Membership and opening by a full id go through `_contains_job_id`."""
    asked = []

    class Flow(Project):
        def _contains_job_id(self, job_id: str) -> bool:
            asked.append(job_id)
            return bool(super()._contains_job_id(job_id))

    flow = Flow(project.path)
    assert job in flow
    assert asked == [job.id]
    assert flow.open_job(id=job.id) == job
    assert set(asked) == {job.id}


def test_cursor_ids(project: Any) -> None:
    """`_ids` and `_id_set` of a cursor are complete at the first use, and kept."""
    jobs = [project.open_job({"a": number % 2, "b": number}).init() for number in range(6)]
    for query in (None, {"a": 0}):
        cursor = project.find_jobs(query)
        ids = cursor._ids
        assert type(ids) is list
        assert ids == [job.id for job in cursor]
        assert cursor._id_set == set(ids)
        assert type(cursor._id_set) is set
        assert len(ids) == (6 if query is None else 3)
    unfiltered, filtered = project.find_jobs(), project.find_jobs({"a": 0})
    assert len(unfiltered._ids) == 6
    assert len(filtered._ids) == 3
    project.open_job({"a": 0, "b": 9}).init()
    jobs[0].remove()
    assert len(unfiltered._ids) == 6
    assert len(filtered._ids) == len(filtered) == 3
    assert unfiltered._id_set == set(unfiltered._ids)


def test_ids_are_complete_before_the_first_job(project: Any) -> None:
    """The ids are there when the first job is yielded."""
    for number in range(4):
        project.open_job({"a": number}).init()
    cursor = project.find_jobs()
    iterator = iter(cursor)
    next(iterator)
    assert len(cursor._ids) == 4


def test_jobs_know_their_project(project: Any, job: Any) -> None:
    """`Job._project` is the very object that opened the job, of the same class."""

    class Flow(Project):
        pass

    flow = Flow(project.path)
    cursor = flow.find_jobs({"a": 0})
    handles = [flow.open_job({"a": 0}), flow.open_job(id=job.id), *flow, *cursor, cursor[0]]
    assert len(handles) == 5
    for handle in handles:
        assert handle._project is flow
        assert handle.project is flow
        assert handle._project.__class__.__name__ == "Flow"
    assert inspect.getfile(handles[0]._project.__class__) == __file__


def test_job_id(project: Any, job: Any) -> None:
    """`Job._id` is the id, also after a change."""
    assert job._id == job.id
    assert type(job._id) is str
    assert next(iter(project))._id == job.id
    job.sp.a = 1
    assert job._id == job.id


def test_path_is_assignable(project: Any, other_project: Any) -> None:
    """`Project._path` is a plain attribute that `path` returns at every access."""
    assert project._path == project.path
    project._path = other_project.path
    assert project.path == other_project.path
    assert str(project) == other_project.path


@pytest.mark.parametrize("name", FREE_NAMES)
def test_free_names(project: Any, name: str) -> None:
    """Names that a subclass defines for itself are free."""
    assert not hasattr(project, name)
    assert not hasattr(Project, name)


def test_no_prefix_is_taken(project: Any) -> None:
    """No member begins like the families of names that a subclass defines."""
    families = ("_register_", "_collect_", "_main_", "next_")
    assert [name for name in dir(project) if name.startswith(families)] == []


def test_metaclass() -> None:
    """A subclass may have a metaclass derived from `type`."""

    class Meta(type):
        pass

    class Flow(Project, metaclass=Meta):
        pass

    assert type(Project) is type
    assert type(Flow) is Meta


def test_keyword_arguments_of_the_constructor(project: Any, tmp_path: Any) -> None:
    """`get_project` passes keywords on; the class methods build `cls(...)`."""

    class Flow(Project):
        def __init__(
            self, path: Any = None, environment: Any = None, entrypoint: Any = None
        ) -> None:
            super().__init__(path=path)
            self._environment = environment
            self._entrypoint = entrypoint

    flow = Flow.get_project(path=project.path, environment="env", entrypoint={"path": "x"})
    assert type(flow) is Flow
    assert flow._environment == "env"
    assert flow._entrypoint == {"path": "x"}
    assert type(Flow.init_project(tmp_path / "new")) is Flow
    assert type(Flow.init_project(path=tmp_path / "newer")) is Flow
    assert Flow.get_job(path=flow.open_job({"a": 1}).init().path).project == flow


class Delegating(Project):
    """A subclass that answers iteration, length and membership from a cursor."""

    def __init__(self, path: Any = None) -> None:
        super().__init__(path=path)
        self._jobs_cursor = self.find_jobs()

    def __iter__(self) -> Any:
        return iter(self._jobs_cursor)

    def __len__(self) -> int:
        return len(self._jobs_cursor._ids)

    def __contains__(self, job: Any) -> bool:
        return job.id in self._jobs_cursor._id_set

    def _contains_job_id(self, job_id: str) -> bool:
        return job_id in self._jobs_cursor._id_set


def test_cursors_do_not_go_through_the_project(project: Any) -> None:
    """Evaluating a cursor uses neither iteration nor length nor membership of the project."""
    jobs = [project.open_job({"a": number}).init() for number in range(4)]
    project = Delegating(project.path)
    assert len(project) == 4
    assert set(project) == set(jobs)
    assert set(project.find_jobs()) == set(jobs)
    assert set(project.find_jobs({"a": 1})) == {jobs[1]}
    assert jobs[0] in project
    assert project.open_job(id=jobs[0].id) == jobs[0]
    assert project.find_jobs()[0] in jobs


def test_unfiltered_cursor_asks_the_project(project: Any, job: Any) -> None:
    """Without a filter `len(cursor)` and `in` are those of the project of that moment."""
    cursor = project.find_jobs()
    assert len(cursor) == 1
    assert len(list(cursor)) == 1
    second = project.open_job({"a": 1}).init()
    assert len(cursor) == 2
    assert second in cursor
    assert len(list(cursor)) == 1


def test_repr_of_equal_projects(project: Any) -> None:
    """`repr` is the same for equal projects, and names class and path."""
    assert repr(project) == repr(Project(project.path))
    assert "Project" in repr(project)
    assert project.path in repr(project)


def test_pickling_keeps_foreign_attributes(project: Any, job: Any) -> None:
    """What a subclass or program set on a project survives pickling."""
    project._environment = {"x": 1}
    project._operations = ["a"]
    list(project.find_jobs({"a": 0}))
    found = pickle.loads(pickle.dumps(project))
    assert found._environment == {"x": 1}
    assert found._operations == ["a"]
    assert found == project
    assert pickle.loads(pickle.dumps(job)) == job
    assert pickle.loads(pickle.dumps(job.project.open_job))(id=job.id) == job


def test_threads_read_jobs(project: Any) -> None:
    """Jobs, documents and cached state points can be read from a pool of threads."""
    from multiprocessing.pool import ThreadPool

    for number in range(20):
        project.open_job({"a": number}).init().doc.b = number
    with ThreadPool(4) as pool:
        found = pool.map(
            lambda job: (job.cached_statepoint["a"], job.sp.a, job.doc.b, job in project),
            list(signac.get_project(project.path)),
        )
        pool.close()
        pool.join()
    assert sorted(found) == [(number, number, number, True) for number in range(20)]


def test_sub_process_imports_the_package(project: Any, job: Any) -> None:
    """A program started in the project directory opens the project and a job by id."""
    parent = os.path.dirname(os.path.dirname(signac.__file__))
    code = "import sys, signac; print(signac.get_project().open_job(id=sys.argv[1]).sp())"
    done = subprocess.run(
        [sys.executable, "-c", code, job.id],
        cwd=project.path,
        env={**os.environ, "PYTHONPATH": parent},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "{'a': 0}\n"


def test_module_attributes() -> None:
    """`signac.job.Job` is reachable after a plain import, and the version is a text."""
    code = (
        "import signac\n"
        "assert isinstance(signac.__version__, str) and signac.__version__ > '1.3.0'\n"
        "assert signac.__file__\n"
        "assert signac.job.Job and signac.errors.Error and signac.project.Project\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    assert signac.job.Job is Job


def test_import_loads_nothing_heavy() -> None:
    """`import signac` loads neither NumPy nor h5py nor pandas nor rich, and warns of nothing."""
    code = (
        "import sys, signac\n"
        "signac.Project, signac.JSONDict, signac.errors.Error\n"
        "assert not {'numpy', 'h5py', 'pandas', 'tables', 'rich'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


@pytest.mark.parametrize("missing", ["numpy", "h5py", "pandas", "tables", "rich"])
def test_import_without_optional_packages(tmp_path: Any, missing: str) -> None:
    """Jobs and documents work where one of these packages is not installed."""
    code = (
        "import sys\n"
        f"sys.modules[{missing!r}] = None\n"
        "import signac\n"
        "p = signac.init_project(sys.argv[1])\n"
        "j = p.open_job({'a': [1, {'b': None}]}).init()\n"
        "j.doc.x = [1]\n"
        "j.sp.c = 1\n"
        "assert [k.doc.x[0] for k in p.find_jobs({'c': 1})] == [1]\n"
        "j.remove()\n"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "p")], check=True)


def test_store_without_its_package(tmp_path: Any) -> None:
    """Without h5py a store can be made, and its use is a `ModuleNotFoundError`."""
    code = (
        "import sys\n"
        "sys.modules['h5py'] = None\n"
        "import signac\n"
        "store = signac.H5Store(sys.argv[1])\n"
        "try:\n"
        "    store['x'] = 1\n"
        "except ModuleNotFoundError as error:\n"
        "    assert 'h5py' in str(error)\n"
        "else:\n"
        "    raise SystemExit('no error')\n"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "x.h5")], check=True)


def test_status_document(project: Any) -> None:
    """The project document holds a status mapping with slashes in its keys, callable as a dict."""
    status = {"Project/9bfd29df07674bc4aa960cf661b5acd2/op/abc": 1, "x/y": 2}
    assert "_status" not in project.document
    with pytest.raises(KeyError):
        project.document["_status"]
    project.document["_status"] = status
    assert project.document["_status"]() == status
    assert "_status" in project.document
    assert dict(project.document.items()) == {"_status": status}
    project.document["_status"].update({"x/y": 3})
    assert signac.get_project(project.path).document["_status"]["x/y"] == 3


def test_statepoint_of_a_job_is_a_fresh_copy(job: Any) -> None:
    """`job.statepoint()` is a plain dict that a program may change."""
    plain = job.statepoint()
    plain["new"] = 1
    assert job.statepoint() == {"a": 0}
    assert job.cached_statepoint.get("new") is None
    assert list(job.cached_statepoint.keys()) == ["a"]
