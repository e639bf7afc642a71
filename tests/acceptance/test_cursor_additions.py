"""What cursors can do beyond the peer: order, limits, counts, aggregates, explanations."""

import logging
import math
from typing import Any

import pytest

from acceptance.finding import fill, found, labels, messages

NAN = float("nan")
INF = float("inf")


def ids(value: Any) -> str:
    return repr(value)[:40]


def order(cursor: Any) -> list[int]:
    """Return the labels in the order of the cursor."""
    return [job.cached_statepoint["n"] for job in cursor]


@pytest.fixture
def jobs(project: Any) -> list[Any]:
    statepoints = [
        {"a": 3, "b": {"c": 1}, "s": "x"},
        {"a": 1, "b": {"c": 2}, "s": "y"},
        {"a": 2, "b": {"c": 1}, "s": "x"},
        {"a": 1, "b": {"c": 1}, "s": "z"},
        {"b": {"c": 3}},
        {"a": 2.5, "s": "x"},
    ]
    documents = [{"d": 5}, {"d": -1}, None, {"d": 2.5}, {"e": 1}, {"d": 5}]
    return fill(project, statepoints, documents)


class TestSort:
    @pytest.mark.parametrize("key", ["a", "sp.a"])
    def test_by_one_key(self, project: Any, jobs: list[Any], key: str) -> None:
        """Jobs are ordered by the value of a key, those without it come last."""
        values = [job.sp.get("a") for job in project.find_jobs().sort(key)]
        assert values == [1, 1, 2, 2.5, 3, None]

    def test_descending(self, project: Any, jobs: list[Any]) -> None:
        """A leading minus turns the order round; jobs without the key come last all the same."""
        assert order(project.find_jobs({"n": {"$ne": 3}}).sort("-a")) == [0, 5, 2, 1, 4]
        assert order(project.find_jobs({"n": {"$ne": 3}}).sort("-sp.a")) == [0, 5, 2, 1, 4]

    def test_by_several_keys(self, project: Any, jobs: list[Any]) -> None:
        """Later keys decide between jobs that are equal by the earlier ones, each in its way."""
        assert order(project.find_jobs().sort("a", "b.c")) == [3, 1, 2, 5, 0, 4]
        assert order(project.find_jobs().sort("a", "-b.c")) == [1, 3, 2, 5, 0, 4]
        assert order(project.find_jobs().sort("-b.c", "a")) == [4, 1, 3, 2, 0, 5]
        assert order(project.find_jobs().sort("s", "n")) == [0, 2, 5, 1, 3, 4]

    def test_by_document_keys(self, project: Any, jobs: list[Any]) -> None:
        """Keys of documents are as good."""
        assert order(project.find_jobs().sort("doc.d", "n")) == [1, 3, 0, 5, 2, 4]
        assert order(project.find_jobs().sort("-doc.d", "-n")) == [5, 0, 3, 1, 4, 2]

    def test_stable(self, project: Any, jobs: list[Any]) -> None:
        """Jobs that are equal by the keys stay in the order of the cursor, in both directions."""
        for cursor in (project.find_jobs(), project.find_jobs().sort("-n")):
            before = order(cursor)
            for key, equal in [("s", {0, 2, 5}), ("-s", {0, 2, 5}), ("doc.d", {2, 4})]:
                after = order(cursor.sort(key))
                assert [n for n in after if n in equal] == [n for n in before if n in equal]

    def test_no_key(self, project: Any, jobs: list[Any]) -> None:
        """Without keys the order is that of the cursor."""
        assert order(project.find_jobs().sort()) == order(project.find_jobs())

    def test_unlike_types(self, project: Any) -> None:
        """The order is null, numbers and booleans, NaN, strings, lists, mappings."""
        values = [{"x": 1}, [2], [1, 5], "b", "a", NAN, INF, 2, True, 0.5, False, -INF, None]
        fill(project, [{"a": value} for value in values] + [{}])
        last = len(values)
        ascending = order(project.find_jobs().sort("a"))
        assert ascending == [12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, last]
        descending = order(project.find_jobs({"n": {"$ne": 5}}).sort("-a"))
        assert descending == [0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, last]

    def test_lists_of_unlike_elements(self, project: Any) -> None:
        """Lists that Python cannot order are ordered all the same."""
        values: list[Any] = [["x"], [1], [None], [{"k": 1}], [[1]], [], [1, "x"], [1, None]]
        fill(project, [{"a": value} for value in values])
        one = order(project.find_jobs().sort("a"))
        assert sorted(one) == list(range(8))
        assert one[0] == 5
        assert order(project.find_jobs().sort("-n").sort("a")) == one

    def test_huge_integers(self, project: Any) -> None:
        """Integers are ordered exactly."""
        values = [2**60 + 1, 2.0**60, 2**60 + 2, 10**400, INF, -(10**400), -INF]
        fill(project, [{"a": value} for value in values])
        assert order(project.find_jobs().sort("a")) == [6, 5, 1, 0, 2, 3, 4]

    @pytest.mark.parametrize(
        "wrong", [5, None, ["a"], lambda job: 1], ids=lambda x: type(x).__name__
    )
    def test_wrong_keys(self, project: Any, jobs: list[Any], wrong: Any) -> None:
        """A key is a string."""
        with pytest.raises((TypeError, ValueError)):
            list(project.find_jobs().sort(wrong))


