"""The page on jobs: every code block runs, and every promise between the blocks holds.

Each test quotes what it holds, blocks first, in the order of the page. Where the page prints keys
in another order than HDF5 gives them, sets are compared.
"""

import os
import pathlib
import re
from collections.abc import MutableMapping
from typing import Any

import numpy as np
import pytest

import processes
import signac
from signac.errors import DestinationExistsError, H5StoreClosedError

STATE_POINT = "signac_statepoint.json"
DOCUMENT = "signac_job_document.json"


@pytest.fixture
def project(tmp_path: pathlib.Path) -> Any:
    return signac.init_project(tmp_path / "my_project")


@pytest.fixture
def statepoint() -> dict[str, Any]:
    return {"a": 0}


@pytest.fixture
def job(project: Any, statepoint: dict[str, Any]) -> Any:
    return project.open_job(statepoint).init()


@pytest.fixture
def filled(job: Any) -> Any:
    """Return the job of the page with the array of its first example."""
    job.data["x"] = np.arange(120.0).reshape([10, 3, 4])
    return job


def test_a_job_is_a_directory(project: Any, job: Any) -> None:
    """A job is a directory on the file system, which is part of a project workspace.

    That directory is called the job directory and contains all data associated with the job.
    """
    assert os.path.isdir(job.path)
    assert os.path.dirname(job.path) == project.workspace
    job.doc.x = 1
    job.data["y"] = np.ones(3)
    job.stores.more["z"] = 2
    with job:
        pathlib.Path("file.txt").touch()
    inside = {STATE_POINT, DOCUMENT, "signac_data.h5", "more.h5", "file.txt"}
    assert set(os.listdir(job.path)) == inside
    assert {name for name in os.listdir(project.path) if not name.startswith(".")} == {"workspace"}


def test_two_ways_to_metadata(job: Any) -> None:
    """As part of `Job.statepoint` (aliased `Job.sp`) and `Job.document` (aliased `Job.doc`)."""
    assert job.statepoint is job.sp
    assert job.document is job.doc


def test_same_interface_and_capabilities(job: Any) -> None:
    """Both containers have the exact same (dict-like) interface and capabilities."""
    for name in ("sp", "doc"):
        container = getattr(job, name)
        assert isinstance(container, MutableMapping)
        container.update({"k": {"x": [1]}}, m=2)
        container.k.x.append({"y": 3})
        container["n"] = container.pop("m")
        assert container.setdefault("o", 4) == 4
        assert container.get("p", 5) == 5
        del container["o"]
        assert container.k() == {"x": [1, {"y": 3}]}
        assert container.k.x[1].y == 3
        assert (container.n, len(container.k), "k" in container) == (2, 1, True)
        assert dict(container.items())["n"] == 2
        assert list(container.keys()) == list(container)
        assert container() == dict(container)


def test_both_are_searchable(project: Any, job: Any) -> None:
    """Both are indexed (that means searchable)."""
    other = project.open_job({"a": 1}).init()
    job.doc.found = True
    assert list(project.find_jobs({"a": 1})) == [other]
    assert list(project.find_jobs({"doc.found": True})) == [job]


def test_only_the_state_point_is_the_address(project: Any, job: Any) -> None:
    """Only the state point represents the unique address of the job."""
    name = job.id
    job.doc.x = 1
    job.data["y"] = 1
    assert job.id == name
    job.sp.b = 1
    assert job.id != name


def test_any_file_is_data_of_the_job(project: Any, job: Any) -> None:
    """Any file --with a name and format of your choosing-- stored within the job's directory."""
    pathlib.Path(job.path, "any name.xyz").write_bytes(b"\x00\xff")
    assert job.isfile("any name.xyz")
    other = project.open_job(id=job.id)
    assert pathlib.Path(other.fn("any name.xyz")).read_bytes() == b"\x00\xff"


