"""Questions to a project under change, judged by the jobs that nobody changed meanwhile."""

from collections.abc import Callable, Iterator
from typing import Any

import rawcheck
from soak.desk import GONE, Desk, Wrong
from soak.ground import STILL, still_document, still_statepoint
from soak.journal import State

Pair = tuple[dict[str, Any], dict[str, Any]]  # state point, document
Test = Callable[[dict[str, Any], dict[str, Any]], bool]


def has(document: dict[str, Any], key: str, test: Callable[[Any], bool]) -> bool:
    return key in document and test(document[key])


def filters(desk: Desk) -> tuple[Any, Test]:
    """Draw a filter, with what it says."""
    number, group = desk.draw.randrange(10), desk.draw.randrange(4)
    letter = str(desk.draw.randrange(4))
    choices: list[tuple[Any, Test]] = [
        ({"soak": "owned"}, lambda sp, doc: sp["soak"] == "owned"),
        ({"turn": {"$gte": number}}, lambda sp, doc: sp.get("turn", -1) >= number),
        ({"deep.k": group}, lambda sp, doc: sp.get("deep", {}).get("k") == group),
        ({"doc.k": group}, lambda sp, doc: doc.get("k") == group),
        (
            {"doc.turn": {"$lt": number}, "soak": {"$in": ["owned", "still"]}},
            lambda sp, doc: has(doc, "turn", lambda turn: turn < number),
        ),
        ({"$not": {"doc.k": {"$exists": True}}}, lambda sp, doc: "k" not in doc),
        (
            {"$or": [{"name": {"$regex": f"^{letter}"}}, {"doc.nest.n": 1}, {"g": group}]},
            lambda sp, doc: (
                sp.get("name", "").startswith(letter)
                or doc.get("nest", {}).get("n") == 1
                or sp.get("g") == group
            ),
        ),
        (
            f"turn <= {number} and doc.k = {group}".replace(" = ", " == "),
            lambda sp, doc: has(sp, "turn", lambda turn: turn <= number) and doc.get("k") == group,
        ),
        (None, lambda sp, doc: True),
    ]
    return desk.draw.choice(choices)


class Sight:
    """What is known for certain of one project while a question was answered."""

    def __init__(self, desk: Desk, place: int) -> None:
        self.desk = desk
        self.place = place
        self._before = desk.board.look()
        self.still = {
            rawcheck.id_of(still_statepoint(n)): (still_statepoint(n), still_document(n))
            for n in range(STILL[place])
        }

    def close(self) -> None:
        """Take note of who was changed since; only the others are certain."""
        self.quiet = self.desk.board.quiet(self._before, self.desk.board.look())

    def owned(self) -> Iterator[tuple[str, str, State, bool]]:
        """Yield name, id, state and presence of each owned job that was left alone."""
        for name, state in self.quiet.items():
            yield name, rawcheck.id_of(state["sp"]), state, state["project"] == self.place

    def certain(self) -> Iterator[tuple[str, str, Pair | None]]:
        """Yield name, id and content of each job that was left alone, None if it is not here."""
        for id_, pair in self.still.items():
            yield "still", id_, pair
        for name, id_, state, here in self.owned():
            yield name, id_, (state["sp"], state["doc"]) if here else None

    def require(self, condition: object, name: str, message: str) -> None:
        if not condition:
            path = self.desk.ground.paths[self.place]
            raise Wrong(name, f"{message} in {path}; its state is {self.quiet.get(name)}")


def search(desk: Desk, project: Any, sight: Sight) -> None:
    filter_, test = filters(desk)
    found = [job.id for job in project.find_jobs(filter_)]
    sight.close()
    assert len(found) == len(set(found)), f"{filter_}: twice the same: {found}"
    for name, id_, pair in sight.certain():
        wanted = pair is not None and test(*pair)
        sight.require((id_ in found) == wanted, name, f"{filter_} finds it: {not wanted}, {id_}")


def documents(desk: Desk, project: Any, sight: Sight) -> None:
    """Read state points and documents of the jobs of a search, directly."""
    filter_, test = filters(desk)
    found: dict[str, Any] = {}
    for job in project.find_jobs(filter_):
        id_ = job.id
        try:
            found[id_] = rawcheck.canonical([job.sp(), dict(job.cached_statepoint)]), job.doc()
        except GONE as error:
            found[id_] = error, None
    sight.close()
    for name, id_, pair in sight.certain():
        if pair is not None and test(*pair):
            statepoint, document = found.get(id_, ("not found", None))
            same = statepoint == rawcheck.canonical([pair[0], pair[0]])
            sight.require(same, name, f"{filter_}: the state point is {statepoint!r}")
            same = rawcheck.same(document, pair[1])
            sight.require(same, name, f"{filter_}: the document is {document!r}")