class TestLimit:
    def test_first_jobs(self, project: Any, jobs: list[Any]) -> None:
        """`limit` gives the first jobs of the order."""
        everything = list(project.find_jobs())
        for number in range(8):
            cursor = project.find_jobs().limit(number)
            assert list(cursor) == everything[:number]
            assert len(cursor) == cursor.count() == min(number, 6)
            assert all((job in cursor) is (job in everything[:number]) for job in everything)
        assert order(project.find_jobs().sort("-n").limit(2)) == [5, 4]
        assert order(project.find_jobs({"s": "x"}).sort("n").limit(2)) == [0, 2]

    def test_order_of_the_calls_matters(self, project: Any, jobs: list[Any]) -> None:
        """Sorting after a limit sorts what is left; limits are taken one after the other."""
        three = sorted(order(project.find_jobs().limit(3)))
        assert order(project.find_jobs().limit(3).sort("-n")) == three[::-1]
        assert order(project.find_jobs().sort("n").limit(4).sort("-n").limit(2)) == [3, 2]
        assert order(project.find_jobs().sort("n").limit(2).limit(4)) == [0, 1]

    @pytest.mark.parametrize("wrong", [-1, "2", 1.5, None], ids=ids)
    def test_wrong_limits(self, project: Any, jobs: list[Any], wrong: Any) -> None:
        """A limit is a number of jobs."""
        with pytest.raises((TypeError, ValueError)):
            list(project.find_jobs().limit(wrong))


class TestDerived:
    def test_new_and_lazy(self, project: Any, jobs: list[Any]) -> None:
        """`sort` and `limit` give new cursors, and search when these are used."""
        cursor = project.find_jobs({"s": "x"})
        derived = cursor.sort("n").limit(5)
        assert derived is not cursor
        fill(project, [{"n": 50, "s": "x"}])
        assert order(derived) == [0, 2, 5, 50]
        assert sorted(order(cursor)) == [0, 2, 5, 50]
        faulty = project.find_jobs({"a": {"$foo": 1}}).sort("a").limit(1)
        with pytest.raises(KeyError):
            list(faulty)

    def test_everything_else_keeps_working(self, project: Any, jobs: list[Any]) -> None:
        """A sorted cursor has positions, slices, membership, groups and tables."""
        cursor = project.find_jobs({"a": {"$exists": True}}).sort("-n")
        assert order(cursor) == [5, 3, 2, 1, 0]
        assert cursor[0] == jobs[5]
        assert cursor[-1] == jobs[0]
        assert order(cursor[1:3]) == [3, 2]
        assert jobs[4] not in cursor
        assert jobs[0] in cursor
        assert len(cursor) == 5
        assert list(cursor.to_dataframe().index) == [jobs[n].id for n in (5, 3, 2, 1, 0)]
        groups = [(key, order(group)) for key, group in cursor.groupby("s")]
        assert [(key, sorted(group)) for key, group in groups] == [
            ("x", [0, 2, 5]),
            ("y", [1]),
            ("z", [3]),
        ]
        two = cursor.limit(2)
        assert [(key, labels(group)) for key, group in two.groupby("s")] == [("x", [5]), ("z", [3])]
        assert list(two.to_dataframe()["sp.n"]) == [5, 3]

    def test_cursors_of_different_order_are_different(self, project: Any, jobs: list[Any]) -> None:
        """A sorted or limited cursor is not equal to one that gives other jobs or another order."""
        cursor = project.find_jobs({"a": 1})
        assert cursor.sort("n") == project.find_jobs({"a": 1}).sort("n")
        assert cursor.limit(1) != cursor
        assert cursor.limit(1) != cursor.limit(2)
        assert cursor.sort("n") != cursor.sort("-n")

    def test_pickle(self, project: Any, jobs: list[Any]) -> None:
        """Sorted and limited cursors can be pickled."""
        import pickle

        cursor = project.find_jobs({"s": "x"}).sort("-n").limit(2)
        assert order(pickle.loads(pickle.dumps(cursor))) == [5, 2]
        assert order(cursor) == [5, 2]
        assert order(pickle.loads(pickle.dumps(cursor))) == [5, 2]


