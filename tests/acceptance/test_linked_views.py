"""Linked views: directories of links to jobs."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

import processes
import signac
from acceptance.moving import bare, links_below, made
from acceptance.support import assert_says, tree
from signac.linked_view import create_linked_view


@pytest.fixture
def two(tmp_path: Path) -> Any:
    """Return a project with two jobs."""
    return made(tmp_path / "project", {"a": 0}, {"a": 1})


def places(project: Any, layout: dict[str, Any]) -> dict[str, str]:
    """Return what a view must give for a layout of links and state points."""
    return {link: project.open_job(sp).path for link, sp in layout.items()}


def assert_view(prefix: str, expected: dict[str, str]) -> None:
    """Hold that the links below a directory are the expected ones, and lead to the jobs."""
    links = links_below(prefix)
    assert links == {link: os.path.realpath(path) for link, path in expected.items()}
    for link in links:
        text = os.readlink(os.path.join(prefix, link))
        assert not os.path.isabs(text)


def test_default(two: Any) -> None:
    """The view is made in `view`; its links are relative, and lead to the jobs."""
    result = two.create_linked_view()
    expected = places(two, {"a/0/job": {"a": 0}, "a/1/job": {"a": 1}})
    assert type(result) is dict
    assert result == expected
    assert_view("view", expected)
    assert Path("view/a/1/job/file.txt").read_text() == "file of {'a': 1}"
    assert os.listdir(".") == ["view"]


@pytest.mark.parametrize("prefix", ["x", "x/y/z", "./x", "with blank", ".hidden", "x/../y"])
@pytest.mark.parametrize("kind", ["relative", "absolute", "path object"])
def test_prefix(two: Any, prefix: str, kind: str) -> None:
    """The prefix is created with its parents."""
    os.mkdir("x") if ".." in prefix else None
    given: Any = os.path.join(os.getcwd(), prefix) if kind == "absolute" else prefix
    result = two.create_linked_view(Path(prefix) if kind == "path object" else given)
    assert sorted(result) == ["a/0/job", "a/1/job"]
    assert_view(prefix, result)


def test_view_can_be_moved_with_the_project(tmp_path: Path) -> None:
    """Relative links still lead to the jobs when project and view move together."""
    project = made(tmp_path / "both/project", {"a": 0}, {"a": 1})
    project.create_linked_view(str(tmp_path / "both/view"))
    os.rename(tmp_path / "both", tmp_path / "moved")
    text = (tmp_path / "moved/view/a/0/job/file.txt").read_text()
    assert text == "file of {'a': 0}"


def test_no_jobs(project: Any) -> None:
    """Without jobs nothing is created."""
    assert project.create_linked_view("view") == {}
    assert os.listdir(".") == []


def test_one_job(tmp_path: Path) -> None:
    """One job with an automatic path is `job` in the prefix itself, even if that exists."""
    project = bare(tmp_path / "project", {"a": 1})
    for prefix in ("view", "existing"):
        if prefix == "existing":
            os.mkdir(prefix)
        result = project.create_linked_view(prefix)
        assert result == places(project, {"job": {"a": 1}})
        assert_view(prefix, result)


class TestSelection:
    def test_ids(self, tmp_path: Path) -> None:
        """Only the given jobs are linked; what varies is decided among them."""
        project = bare(tmp_path / "project", *({"a": n, "b": n % 2} for n in range(4)))
        ids = [project.open_job({"a": n, "b": 0}).id for n in (0, 2)]
        result = project.create_linked_view("view", job_ids=ids)
        assert result == places(project, {"a/0/job": {"a": 0, "b": 0}, "a/2/job": {"a": 2, "b": 0}})
        assert_view("view", result)

    @pytest.mark.parametrize("make", [list, tuple, set, iter])
    def test_iterables(self, two: Any, make: Any) -> None:
        """The ids may come from any iterable."""
        result = two.create_linked_view("view", job_ids=make([job.id for job in two]))
        assert sorted(result) == ["a/0/job", "a/1/job"]

    def test_abbreviated(self, two: Any) -> None:
        """The ids may be abbreviated."""
        result = two.create_linked_view("view", job_ids=[job.id[:6] for job in two])
        assert result == places(two, {"a/0/job": {"a": 0}, "a/1/job": {"a": 1}})

    def test_jobs(self, two: Any) -> None:
        """Jobs themselves are a `TypeError`."""
        for jobs in (list(two), two.find_jobs()):
            with pytest.raises(TypeError) as caught:
                two.create_linked_view("view", job_ids=jobs)
            assert_says(caught.value)
        assert not os.path.exists("view")

    @pytest.mark.parametrize("name", ["f" * 32, "zz", "fff"])
    def test_unknown(self, two: Any, name: str) -> None:
        """An id that is not there is a `LookupError`, and nothing is created."""
        with pytest.raises(LookupError) as caught:
            two.create_linked_view("view", job_ids=[next(iter(two)).id, name])
        assert_says(caught.value, name)
        assert not os.path.exists("view")


class TestUpdates:
    def test_again(self, two: Any) -> None:
        """Repeating an up-to-date view changes nothing."""
        first = two.create_linked_view("view")
        stamps = {name: os.lstat(f"view/{name}").st_ctime_ns for name in tree("view")}
        inodes = {name: os.lstat(f"view/{name}").st_ino for name in tree("view")}
        assert two.create_linked_view("view") == first
        assert {name: os.lstat(f"view/{name}").st_ctime_ns for name in tree("view")} == stamps
        assert {name: os.lstat(f"view/{name}").st_ino for name in tree("view")} == inodes

    def test_extend(self, two: Any) -> None:
        """New jobs are added, and links that are right are kept."""
        two.create_linked_view("view")
        kept = os.lstat("view/a/0/job").st_ino
        two.open_job({"a": 7}).init()
        result = two.create_linked_view("view")
        assert sorted(result) == ["a/0/job", "a/1/job", "a/7/job"]
        assert_view("view", result)
        assert os.lstat("view/a/0/job").st_ino == kept

    def test_removed_jobs(self, two: Any) -> None:
        """Links of removed jobs go, and the directories that become empty."""
        two.open_job({"a": 7}).init()
        two.create_linked_view("view")
        two.open_job({"a": 7}).remove()
        result = two.create_linked_view("view")
        assert sorted(result) == ["a/0/job", "a/1/job"]
        assert set(tree("view")) == {"a", "a/0", "a/0/job", "a/1", "a/1/job"}

    def test_shrink(self, two: Any) -> None:
        """A subset takes the place of the whole."""
        two.create_linked_view("view")
        result = two.create_linked_view("view", job_ids=[two.open_job({"a": 1}).id])
        assert list(result) == ["job"]
        assert set(tree("view")) == {"job"}
        assert_view("view", result)

    def test_to_an_empty_project(self, two: Any) -> None:
        """All links vanish with the last job."""
        two.create_linked_view("view")
        for job in list(two):
            job.remove()
        assert two.create_linked_view("view") == {}
        assert links_below("view") == {}
        assert not os.path.exists("view/a")

    def test_another_layout(self, two: Any) -> None:
        """Another template takes the place of the old layout."""
        two.create_linked_view("view")
        result = two.create_linked_view("view", path="x/{a}")
        assert set(tree("view")) == {"x", "x/0", "x/0/job", "x/1", "x/1/job"}
        assert_view("view", result)

    def test_other_files_stay(self, two: Any) -> None:
        """Other files and directories in the prefix stay."""
        two.create_linked_view("view")
        Path("view/top").write_text("mine")
        Path("view/a/0/mine").write_text("mine")
        os.makedirs("view/directory/below")
        two.open_job({"a": 7}).init()
        result = two.create_linked_view("view")
        assert_view("view", result)
        assert Path("view/top").read_text() == "mine"
        assert Path("view/a/0/mine").read_text() == "mine"
        assert os.path.isdir("view/directory/below")

    def test_wrong_targets(self, two: Any) -> None:
        """A link to the wrong job is set right."""
        two.create_linked_view("view")
        os.unlink("view/a/0/job")
        os.symlink(os.readlink("view/a/1/job"), "view/a/0/job")
        result = two.create_linked_view("view")
        assert_view("view", result)
        assert Path("view/a/0/job/file.txt").read_text() == "file of {'a': 0}"

    def test_changed_state_point(self, two: Any) -> None:
        """After a change of a state point the view follows."""
        two.create_linked_view("view")
        two.open_job({"a": 1}).sp.a = 5
        result = two.create_linked_view("view")
        assert sorted(result) == ["a/0/job", "a/5/job"]
        assert_view("view", result)
        assert not os.path.lexists("view/a/1")

    def test_jobs_are_never_touched(self, two: Any) -> None:
        """Whatever happens to a view, the jobs stay as they are."""
        before = tree(two.workspace)
        two.create_linked_view("view")
        two.create_linked_view("view", path=False)
        two.create_linked_view("view", job_ids=[two.open_job({"a": 1}).id])
        after = tree(two.workspace)
        assert {name: after[name] for name in before} == before


class TestSeparators:
    @pytest.mark.parametrize(
        "given",
        [
            ({"a": "x/y"}, {"a": "z"}),
            ({"a/b": 1}, {"a/b": 2}),
            ({"a": "/"}, {"a": "z"}),
        ],
        ids=["value", "key", "alone"],
    )
    @pytest.mark.parametrize("path", [None, False, "{job.id}"])
    def test_refused(self, tmp_path: Path, given: Any, path: Any) -> None:
        """A key or text value with a separator is refused, even if the path does not use it."""
        project = bare(tmp_path / "project", *given)
        with pytest.raises(RuntimeError) as caught:
            project.create_linked_view("view", path=path)
        assert_says(caught.value, "/")
        assert not os.path.exists("view")

    def test_only_selected_jobs(self, tmp_path: Path) -> None:
        """Jobs that are not selected do not matter."""
        project = bare(tmp_path / "project", {"a": "x/y"}, {"a": "z"}, {"a": "w"})
        ids = [project.open_job({"a": value}).id for value in "zw"]
        result = project.create_linked_view("view", job_ids=ids)
        assert sorted(result) == ["a/w/job", "a/z/job"]

    @pytest.mark.parametrize("value", ["x y", "~", "*", "~root", "$HOME", "-x", "é", "job"])
    def test_other_characters(self, tmp_path: Path, value: str) -> None:
        """Other characters are fine."""
        project = bare(tmp_path / "project", {"a": value}, {"a": "other"})
        result = project.create_linked_view("view")
        assert sorted(result) == sorted([f"a/{value}/job", "a/other/job"])
        assert_view("view", result)


class TestHeterogeneous:
    def test_different_keys(self, tmp_path: Path) -> None:
        """Jobs `{a, b}` and `{a, c}` are ordered by the number of values over all jobs."""
        given = [{"a": n % 4, "b": n} for n in range(6)] + [
            {"a": n % 4, "c": n % 2} for n in range(4)
        ]
        project = bare(tmp_path / "project", *given)
        result = project.create_linked_view("view")
        assert result == places(
            project,
            {
                f"a/{sp['a']}/b/{sp['b']}/job" if "b" in sp else f"c/{sp['c']}/a/{sp['a']}/job": sp
                for sp in given
            },
        )
        assert_view("view", result)

    def test_scalar_and_mapping(self, tmp_path: Path) -> None:
        """A key may be a scalar here and a mapping there."""
        given = [{"a": n, "b": n} for n in range(2)] + [{"a": n, "b": {"c": n}} for n in range(2)]
        project = bare(tmp_path / "project", *given)
        assert sorted(project.create_linked_view("view")) == [
            "a/0/b.c/0/job",
            "a/0/b/0/job",
            "a/1/b.c/1/job",
            "a/1/b/1/job",
        ]

    def test_job_without_own_keys(self, tmp_path: Path) -> None:
        """A job that has no varying key is an error."""
        project = bare(tmp_path / "project", {"a": 1}, {"a": 1, "b": 1})
        with pytest.raises(RuntimeError) as caught:
            project.create_linked_view("view")
        assert_says(caught.value)
        assert not os.path.exists("view")


@pytest.mark.parametrize(
    ("path", "layout"),
    [
        ("{a}", ["{a}/job"]),
        ("flat_{a}", ["flat_{a}/job"]),
        ("x/y/{a}", ["x/y/{a}/job"]),
        ("{{auto:_}}", ["a_{a}/job"]),
    ],
)
def test_templates(two: Any, path: str, layout: list[str]) -> None:
    """Trees and flat layouts come from templates."""
    result = two.create_linked_view("view", path=path)
    assert sorted(result) == [layout[0].format(a=n) for n in (0, 1)]
    assert_view("view", result)


def test_duplicates(two: Any) -> None:
    """A template that is not unique is refused, and an earlier view stays."""
    two.create_linked_view("view")
    before = links_below("view")
    with pytest.raises(RuntimeError, match="duplicate paths"):
        two.create_linked_view("view", path="same")
    assert links_below("view") == before


def test_directory_in_the_way(two: Any) -> None:
    """A directory where a link should be is kept, and an `IsADirectoryError`."""
    os.makedirs("view/a/0/job/mine")
    with pytest.raises(IsADirectoryError) as caught:
        two.create_linked_view("view")
    assert_says(caught.value, "a/0/job")
    assert os.path.isdir("view/a/0/job/mine")


def test_prefix_is_a_file(two: Any) -> None:
    """A file in the place of the prefix is kept, and a `NotADirectoryError`."""
    Path("view").write_text("mine")
    with pytest.raises(NotADirectoryError) as caught:
        two.create_linked_view("view")
    assert_says(caught.value, "view")
    assert Path("view").read_text() == "mine"


def test_function(two: Any) -> None:
    """`signac.linked_view.create_linked_view` does the same."""
    result = create_linked_view(two, "view")
    assert_view("view", result)
    assert create_linked_view(project=two, prefix="view", job_ids=None, path="{a}") == places(
        two, {"0/job": {"a": 0}, "1/job": {"a": 1}}
    )
    assert two.create_linked_view(prefix="view", job_ids=None, path=None) == result


def test_views_of_two_projects(tmp_path: Path, two: Any) -> None:
    """Two projects have views beside each other."""
    other = bare(tmp_path / "other", {"a": 0}, {"a": 1})
    two.create_linked_view("views/one")
    other.create_linked_view("views/two")
    assert_view("views/one", two.create_linked_view("views/one"))
    assert_view("views/two", other.create_linked_view("views/two"))


def test_project_reached_through_a_link(tmp_path: Path, two: Any) -> None:
    """A project that was opened through a link is linked to as well."""
    os.symlink(two.path, tmp_path / "linked")
    project = signac.get_project(tmp_path / "linked", search=False)
    result = project.create_linked_view("view")
    assert {os.path.realpath(path) for path in result.values()} == {
        os.path.realpath(job.path) for job in two
    }
    assert set(links_below("view").values()) == {os.path.realpath(job.path) for job in two}


def test_view_can_be_deleted(two: Any) -> None:
    """Deleting a view deletes no job."""
    before = tree(two.workspace)
    two.create_linked_view("view")
    shutil.rmtree("view")
    assert {name: tree(two.workspace)[name] for name in before} == before


def test_views_of_other_layouts_at_once(tmp_path: Path) -> None:
    """Processes that make different views in one prefix raise nothing; the last call is right."""
    project = bare(tmp_path / "project", *({"a": n} for n in range(12)))

    def work(number: int) -> Any:
        def run() -> None:
            mine = signac.get_project(project.path)
            for turn in range(5):
                mine.create_linked_view("view", path=[None, "x/{a}", False][(turn + number) % 3])

        return run

    for outcome in processes.together([work(number) for number in range(3)]):
        outcome.get()
    result = project.create_linked_view("view")
    assert links_below("view") == result
    assert len(result) == 12