def groups(desk: Desk, project: Any, sight: Sight) -> None:
    key = desk.draw.choice(("deep.k", "doc.k", "turn"))
    found: dict[str, list[Any]] = {}
    for value, group in project.groupby(key):
        for job in group:
            found.setdefault(job.id, []).append(value)
    sight.close()
    top, _, nested = key.rpartition(".")
    for name, id_, pair in sight.certain():
        value: Any = None
        if pair is not None:
            mapping = pair[1] if top == "doc" else pair[0].get("deep", {}) if top else pair[0]
            value = mapping.get(nested)
        wanted = [] if value is None else [value]
        is_ = found.get(id_, [])
        sight.require(is_ == wanted, name, f"groupby({key!r}): in {is_}, not {wanted}")


def schema(desk: Desk, project: Any, sight: Sight) -> None:
    detected = project.detect_schema()
    sight.close()
    names = set(detected.get("name", {}).get(str, ()))
    assert set(detected["g"][int]) == set(range(5))
    for name, _, _, here in sight.owned():
        sight.require((name in names) == here, name, f"the schema has its name: {not here}")


def table(desk: Desk, project: Any, sight: Sight) -> None:
    frame = project.to_dataframe()
    sight.close()
    rows = frame.to_dict("index")
    for name, id_, pair in sight.certain():
        row = rows.get(id_)
        sight.require((row is None) == (pair is None), name, f"the row of {id_} is {row}")
        if row is not None and pair is not None:
            is_ = {key: row[f"doc.{key}"] for key in ("k", "turn") if key in pair[1]}
            wanted = {key: pair[1][key] for key in is_}
            sight.require(is_ == wanted, name, f"a table has {is_}, not {wanted}")
            if "turn" in pair[0]:
                sight.require(row["sp.turn"] == pair[0]["turn"], name, f"a table has {row}")


def count(desk: Desk, project: Any, sight: Sight) -> None:
    length = len(project)
    ids = [job.id for job in project]
    handles = {}
    for id_ in desk.draw.sample(sorted(sight.still), 3):
        assert project.open_job(id=id_[:31]).id == id_
    for name in desk.draw.sample(desk.board.names, 3):
        state = desk.board.state(name)
        if state is not None:
            handles[name] = project.open_job(state["sp"]) in project
    sight.close()
    assert len(ids) == len(set(ids))
    certain = [id_ for _, id_, pair in sight.certain() if pair is not None]
    assert length >= len(certain), f"{length} jobs, but {len(certain)} are there for certain"
    for name, id_, pair in sight.certain():
        sight.require((id_ in ids) == (pair is not None), name, f"iteration has {id_} or not")
        if name in handles:
            sight.require(handles[name] == (pair is not None), name, f"{id_} in project, or not")


def summary(desk: Desk, project: Any, sight: Sight) -> None:
    cursor = project.find_jobs({"soak": "still"})
    number = STILL[sight.place]
    assert len(cursor) == number
    groups = [sum(n % 5 == group for n in range(number)) for group in range(5)]
    assert cursor.count_by("g") == dict(enumerate(groups))
    assert cursor.distinct("doc.nest.n") == [0, 1, 2]
    assert [job.sp.n for job in cursor.sort("-n").limit(2)] == [number - 1, number - 2]


def stores(desk: Desk, project: Any, sight: Sight) -> None:
    """Read the stores of the jobs of a search."""
    found: dict[str, Any] = {}
    for job in project.find_jobs({"soak": "owned", "doc.turn": {"$gte": desk.draw.randrange(10)}}):
        id_ = job.id
        try:
            if job.isfile("signac_data.h5"):
                with job.data.open(mode="r") as store:
                    found[id_] = int(store["n"])
                    assert (store["deep/x"][:] == found[id_]).all()
        except GONE as error:
            found[id_] = error
    sight.close()
    for name, id_, state, here in sight.owned():
        if here and id_ in found:
            wanted = state["store"]
            sight.require(found[id_] == wanted, name, f"the store is {found[id_]!r}, not {wanted}")


def contested(desk: Desk, project: Any, sight: Sight) -> None:
    """Read jobs that come and go: each is whole, or gone with an error that says so."""
    for job in project.find_jobs({"soak": {"$in": ["contested", "shared"]}}):
        id_ = job.id
        try:
            assert rawcheck.id_of(job.sp()) == id_
            document = job.doc()
        except GONE:
            continue
        assert document.get("a") == document.get("b"), f"{id_}: half a change: {document}"
        if "count" in document:
            times = sum(v for key, v in document.items() if key.startswith("times"))
            assert document["count"] == times, f"{id_}: half a transaction: {document}"


QUESTIONS = (search, search, search, documents, groups, schema, table, count, summary, stores)


def ask(desk: Desk) -> str:
    """Put one question and judge the answer."""
    place = desk.draw.randrange(2)
    question = desk.draw.choice((*QUESTIONS, contested))
    desk.journal.note("ask", question=question.__name__, place=place)
    question(desk, desk.projects[place], Sight(desk, place))
    desk.journal.note("answered", question=question.__name__)
    return question.__name__
