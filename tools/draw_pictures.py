"""Draws the small pictures of the site, theme/assets/icons, from icon.svg and the site's own font: make pictures.

Needs the Chromium of the system, as the browser tests do. What it draws is committed, so that a build draws nothing.
"""

from __future__ import annotations

import base64
import os
import shutil
import struct
from pathlib import Path

import yaml
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parent.parent
ICONS = ROOT / "theme" / "assets" / "icons"
FONT = ROOT / "theme" / "assets" / "fonts" / "kb-serif-roman.woff2"
CARD = """
<style>
  @font-face {{ font-family: "KB Serif"; font-weight: 400 700; src: url("data:font/woff2;base64,{font}"); }}
  body {{
    display: flex; flex-direction: column; justify-content: center; box-sizing: border-box;
    height: 630px; margin: 0; padding: 0 96px; border-top: 24px solid #31424d;
    background: #fbf8f1; color: #24211c; font: 40px/1.35 "KB Serif";
  }}
  svg {{ width: 88px; margin-bottom: 40px; }}
  h1 {{ margin: 0 0 24px; font: 400 84px/1.08 "KB Serif"; letter-spacing: -0.01em; }}
  p {{ max-width: 24em; margin: 0; color: #5d574c; }}
</style>
{icon}
<h1><b>{first}</b><br>{rest}</h1>
<p>{description}</p>
"""


def draw() -> None:
    icon = (ICONS / "icon.svg").read_text(encoding="utf-8")
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        small = _icon(browser, icon, 32)
        (ICONS / "icon-32.png").write_bytes(small)
        # A system that puts the picture into a form of its own wants it without round corners.
        (ICONS / "icon-180.png").write_bytes(_icon(browser, icon.replace(' rx="6"', ""), 180))
        (ROOT / "theme" / "favicon.ico").write_bytes(_ico(small, 32))
        (ICONS / "card.png").write_bytes(_shot(browser, _card(icon), 1200, 630))
        browser.close()


def _card(icon: str) -> str:
    # MkDocs' own tags, such as !ENV, are not needed here.
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").split("\ntheme:")[0].replace("!ENV", "")
    config = yaml.safe_load(text)
    first, _, rest = config["site_name"].partition(" ")
    font = base64.b64encode(FONT.read_bytes()).decode()
    return CARD.format(font=font, icon=icon, first=first, rest=rest, description=config["site_description"])


def _icon(browser: Browser, icon: str, size: int) -> bytes:
    style = f"<style>body {{ margin: 0 }} svg {{ display: block; width: {size}px }}</style>"
    return _shot(browser, style + icon, size, size)


def _shot(browser: Browser, html: str, width: int, height: int) -> bytes:
    page = browser.new_page(viewport={"width": width, "height": height})
    page.set_content(html, wait_until="networkidle")
    page.evaluate("document.fonts.ready")
    return page.screenshot(omit_background=True)


def _ico(png: bytes, size: int) -> bytes:
    """An icon file with one picture, which may be a PNG (the format of Windows Vista and later)."""
    return struct.pack("<3H4B2H2I", 0, 1, 1, size, size, 0, 0, 1, 32, len(png), 22) + png


if __name__ == "__main__":
    draw()
