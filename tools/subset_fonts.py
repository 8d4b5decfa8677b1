# /// script
# requires-python = ">=3.11"
# dependencies = ["fonttools==4.68.0", "brotli==1.2.1"]
# ///
"""Cut the fonts of the site from Source Serif 4: the letters that its languages need, weights 400 to 700, one size.

    npm pack source-serif@4.5.1 && tar xzf source-serif-4.5.1.tgz
    make fonts SOURCE=package

The licence reserves the name "Source" for the unchanged fonts, so the cut ones have a name of their own.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

TARGET = Path(__file__).parents[1] / "theme" / "assets" / "fonts"
NAME = "KB Serif"
# Basic Latin, Latin-1, the letters of European names, and what typography and numbers need beside them.
CHARACTERS = {
    *map(chr, range(0x20, 0x7F)),
    *map(chr, range(0xA0, 0x100)),
    *"ČčĆćŁłŃńŘřŚśŠšŽžĞğİıŐőŰűĀāĒēĪīŌōŪūŒœĐđ",
    *"–—‘’“”‚„…−×·≤≥≈′″←→•†‡€",
}
# Kerning and ligatures, and the figures that stand in columns. The optical size is that of running text on a screen.
FEATURES = ["kern", "liga", "lnum", "tnum"]
AXES = {"opsz": 14, "wght": (400, 400, 700)}


def cut(source: Path, target: Path) -> None:
    """Write a subset of one variable font as WOFF2."""
    font = instantiateVariableFont(TTFont(source), AXES)
    options = Options(layout_features=FEATURES, hinting=False, glyph_names=False, name_IDs=[0, 1, 2, 4, 6, 13, 14])
    subsetter = Subsetter(options)
    subsetter.populate(text="".join(CHARACTERS))
    subsetter.subset(font)
    for record in font["name"].names:
        if record.nameID in (1, 4, 6):
            name = str(record).replace("Source Serif 4", NAME).replace("SourceSerif4", NAME.replace(" ", ""))
            font["name"].setName(name, record.nameID, record.platformID, record.platEncID, record.langID)
    font.flavor = "woff2"
    font.save(target)
    print(f"{target.name}: {target.stat().st_size:,} bytes")


def main() -> None:
    package = Path(sys.argv[1])
    TARGET.mkdir(parents=True, exist_ok=True)
    for style in ("Roman", "Italic"):
        cut(package / "VAR" / f"SourceSerif4Variable-{style}.ttf", TARGET / f"kb-serif-{style.lower()}.woff2")
    shutil.copyfile(package / "LICENSE.md", TARGET / "LICENSE.md")


if __name__ == "__main__":
    main()
