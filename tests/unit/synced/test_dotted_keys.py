"""Keys with dots are found in the text of a document, in one pass."""

import json
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

import signac
from signac._synced.backend import may_have_dots, parse_document
from signac.errors import InvalidKeyError


@given(st.lists(st.sampled_from([b'"', b".", b":", b" ", b"\n", b",", b"a"]), max_size=30))
def test_the_next_quote_behind_a_dot_ends_a_key(parts):
    """A text may have a dotted key where a dot is followed by a quote, and that by a colon."""
    text = b"".join(parts)
    assert may_have_dots(text) is (re.search(rb'\.[^"]*"\s*:', text) is not None)


@given(
    st.recursive(st.floats(allow_nan=False) | st.text("a. "), st.lists, max_leaves=20), st.text()
)
def test_no_dotted_key_is_missed(value, key):
    """A document is refused if, and only if, one of its keys has a dot."""
    raw = json.dumps({"x": value, "y": {key: value}}).encode()
    if "." in key:
        assert may_have_dots(raw)
        with pytest.raises(InvalidKeyError):
            parse_document(raw, "file")
    else:
        assert parse_document(raw, "file") == {"x": value, "y": {key: value}}


@pytest.mark.parametrize("value", [[0.1 * i for i in range(50_000)], "e.g. " * 50_000])
def test_many_dots_take_no_time(tmp_path, value):
    """A document with a long list of numbers, or with prose, is read in a moment."""
    (tmp_path / "document.json").write_text(json.dumps({"x": value, "y": 1}))
    before = time.perf_counter()
    assert signac.JSONDict(tmp_path / "document.json").y == 1
    assert time.perf_counter() - before < 2
