"""Schemas, tables, groups, neighbors and differences are the released peer's, on the same jobs."""

import random
from typing import Any

import pytest

import signac
from interop import shown
from interop.peer import Peer, PeerError
from signac.schema import ProjectSchema

TEXTS: list[dict[str, Any]] = [
    {},
    {"depth": 1},
    {"depth": 2},
    {"depth": 9},
    {"precision": 1},
    {"max_num_range": 3, "depth": 1},
    {"max_num_range": 100, "precision": 0},
]


def regular(number: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a job of an ordinary study: all jobs have the same keys."""
    statepoint = {
        "T": 0.5 + number % 4 / 3,
        "seed": number,
        "model": f"model-{number % 3}",
        "on": number % 2 == 0,
        "nothing": None,
        "box": {"L": [10.0, number % 2, 3], "shape": {"kind": "cube", "rho": number / 7}},
        "const": 1,
    }
    document = {"energy": -number / 2, "n": {"steps": number}, "tags": ["a", number], "ok": True}
    return statepoint, document


def uneven(number: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a job whose keys and types depend on its number."""
    draw = random.Random(number)
    pool = [number, f"s{number}", number / 4, None, [number, "x"], {"q": number}, {"r": {}}]
    statepoint: dict[str, Any] = {"i": number, "v": draw.choice(pool)}
    for name in ("a", "b", "c"):
        if draw.random() < 0.6:
            statepoint[name] = draw.choice([draw.randrange(3), draw.randrange(3), f"t{name}"])
    if draw.random() < 0.5:
        statepoint["n"] = {"x": draw.randrange(2), "y": {"z": draw.choice(["p", "q"])}}
    document: dict[str, Any] = {}
    if draw.random() < 0.7:
        document = {"w": draw.choice([1, 2.5, None, "t", [1], {"k": 2}]), "x": draw.randrange(2)}
    return statepoint, document


def grid(number: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a job on a grid with nested keys and some values of unlike types."""
    values = (None, False, 1, 2, 5, 1.5, "p", "q", [1, 2], [3])
    statepoint = {
        "a": values[number % 10],
        "b": {"c": number // 10 % 3, "d": "same"},
        "e": number // 30,
    }
    return statepoint, {"x": number % 2}


class Space:
    """One project that both programs look at."""

    def __init__(self, project: signac.Project, peer: Peer) -> None:
        self.ours = project
        self._peer = peer

    def ask(self, command: str, **arguments: Any) -> Any:
        return self._peer.call(command, path=self.ours.path, **arguments)

    def try_to_ask(self, command: str, **arguments: Any) -> tuple[Any, PeerError | None]:
        """Return the answer, or the error."""
        try:
            return self.ask(command, **arguments), None
        except PeerError as error:
            return None, error


@pytest.fixture(scope="module", params=[regular, uneven, grid], ids=lambda make: make.__name__)
def space(request: Any, peer: Peer, tmp_path_factory: pytest.TempPathFactory) -> Space:
    project = signac.init_project(tmp_path_factory.mktemp(request.param.__name__))
    with signac.durability("fast"):
        for statepoint, document in map(request.param, range(60)):
            job = project.open_job(statepoint).init()
            if document:
                job.doc = document
    return Space(signac.get_project(project.path), peer)


@pytest.mark.parametrize("constant", [False, True])
def test_schema(space: Space, constant: bool) -> None:
    """Keys, their order, values, and texts in all forms are the same; types are in our order."""
    order, values, texts = space.ask("schema", texts=TEXTS, exclude_const=constant)
    found = space.ours.detect_schema(exclude_const=constant)
    assert shown.schema(found) == values
    assert list(found) == [key for key, _ in order]
    kinds = {kind.__name__: kind for key in found for kind in found[key]}
    for key in found:
        assert [kind.__name__ for kind in found[key]] == sorted(dict(order)[key])
    # The types of a key are in the order of a listing there, so put ours into that order.
    reordered = ProjectSchema(
        {key: {kinds[name]: found[key][kinds[name]] for name in names} for key, names in order}
    )
    for choice, text in zip(TEXTS, texts, strict=True):
        assert text is None or reordered.format(**choice) == text
    assert None not in texts[:1]


def test_schema_of_some_jobs(space: Space) -> None:
    """A subset by ids gives the schema of these jobs, whatever else is among the ids."""
    ids = sorted(job.id for job in space.ours)[::7]
    subset = [*ids, "f" * 32, ids[0][:9], "x"]
    order, values, _ = space.ask("schema", texts=[], subset=subset)
    found = space.ours.detect_schema(subset=subset)
    assert shown.schema(found) == values
    assert list(found) == [key for key, _ in order]


@pytest.mark.parametrize("flatten", [False, True])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"sp_prefix": "", "doc_prefix": ""},
        {"sp_prefix": "", "doc_prefix": "d_"},
        {"usecols": ["sp.i", "sp.v", "doc.w", "sp.a", "zz", "sp.T", "doc.n"]},
        {"usecols": ["sp.n.x", "sp.b.c", "doc.w.k", "sp.box.shape.rho", "sp.box.L", "doc.x"]},
        {"usecols": ["doc.energy", "doc.w"]},
        {"usecols": "sp.T", "sp_prefix": ""},
        {"usecols": ["x"], "sp_prefix": "", "doc_prefix": ""},
    ],
    ids=lambda options: " ".join(f"{name}={value}" for name, value in options.items()) or "all",
)
def test_frames(space: Space, options: dict[str, Any], flatten: bool) -> None:
    """Labels, types and cells of tables are the same; both have columns in first-seen order."""
    theirs, columns, index = space.ask("frame", flatten=flatten, **options)
    table = space.ours.to_dataframe(flatten=flatten, **options)
    if not columns:
        assert table.shape == (0, 0)
        return
    assert shown.frame(table) == theirs
    assert list(table.index) == sorted(index)
    rows = {name: table.loc[[name]].dropna(axis=1).columns for name in table.index}
    if all(set(row) == set(columns) for row in rows.values()):
        assert list(table.columns) == columns


@pytest.mark.parametrize(
    ("key", "default"),
    [
        ("a", None),
        ("sp.b", None),
        ("doc.x", None),
        ("doc.x", -1),
        ("T", None),
        ("T", 0.1),
        ("zz", None),
        ("zz", 5),
        (("model", "on"), None),
        (("doc.x", "i"), None),
        (("doc.x", "i", "doc.energy"), -1),
        (["e"], None),
        ((), None),
        (None, None),
        ("v", None),
        ("box", None),
        ("sp", None),
        ("a.$lt", None),
    ],
    ids=repr,
)
@pytest.mark.parametrize("query", [None, {"i": {"$lt": 20}}, {"doc.x": 1}], ids=repr)
def test_groups(space: Space, key: Any, default: Any, query: Any) -> None:
    """Values, their order, and the jobs of each are the same, or both raise the same class."""
    cursor = space.ours.find_jobs(query)
    theirs, error = space.try_to_ask("groups", key=key, default=default, query=query)
    if error is None:
        assert shown.groups(cursor.groupby(key, default)) == theirs
    elif key == "sp":
        assert list(cursor.groupby(key, default)) == []
    else:
        with pytest.raises((TypeError, KeyError)) as caught:
            list(cursor.groupby(key, default))
        assert error.names[0] in {base.__name__ for base in caught.type.__mro__}


@pytest.mark.parametrize("ignore", [[], "c", ["i"], ["i", "seed"], ["e", "b.c"], ["const", "b.d"]])
@pytest.mark.filterwarnings("ignore:.*not present:RuntimeWarning")
def test_neighbors(space: Space, ignore: Any) -> None:
    """Neighbors are the same, or both programs cannot tell jobs apart."""
    theirs, error = space.try_to_ask("neighbors", ignore=ignore)
    if error is None:
        assert shown.neighbors(space.ours.get_neighbors(ignore=ignore)) == theirs
    elif "impossible" in str(error):
        with pytest.raises(ValueError, match="impossible to distinguish"):
            space.ours.get_neighbors(ignore=ignore)
    else:  # an empty mapping is no reason to fail
        assert "UnboundLocalError" in error.names or "not in list" in str(error)
        space.ours.get_neighbors(ignore=ignore)


@pytest.mark.parametrize("numbers", [(), (3,), (0, 1), (2, 2), (0, 12, 24), range(10)], ids=repr)
def test_differences(space: Space, numbers: Any) -> None:
    """What tells jobs apart is the same."""
    jobs = sorted(space.ours, key=lambda job: job.id)
    chosen = [jobs[number] for number in numbers]
    theirs, error = space.try_to_ask("diff", statepoints=[job.sp() for job in chosen])
    found = signac.diff_jobs(*chosen)
    if error is not None:
        assert "TypeError" in error.names  # an empty mapping
    else:
        assert {name: shown.cell(part) for name, part in found.items()} == theirs
