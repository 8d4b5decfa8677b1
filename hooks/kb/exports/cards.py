"""The picture that others show of a page that is passed on to them: its kind, title and summary in the site's type."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from kb.knowledge import KnowledgeBase, title_of
from kb.model import Page
from kb.reading.cache import Cache, digest
from kb.typography import curled

CARD_FOLDER = "assets/cards/"
# What a card is drawn with, of the theme.
FONT_FILE = "assets/fonts/kb-serif-roman.woff2"
ICON_FILE = "assets/icons/icon-180.png"

_SIZE = (1200, 630)
_MARGIN = 96
_BAND, _ICON = 24, 56
_TOP, _TEXT_TOP = _BAND + 40, 172  # of the icon, and of the first line below it
_PAPER, _DARK, _BLACK, _GREY = "#fbf8f1", "#31424d", "#24211c", "#5d574c"
_REGULAR, _BOLD = 400, 700
_SMALL, _LEADING = 36, 1.3
# A title is set in the largest of these in which it takes no more lines than the others leave room for.
_TITLE_SIZES, _TITLE_LINES, _SUMMARY_LINES = (76, 64, 52), 2, 4
# So few colours are enough for letters on paper, and make a file of some twenty kilobytes.
_COLOURS = 32


def card_file(page: Page) -> str:
    """Where the card of a page stands, relative to the root of the site."""
    return f"{CARD_FOLDER}{page.uri.removesuffix('.md')}.png"


def cards(kb: KnowledgeBase, site_name: str, font: Path, icon: Path, cache: Cache) -> dict[str, bytes]:
    """The card of every page that has a kind, by its file: PNG, 1200 by 630 pixels."""
    drawing = _Drawing(site_name, font, icon)
    files = {}
    for page in kb.by_id.values():
        kind = kb.kind_of(page)
        if kind is not None:
            texts = (kind.name.capitalize(), title_of(page), str(page.front_matter.data.get("summary", "")))
            key = digest(drawing.version, *texts)
            card = cache.get(key)
            if not isinstance(card, bytes):
                card = drawing.card(*texts)
                cache.put(key, card)
            files[card_file(page)] = card
    cache.save()
    return files


class _Drawing:
    """Draws cards that differ in their texts alone."""

    def __init__(self, site_name: str, font: Path, icon: Path) -> None:
        self.site_name = site_name
        self.font = font
        self._types: dict[tuple[int, int], ImageFont.FreeTypeFont] = {}
        self.version = digest(site_name, font.read_bytes(), icon.read_bytes(), Path(__file__).read_bytes())
        with Image.open(icon) as picture:
            self.icon = picture.convert("RGB").resize((_ICON, _ICON), Image.Resampling.LANCZOS)

    def card(self, kind: str, title: str, summary: str) -> bytes:
        image = Image.new("RGB", _SIZE, _PAPER)
        draw = ImageDraw.Draw(image)
        draw.rectangle((0, 0, _SIZE[0], _BAND), _DARK)
        small = self._type(_SMALL, _REGULAR)
        image.paste(self.icon, (_MARGIN, _TOP))
        draw.text((_MARGIN + _ICON + 24, _TOP + _ICON / 2), self.site_name, _GREY, small, anchor="lm")
        y = float(_TEXT_TOP)
        draw.text((_MARGIN, y), kind, _GREY, small)
        y += _SMALL * _LEADING + 8
        type_, lines = self._title(curled(title))
        for line in lines:
            draw.text((_MARGIN, y), line, _BLACK, type_)
            y += type_.size * 1.15
        y += 24
        for line in _cut(_wrapped(curled(summary), small), _SUMMARY_LINES - len(lines) + 1):
            draw.text((_MARGIN, y), line, _GREY, small)
            y += _SMALL * _LEADING
        file = io.BytesIO()
        image.quantize(_COLOURS, Image.Quantize.FASTOCTREE).save(file, "PNG")
        return file.getvalue()

    def _title(self, title: str) -> tuple[ImageFont.FreeTypeFont, list[str]]:
        for size in _TITLE_SIZES:
            type_ = self._type(size, _BOLD)
            lines = list(_wrapped(title, type_))
            if len(lines) <= _TITLE_LINES:
                break
        return type_, list(_cut(iter(lines), _TITLE_LINES))

    def _type(self, size: int, weight: int) -> ImageFont.FreeTypeFont:
        if (size, weight) not in self._types:
            self._types[size, weight] = ImageFont.truetype(self.font, size)
            self._types[size, weight].set_variation_by_axes([weight])
        return self._types[size, weight]


def _wrapped(text: str, type_: ImageFont.FreeTypeFont) -> Iterator[str]:
    """The lines of a text that is as wide as a card lets it be."""
    line = ""
    for word in text.split():
        longer = f"{line} {word}".lstrip()
        if line and type_.getlength(longer) > _SIZE[0] - 2 * _MARGIN:
            yield line
            longer = word
        line = longer
    yield line


def _cut(lines: Iterator[str], most: int) -> Iterator[str]:
    """No more than so many lines, the last of which says that there were others."""
    shown = list(lines)
    if len(shown) > most:
        shown[most - 1] = shown[most - 1].rpartition(" ")[0] + " …"
    yield from shown[:most]
