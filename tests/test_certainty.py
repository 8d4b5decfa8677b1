"""How sure the evidence is: one sign, wherever an indication is named by the build."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page

from conftest import NEEDS_CHROMIUM
from kb import engine, gate
from kb.kinds import BY_FOLDER, FITS
from kb.knowledge import fit_of
from kb.rendering.certainty import sign_as_html


def drawings(html: str) -> list[list[str]]:
    """What is drawn in every sign of a part of a page, in whatever order attributes are written."""
    found = re.findall(r"<svg[^>]*kb-glyph[^>]*>(.*?)</svg>", html, re.DOTALL)
    return [sorted(re.findall(r'<(?:circle|path)|\w+="[^"]*"', drawing)) for drawing in found]


@pytest.fixture(scope="module")
def fits(project: Path) -> dict[str, str]:
    kb = gate.read(engine.load(str(project / "mkdocs.yml")))
    return {page.id: fit_of(page) for page in kb.pages_in(BY_FOLDER["indications"])}


def test_every_indication_has_one_and_the_signs_differ(fits: dict[str, str]) -> None:
    assert set(fits.values()) == set(FITS)
    assert len({str(drawings(sign_as_html(fit))) for fit in FITS}) == len(FITS)


def test_sign_is_the_same_everywhere(site: Path, fits: dict[str, str]) -> None:
    shapes = {fit: drawings(sign_as_html(fit)) for fit in FITS}
    index = (site / "indications" / "index.html").read_text(encoding="utf-8")
    drawn = (site / "map" / "index.html").read_text(encoding="utf-8")
    own = (site / "indications" / "depression" / "index.html").read_text(encoding="utf-8")
    approach = (site / "approaches" / "transference-focused-psychotherapy" / "index.html").read_text(encoding="utf-8")
    navigation, _, listed = index.partition('id="kb-content"')
    for id_, fit in fits.items():
        heading = listed.partition(f'href="{id_}/"')[0].rpartition("<h2")[2].partition("</h2>")[0]
        assert drawings(heading) == shapes[fit]
        assert FITS[fit] in heading
        node = drawn[drawn.index(f'id="map-{id_}"') :].partition("</a>")[0]
        assert drawings(node) == shapes[fit]
        assert f"<title>{FITS[fit]}</title>" in node
        link = navigation.partition(f'href="{id_}/"')[2].partition("</a>")[0]
        assert drawings(link) == shapes[fit]
        assert f"<title>{FITS[fit]}</title>" in link
    head = own[own.index('class="kb-facts"') :].partition("</li>")[0]
    assert drawings(head) == shapes[fits["depression"]]
    studied = approach[approach.index("<dt>Studied for</dt>") :].partition("</dd>")[0]
    assert drawings(studied) == shapes[fits["borderline-personality-disorder"]]


class TestInTheBrowser:
    pytestmark = NEEDS_CHROMIUM

    def test_sign_is_read_out_in_the_navigation(self, page: Page, base: str, fits: dict[str, str]) -> None:
        page.goto(base + "indications/")
        tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
        links = [node for node in tree if node.get("role", {}).get("value") == "link"]
        assert f"{FITS[fits['depression']]} Depression" in [link["name"]["value"] for link in links]