def test_four_ways_to_interact(job: Any) -> None:
    """The context manager, `Job.fn`, the document for small and the data for numerical values."""
    here = os.getcwd()
    with job:
        assert os.path.samefile(os.getcwd(), job.path)
    assert os.getcwd() == here
    assert job.fn("data.txt") == os.path.join(job.workspace(), "data.txt")
    job.document["small"] = {"json": [1, "x", None, True]}
    job.data["small"] = 1
    job.data["large"] = np.zeros((50, 1000))
    assert job.document["small"]() == {"json": [1, "x", None, True]}
    with job.data:
        assert job.data["large"].shape == (50, 1000)


def test_three_containers_are_alike(job: Any) -> None:
    """All three data containers provide a highly similar dict-like interface."""
    for name in ("statepoint", "document", "data"):
        container = getattr(job, name)
        container["k"] = 1
        container.l = 2
        container["n"] = {"x": 1}
        assert container["k"] == container.k == container.get("k") == 1
        assert container.n.x == 1
        assert container.get("missing") is None
        assert "l" in container
        assert {"k", "l", "n"} <= set(container.keys())
        del container["l"]
        assert "l" not in container
        assert len(container) == len(list(container))


def test_directory_is_named_by_the_id(project: Any, job: Any) -> None:
    """The subdirectory is named by the job id, a hash of the state point."""
    assert os.path.basename(job.path) == job.id
    assert re.fullmatch("[0-9a-f]{32}", job.id)
    assert os.listdir(project.workspace).count(job.id) == 1


def test_jobs_cannot_share_a_state_point(project: Any, job: Any) -> None:
    """Multiple jobs cannot share the same state point; append the replica number to it."""
    assert project.open_job({"a": 0}).init() == job
    assert len(project) == 1
    for replica in range(3):
        project.open_job({"a": 0, "replica": replica}).init()
    assert len(project) == 4


def test_block_open_job(project: Any, capsys: Any) -> None:
    """Run the block that defines a state point and gets the job.

    # Define a state point:
    >>> statepoint = {"a": 0}
    # Get the associated job:
    >>> job = project.open_job(statepoint)
    >>> print(job.id)
    9bfd29df07674bc4aa960cf661b5acd2
    """
    statepoint = {"a": 0}
    job = project.open_job(statepoint)
    print(job.id)
    assert capsys.readouterr().out == "9bfd29df07674bc4aa960cf661b5acd2\n"


def test_a_job_is_only_a_handle(project: Any) -> None:
    """An instance of `Job` only gives a handle; to create the directory you must initialise it.

    Explicitly by `Job.init`, or implicitly by accessing the document or by switching into the
    job's directory.
    """

    def context(job: Any) -> None:
        with job:
            pass

    for number, initialise in enumerate([lambda j: j.init(), lambda j: j.document, context]):
        job = project.open_job({"a": number})
        assert not os.path.exists(job.path)
        initialise(job)
        assert os.path.isdir(job.path)
        assert job.isfile(STATE_POINT)


def test_block_init(project: Any) -> None:
    """Run the block on initialising a job.

    >>> job = project.open_job({"a": 2})
    # Job does not exist yet
    >>> job in project
    False
    >>> job.init()
    # Job now exists
    >>> job in project
    True
    """
    job = project.open_job({"a": 2})
    assert (job in project) is False
    job.init()
    assert (job in project) is True


def test_block_open_by_id(project: Any) -> None:
    """Run the block on opening by id.

    >>> job.init()
    >>> job2 = project.open_job(id=job.id)
    >>> job == job2
    True
    """
    job = project.open_job({"a": 2})
    with pytest.raises(KeyError):
        project.open_job(id=job.id)
    job.init()
    job2 = project.open_job(id=job.id)
    assert (job == job2) is True


def test_block_addresses(job: Any, project: Any, capsys: Any) -> None:
    """Run the block on state point, id and directory.

    >>> print(job.statepoint())
    {'a': 0}
    >>> print(job.id)
    9bfd29df07674bc4aa960cf661b5acd2
    >>> print(job.workspace())
    '/home/johndoe/my_project/workspace/9bfd29df07674bc4aa960cf661b5acd2'
    """
    for handle in (job, project.open_job(id=job.id)):
        print(handle.statepoint())
        print(handle.id)
        print(handle.workspace())
        assert capsys.readouterr().out.splitlines() == [
            "{'a': 0}",
            "9bfd29df07674bc4aa960cf661b5acd2",
            os.path.join(project.path, "workspace", "9bfd29df07674bc4aa960cf661b5acd2"),
        ]
        assert handle.get_id() == job.id
        assert handle.statepoint == {"a": 0}


