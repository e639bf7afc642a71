"""The style of pages: readable on light and dark pages, and confined to what is ours."""

import re

import pytest

from signac._core import markup

#: Text and background of notebooks: JupyterLab, Colab and Visual Studio Code, light and dark.
PLACES = {
    "JupyterLab light": ((33, 33, 33), (255, 255, 255)),
    "JupyterLab dark": ((255, 255, 255), (17, 17, 17)),
    "Colab dark": ((213, 213, 213), (56, 56, 56)),
    "Visual Studio Code light": ((59, 59, 59), (255, 255, 255)),
    "Visual Studio Code dark": ((204, 204, 204), (31, 31, 31)),
}
MIXED = re.compile(r"color-mix\(in srgb,currentColor (\d+)%,(transparent|#[0-9a-f]{6})\)")


def _luminance(color: tuple[float, ...]) -> float:
    parts = [part / 255 for part in color]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("place", PLACES)
def test_text_has_contrast(place):
    """Every color of text has a contrast of 4.5 to 1, the level AA of WCAG, on each page."""
    text, background = PLACES[place]
    rules = re.findall(r"(?:[{;]color|--signac-soft):([^;}]+)", markup.STYLE)
    mixed = [match for rule in rules if (match := MIXED.fullmatch(rule))]
    assert len(mixed) == 5
    for match in mixed:
        share = int(match[1]) / 100
        other = background
        if match[2] != "transparent":
            other = tuple(int(match[2][i : i + 2], 16) for i in (1, 3, 5))
        color = tuple(share * a + (1 - share) * b for a, b in zip(text, other, strict=True))
        assert _contrast(color, background) >= 4.5, match[0]


def test_every_rule_is_confined():
    """Each selector begins with the class of our pages, and nothing is fetched or run."""
    body = markup.STYLE.removeprefix("<style>").removesuffix("</style>")
    assert body.count("{") == body.count("}") > 20
    for selectors in re.findall(r"([^{}]+)\{", body):
        for selector in selectors.split(","):
            assert selector.strip().startswith(".signac-view.signac-"), selector
    for word in ("url(", "@import", "expression(", "javascript:", "<", ";position:"):
        assert word not in body
    assert len(markup.STYLE) < 4_500


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1_000, "1.0 kB"),
        (99_949, "99.9 kB"),
        (99_950, "100 kB"),
        (999_499, "999 kB"),
        (999_500, "1.0 MB"),
        (2**63, "9.2 EB"),
    ],
)
def test_sizes(size, text):
    """Sizes have two or three digits and a decimal unit."""
    assert markup.size_text(size) == text


def test_errors_that_cannot_be_shown():
    """An error whose message raises is named all the same; a long message is cut."""

    class Odd(Exception):
        def __str__(self):
            raise RuntimeError("no")

    assert "Odd: its message cannot be shown: RuntimeError" in markup.error_line(Odd())
    assert len(markup.error_line(ValueError("x" * 10_000))) < 1_200


def test_a_part_that_fails_is_an_error():
    """What fails is shown as an error; an interruption by the person is not held back."""

    def fail():
        raise ValueError("<b>")

    def stop():
        raise KeyboardInterrupt

    assert "ValueError: &lt;b&gt;" in markup.guard(fail)
    with pytest.raises(KeyboardInterrupt):
        markup.guard(stop)
