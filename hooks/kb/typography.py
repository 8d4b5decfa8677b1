"""Text as it is set where no Markdown step reaches it: in attributes, feeds, files of names and pictures."""

from __future__ import annotations

import html
import re
from functools import cache

from markdown import Markdown

_smarty = cache(lambda: Markdown(extensions=["smarty"]))


@cache
def curled(text: str) -> str:
    """`text` with typographic quotation marks and dashes, as the Markdown steps set it."""
    made = _smarty().reset().convert(html.escape(text, quote=False))
    return html.unescape(re.sub(r"<[^>]+>", "", made))
