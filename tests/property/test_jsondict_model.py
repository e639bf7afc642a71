"""`signac.JSONDict` behaves as a plain dictionary whose JSON is the file, after every operation."""

import json
import os
import shutil
import tempfile
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

import jsonvalues
import signac
from property.edits import at, draw_edit, draw_refused, pick, plain

DEFAULT = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=40,
    stateful_step_count=25,
    suppress_health_check=list(HealthCheck),
)
LONG = settings(DEFAULT, derandomize=False, max_examples=300, stateful_step_count=80)

# The order of keys after these follows what the object had read before, so the model adopts it.
LOOSE = ("x.reset", "l.reset", "x.update")


class RollBackError(Exception):
    """Leaves a transaction on purpose."""


class DocumentMachine(RuleBasedStateMachine):
    """Edits through several objects on one file, beside a plain dictionary."""

    def __init__(self) -> None:
        super().__init__()
        self.root = tempfile.mkdtemp(prefix="signac-document-")
        self.file = os.path.join(self.root, "document.json")
        os.symlink(self.root, os.path.join(self.root, "link"))
        other_name = os.path.join(self.root, "link", "document.json")
        self.objects = [
            signac.JSONDict(self.file),
            signac.JSONDict(self.file, write_concern=True),
            signac.JSONDict(other_name),
        ]
        self.model: dict[str, Any] = {}
        self.last = ""
        self.written = False

    def teardown(self) -> None:
        shutil.rmtree(self.root)

    def _one(self, data: st.DataObject) -> Any:
        return data.draw(st.sampled_from(self.objects))

    def _edit(self, data: st.DataObject, document: Any) -> None:
        """Draw an edit and apply it to the document and to the model; what it returns is equal."""
        place = pick(data.draw, self.model)
        self.last, edit = draw_edit(data.draw, at(self.model, place))
        given = edit(at(document, place))
        expected = edit(at(self.model, place))
        assert json.dumps(plain(given)) == json.dumps(plain(expected))
        self.model = plain(self.model)
        if self.last.startswith(LOOSE):
            assert _text(document()) == _text(self.model)
            self.model = document()
        self.written = True

    @initialize(full=st.booleans())
    def begin(self, full: bool) -> None:
        """Begin with no file, or with a document that has containers to edit."""
        if full:
            content = {"n": {"l": [1, [2, 3], {"k": [4]}]}, "l": [[], {"m": 1}, 5], "e": {}}
            self.objects[0].reset(content)
            self.model, self.written = content, True

    @rule(data=st.data())
    def edit(self, data: st.DataObject) -> None:
        """One edit, at the top or in a nested container, is one write."""
        self._edit(data, self._one(data))

    @rule(data=st.data())
    def refuse(self, data: st.DataObject) -> None:
        """An edit with something bad in it raises, and neither the file nor memory changes."""
        place = pick(data.draw, self.model)
        document = self._one(data)
        _, edit = draw_refused(data.draw, at(self.model, place))
        before = self._raw()
        with pytest.raises((TypeError, ValueError)) as caught:
            edit(at(document, place))
        assert str(caught.value).strip()
        assert self._raw() == before

    @rule(data=st.data(), count=st.integers(1, 4))
    def transact(self, data: st.DataObject, count: int) -> None:
        """The edits of a transaction are seen inside it and are one write at its end."""
        document = self._one(data)
        before = self._raw()
        with document.transaction() as inside:
            for _ in range(count):
                self._edit(data, inside)
                assert self._raw() == before
                assert _text(inside()) == _text(self.model)

    @rule(data=st.data(), count=st.integers(1, 4))
    def roll_back(self, data: st.DataObject, count: int) -> None:
        """A transaction that ends in an exception leaves everything as it was before."""
        document = self._one(data)
        before, kept = self._raw(), plain(self.model)
        written = self.written
        with pytest.raises(RollBackError), document.transaction() as inside:
            for _ in range(count):
                self._edit(data, inside)
            raise RollBackError
        assert self._raw() == before
        self.model, self.written = kept, written

    @rule(data=st.data(), count=st.integers(1, 4))
    def buffer(self, data: st.DataObject, count: int) -> None:
        """Buffered edits through any object are seen by the others and written at the end."""
        before = self._raw()
        with signac.buffered():
            for _ in range(count):
                self._edit(data, self._one(data))
                assert [_text(document()) for document in self.objects] == [_text(self.model)] * 3
            assert self._raw() == before

    @rule(content=jsonvalues.mappings)
    def replace_from_outside(self, content: dict[str, Any]) -> None:
        """A file that another program puts in place of this one is read at the next access."""
        other = os.path.join(self.root, "other")
        with open(other, "w", encoding="ascii") as file:
            json.dump(content, file)
        os.replace(other, self.file)
        self.model, self.written = plain(content), True

    @rule(number=st.integers(10, 99))
    def overwrite_in_place(self, number: int) -> None:
        """A rewrite in place, of equal size and within a tick of the clock, is read as well."""
        for value in (number, 109 - number):
            with open(self.file, "w", encoding="ascii") as file:
                file.write(f'{{"k": {value}}}')
            self.model, self.written = {"k": value}, True
            assert [document() for document in self.objects] == [{"k": value}] * 3

    @rule()
    def delete_from_outside(self) -> None:
        """A file that vanished reads as an empty document, also for objects that knew it."""
        if os.path.exists(self.file):
            os.unlink(self.file)
        self.model, self.written = {}, False

    @invariant()
    def file_equals_model(self) -> None:
        """The file holds the JSON of the model, keys in order; no write, no file."""
        raw = self._raw()
        if raw is None:
            assert self.model == {}
            return
        assert self.written, "something was written that nobody wrote"
        assert raw == json.dumps(self.model), self.last

    @invariant()
    def objects_equal_model(self) -> None:
        """Every object on the file gives the model by every way of reading."""
        for document in self.objects:
            assert json.dumps(document()) == json.dumps(self.model)
            assert len(document) == len(self.model)
            assert list(document) == list(document.keys()) == list(self.model)
            assert json.dumps(dict(document.items())) == json.dumps(self.model)
            assert bool(document) is bool(self.model)
            assert repr(document) == repr(self.model)
            for key, value in self.model.items():
                assert key in document
                assert _text(plain(document[key])) == _text(value)
                if isinstance(value, dict | list):
                    assert document[key] is document[key]
                    assert document.get(key) is document[key]

    @invariant()
    def nothing_is_left_over(self) -> None:
        """There is the document, the link of this test, and nothing else."""
        assert set(os.listdir(self.root)) <= {"document.json", "link"}

    def _raw(self) -> str | None:
        if not os.path.exists(self.file):
            return None
        with open(self.file, encoding="ascii") as file:
            return file.read()


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def test_document_equals_a_dictionary() -> None:
    """A thousand random operations leave file, objects and model equal after every one of them."""
    run_state_machine_as_test(DocumentMachine, settings=DEFAULT)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_document_equals_a_dictionary_long() -> None:
    """The same for tens of thousands of operations, with other seeds each time."""
    run_state_machine_as_test(DocumentMachine, settings=LONG)
