"""What is shown to a person cannot drive the terminal."""

import logging
import os
from typing import Any

import pytest

import signac
from signac.errors import Error
from signac.filterparse import parse_filter_arg

TITLE = "\x1b]0;owned\x07"
HOSTILE = (TITLE, "\x1b[2J", "\x9b31m", "\x00", "\r", "\x7f", "\u202e", "\ud800")


def is_tame(text: str) -> bool:
    return not any(sign in text for sign in ("\x1b", "\x07", *HOSTILE))


@pytest.fixture
def project(tmp_path: Any) -> Any:
    return signac.init_project(tmp_path)


@pytest.mark.parametrize("word", HOSTILE, ids=ascii)
def test_the_text_of_a_schema_is_tame(project: Any, word: str) -> None:
    """Row 65: keys and values are shown in a schema without what would drive the terminal."""
    project.open_job({"k" + word: 1, "v": word, "n": {"x": [word]}}).init()
    schema = project.detect_schema()
    assert is_tame(str(schema))
    assert is_tame(schema.format(depth=2))
    assert ascii(word)[1:-1] in str(schema)


def test_the_text_of_a_schema_keeps_what_can_be_read(project: Any) -> None:
    """Row 65: letters of all scripts, lines and tabs are shown as they are."""
    project.open_job({"v": "ü 漢 \U0001f600 \n\t"}).init()
    assert "str([ü 漢 \U0001f600 \n\t], 1)" in str(project.detect_schema())


@pytest.mark.parametrize("word", HOSTILE, ids=ascii)
def test_messages_are_tame(project: Any, word: str) -> None:
    """Row 65: an error names keys, filters and ids without what would drive the terminal."""
    refused = [
        lambda: project.open_job({word: {"a.b": 1}}),
        lambda: project.open_job({"a": {word: object()}}),
        lambda: project.open_job(id=word),
        lambda: len(project.find_jobs({"v": {"$" + word: 1}})),
        lambda: len(project.find_jobs({word: {"$gt": {}}})),
        lambda: len(project.find_jobs({word: {"$regex": "("}})),
        lambda: signac.get_project(os.path.join(project.path, "x" + word.strip("\0\ud800"))),
    ]
    for call in refused:
        with pytest.raises(Error) as caught:
            call()
        assert is_tame(str(caught.value))
        assert str(caught.value)


def test_what_is_told_about_words_is_tame(capsys: pytest.CaptureFixture[str]) -> None:
    """Row 65: filters given as words are repeated on the terminal without what would drive it."""
    parse_filter_arg(["v", TITLE])
    with pytest.raises(Error):
        parse_filter_arg(["v", "{" + TITLE + "}"])
    assert is_tame(capsys.readouterr().err)


def test_similar_names_are_tame(project: Any, caplog: pytest.LogCaptureFixture) -> None:
    """Row 65: names that are suggested in the log are shown without what would drive a terminal."""
    project.open_job({"energy" + TITLE: 1}).init()
    with caplog.at_level(logging.INFO, "signac"):
        assert len(project.find_jobs({"energi" + TITLE: 1})) == 0
    assert "similar" in caplog.text
    assert is_tame(caplog.text)
