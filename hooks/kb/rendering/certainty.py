"""How sure the evidence for an indication is: one sign, the same wherever it is shown."""

from __future__ import annotations

from xml.etree.ElementTree import Element, tostring

from kb.kinds import FITS
from kb.rendering.html import element

# Within a square of 16 by 16: a full disc, half a disc, a triangle with a stroke, a disc crossed out.
_DISC = ("circle", {"cx": "8", "cy": "8", "r": "7"})
_SHAPES: dict[str, list[tuple[str, dict[str, str]]]] = {
    "supported": [_DISC, ("path", {"d": "M8 3a5 5 0 0 1 0 10 5 5 0 0 1 0-10"})],
    "limited": [_DISC, ("path", {"d": "M8 1a7 7 0 0 0 0 14z"})],
    "caution": [("path", {"d": "M8 1.5 15 14.5H1zM8 6v4M8 12v.5", "class": "kb-stroke"})],
    "not-first-line": [_DISC, ("path", {"d": "M3 13 13 3", "class": "kb-stroke"})],
}


def certainty(fit: str) -> Element:
    """The sign and the words for a value of the field `fit`."""
    return element("span", sign(fit), FITS[fit], class_="kb-fit")


def sign(fit: str, has_name: bool = False) -> Element:
    """The sign alone. One that `has_name` says its words to a screen reader, and to a pointer that rests on it."""
    drawing = element("svg", class_="kb-glyph", viewBox="0 0 16 16")
    if has_name:
        drawing.set("role", "img")
        drawing.append(element("title", FITS[fit]))
    else:
        drawing.set("aria-hidden", "true")
    for tag, attributes in _SHAPES[fit]:
        drawing.append(Element(tag, attributes))
    return drawing


def sign_as_html(fit: str) -> str:
    """The sign as the navigation shows it beside the name of a page."""
    return tostring(sign(fit, has_name=True), encoding="unicode", method="html")
