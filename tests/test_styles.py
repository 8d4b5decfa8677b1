"""What stands around the text: one style sheet, with what the pages use and nothing else; and the menu."""

from __future__ import annotations

import gzip
import re
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace

import pytest
from jinja2 import Environment, FileSystemLoader

from conftest import ROOT
from kb.exports.styles import one_sheet

PAGE = """<html dir="ltr"><body class="md plain"><p id="here" data-kind="evidence pages">Text <a href="x/?a=1&gt;0">x</a>
<svg viewBox="0 0 1 1"><path fill="var(--by-svg)" d="M0 0"/></svg></p><input type=checkbox disabled></body></html>"""
SCRIPT = 'element.classList.add("opened"); root.dataset.mdColorScheme = "slate"; box.setAttribute("role", "status")'


def trimmed(css: str, page: str = PAGE) -> str:
    return one_sheet([css], [page], [SCRIPT]).partition("*/\n")[2].rstrip("\n")


@pytest.mark.parametrize(
    "selector",
    [
        "p",
        "*",
        ".md",
        ".md.plain > p:first-child",
        "#here::before",
        "[dir=ltr] p",
        '[data-kind~="evidence"]',
        "a[href^=x]",
        "a[href]:not(.unknown):hover",
        'input[type="checkbox"]:checked + p',
        "p:is(.unknown, #here)",
        "p:has(> a)",
        "p:nth-child(2n + 1) a",
        ".opened",
        "[role=status]",
        '[data-md-color-scheme="slate"] p',
        "::selection",
        ":root",
    ],
)
def test_rule_that_something_can_match_stays(selector: str) -> None:
    written = trimmed(selector + "{color:red}")
    assert written.replace(" ", "") == (selector + "{color:red}").replace(" ", "")


@pytest.mark.parametrize(
    "selector",
    [
        "table",
        ".unknown",
        ".md .unknown p",
        ".mdx",
        "#there",
        "[dir=rtl] p",
        "[data-other]",
        "a[href^=zz]",
        "p:is(.unknown, #there)",
        "p:is(.unknown) a",
        "p:has(table)",
        "p:not(.md):where(.unknown)",
        '[data-md-color-scheme="nobody"]',
    ],
)
def test_rule_that_nothing_can_match_goes(selector: str) -> None:
    assert trimmed(selector + "{color:red}") == ""


def test_rest_of_a_rule_stays() -> None:
    assert trimmed(".unknown, p:is(table, b), .md{color:red}") == ".md{color:red}"


def test_braces_and_signs_within_text_are_text() -> None:
    css = """/* a { b } "unclosed */ p::before { content: "} ; {"; background: url(data:image/svg+xml;utf8,x) }"""
    assert trimmed(css) == 'p::before{content:"} ; {";background:url(data:image/svg+xml;utf8,x)}'


def test_conditions_go_with_what_was_in_them() -> None:
    css = "@media print { .unknown { color: red } } @media screen { p { color: red } @supports (x: y) { table { z: 1 } } }"
    assert trimmed(css) == "@media screen{p{color:red}}"


def test_what_nothing_refers_to_goes() -> None:
    css = """:root { --kept: 1px; --by-kept: var(--kept); --idle: var(--idler); --idler: 0; --by-svg: red }
    p { margin: var(--by-kept); animation: 1s turn } @keyframes turn { to { top: 0 } } @keyframes stand { to { top: 0 } }"""
    assert trimmed(css) == (
        ":root{--kept:1px;--by-kept:var(--kept);--by-svg:red}p{margin:var(--by-kept);animation:1s turn}"
        "@keyframes turn{to{top:0}}"
    )


def test_fonts_and_pages_of_print_stay() -> None:
    css = '@font-face { font-family: "X"; src: url("x.woff2") } @page { margin: 1mm; @top-left { content: "T" } }'
    assert trimmed(css) == '@font-face{font-family:"X";src:url("x.woff2")}@page{margin:1mm;@top-left{content:"T"}}'


def test_sheet_that_is_cut_off_is_refused() -> None:
    with pytest.raises(ValueError, match="Unmatched }"):
        trimmed("p { color: red } } a { color: blue }")