class TestCounts:
    def test_count(self, project: Any, jobs: list[Any]) -> None:
        """`count` is the number of jobs that the cursor gives."""
        assert project.find_jobs().count() == 6
        assert project.find_jobs({"s": "x"}).count() == 3
        assert project.find_jobs({"s": "none"}).count() == 0
        assert project.find_jobs("doc.d > 2").count() == 3

    def test_count_is_settled(self, project: Any, jobs: list[Any]) -> None:
        """`count` agrees with the iteration, where `len` of an unfiltered cursor is live."""
        cursor = project.find_jobs()
        assert len(list(cursor)) == 6
        fill(project, [{"n": 50}])
        assert cursor.count() == len(list(cursor)) == 6
        assert len(cursor) == 7
        assert project.find_jobs().count() == 7

    def test_first(self, project: Any, jobs: list[Any]) -> None:
        """`first` is the first job, or None."""
        assert project.find_jobs().first() == project.find_jobs()[0]
        assert project.find_jobs().sort("-n").first() == jobs[5]
        assert project.find_jobs({"a": 99}).first() is None
        assert project.find_jobs().limit(0).first() is None

    def test_one(self, project: Any, jobs: list[Any]) -> None:
        """`one` is the only job."""
        job = project.find_jobs({"n": 3}).one()
        assert job == jobs[3]
        assert job.project is project

    @pytest.mark.parametrize(
        ("query", "number"), [({"s": "x"}, "3"), ({"s": "none"}, "0"), ({}, "6")]
    )
    def test_one_of_several(self, project: Any, jobs: list[Any], query: Any, number: str) -> None:
        """Where there is not exactly one job, `one` is a `LookupError` that tells how many."""
        with pytest.raises(LookupError) as caught:
            project.find_jobs(query).one()
        message = str(caught.value)
        assert number in message or (number == "0" and "no " in message.lower())

    def test_distinct(self, project: Any, jobs: list[Any]) -> None:
        """`distinct` gives the values of a key, sorted, each once."""
        assert project.find_jobs().distinct("a") == [1, 2, 2.5, 3]
        assert project.find_jobs().distinct("sp.b.c") == [1, 2, 3]
        assert project.find_jobs().distinct("doc.d") == [-1, 2.5, 5]
        assert project.find_jobs({"s": "x"}).distinct("b.c") == [1]
        assert project.find_jobs().distinct("missing") == []
        assert project.find_jobs().sort("-n").limit(2).distinct("s") == ["x"]

    def test_distinct_keeps_types_apart(self, project: Any) -> None:
        """Values are told apart as they are stored: `1`, `1.0` and `True` are three."""
        values = [1, 1.0, True, 1, "1", None, [1], [1], 0, False, None]
        fill(project, [{"a": value} for value in values])
        result = project.find_jobs().distinct("a")
        assert type(result) is list
        names = sorted(type(value).__name__ for value in result[:-1])
        assert names == ["NoneType", "bool", "bool", "float", "int", "int", "str"]
        assert list(result[-1]) == [1]
        assert result[0] is None
        assert result[-2] == "1"
        assert {repr(value) for value in result[1:3]} == {"0", "False"}

    def test_count_by(self, project: Any, jobs: list[Any]) -> None:
        """`count_by` counts the jobs for each value of a key, in order of the values."""
        counts = project.find_jobs().count_by("s")
        assert counts == {"x": 3, "y": 1, "z": 1}
        assert list(counts) == ["x", "y", "z"]
        assert type(counts) is dict
        assert list(project.find_jobs().count_by("a").items()) == [(1, 2), (2, 1), (2.5, 1), (3, 1)]
        assert list(project.find_jobs().count_by("doc.d").items()) == [(-1, 1), (2.5, 1), (5, 2)]
        assert project.find_jobs({"s": "x"}).count_by("b.c") == {1: 2}
        assert project.find_jobs().count_by("missing") == {}

    def test_count_by_several_keys(self, project: Any, jobs: list[Any]) -> None:
        """Several keys count tuples of values, of the jobs that have all of them."""
        counts = project.find_jobs().count_by("b.c", "s")
        assert list(counts.items()) == [((1, "x"), 2), ((1, "z"), 1), ((2, "y"), 1)]
        assert project.find_jobs().count_by("s", "doc.d") == {
            ("x", 5): 2,
            ("y", -1): 1,
            ("z", 2.5): 1,
        }

    def test_count_by_equals_groupby(self, project: Any, jobs: list[Any]) -> None:
        """Counts are the sizes of the groups of `groupby`."""
        for keys in ("a", "s", "doc.d", ("s", "a")):
            groups = {key: len(list(group)) for key, group in project.groupby(keys)}
            names = (keys,) if isinstance(keys, str) else keys
            assert project.find_jobs().count_by(*names) == groups