def test_block_fn(job: Any, project: Any, capsys: Any) -> None:
    """Run the block on file names.

    >>> print(job.fn("newfile.txt"))
    '/home/johndoe/my_project/workspace/9bfd29df07674bc4aa960cf661b5acd2/newfile.txt'
    """
    print(job.fn("newfile.txt"))
    shown = capsys.readouterr().out.strip()
    assert shown.endswith("/my_project/workspace/9bfd29df07674bc4aa960cf661b5acd2/newfile.txt")
    assert shown == os.path.join(job.workspace(), "newfile.txt")
    pathlib.Path(job.fn("newfile.txt")).write_text("new")
    assert job.isfile("newfile.txt")


def test_state_point_attributes(project: Any) -> None:
    """`print(job.sp.a)` or `print(job.statepoint.a)`, also for nested ones: `print(job.sp.b.c)`."""
    job = project.open_job({"a": 0, "b": {"c": 1}})
    assert job.sp.a == job.statepoint.a == 0
    assert job.sp.b.c == job.statepoint.b.c == 1


def test_modifying_renames(project: Any, job: Any) -> None:
    """The state point file is rewritten and the job's directory is renamed."""
    pathlib.Path(job.fn("file.txt")).write_text("mine")
    job.doc.x = 1
    inode = os.stat(job.path).st_ino
    old, path = job.id, job.path
    job.sp.b = 1
    assert job.id != old
    assert not os.path.exists(path)
    assert os.stat(job.path).st_ino == inode
    assert pathlib.Path(job.fn("file.txt")).read_text() == "mine"
    assert job.doc() == {"x": 1}
    assert pathlib.Path(job.fn(STATE_POINT)).read_text() == '{"a": 0, "b": 1}'


def test_three_options(project: Any) -> None:
    """Via `statepoint` and `sp`, via `update_statepoint`, and via `reset_statepoint`.

    `update_statepoint` provides safeguards against accidental overwriting of existing values,
    `reset_statepoint` will simply reset the whole state point without further questions.
    """
    job = project.open_job({"a": 0}).init()
    job.sp.b = 1
    job.statepoint.b = 2
    job.statepoint["a"] = 3
    assert job.sp() == {"a": 3, "b": 2}
    job.update_statepoint({"c": 4})
    with pytest.raises(KeyError):
        job.update_statepoint({"a": 5})
    assert job.sp() == {"a": 3, "b": 2, "c": 4}
    job.reset_statepoint({"a": 6})
    assert job.sp() == {"a": 6}
    assert list(project) == [job]


@pytest.mark.parametrize(
    "modify",
    [
        lambda job: setattr(job.sp, "a", 1),
        lambda job: job.statepoint.__setitem__("a", 1),
        lambda job: job.update_statepoint({"a": 1}, overwrite=True),
        lambda job: job.reset_statepoint({"a": 1}),
    ],
    ids=["sp", "statepoint", "update_statepoint", "reset_statepoint"],
)
def test_no_existing_job_is_overwritten(project: Any, modify: Any) -> None:
    """Regardless of method: `DestinationExistsError` if an existing job would be overwritten."""
    job, other = project.open_job({"a": 0}).init(), project.open_job({"a": 1}).init()
    job.doc.x, other.doc.x = 0, 1
    with pytest.raises(DestinationExistsError):
        modify(job)
    assert (job.sp.a, job.doc.x) == (0, 0)
    assert (other.sp.a, other.doc.x) == (1, 1)


def test_block_add_a_key(project: Any) -> None:
    """Run the block that adds a key.

    for job in project:
        job.sp.setdefault("b", 0)
    """
    for statepoint in ({"a": 0}, {"a": 1}, {"a": 2, "b": 5}):
        project.open_job(statepoint).init().doc.a = statepoint["a"]
    for job in project:
        job.sp.setdefault("b", 0)
    assert sorted((job.sp.a, job.sp.b) for job in project) == [(0, 0), (1, 0), (2, 5)]
    assert all(job.doc.a == job.sp.a for job in project)


