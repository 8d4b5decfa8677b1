"""What readers see is set with care: apostrophes, names, and lists that do not fill a phone."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

STRAIGHT = re.compile(r"\w['\"]|['\"]\w")


def article_of(file: Path) -> str:
    """The text of a page, without code."""
    source = file.read_text(encoding="utf-8")
    article = source[source.index("<article") : source.index("</article>")]
    article = re.sub(r"<(script|style|code|pre|svg)\b.*?</\1>", "", article, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", " ", article))


def test_quotes_are_typographic_in_texts_and_titles(site: Path) -> None:
    found = []
    for file in site.rglob("*.html"):
        address = file.relative_to(site).as_posix()
        if address.startswith("about/rules/") or address == "404.html":
            continue
        source = file.read_text(encoding="utf-8")
        head = re.findall(r'<title>(.*?)</title>|<meta name="description" content="(.*?)"', source, re.DOTALL)
        shown = [article_of(file), *(html.unescape(text) for pair in head for text in pair)]
        found += [
            (address, text[max(0, match.start() - 20) : match.end() + 20])
            for text in shown
            for match in STRAIGHT.finditer(text)
        ]
    assert found == []


def test_quotes_are_typographic_in_results(site: Path) -> None:
    entries = json.loads((site / "search" / "names.json").read_text(encoding="utf-8"))
    for entry in entries:
        for text in (entry["title"], entry["summary"], *entry["aliases"]):
            assert not STRAIGHT.search(text), text
            assert "  " not in text
    assert any("\N{RIGHT SINGLE QUOTATION MARK}" in entry["summary"] for entry in entries)


def test_home_has_the_name_of_the_site_once(site: Path) -> None:
    source = (site / "index.html").read_text(encoding="utf-8")
    assert re.findall(r"<title>(.*?)</title>", source) == ["Psychodynamic Knowledge Base"]


def test_long_lists_at_the_head_are_folded(site: Path) -> None:
    source = (site / "indications" / "depression" / "index.html").read_text(encoding="utf-8")
    box = source[source.index('class="kb-glance"') :]
    box = box[: box.index("</dl>")]
    shown, _, folded = box.partition('<details class="kb-more">')
    assert shown.count("<a ") == 3
    more = re.search(r"<summary>and (\d+) more</summary>", folded)
    assert more
    assert folded.count("<a ") == int(more[1]) >= 3