class TestAggregates:
    def test_numbers(self, project: Any, jobs: list[Any]) -> None:
        """`min`, `max`, `mean` and `sum` are those of the numbers of a key."""
        cursor = project.find_jobs()
        assert cursor.min("a") == 1
        assert cursor.max("a") == 3
        assert cursor.sum("a") == 9.5
        assert cursor.mean("a") == 1.9
        assert cursor.min("doc.d") == -1
        assert cursor.max("doc.d") == 5
        assert cursor.sum("sp.b.c") == 8
        assert cursor.mean("b.c") == 1.6
        assert project.find_jobs({"s": "x"}).sum("a") == 7.5
        assert project.find_jobs().sort("n").limit(2).sum("a") == 4

    def test_types_are_kept(self, project: Any, jobs: list[Any]) -> None:
        """Least and greatest value are as stored; sums of integers are integers."""
        assert type(project.find_jobs().min("a")) is int
        assert type(project.find_jobs({"n": 5}).max("a")) is float
        assert type(project.find_jobs().sum("b.c")) is int
        assert type(project.find_jobs().mean("b.c")) is float

    def test_what_is_no_number_is_skipped(self, project: Any) -> None:
        """Booleans, texts, null, lists, mappings, NaN and missing values do not count."""
        values: list[Any] = [2, True, "9", None, [7], {"x": 5}, NAN, 4, False, -1.5]
        fill(project, [{"a": value} for value in values] + [{}])
        cursor = project.find_jobs()
        assert cursor.min("a") == -1.5
        assert cursor.max("a") == 4
        assert cursor.sum("a") == 4.5
        assert cursor.mean("a") == 1.5

    @pytest.mark.parametrize("query", [{"n": 99}, {"n": 1}, {"n": 2}, {"n": 3}], ids=ids)
    def test_no_number_at_all(self, project: Any, query: Any) -> None:
        """Without numbers the sum is 0 and the others are None."""
        fill(project, [{"a": 1}, {"a": True}, {"a": "x"}, {"a": NAN}])
        cursor = project.find_jobs(query)
        assert cursor.min("a") is cursor.max("a") is cursor.mean("a") is None
        assert cursor.sum("a") == 0
        assert cursor.sum("missing") == 0

    def test_every_job_counts(self, project: Any) -> None:
        """Equal values of several jobs all enter sum and mean."""
        fill(project, [{"a": 1}, {"a": 1}, {"a": 1.0}, {"a": 5}])
        assert project.find_jobs().sum("a") == 8
        assert project.find_jobs().mean("a") == 2

    def test_extremes(self, project: Any) -> None:
        """Infinities and huge integers are numbers."""
        fill(project, [{"a": INF}, {"a": 10**400}, {"a": -(10**400)}, {"a": 2**60}])
        assert project.find_jobs().max("a") == INF
        assert project.find_jobs({"n": {"$ne": 0}}).max("a") == 10**400
        assert project.find_jobs({"n": {"$ne": 0}}).min("a") == -(10**400)
        assert project.find_jobs({"n": {"$ne": 0}}).sum("a") == 2**60

    def test_sums_are_accurate(self, project: Any) -> None:
        """Sums of floats do not lose digits on the way."""
        fill(project, [{"a": 0.1} for _ in range(10)])
        assert math.isclose(project.find_jobs().sum("a"), 1.0, rel_tol=1e-15)
        assert math.isclose(project.find_jobs().mean("a"), 0.1, rel_tol=1e-15)