def test_site_has_one_sheet_and_no_part_of_the_theme_beside_it(site: Path) -> None:
    home = (site / "index.html").read_text(encoding="utf-8")
    assert re.findall(r'<link rel="stylesheet" href="(.*?)">', home) == ["assets/site.css"]
    assert not any((site / "assets" / folder).exists() for folder in ("javascripts", "stylesheets"))
    css = (site / "assets" / "site.css").read_text(encoding="utf-8")
    assert ".md-typeset" in css, "of the theme"
    assert ".kb-card" in css, "of the script, on no page"
    assert ".kb-menu" in css, "of the frame"
    assert ".md-nav" not in css, "of the theme, on no page"


# What stands in place of Material's own, and what to look at when that changes.
MATERIAL = "9.8.1"
REPLACED = {
    "base.html": "theme/base.html keeps its blocks and the classes of the page's frame",
    "partials/header.html": "theme/partials/header.html keeps its classes",
    "partials/nav.html": "theme/partials/nav.html writes a plain list instead",
    "partials/toc.html": "theme/partials/toc.html writes a plain list instead",
    "partials/search.html": "theme/partials/search.html has this site's search",
    "partials/logo.html": "theme/partials/logo.html has the word mark",
    "partials/javascripts/base.html": "theme/partials/javascripts/base.html loads assets/first.js",
    "partials/content.html": "not replaced: theme/main.html shows it",
    "partials/footer.html": "not replaced: theme/base.html shows it",
}


def test_material_is_the_one_that_the_overrides_were_made_against() -> None:
    steps = "\n".join(f"  {name}: {note}" for name, note in REPLACED.items())
    assert version("mkdocs-material") == MATERIAL, (
        f"Material for MkDocs is {version('mkdocs-material')}; theme/ was made against {MATERIAL}. Compare these of its "
        f"templates between the two versions:\n{steps}\n"
        "Then see that its main style sheet is still assets/stylesheets/main.*.css (kb.engine.style_sheets), look at "
        "home, a page, the menu and the contents list, wide and narrow, light and dark and in print, run `make audit`, "
        "and set MATERIAL in this file."
    )


def test_templates_that_stand_in_for_those_of_material_still_do() -> None:
    import material

    folder = Path(material.__file__).parent / "templates"
    assert [name for name in REPLACED if not (folder / name).is_file()] == []
    assert len(list((folder / "assets" / "stylesheets").glob("main.*.css"))) == 1


# the menu


def menu_of(pages_in_section: int, place: int) -> str:
    """The menu on a page of a site with twelve sections, one of them as long as asked."""

    def page(section: int, number: int) -> SimpleNamespace:
        is_index = number == 0
        name = "Principles" if is_index else f"Principle number {number * 7919 % 10007}"
        return SimpleNamespace(title=name, url=f"section-{section}/{name}/", is_index=is_index)

    sections = []
    for section in range(12):
        children = [page(section, number) for number in range(pages_in_section + 1 if section == 3 else 4)]
        sections.append(SimpleNamespace(title=f"Section {section}", children=children, active=section == 3))
    templates = Environment(loader=FileSystemLoader(ROOT / "theme"), trim_blocks=True, lstrip_blocks=True)
    templates.filters["url"] = lambda address: "../../" + address
    current = sections[3].children[place]
    return templates.get_template("partials/nav.html").render(nav=SimpleNamespace(items=sections), page=current)


@pytest.mark.parametrize(("pages", "place"), [(20, 7), (60, 60), (300, 1), (300, 150), (300, 300)])
def test_menu_has_the_page_and_its_neighbours_and_stays_light(pages: int, place: int) -> None:
    menu = menu_of(pages, place)
    assert len(gzip.compress(menu.encode())) < 1500
    titles = re.findall(r"<a [^>]*>(.*?)</a>", menu)
    assert len(titles) == 12 + min(pages, 60 if pages <= 60 else 40)
    assert [re.search(r">(.*?)<", link)[1] for link in re.findall(r'<a [^>]*aria-current="page".*?</a>', menu)] == [
        f"Principle number {place * 7919 % 10007}"
    ]
    assert menu.count('href="../../section-3/Principles/"') == 1, "the section leads to all of them"
    assert menu.count("<li>") == menu.count("</li>") == len(titles)


def test_menu_on_the_index_of_a_section_marks_it() -> None:
    short, long = menu_of(20, 0), menu_of(300, 0)
    assert 'href="../../section-3/Principles/" aria-current="page">Section 3</a>' in short
    assert short.count("<a ") == 12 + 20
    assert long.count("<a ") == 12, "the index itself lists its pages"
