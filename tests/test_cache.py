"""What is kept between runs saves time and never changes a verdict."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from cases import CONFIG, write_project
from kb import engine, examining, gate
from kb.cli import main
from kb.reading import cache as cache_module
from kb.reading import page as page_reader
from kb.reading.cache import Cache

PAGE = """\
---
title: {title}
summary: What {title} is.
reviewed: 2026-01-01
---

## In plain words

It is known as a bond. It can be mended.

## What it means

{text}
"""
FILES = {
    "docs/principles/bond.md": PAGE.format(title="Bond", text="See [the other](wish.md#what-it-means) [@smith2000]."),
    "docs/principles/wish.md": PAGE.format(title="Wish", text='A [link](bond.md).\n\n--8<-- "part.txt"\n'),
    "docs/part.txt": "Said in a part, [with a link](principles/bond.md).\n",
    "docs/glossary.yml": "- term: Part\n  definition: A piece.\n  sources: [smith2000]\n",
    "bib/references.bib": "@book{smith2000, author = {Smith, Ann}, title = {T}, publisher = {P}, year = {2000}}\n",
}
SENTENCES = [
    "A [dead link](gone.md).",
    "A [numbered](bond.md#what-it-means) one.",
    "Cited [@nobody1900].",
    "The XQZ is explained nowhere.",
    '--8<-- "part.txt"',
    "# Another heading {#drives}",
    "A [heading](bond.md#drives).",
    "The gold standard, 23 % of them.",
    "<script>x</script>",
    "<!-- kb: allow link-target-exists because it comes later -->\n[x](later.md)",
]
Edit = Callable[[Path, random.Random], None]


def pages(folder: Path) -> list[Path]:
    return sorted((folder / "docs" / "principles").glob("*.md"))


def say_something(folder: Path, chance: random.Random) -> None:
    page = chance.choice(pages(folder))
    page.write_text(page.read_text() + "\n" + chance.choice(SENTENCES) + "\n")


def take_back(folder: Path, chance: random.Random) -> None:
    for name in ("docs/principles/bond.md", "docs/principles/wish.md"):
        (folder / name).write_text(FILES[name])


def add_page(folder: Path, chance: random.Random) -> None:
    name = chance.choice(["later", "gone", "defence"])
    (folder / "docs" / "principles" / f"{name}.md").write_text(PAGE.format(title=name, text="Text [@smith2000]."))


def remove_page(folder: Path, chance: random.Random) -> None:
    chance.choice(pages(folder)).unlink()
    if len(pages(folder)) < 2:
        take_back(folder, chance)


def rename_page(folder: Path, chance: random.Random) -> None:
    page = chance.choice(pages(folder))
    page.rename(page.with_name(f"{page.stem[:5]}-{chance.randrange(5)}.md"))


def touch(folder: Path, chance: random.Random) -> None:
    os.utime(chance.choice(pages(folder)))


def change_heading(folder: Path, chance: random.Random) -> None:
    page = chance.choice(pages(folder))
    old, new = "## What it means\n", "## What it means {#meaning}\n"
    text = page.read_text()
    page.write_text(text.replace(new, old) if new in text else text.replace(old, new))


def change_part(folder: Path, chance: random.Random) -> None:
    part = folder / "docs" / "part.txt"
    if part.exists() and chance.random() < 0.3:
        part.unlink()
    else:
        part.write_text(chance.choice([FILES["docs/part.txt"], "A [dead](nowhere.md) end.\n", "\n\nThe ZZQ here.\n"]))


def change_glossary(folder: Path, chance: random.Random) -> None:
    entry = "- term: {}\n  definition: {}\n  sources: [{}]\n"
    names, keys = ["Part", "Piece", "XQZ", "Bond"], ["smith2000", "nobody1900"]
    text = "".join(entry.format(chance.choice(names), "It is so.", chance.choice(keys)) for _ in range(2))
    (folder / "docs" / "glossary.yml").write_text(chance.choice([FILES["docs/glossary.yml"], text, "- term: [\n"]))


def change_bibliography(folder: Path, chance: random.Random) -> None:
    entry = "@book{nobody1900, author = {Nobody, N.}, title = {N}, publisher = {P}, year = {1900}}\n"
    own = FILES["bib/references.bib"]
    (folder / "bib" / "references.bib").write_text(chance.choice([own, own + entry, entry, own + "@book{broken"]))


def add_bibliography(folder: Path, chance: random.Random) -> None:
    more = folder / "bib" / "more.bib"
    if more.exists():
        more.unlink()
    else:
        more.write_text("@book{gone2001, author = {Gone, G.}, title = {G}, publisher = {P}, year = {2001}}\n")


def change_configuration(folder: Path, chance: random.Random) -> None:
    without_snippets = "\n".join(line for line in CONFIG.split("\n") if "snippets" not in line)
    other_ids = CONFIG.replace("toc: {permalink: true}", "toc: {permalink: true, separator: _}")
    no_kinds = CONFIG.replace("content_model: true", "content_model: false")
    (folder / "mkdocs.yml").write_text(chance.choice([CONFIG, without_snippets, other_ids, no_kinds]))


EDITS: list[Edit] = [
    *(say_something, say_something, take_back, add_page, remove_page, rename_page, touch, change_heading, change_part),
    *(change_glossary, change_bibliography, add_bibliography, change_configuration),
]


def verdict(folder: Path) -> object:
    """The findings of `kb check`; its one line where it cannot run."""
    result = CliRunner().invoke(main, ["check", "--format", "json", "--config", str(folder / "mkdocs.yml")])
    assert result.exit_code in (0, 1, 2)
    return result.output if result.exit_code == 2 else json.loads(result.output)["findings"]


def verdict_without_cache(folder: Path) -> object:
    kept = folder / ".cache"
    aside = kept.rename(folder / "aside")
    try:
        return verdict(folder)
    finally:
        shutil.rmtree(kept, ignore_errors=True)
        aside.rename(kept)


@pytest.mark.parametrize("seed", range(4))
def test_edit_after_edit_the_verdict_is_that_of_a_first_run(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    if seed % 2:  # as in a large project, where other processes examine what is new
        monkeypatch.setattr(examining, "_PAGES_WORTH_A_PROCESS", 1)
        monkeypatch.setattr(examining, "_PAGES_PER_PROCESS", 1)
    write_project(tmp_path, FILES)
    verdict(tmp_path)
    for step in range(30):
        edit = chance.choice(EDITS)
        edit(tmp_path, chance)
        time.sleep(0.06)  # what changed a moment ago is read but not kept
        first = verdict(tmp_path)
        assert first == verdict(tmp_path) == verdict_without_cache(tmp_path), f"step {step}: {edit.__name__}"


def test_what_changes_while_it_is_read_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_project(tmp_path, FILES)
    time.sleep(0.06)
    page, read = tmp_path / "docs" / "principles" / "bond.md", page_reader.read_page

    def read_and_be_overtaken(content: bytes, name: str, *rest: object) -> object:
        reading = read(content, name, *rest)  # type: ignore[arg-type]
        if name.endswith("bond.md"):
            page.write_text(FILES["docs/principles/bond.md"] + "\nA [dead link](gone.md).\n")
        return reading

    monkeypatch.setattr(page_reader, "read_page", read_and_be_overtaken)
    before = verdict(tmp_path)
    monkeypatch.setattr(page_reader, "read_page", read)
    after = verdict(tmp_path)
    assert "gone.md" not in json.dumps(before)
    assert "gone.md" in json.dumps(after)


def test_what_comes_while_a_project_is_loaded_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from kb import engine

    write_project(tmp_path, FILES)
    time.sleep(0.06)
    load = engine.load

    def load_and_be_overtaken(config: str) -> object:
        project = load(config)
        page = tmp_path / "docs" / "principles" / "later.md"
        page.write_text(PAGE.format(title="Later", text="[x](gone.md)"))
        return project

    monkeypatch.setattr(engine, "load", load_and_be_overtaken)
    assert "gone.md" not in json.dumps(verdict(tmp_path))
    monkeypatch.setattr(engine, "load", load)
    assert "gone.md" in json.dumps(verdict(tmp_path))


def test_a_page_is_looked_at_again_where_it_or_what_it_rests_on_has_changed(tmp_path: Path) -> None:
    def doubtful() -> set[str]:
        kb, _ = gate.judge(engine.load(str(tmp_path / "mkdocs.yml")))
        return {page.id for page in kb.doubtful} - {"index"}

    write_project(tmp_path, FILES | {"docs/principles/hope.md": PAGE.format(title="Hope", text="[Bond](bond.md).")})
    everything = doubtful()
    assert everything == {"bond", "hope", "wish"}
    assert doubtful() == {"wish"}, "what includes a file is looked at each time"
    say = tmp_path / "docs" / "principles" / "hope.md"
    say.write_text(say.read_text() + "\nMore of it.\n")
    assert doubtful() == {"hope", "wish"}
    say.write_text(say.read_text() + "\nA [dead link](gone.md).\n")
    assert doubtful() == {"hope", "wish"}
    assert doubtful() == {"hope", "wish"}, "where something was found"
    for name in ("docs/glossary.yml", "bib/references.bib"):
        text = (tmp_path / name).read_text()
        (tmp_path / name).write_text(text.replace("Part", "Piece").replace("{T}", "{U}"))
        assert doubtful() == everything, name
    (tmp_path / "docs" / "picture.png").write_bytes(b"")
    assert doubtful() == everything


@pytest.mark.parametrize("step", ["_begin", "_examine"])
def test_a_process_that_dies_costs_only_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    monkeypatch.setattr(examining, "_PAGES_WORTH_A_PROCESS", 1)
    write_project(tmp_path, FILES)
    time.sleep(0.06)
    verdict(tmp_path)
    (tmp_path / "docs" / "principles" / "bond.md").write_text(FILES["docs/principles/bond.md"] + "\n[x](gone.md)\n")
    here, real, done_here = os.getpid(), getattr(examining, step), []

    def die_elsewhere(*given: object) -> object:
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*given)

    monkeypatch.setattr(examining, step, die_elsewhere)
    load = examining._load
    monkeypatch.setattr(examining, "_load", lambda project: (done_here.append(os.getpid()), load(project)))
    assert "gone.md" in json.dumps(verdict(tmp_path))
    assert done_here == [here]


def test_a_link_into_the_theme_is_looked_at_again(tmp_path: Path) -> None:
    config = CONFIG.replace("{name: mkdocs}", "{name: mkdocs, custom_dir: theme}")
    page = PAGE.format(title="Bond", text='<a href="../../drawing.svg">a drawing</a> [@smith2000]')
    write_project(tmp_path, FILES | {"mkdocs.yml": config, "theme/drawing.svg": "", "docs/principles/bond.md": page})
    before = verdict(tmp_path)
    assert isinstance(before, list)
    assert "drawing" not in json.dumps(before)
    (tmp_path / "theme" / "drawing.svg").unlink()
    assert "drawing" in json.dumps(verdict(tmp_path))


def kept_files(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / ".cache" / "kb").iterdir() if path.is_file())


@pytest.mark.parametrize("damage", [b"", b"\x80garbage", b"\0" * 4096])
def test_damaged_cache_is_no_cache(tmp_path: Path, damage: bytes) -> None:
    write_project(tmp_path, FILES)
    expected = verdict(tmp_path)
    for file in kept_files(tmp_path):
        file.write_bytes(damage)
        assert verdict(tmp_path) == expected
    for file in kept_files(tmp_path):
        file.write_bytes(file.read_bytes()[:-7])
        assert verdict(tmp_path) == expected


def test_cache_of_another_version_is_ignored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_project(tmp_path, FILES)
    expected = verdict(tmp_path)
    time.sleep(0.06)
    verdict(tmp_path)
    monkeypatch.setattr("kb.snapshot.own_code", lambda: "another version")
    monkeypatch.setattr("kb.engine.own_code", lambda: "another version")
    read: list[str] = []
    real = page_reader.read_page
    monkeypatch.setattr(
        page_reader, "read_page", lambda content, name, *rest: (read.append(name), real(content, name, *rest))[1]
    )
    assert verdict(tmp_path) == expected
    assert "docs/principles/bond.md" in read


def test_one_new_value_is_written_behind_the_others(tmp_path: Path) -> None:
    def save(**values: int) -> bytes:
        cache = Cache(tmp_path / "kept")
        for number in range(100):
            if cache.get(f"{number}") is None:
                cache.put(f"{number}", number)
        for key, value in values.items():
            cache.put(key, value)
        cache.save()
        return cache.file.read_bytes()

    first = save()
    second = save(other=1)
    assert second.startswith(first)
    assert 0 < len(second) - len(first) < 100
    assert Cache(tmp_path / "kept").get("other") == 1
    assert save() == second, "nothing new, nothing written"
    for number in range(200):
        assert len(save(**{f"more{number}": number})) < 2 * len(first), "what nobody asks for is forgotten"


@pytest.mark.parametrize("lost", [1, 10, 30])
def test_a_piece_that_was_not_written_to_its_end_costs_only_time(tmp_path: Path, lost: int) -> None:
    values = {"first": "long " * 100, "second": "short"}
    for key, value in values.items():
        cache = Cache(tmp_path / "kept")
        cache.get("first")
        cache.put(key, value)
        cache.save()
    whole = (tmp_path / "kept").read_bytes()
    (tmp_path / "kept").write_bytes(whole[:-lost])
    cache = Cache(tmp_path / "kept")
    assert (cache.get("first"), cache.get("second")) == (values["first"], None)
    cache.put("second", values["second"])
    cache.save()
    again = Cache(tmp_path / "kept")
    assert {key: again.get(key) for key in values} == values


def test_full_disk_costs_only_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_space(*_: object) -> None:
        raise OSError(28, "No space left on device")

    write_project(tmp_path, FILES)
    monkeypatch.setattr(cache_module.os, "replace", no_space)
    first = verdict(tmp_path)
    assert first == verdict(tmp_path)
    assert not kept_files(tmp_path)


def test_disk_that_gets_full_costs_only_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    write_project(tmp_path, FILES)
    time.sleep(0.06)
    verdict(tmp_path)
    (tmp_path / "docs" / "principles" / "bond.md").write_text(FILES["docs/principles/bond.md"] + "\n[x](gone.md)\n")
    time.sleep(0.06)
    with monkeypatch.context() as patch:
        patch.setattr(cache_module.os, "write", lambda handle, data: write(handle, data[: len(data) // 2]))
        first = verdict(tmp_path)
    assert "gone.md" in json.dumps(first)
    assert first == verdict(tmp_path) == verdict_without_cache(tmp_path)


COMMAND = [sys.executable, "-m", "kb", "check", "--format", "json"]


def test_processes_at_once_and_killed_ones_leave_a_sound_cache(tmp_path: Path) -> None:
    write_project(tmp_path, FILES)
    expected = verdict(tmp_path)
    for delay in (0.05, 0.2, 0.35, 0.5):
        shutil.rmtree(tmp_path / ".cache")
        running = [subprocess.Popen(COMMAND, cwd=tmp_path, stdout=subprocess.PIPE) for _ in range(2)]
        time.sleep(delay)
        running[0].send_signal(signal.SIGKILL)
        output = running[1].communicate()[0]
        running[0].communicate()
        assert json.loads(output)["findings"] == expected
        assert verdict(tmp_path) == expected
