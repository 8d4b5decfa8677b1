"""The data behind tables and plots, as files beside the pages."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from urllib.parse import urljoin

import pytest

from cases import write_project
from conftest import ROOT, run_build
from kb.evidence import COLUMNS
from kb.exports.effects import download_of
from kb.reading.effect_syntax import selection
from test_effects import BIB, DATA

CONFIG = """\
site_name: Case
theme: {name: mkdocs}
plugins: []
use_directory_urls: %s
hooks: [%s]
markdown_extensions: [pymdownx.superfences, tables]
extra: {kb: {bibliography: bib, effects: bib/effects.csv, data_folder: data}}
"""
PAGE = """\
# A page

```effects
indication: depression
plot: true
```

```effects
pool: end
```

[All](../../data/effects.csv)
"""


@pytest.mark.parametrize("has_folder_addresses", ["true", "false"])
def test_every_table_offers_its_rows(tmp_path: Path, has_folder_addresses: str) -> None:
    files = {
        "mkdocs.yml": CONFIG % (has_folder_addresses, ROOT / "hooks" / "publish.py"),
        "bib/references.bib": BIB,
        "bib/effects.csv": DATA,
        "docs/deep/er/page.md": PAGE,
    }
    write_project(tmp_path, files)
    result = run_build(tmp_path, PYTHONPATH=str(ROOT / "hooks"))
    assert result.returncode == 0, result.stderr
    site = tmp_path / "site"
    address = "deep/er/page/index.html" if has_folder_addresses == "true" else "deep/er/page.html"
    html = (site / address).read_text(encoding="utf-8")
    found = re.findall(r'href="([^"]+\.csv)"', html)
    assert [urljoin("https://site.invalid/sub/" + address, link) for link in found] == [
        "https://site.invalid/sub/data/depression-controls.csv",
        "https://site.invalid/sub/data/pool-end-controls.csv",
        "https://site.invalid/sub/data/effects.csv",
    ]
    with (site / "data" / "pool-end-controls.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert [row["id"].partition("-")[2] for row in rows] == ["first", "second", "third", "fourth"]
    assert (site / "data" / "effects.csv").read_text(encoding="utf-8") == DATA
    assert {path.name for path in (site / "data").iterdir()} == {
        *("depression-controls.csv", "pool-end-controls.csv", "effects.csv"),
    }


@pytest.mark.parametrize(
    ("block", "name"),
    [
        ("indication: depression", r"depression-controls"),
        (
            "indication: depression\ncomparison_kind: [waiting list, placebo]",
            r"depression-waiting-list-placebo-controls",
        ),
        ("ids: [smith2003-mood-end]", r"smith2003-mood-end-controls"),
        ("ids: [smith2003-a, smith2003-b]", r"smith2003-a-2-rows-controls-[0-9a-f]{8}"),
        ("pool: ../../Äbc", r"pool-bc-controls-[0-9a-f]{8}"),
        (f"pool: {'x' * 300}", r"pool-x{80}-[0-9a-f]{8}"),
    ],
)
def test_name_of_a_file_follows_from_what_is_selected(block: str, name: str) -> None:
    found = download_of("about/data", selection(block, None, "p.md"), "controls")
    assert re.fullmatch(rf"about/data/{name}\.csv", found)


def test_site_explains_every_column(site: Path) -> None:
    page = (site / "about" / "effects-data" / "index.html").read_text(encoding="utf-8")
    for column in COLUMNS:
        assert f'<th scope="row"><code>{column}</code></th>' in page
    assert 'href="../data/effects.csv"' in page
    assert (site / "about" / "data" / "effects.csv").read_bytes() == (ROOT / "bib" / "effects.csv").read_bytes()
