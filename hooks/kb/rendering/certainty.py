"""How sure the evidence for an indication is: one sign and one wording, the same wherever they are shown."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from kb.model import Page
from kb.rendering.html import element

WORDS = {
    "supported": "Supported by evidence, within limits",
    "limited": "Limited evidence",
    "caution": "With caution",
    "not-first-line": "Not first-line",
}
# Within a square of 16 by 16: a full disc, half a disc, a triangle with a stroke, a disc crossed out.
_DISC = ("circle", {"cx": "8", "cy": "8", "r": "7"})
_SHAPES: dict[str, list[tuple[str, dict[str, str]]]] = {
    "supported": [_DISC, ("path", {"d": "M8 3a5 5 0 0 1 0 10 5 5 0 0 1 0-10"})],
    "limited": [_DISC, ("path", {"d": "M8 1a7 7 0 0 0 0 14z"})],
    "caution": [("path", {"d": "M8 1.5 15 14.5H1zM8 6v4M8 12v.5", "class": "kb-stroke"})],
    "not-first-line": [_DISC, ("path", {"d": "M3 13 13 3", "class": "kb-stroke"})],
}


def fit_of(page: Page) -> str:
    """How sure the evidence for a page is; empty where its kind has no such thing."""
    fit = page.front_matter.data.get("fit")
    return fit if isinstance(fit, str) and fit in WORDS else ""


def certainty(fit: str) -> Element:
    """The sign and the words for a value of the field `fit`."""
    return element("span", sign(fit), WORDS[fit], class_="kb-fit")


def sign(fit: str) -> Element:
    """The sign alone, for eyes only."""
    drawing = element("svg", class_="kb-glyph", viewBox="0 0 16 16", aria_hidden="true", focusable="false")
    for tag, attributes in _SHAPES[fit]:
        drawing.append(Element(tag, attributes))
    return drawing


def marked(fit: str) -> Element:
    """The sign beside a name: its words are a tooltip, and read out by what reads the screen."""
    hidden = element("span", f" ({WORDS[fit].lower()})", class_="kb-unseen")
    return element("span", sign(fit), hidden, class_="kb-mark", title=WORDS[fit])
