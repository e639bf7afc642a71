"""Any text becomes one component of a path and comes back; ordinary texts stay as they are."""

import json
import os
import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signac._transfer.paths.components import escape, mark, shorten
from signac._transfer.paths.spec import decode_component, encode_component, plan_paths
from signac.errors import PathSpecificationError

#: Texts that look like what is written here are frequent.
PIECES = st.sampled_from(
    [
        *("%", "%2F", "%25", "2F", "/", ".", "..", "%empty", "%str", "empty", "%~", "\0", "\n"),
        *("\ud800", "%~" + "0" * 32, "a", "é", "\u4e2d", "%C3%A9", "%c3", "%%", "\x7f"),
        "%ED%A0%80",
    ]
)
ANY: Any = st.one_of(st.text(st.characters()), st.lists(PIECES, max_size=6).map("".join))
ORDINARY = st.text(string.ascii_letters + string.digits + " ~*$()[],:;'\"=+-_.é\u4e2d", min_size=1)


@given(ANY)
def test_inverse(text: str) -> None:
    """`decode_component` gives back what `encode_component` was given."""
    assert decode_component(encode_component(text)) == text


@given(ANY)
def test_one_component(text: str) -> None:
    """A component has no separator and no NUL, is not empty and means no other directory."""
    name = encode_component(text)
    assert name not in ("", ".", "..")
    assert not set(name) & {"/", os.sep, "\0"}
    assert os.fsencode(name)


@given(ORDINARY.filter(lambda text: text not in (".", "..")))
def test_identity_on_ordinary_text(text: str) -> None:
    """Letters, digits, blanks and signs stay as they are."""
    assert encode_component(text) == escape(text) == text


@given(ANY)
def test_marked(text: str) -> None:
    """A mark tells a text from all others without one, and is not a part of the text."""
    name = mark(encode_component(text))
    assert decode_component(name) == text
    assert name != encode_component(name.removesuffix("%str") + "%str")


@given(st.text(st.characters(), min_size=50, max_size=400), st.integers(0, 3))
def test_short_enough(text: str, factor: int) -> None:
    """A component fits into a name on disk; one that was too long is told from all others."""
    whole = encode_component(text * factor)
    name = shorten(whole)
    assert len(name.encode(errors="surrogatepass")) <= 255
    if name == whole:
        return
    assert name != shorten(whole + "x")
    with pytest.raises(PathSpecificationError):
        decode_component(name)


VALUES = st.one_of(
    st.integers(-3, 3), st.booleans(), st.none(), ANY, st.sampled_from(["1", "True", "None", "-1"])
)
STATEPOINTS = st.lists(
    st.fixed_dictionaries({"a": VALUES, "b": st.one_of(VALUES, st.lists(VALUES, max_size=2))}),
    min_size=2,
    max_size=8,
    unique_by=lambda statepoint: json.dumps(statepoint, sort_keys=True),
)


@given(STATEPOINTS)
def test_automatic_paths_tell_jobs_apart(statepoints: list[dict[str, Any]]) -> None:
    """Jobs with the same keys have different paths, whatever the values, of single components."""
    jobs = [(str(number), sp, None) for number, sp in enumerate(statepoints)]
    paths = plan_paths(jobs, None, callables=False)
    assert len(set(paths.values())) == len(jobs)
    lengths = {path.count("/") for path in paths.values()}
    assert lengths <= {1, 3}
    for path in paths.values():
        assert not {"", ".", ".."} & set(path.split("/"))


@given(st.lists(st.text(st.characters()), min_size=2, max_size=6, unique=True))
def test_automatic_paths_can_be_read_back(values: list[str]) -> None:
    """The value of a job is the decoded component of its path."""
    jobs = [(str(number), {"a": value}, None) for number, value in enumerate(values)]
    for job_id, path in plan_paths(jobs, None, callables=False).items():
        key, component = path.split("/")
        if "%~" not in component:
            assert (key, decode_component(component)) == ("a", values[int(job_id)])