def test_block_rename_a_key(project: Any) -> None:
    """Run the block that renames a key.

    for job in project:
        assert "c" not in job.sp
        job.sp.c = job.statepoint.pop("b")
    """
    for number in range(3):
        project.open_job({"a": number, "b": number}).init()
    for job in project:
        assert "c" not in job.sp
        job.sp.c = job.statepoint.pop("b")
    assert sorted(job.sp.c for job in project) == [0, 1, 2]
    assert not any("b" in job.sp for job in project)


def test_block_remove_a_key(project: Any) -> None:
    """Run the block that removes a key.

    for job in project:
        if "c" in job.sp:
            del job.sp["c"]
    """
    for statepoint in ({"a": 0, "c": 1}, {"a": 1, "c": 1}, {"a": 2}):
        project.open_job(statepoint).init()
    for job in project:
        if "c" in job.sp:
            del job.sp["c"]
    assert sorted(job.sp.a for job in project) == [0, 1, 2]
    assert not any("c" in job.sp for job in project)


def test_block_nested(job: Any) -> None:
    """Run the block on nested state points.

    >>> job.statepoint()
    {'a': 0}
    >>> job.sp.b.c = 0  # <-- will raise an AttributeError!!
    # Instead:
    >>> job.sp.b = {"c": 0}
    # Now you can modify in-place:
    >>> job.sp.b.c = 1
    """
    assert job.statepoint() == {"a": 0}
    with pytest.raises(AttributeError):
        job.sp.b.c = 0
    job.sp.b = {"c": 0}
    job.sp.b.c = 1
    assert job.statepoint() == {"a": 0, "b": {"c": 1}}


def test_warning_on_copies(job: Any, project: Any) -> None:
    """`sp_dict = job.statepoint()` is a modifiable copy, `sp = job.statepoint` is not."""
    name = job.id
    sp_dict = job.statepoint()
    sp_dict["a"] = 5
    assert type(sp_dict) is dict
    assert pathlib.Path(job.fn(STATE_POINT)).read_text() == '{"a": 0}'
    assert job.id == name
    sp = job.statepoint
    sp["a"] = 5
    assert pathlib.Path(job.fn(STATE_POINT)).read_text() == '{"a": 5}'
    assert job.id != name


def test_document_is_stored_as_json(job: Any) -> None:
    """The job document is automatically stored in the job's workspace directory in JSON format."""
    job.document["hello"] = "world"
    assert pathlib.Path(job.path, DOCUMENT).read_text() == '{"hello": "world"}'


def test_block_document_set(project: Any, statepoint: Any) -> None:
    """Run the block that writes to the document.

    >>> job = project.open_job(statepoint)
    >>> job.doc["hello"] = "world"
    # or equivalently
    >>> job.doc.hello = "world"
    """
    job = project.open_job(statepoint)
    job.doc["hello"] = "world"
    assert project.open_job(statepoint).doc() == {"hello": "world"}
    job.doc.clear()
    job.doc.hello = "world"
    assert project.open_job(statepoint).doc() == {"hello": "world"}


def test_block_document_get(job: Any, capsys: Any) -> None:
    """Run the block that reads from the document.

    >>> print(job.document().get("hello"))
    world
    >>> print(job.document.hello)
    world
    >>> print(job.doc.hello)
    world
    """
    job.doc.hello = "world"
    print(job.document().get("hello"))
    print(job.document.hello)
    print(job.doc.hello)
    assert capsys.readouterr().out == "world\n" * 3


def test_document_get_default(job: Any) -> None:
    """Use `get` to return None or another specified default value for missing values."""
    assert job.document.get("missing") is None
    assert job.document.get("missing", 5) == 5
    job.document.here = 0
    assert job.document.get("here", 5) == 0