class TestDocumentsOfNow:
    def test_aggregates_see_changes(self, project: Any, jobs: list[Any]) -> None:
        """Aggregates see documents as they are."""
        assert project.find_jobs().max("doc.d") == 5
        jobs[2].doc.d = 77
        assert project.find_jobs().max("doc.d") == 77
        assert project.find_jobs().count_by("doc.d")[77] == 1
        assert project.find_jobs().sort("-doc.d").first() == jobs[2]


class TestExplain:
    def test_text(self, project: Any, jobs: list[Any], reopen: Any) -> None:
        """`explain` tells in words how a filter is answered."""
        for where in (project, reopen()):
            for query in (None, {"a": 1}, {"doc.d": 5}, "a > 1 and doc.d == 5", {"$not": {"a": 1}}):
                text = str(where.find_jobs(query).explain())
                assert len(text.strip()) > 10

    def test_documents_are_mentioned(self, project: Any, jobs: list[Any]) -> None:
        """It tells whether documents are read."""
        assert "document" in str(project.find_jobs({"doc.d": 5}).explain()).lower()

    def test_similar_keys_are_named(self, project: Any, jobs: list[Any]) -> None:
        """A key that no job has is named, with the keys that look like it."""
        fill(project, [{"temperature": 1, "pressure": 2}])
        text = str(project.find_jobs({"temprature": 1}).explain())
        assert "temprature" in text
        assert "temperature" in text

    def test_faults(self, project: Any, jobs: list[Any]) -> None:
        """A faulty filter cannot be explained: it raises."""
        with pytest.raises(KeyError):
            str(project.find_jobs({"a": {"$foo": 1}}).explain())

    def test_nothing_is_changed(self, project: Any, jobs: list[Any]) -> None:
        """The cursor is as usable after it."""
        cursor = project.find_jobs({"s": "x"})
        cursor.explain()
        assert labels(cursor) == [0, 2, 5]


class TestUnknownKeys:
    @pytest.fixture
    def log(self, caplog: Any) -> Any:
        caplog.set_level(logging.INFO, logger="signac")
        return caplog

    @pytest.mark.parametrize(
        ("query", "unknown", "similar"),
        [
            ({"temprature": 1}, "temprature", "temperature"),
            ({"sp.temprature": {"$gt": 1}}, "temprature", "temperature"),
            ({"box.widht": 1}, "box.widht", "box.width"),
            ({"box": {"widht": 1}}, "box.widht", "box.width"),
            ({"doc.convergd": True}, "convergd", "converged"),
            ({"$not": {"temprature": 1}}, "temprature", "temperature"),
            ("temprature > 5", "temprature", "temperature"),
            ("temprature 5", "temprature", "temperature"),
        ],
        ids=ids,
    )
    def test_similar_names(
        self, project: Any, log: Any, query: Any, unknown: str, similar: str
    ) -> None:
        """A key that no job has, and others look like it, is one WARNING with their names."""
        fill(project, [{"temperature": 1, "box": {"width": 2}}], [{"converged": True}])
        log.clear()
        list(project.find_jobs(query))
        texts = [text for text in messages(log, logging.WARNING) if unknown in text]
        assert len(texts) == 1
        assert similar in texts[0]

    def test_nothing_similar(self, project: Any, log: Any) -> None:
        """A key that no job has, and nothing looks like it, is an INFO."""
        fill(project, [{"temperature": 1}])
        log.clear()
        assert found(project, {"zzzzqq": 1}) == []
        assert any("zzzzqq" in text for text in messages(log, logging.INFO))
        assert not messages(log, logging.WARNING)

    @pytest.mark.parametrize(
        "query",
        [
            {"temprature": {"$exists": True}},
            {"temprature.$exists": False},
            "temprature",
            {"temperature": 99},
            {"box.width": 5},
            {"box": {"$exists": True}},
            None,
        ],
        ids=ids,
    )
    def test_what_is_not_reported(self, project: Any, log: Any, query: Any) -> None:
        """Keys that are there, and questions whether one is there, are not reported."""
        fill(project, [{"temperature": 1, "box": {"width": 2}}])
        log.clear()
        list(project.find_jobs(query))
        assert not messages(log, logging.WARNING)
        assert not any("temprature" in text for text in messages(log, logging.INFO))

    def test_no_python_warning(self, project: Any, recwarn: Any) -> None:
        """Nothing is a Python warning."""
        fill(project, [{"temperature": 1}])
        assert found(project, {"temprature": 1, "doc.x": 1}) == []
        assert not list(recwarn)