def test_names_of_the_files(job: Any) -> None:
    """Data are stored in ``signac_data.h5``; ``Job.stores['key_name']`` in ``key_name.h5``."""
    job.data["x"] = 1
    job.stores["key_name"]["y"] = 2
    assert {name for name in os.listdir(job.path) if name.endswith(".h5")} == {
        "signac_data.h5",
        "key_name.h5",
    }
    import h5py

    with h5py.File(job.fn("signac_data.h5"), "r") as file:
        assert file["x"][()] == 1


def test_data_is_not_searchable(project: Any, job: Any) -> None:
    """Unlike the document, `Job.data` is not searchable."""
    job.data["x"] = 1
    assert len(project.find_jobs({"x": 1})) == 0
    assert len(project.find_jobs({"doc.x": 1})) == 0


def test_block_store_an_array(project: Any, statepoint: Any) -> None:
    """Run the block that stores an array.

    >>> import numpy as np
    >>> job = project.open_job(statepoint)
    >>> job.data["x"] = np.ones([10, 3, 4])
    """
    job = project.open_job(statepoint)
    job.data["x"] = np.ones([10, 3, 4])
    with project.open_job(statepoint).data as data:
        assert np.array_equal(data["x"], np.ones([10, 3, 4]))


def test_blocks_read_an_array(filled: Any) -> None:
    """Run the three blocks that read an array.

    >>> with job.data:
    ...     x = job.data.x[:]
    >>> with job.data:
    ...     x = job.data["x"][:]
    >>> with job.data:
    ...     x = job.data.get("x")[:]
    """
    job = filled
    found = []
    with job.data:
        found.append(job.data.x[:])
    with job.data:
        found.append(job.data["x"][:])
    with job.data:
        found.append(job.data.get("x")[:])
    for x in found:
        assert type(x) is np.ndarray
        assert np.array_equal(x, np.arange(120.0).reshape([10, 3, 4]))


def test_data_get_default(filled: Any) -> None:
    """Use `Job.data.get` to return None or another specified default for missing values."""
    assert filled.data.get("missing") is None
    assert filled.data.get("missing", 5) == 5


def test_values_are_copies_and_arrays_references(filled: Any) -> None:
    """All values are returned as copies, except for arrays, which are accessed by reference."""
    job = filled
    job.data["number"] = 1
    job.data["text"] = "hello"
    with job.data:
        array, number, text = job.data.x, job.data.number, job.data.text
        array[0, 0, 0] = -1
        assert job.data.x[0, 0, 0] == -1
        assert not isinstance(array, np.ndarray)
    assert number == 1
    assert text == "hello"
    assert not array
    with pytest.raises((RuntimeError, ValueError)):
        array[0]


def test_block_slices(filled: Any) -> None:
    """Run the block with slices.

    >>> with job.data:
    ...     job.data.x[0, 0, 0]
    ...     job.data.x[1:3, 0, :]
    ...     job.data.x[:, 1, 3]
    """
    job, x = filled, np.arange(120.0).reshape([10, 3, 4])
    with job.data:
        assert job.data.x[0, 0, 0] == x[0, 0, 0]
        assert np.array_equal(job.data.x[1:3, 0, :], x[1:3, 0, :])
        assert np.array_equal(job.data.x[:, 1, 3], x[:, 1, 3])


def test_blocks_load_to_memory(filled: Any) -> None:
    """Run the blocks that load entire arrays, and hold what is said on scalars and text.

    >>> with job.data:
    ...     x = job.data.x[:]
    >>> with job.data:
    ...     x = job.data.x[()]

    Slicing may be used to load array-like and text data. It cannot be used to load scalar values.
    A caveat of the explicit memory copy operator is that it cannot be used to load strings.
    """
    job = filled
    job.data["number"] = 5
    job.data["text"] = "hello"
    with job.data:
        x = job.data.x[:]
    with job.data:
        y = job.data.x[()]
    assert np.array_equal(x, y)
    with job.data:
        assert job.data.number[()] == 5
        assert job.data.text[:] == "hello"
        with pytest.raises((IndexError, TypeError)):
            job.data.number[:]
        with pytest.raises(TypeError):
            job.data.text[()]


@pytest.fixture
def grouped(filled: Any) -> Any:
    """Run the block that makes groups.

    >>> job.data["group/subgroup_1"] = np.ones([10, 3, 2])
    >>> job.data["group/subgroup_2"] = np.ones([10, 1, 2])
    """
    job = filled
    job.data["group/subgroup_1"] = np.ones([10, 3, 2])
    job.data["group/subgroup_2"] = np.ones([10, 1, 2])
    return job


def test_block_read_groups(grouped: Any) -> None:
    """Run the block that reads from groups; its lines are equivalent.

    >>> with job.data:
    ...     job.data.group.subgroup_1[:]
    ...     job.data["group/subgroup_1"][:]
    ...     job.data.get("group/subgroup_1")[:]
    """
    job = grouped
    with job.data:
        assert np.array_equal(job.data.group.subgroup_1[:], np.ones([10, 3, 2]))
        assert np.array_equal(job.data["group/subgroup_1"][:], np.ones([10, 3, 2]))
        assert np.array_equal(job.data.get("group/subgroup_1")[:], np.ones([10, 3, 2]))
        assert np.array_equal(job.data.group["subgroup_2"][:], np.ones([10, 1, 2]))


def test_block_keys(grouped: Any) -> None:
    """Run the block that lists keys.

    >>> print(list(job.data.keys()))
    ['x', 'group']
    >>> print(list(job.data.group.keys()))
    ['subgroup_1', 'subgroup_2']
    """
    job = grouped
    assert set(job.data.keys()) == {"x", "group"}
    assert list(job.data.group.keys()) == ["subgroup_1", "subgroup_2"]
    with job.data:
        assert set(job.data.keys()) == {"x", "group"}
        assert list(job.data.group.keys()) == ["subgroup_1", "subgroup_2"]


def test_block_contains(grouped: Any) -> None:
    """Run the block that looks for keys.

    >>> "subgroup_1" in job.data
    False
    >>> "subgroup_1" in job.data.group
    True
    """
    job = grouped
    assert ("subgroup_1" in job.data) is False
    assert ("subgroup_1" in job.data.group) is True
    with job.data:
        assert ("subgroup_1" in job.data) is False
        assert ("subgroup_1" in job.data.group) is True


def test_block_iterate(grouped: Any) -> None:
    """Run the block that iterates through the keys of a group, on the closed store of the page.

    >>> group = job.data.group
    >>> for key in group:
    ...     group[key][:]
    """
    job = grouped
    shapes = {}
    group = job.data.group
    for key in group:
        shapes[key] = group[key][:].shape
    assert shapes == {"subgroup_1": (10, 3, 2), "subgroup_2": (10, 1, 2)}
    with pytest.raises(H5StoreClosedError):
        job.data.file
    with job.data:
        group = job.data.group
        assert {key: group[key][:].shape for key in group} == shapes


def test_file_is_opened_and_flushed_each_time(job: Any) -> None:
    """The underlying HDF5 file is opened and flushed after each read- and write-operation."""
    job.data["x"] = 1
    with pytest.raises(H5StoreClosedError):
        job.data.mode
    path = job.fn("signac_data.h5")

    def read() -> Any:
        import h5py

        with h5py.File(path, "r") as file:
            return int(file["x"][()])

    assert processes.run(read).get() == 1
    assert job.data["x"] == 1
    assert processes.run(read).get() == 1


def test_block_context(filled: Any, capsys: Any) -> None:
    """Run the block that keeps the file open.

    >>> with job.data:
    ...     job.data["hello"] = "world"
    ...     print(job.data.x)

    The file is only opened and flushed once in the example.
    """
    job = filled
    with job.data:
        file = job.data.file
        job.data["hello"] = "world"
        print(job.data.x)
        assert job.data.file is file
    assert "(10, 3, 4)" in capsys.readouterr().out
    assert job.data["hello"] == "world"
    assert not file


def test_default_mode_is_append(job: Any, filled: Any) -> None:
    """The default open-mode is append (``'a'``)."""
    with filled.data as data:
        assert data.mode == "r+"
        data["y"] = 1
    assert set(job.data) == {"x", "y"}
    with job.stores.new as new:
        new["z"] = 1
    assert job.isfile("new.h5")


def test_block_read_only(filled: Any, capsys: Any) -> None:
    """Run the block that opens read-only.

    >>> with job.data.open(mode="r"):
    ...     print(job.data.x)
    """
    job = filled
    with job.data.open(mode="r"):
        print(job.data.x)
        assert job.data.mode == "r"
        with pytest.raises(ValueError):
            job.data["y"] = 1
    assert "(10, 3, 4)" in capsys.readouterr().out
    assert set(job.data) == {"x"}


def test_open_is_needed_for_arrays(filled: Any) -> None:
    """Explicitly opening the file is required when reading and writing arrays."""
    array = filled.data["x"]
    with pytest.raises((RuntimeError, ValueError)):
        array[:]
    with filled.data.open():
        assert filled.data["x"][:].shape == (10, 3, 4)


def test_concurrent_reading(filled: Any) -> None:
    """If data will only be read concurrently, ``HDF5_USE_FILE_LOCKING=FALSE`` may be set."""
    path = filled.project.path
    for setting in (None, "FALSE"):

        def read(setting: str | None = setting) -> float:
            if setting:
                os.environ["HDF5_USE_FILE_LOCKING"] = setting
            job = signac.get_project(path).open_job({"a": 0})
            with job.data.open(mode="r"):
                return float(job.data.x[0, 0, 1])

        with filled.data.open(mode="r"):
            results = processes.together([read, read])
        assert [result.get() for result in results] == [1.0, 1.0]


# Low-level API


def test_block_low_level(job: Any) -> None:
    """Run the block that uses h5py itself.

    >>> with job.data:
    ...     dset = job.data.file.create_dataset("X", (64, 32), dtype="f4")

    The file must be open to access the `file` property.
    """
    import h5py

    with job.data:
        assert isinstance(job.data.file, h5py.File)
        dset = job.data.file.create_dataset("X", (64, 32), dtype="f4")
        assert dset.shape == (64, 32)
    with pytest.raises(H5StoreClosedError):
        job.data.file
    with job.data:
        assert job.data.X.dtype == np.float32
        assert job.data.X.shape == (64, 32)


def test_data_is_one_of_the_stores(job: Any) -> None:
    """`Job.data` is essentially just an alias for ``job.stores.signac_data``."""
    assert isinstance(job.data, signac.H5Store)
    assert job.data is job.stores.signac_data
    assert os.path.samefile(os.path.dirname(job.data.filename), job.path)
    assert os.path.basename(job.data.filename) == "signac_data.h5"


def test_block_stores(job: Any) -> None:
    """Run the block that writes to a store of its own.

    >>> with job.stores.my_data as data:
    ...     data["X"] = X
    """
    X = np.arange(6).reshape(2, 3)  # noqa: N806
    with job.stores.my_data as data:
        data["X"] = X
    assert job.isfile("my_data.h5")
    with job.stores["my_data"] as data:
        assert np.array_equal(data["X"][:], X)


def test_stores_are_dict_like(job: Any) -> None:
    """`Job.stores` is a `signac.H5StoreManager` and implements a dict-like interface."""
    assert isinstance(job.stores, signac.H5StoreManager)
    assert len(job.stores) == 0
    job.stores["one"] = {"x": 1}
    job.stores.two = {"y": np.ones(2)}
    assert set(job.stores) == set(job.stores.keys()) == {"one", "two"}
    assert len(job.stores) == 2
    assert "one" in job.stores
    assert job.stores.one["x"] == 1
    del job.stores["one"]
    assert list(job.stores) == ["two"]
    assert not job.isfile("one.h5")


def test_operations_in_parallel_use_different_files(project: Any, job: Any) -> None:
    """Multiple operations executed in parallel can operate on different files."""
    path = project.path

    def work(name: str) -> None:
        mine = signac.get_project(path).open_job({"a": 0})
        for number in range(5):
            with mine.stores[name] as store:
                store[str(number)] = np.full(10, number)

    for result in processes.together([lambda name=name: work(name) for name in ("p", "q")]):
        result.get()
    for name in ("p", "q"):
        with job.stores[name] as store:
            assert sorted(store) == list("01234")
            assert store["4"][0] == 4
