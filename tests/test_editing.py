"""What the commands write into source files: mends, new pages, renamed pages, baselines; and what they refuse to."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from cases import CONFIG, read_cases, write_project
from conftest import copy_project
from kb import engine, gate, rules
from kb.cli import main
from kb.editing import move as moving
from kb.editing import source
from kb.editing.bibliography import CannotSort, sorted_bibliography
from kb.editing.new import slug, template
from kb.editing.prompts import FIELDS, SECTIONS
from kb.kinds import KINDS
from kb.knowledge import KnowledgeBase
from kb.model import Edit, Fault, Severity, Span
from kb.reading.bibliography import read_bibliography
from kb.rules import Rule


def kb(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def texts(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and ".cache" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


# edits


def edit(line: int, column: int, old: str, new: str, path: str = "p.md") -> Edit:
    return Edit(Span(path, line, column, len(old)), old, new)


@pytest.mark.parametrize(
    ("text", "edits", "expected"),
    [
        ("one two\n", [edit(1, 5, "two", "2")], "one 2\n"),
        ("one two\n", [edit(1, 5, "two", "2"), edit(1, 1, "one", "first")], "first 2\n"),
        ("a\r\nb", [edit(2, 1, "b", "x\ny")], "a\r\nx\r\ny"),
        ("a\rb\r", [edit(1, 1, "a\nb", "c")], "c\r"),
        ("\ufeffab\n", [edit(1, 2, "b", "c")], "\ufeffac\n"),
        ("äöü\u2028x y", [edit(1, 5, "x", "z")], "äöü\u2028z y"),
        ("a\n", [edit(1, 2, "", "!")], "a!\n"),
        ("a\n", [edit(2, 1, "", "b\n")], "a\nb\n"),
        ("aa", [edit(1, 1, "a", "b"), edit(1, 1, "a", "b"), edit(1, 2, "a", "c")], "bc"),
    ],
)
def test_edits_change_what_they_name_and_nothing_else(text: str, edits: list[Edit], expected: str) -> None:
    result, made, refused = source.apply(text, edits)
    assert (result, refused) == (expected, [])
    assert len(made) == len(set(edits))


@pytest.mark.parametrize(
    "edits",
    [
        [edit(1, 5, "too", "x")],
        [edit(9, 1, "a", "x")],
        [edit(1, 99, "", "x")],
        [Edit(Span("p.md"), "one", "x")],
        [edit(1, 1, "one", "x"), edit(1, 1, "one", "y")],
        [edit(1, 1, "one two", "x"), edit(1, 5, "two", "y")],
    ],
)
def test_edit_that_does_not_fit_is_refused(edits: list[Edit]) -> None:
    text, made, refused = source.apply("one two\nthree\n", edits)
    assert text == "one two\nthree\n"
    assert made == []
    assert [refusal.edit for refusal in refused] == edits or len(refused) == len(edits)


@given(st.lists(st.sampled_from(["a", "b ", "\n", "\r\n", "\r", "é", "日", "\u2028", "\x0b"]), max_size=30), st.data())
def test_an_edit_found_by_line_and_column_stands_there(pieces: list[str], data: st.DataObject) -> None:
    text = "".join(pieces)
    lines = re.split(r"\r\n|\r|\n", text)
    line = data.draw(st.integers(1, len(lines)))
    start = data.draw(st.integers(0, len(lines[line - 1])))
    old = lines[line - 1][start:]
    result, made, _ = source.apply(text, [edit(line, start + 1, old, "X")])
    assert made
    expected = lines.copy()
    expected[line - 1] = lines[line - 1][:start] + "X"
    assert re.split(r"\r\n|\r|\n", result) == expected
    assert re.findall(r"\r\n|\r|\n", result) == re.findall(r"\r\n|\r|\n", text)


def test_file_is_replaced_at_once_and_keeps_its_mode(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.md"
    file.write_bytes(b"old")
    file.chmod(0o640)
    link = tmp_path / "link.md"
    link.symlink_to(file)
    source.write_text(link, "new\r\n")
    assert (file.read_bytes(), file.stat().st_mode & 0o777, link.is_symlink()) == (b"new\r\n", 0o640, True)

    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fails)
    with pytest.raises(OSError, match="space"):
        source.write_text(file, "newer")
    assert texts(tmp_path) == {"a.md": b"new\r\n", "link.md": b"new\r\n"}


# fix


@pytest.fixture
def mends() -> Iterator[Callable[[str, str], None]]:
    """Let a rule of its own find a word and offer another for it."""
    rules.all_rules()

    def mend(word: str, better: str) -> None:
        def check(base: KnowledgeBase) -> Iterator[Fault]:
            """A word is not used."""
            for path in [*(page.path for page in base.pages), "docs/part.txt"]:
                try:
                    lines = base.text_of(path).split("\n")
                except OSError:
                    continue
                for number, line in enumerate(lines, start=1):
                    for match in re.finditer(word, line):
                        span = Span(path, number, match.start() + 1, len(word))
                        yield Fault(f"'{word}' is used", span, f"write `{better}`", Edit(span, word, better))

        name = f"word-{word}-is-not-used"
        rules._rules[name] = Rule(name, "prose", Severity.ERROR, check, False)

    before = dict(rules._rules)
    yield mend
    rules._rules.clear()
    rules._rules.update(before)


def test_fix_mends_and_a_second_run_changes_nothing(tmp_path: Path, mends: Callable[[str, str], None]) -> None:
    mends("colour", "hue")
    config = write_project(tmp_path, {"docs/index.md": "---\ntitle: Home\n---\n"})
    page = tmp_path / "docs" / "index.md"
    page.write_bytes(b"\xef\xbb\xbf---\r\ntitle: Home\r\n---\r\n\r\nA colour, one colour.\r\nGone: [a](gone.md)")
    result = kb("fix", "--config", config)
    assert page.read_bytes() == (b"\xef\xbb\xbf---\r\ntitle: Home\r\n---\r\n\r\nA hue, one hue.\r\nGone: [a](gone.md)")
    assert result.exit_code == 1
    assert result.output.splitlines()[:2] == [
        "docs/index.md:5:3: 'colour' is now 'hue'  [word-colour-is-not-used]",
        "docs/index.md:5:15: 'colour' is now 'hue'  [word-colour-is-not-used]",
    ]
    assert "2 places mended in 1 file." in result.output
    assert "Left for a person: 1 error in 1 of 1 page" in result.output
    before = texts(tmp_path)
    assert kb("fix", "--config", config).output.startswith("0 places mended.")
    assert texts(tmp_path) == before


def test_diff_shows_and_changes_nothing(tmp_path: Path, mends: Callable[[str, str], None]) -> None:
    mends("colour", "hue")
    config = write_project(tmp_path, {"docs/index.md": "---\ntitle: Home\n---\n\nA colour."})
    before = texts(tmp_path)
    result = CliRunner().invoke(main, ["fix", "--diff", "--config", str(config)])
    assert texts(tmp_path) == before
    assert result.stdout == (
        "--- a/docs/index.md\n+++ b/docs/index.md\n@@ -2,4 +2,4 @@\n title: Home\n ---\n \n"
        "-A colour.\n\\ No newline at end of file\n+A hue.\n\\ No newline at end of file\n"
    )
    assert "1 place would be mended in 1 file." in result.stderr


def test_fix_goes_on_after_what_it_refuses(tmp_path: Path, mends: Callable[[str, str], None]) -> None:
    mends("colour", "hue")
    mends("colour of", "hue")
    mends("mother", "parent")
    config = write_project(tmp_path, {"docs/index.md": "---\ntitle: Home\n---\n\nThe colour of a mother.\n"})
    result = kb("fix", "--config", config)
    assert (tmp_path / "docs" / "index.md").read_text().endswith("The colour of a parent.\n")
    assert result.output.count("not mended: another edit changes the same characters") == 2


def test_fix_makes_a_mend_that_another_brings_to_light(tmp_path: Path, mends: Callable[[str, str], None]) -> None:
    mends("one", "two")
    mends("two", "three")
    config = write_project(tmp_path, {"docs/index.md": "---\ntitle: Home\n---\n\none\n"})
    assert kb("fix", "--config", config).exit_code == 0
    assert (tmp_path / "docs" / "index.md").read_text().endswith("three\n")


def test_diff_shows_what_fix_would_leave(tmp_path: Path, mends: Callable[[str, str], None]) -> None:
    mends("one", "two")
    mends("two", "three")
    config = write_project(
        tmp_path, {"docs/index.md": '---\ntitle: Home\n---\n\none\n\n--8<-- "part.txt"\n', "docs/part.txt": "two\n"}
    )
    before = texts(tmp_path)
    shown = CliRunner().invoke(main, ["fix", "--diff", "--config", str(config)])
    assert texts(tmp_path) == before
    assert shown.exit_code == 1
    assert "3 places would be mended in 2 files." in shown.stderr
    assert kb("fix", "--config", config).exit_code == 0
    made = {name: text for name, text in texts(tmp_path).items() if text != before[name]}
    assert shown.stdout == "".join(
        source.diff(before[name].decode(), made[name].decode(), name) for name in sorted(made)
    )


def test_fix_applies_only_what_is_selected(tmp_path: Path, mends: Callable[[str, str], None]) -> None:
    mends("one", "1")
    mends("two", "2")
    config = write_project(tmp_path, {"docs/index.md": "---\ntitle: Home\n---\n\none two\n"})
    kb("fix", "--config", config, "--ignore", "word-one-is-not-used")
    assert (tmp_path / "docs" / "index.md").read_text().endswith("one 2\n")
    assert kb("fix", "--config", config, "--select", "word-ona-is-not-used").exit_code == 2


def test_fix_mends_included_files_and_leaves_protected_ones(
    tmp_path: Path, mends: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    mends("colour", "hue")
    files = {"docs/index.md": "---\ntitle: Home\n---\n\ncolour\n", "docs/part.txt": "colour\n"}
    config = write_project(tmp_path, files)
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path).name != "index.md")
    result = kb("fix", "--config", config)
    assert (tmp_path / "docs" / "part.txt").read_text() == "hue\n"
    assert "docs/index.md: not mended: it is write-protected" in result.output
    assert texts(tmp_path)["docs/index.md"] == files["docs/index.md"].encode()


def test_everything_that_the_fixtures_offer_to_mend_is_mended(tmp_path: Path) -> None:
    """Every edit of every fixture fits its place, and its finding is gone afterwards."""
    offered = 0
    for file in sorted((Path(__file__).parent / "rules").glob("*.md")):
        for number, case in enumerate(case for case in read_cases(file) if case.fails):
            folder = tmp_path / f"{file.stem}-{number}"
            folder.mkdir()
            project = engine.load(str(write_project(folder, case.files)))
            edits = [finding.edit for finding in gate.judge(project, [file.stem])[1].findings if finding.edit]
            if edits:
                offered += 1
                result = kb("fix", "--config", project.configuration, "--select", file.stem)
                assert "not mended" not in result.output, (file.stem, case.name)
                left = gate.judge(engine.load(str(project.configuration)), [file.stem])[1].findings
                assert [finding for finding in left if finding.edit] == [], (file.stem, case.name)
    assert offered


# the order of the bibliography


def in_order(text: str) -> str:
    return sorted_bibliography(text, read_bibliography(text.encode(), "r.bib"))


def test_entries_are_sorted_with_their_comments_and_nothing_else_moves() -> None:
    text = (
        "\ufeff% A head.\r\n\r\n% about c\r\n% more\r\n@book{c,\r\n  title = {x {y}},\r\n}\r\n@book{B, title={z}}\r\n\r\n"
        "% a part\r\n\r\n% on a\r\n@article{a, title={q}} % tail"
    )
    assert in_order(text) == (
        "\ufeff% A head.\r\n\r\n% on a\r\n@article{a, title={q}} % tail\r\n@book{B, title={z}}\r\n\r\n"
        "% a part\r\n\r\n% about c\r\n% more\r\n@book{c,\r\n  title = {x {y}},\r\n}"
    )
    assert in_order(in_order(text)) == in_order(text)


@pytest.mark.parametrize(
    "text",
    [
        "@book{b, title={x}\n@book{a, title={y}}\n",
        "@book{b, title={x}} @book{a, title={y}}\n",
        "@book{b, title=pub}\n@string{pub = {x}}\n@book{a, title={y}}\n",
        "@book{b, title={x}}\n@book(a, title={y})\n",
        "@book{b, title={x}, crossref={a}}\n@book{a, title={y}}\n",
    ],
)
def test_bibliography_whose_order_matters_is_left_alone(text: str) -> None:
    with pytest.raises(CannotSort):
        in_order(text)


@given(st.permutations([f"% on {key}\n@book{{{key}, title = {{{key}}}}}" for key in "abcD"]))
def test_any_order_becomes_the_same(entries: list[str]) -> None:
    assert re.findall(r"@book\{(\w)", in_order("\n\n".join(entries) + "\n")) == ["a", "b", "c", "D"]


# new


def test_every_field_and_section_has_a_prompt() -> None:
    for kind in KINDS:
        assert {name for name in kind.fields.model_fields if name != "title"} <= FIELDS.keys()
        assert set(kind.sections) <= SECTIONS.keys()
        text = template(kind, "A title")
        assert re.findall(r"^## (.*)", text, flags=re.MULTILINE) == list(kind.sections)
        assert all("--" not in prompt for prompt in re.findall(r"<!-- (.*?) -->", text))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_new_page_lists_just_what_is_to_be_filled_in(kind: engine.Any, tmp_path: Path) -> None:
    config = write_project(tmp_path, {"docs/index.md": "---\ntitle: Home\n---\n"})
    result = kb("new", "--config", config, kind.name, "Déjà vu: a “first” look")
    path = tmp_path / "docs" / kind.folder / "deja-vu-a-first-look.md"
    assert result.output == f"docs/{kind.folder}/{path.name} is ready to be written. `kb check` says what is missing.\n"
    findings = gate.judge(engine.load(str(config)))[1].findings
    told = {finding.message for finding in findings}
    required = {name for name, field in kind.fields.model_fields.items() if field.is_required()} - {"title"}
    assert {f"the field '{name}' is empty" for name in required} <= told
    assert {f"the section '{section}' is empty" for section in kind.sections} <= told
    # Beside the fields and the sections only what a concept needs of the rest of the site.
    others = [finding.rule for finding in findings if not re.match("the (field|section) '", finding.message)]
    assert set(others) <= {"concept-is-connected", "term-has-definition", "term-has-source", "page-is-linked"} | MORE


# Rules that look at what a page must have, and rightly find that a new one has it not yet.
MORE: set[str] = {"critics-are-cited", "urgent-help-is-near"}


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Klein's view of Übertragung", "kleins-view-of-ubertragung"),
        ("Self/other – and_more", "self-other-and-more"),
        ("- C.G. Jung (1912)!", "cg-jung-1912"),
        ("日本", ""),
    ],
)
def test_file_name_for_a_title(title: str, name: str) -> None:
    assert slug(title) == name


PRINCIPLES = {
    "docs/principles/splitting.md": "---\ntitle: Splitting\naliases: [cleaving]\n---\n",
    "docs/guides/index.md": "---\ntitle: Guides\n---\n",
}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["principel", "X"], "there is no kind of page 'principel'; did you mean 'principle'?"),
        (["principle", "splitting"], "the name 'Splitting' is already taken in docs/principles/splitting.md:2:8"),
        (["principle", "Cleaving"], "the name 'cleaving' is already taken in docs/principles/splitting.md:3:11"),
        (["defence", "Splitting!"], "the id 'splitting' is already taken by docs/principles/splitting.md"),
        (["principle", "日本"], "no file name can be made from the title '日本'"),
    ],
)
def test_new_page_that_cannot_be_is_refused(tmp_path: Path, arguments: list[str], message: str) -> None:
    config = write_project(tmp_path, PRINCIPLES)
    before = texts(tmp_path)
    result = kb("new", "--config", config, *arguments)
    assert result.exit_code == 2
    assert message in result.output
    assert len(result.output.splitlines()) == 1
    assert texts(tmp_path) == before


def test_new_page_overwrites_nothing_and_names_what_is_near(tmp_path: Path) -> None:
    config = write_project(tmp_path, PRINCIPLES)
    assert (
        "There is already 'Splitting'. Is it the same?" in kb("new", "--config", config, "defence", "Splittings").output
    )
    hidden = tmp_path / "docs" / "defences" / "denial.md"
    hidden.write_text("kept", encoding="utf-8")
    (tmp_path / "mkdocs.yml").write_text(CONFIG + "exclude_docs: denial.md\n", encoding="utf-8")
    assert "'docs/defences/denial.md' exists already" in kb("new", "--config", config, "defence", "Denial").output
    assert hidden.read_text(encoding="utf-8") == "kept"


# move

SITE = {
    "mkdocs.yml": CONFIG
    + 'nav:\n  - index.md\n  - Group:\n      - "principles/old.md"\n      - Other: principles/other.md\n# principles/old.md\n',
    "docs/index.md": (
        "---\ntitle: Home\n---\n\n"
        "[a](principles/old.md#in-plain-words 'x') [b](principles/./old.md) ![p](p.png) [c][c] `[d](principles/old.md)`\n"
        '[e](principles/old/) <a href="principles/old/#x">f</a> [g](<principles/old.md>) [h](principles/other.md)\n\n'
        '--8<-- "part.txt"\n\n'
        "[c]: principles/old.md?q=1&r=2#x\n[unused]: principles/old.md\n"
    ),
    "docs/part.txt": "Included [i](principles/old.md).\n",
    "docs/p.png": "x",
    "docs/principles/with space.md": "---\ntitle: Space\n---\n\n[old](old.md)\n",
    "docs/principles/other.md": "---\ntitle: Other\nbuilds_on:\n  old: because\ncontrasts_with: {'old': because}\n---\n\n[old](old.md)\n",
    "docs/principles/old.md": (
        "---\ntitle: Old\n---\n\n[other](other.md#x) [self](old.md#y) [here](#y) [image](../p.png) [s](with%20space.md)\n"
        '<img src="../../p.png" alt="p"> <a href="../other/">o</a> [out](https://example.org)\n'
    ),
    "docs/guides/g.md": "---\ntitle: G\npath: [other, old, index]\n---\n",
}


def sees(folder: Path) -> tuple[list[str], list[tuple[str, str]]]:
    """What the gate finds, and where every link leads."""
    project = engine.load(str(folder / "mkdocs.yml"))
    base, verdict = gate.judge(project, ignore=["file-name-is-plain"])
    links = [
        (link.text, target.uri) for page in base.pages for link in page.links if (target := base.resolve(page, link))
    ]
    names = {"principles/old.md", "principles/new.md", "defences/new.md"}
    return (
        sorted(
            f"{finding.rule} {re.sub(r'(defences|principles)/(old|new)', 'X', finding.message)}"
            for finding in verdict.findings
        ),
        sorted((text, "X" if uri in names else uri) for text, uri in links),
    )


@pytest.mark.parametrize("new", ["new", "docs/defences/new.md"])
def test_move_mends_all_that_names_the_page(tmp_path: Path, new: str) -> None:
    write_project(tmp_path, SITE)
    (tmp_path / "docs" / "principles" / "old.md").chmod(0o600)
    before = sees(tmp_path)
    result = kb("move", "--config", tmp_path / "mkdocs.yml", "old", new)
    assert result.exit_code == 0, result.output
    after = sees(tmp_path)
    assert after[1] == before[1]
    links = ("link-", "relation-target", "navigation-")
    assert [line for line in after[0] if line.startswith(links)] == [
        line for line in before[0] if line.startswith(links)
    ]
    found = {name: text.decode() for name, text in texts(tmp_path).items()}
    assert "docs/principles/old.md" not in found
    line = SITE["mkdocs.yml"].count("\n")
    assert f"mkdocs.yml:{line}: 'principles/old.md' is named here too" in result.output
    assert "no redirect is kept" in result.output
    assert re.search(
        r"builds_on:\n  new: because\ncontrasts_with: \{'new': because\}", found["docs/principles/other.md"]
    )
    assert "path: [other, new, index]" in found["docs/guides/g.md"]
    assert "`[d](principles/old.md)`" in found["docs/index.md"]
    folder = "principles" if new == "new" else "defences"
    assert f'- "{folder}/new.md"' in found["mkdocs.yml"]
    assert found["docs/index.md"].splitlines()[4:6] == [
        f"[a]({folder}/new.md#in-plain-words 'x') [b]({folder}/new.md) ![p](p.png) [c][c] `[d](principles/old.md)`",
        f'[e]({folder}/new/) <a href="{folder}/new/#x">f</a> [g](<{folder}/new.md>) [h](principles/other.md)',
    ]
    assert f"[c]: {folder}/new.md?q=1&r=2#x\n[unused]: {folder}/new.md\n" in found["docs/index.md"]
    assert found["docs/part.txt"] == f"Included [i]({folder}/new.md).\n"
    moved = found[f"docs/{folder}/new.md"].splitlines()[4:]
    if new == "new":
        assert moved[0] == "[other](other.md#x) [self](new.md#y) [here](#y) [image](../p.png) [s](with%20space.md)"
    else:
        assert moved[0] == (
            "[other](../principles/other.md#x) [self](new.md#y) [here](#y) [image](../p.png) [s](../principles/with%20space.md)"
        )
        assert moved[1].startswith('<img src="../../p.png" alt="p"> <a href="../../principles/other/">o</a>')
    assert (tmp_path / "docs" / folder / "new.md").stat().st_mode & 0o777 == 0o600


def test_moving_there_and_back_restores_every_byte(tmp_path: Path) -> None:
    files = {**SITE, "docs/index.md": SITE["docs/index.md"].replace("principles/./old.md", "principles/old.md")}
    write_project(tmp_path, files)
    before = texts(tmp_path)
    kb("move", "--config", tmp_path / "mkdocs.yml", "old", "new")
    assert texts(tmp_path) != before
    kb("move", "--config", tmp_path / "mkdocs.yml", "docs/principles/new.md", "principles/old.md")
    assert texts(tmp_path) == before


def test_move_shows_and_changes_nothing_with_diff(tmp_path: Path) -> None:
    write_project(tmp_path, SITE)
    before = texts(tmp_path)
    result = kb("move", "--diff", "--config", tmp_path / "mkdocs.yml", "old", "new")
    assert texts(tmp_path) == before
    assert "rename from docs/principles/old.md\nrename to docs/principles/new.md\n" in result.output
    assert "\n-Included [i](principles/old.md).\n+Included [i](principles/new.md).\n" in result.output


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("olds", "new", "there is no page 'olds'; did you mean 'old'?"),
        ("old", "other", "'docs/principles/other.md' exists already"),
        ("old", "docs/defences/other.md", "the id 'other' is already taken by docs/principles/other.md"),
        ("old", "../../new.md", "lies outside the folder of the pages, docs"),
        ("old", "New Name", "'New Name' cannot be a file name here"),
        ("old", "old", "'docs/principles/old.md' already has this name"),
    ],
)
def test_move_that_cannot_be_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    write_project(tmp_path, SITE)
    before = texts(tmp_path)
    result = kb("move", "--config", tmp_path / "mkdocs.yml", old, new)
    assert (result.exit_code, texts(tmp_path)) == (2, before)
    assert message in result.output


def test_move_changes_nothing_where_one_file_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_project(tmp_path, SITE)
    before = texts(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(os, "access", lambda path, mode: Path(path).name != "g.md")
        result = kb("move", "--config", tmp_path / "mkdocs.yml", "old", "new")
    assert (result.exit_code, texts(tmp_path)) == (2, before)
    assert "docs/guides/g.md' cannot be written: it is write-protected; nothing was changed" in result.output
    (tmp_path / "docs" / "principles" / "old.md").write_bytes(b"\xff")
    assert kb("move", "--config", tmp_path / "mkdocs.yml", "old", "new").exit_code == 2
    assert kb("explain", "--config", tmp_path / "mkdocs.yml", "docs/principles/old.md:1").exit_code == 2


def test_link_in_a_file_that_pages_of_two_folders_include_is_told(tmp_path: Path) -> None:
    files = {
        "docs/index.md": '---\ntitle: Home\n---\n\n--8<-- "part.txt"\n',
        "docs/part.txt": "[to](b.md)\n",
        "docs/a.md": '---\ntitle: A\n---\n\n--8<-- "part.txt"\n',
        "docs/b.md": "---\ntitle: B\n---\n",
    }
    write_project(tmp_path, files)
    result = kb("move", "--config", tmp_path / "mkdocs.yml", "docs/a.md", "sub/a.md")
    assert "docs/part.txt:1:6: 'b.md' would have to be written differently for a.md and index.md" in result.output
    assert texts(tmp_path)["docs/part.txt"] == b"[to](b.md)\n"


def test_page_that_git_knows_is_renamed_in_git(tmp_path: Path) -> None:
    write_project(tmp_path, SITE)
    git = ["git", "-C", str(tmp_path), "-c", "user.name=x", "-c", "user.email=x@example.org"]
    for command in (["init", "-q"], ["add", "docs"], ["commit", "-qm", "x"]):
        subprocess.run([*git, *command], check=True)
    kb("move", "--config", tmp_path / "mkdocs.yml", "old", "new")
    status = subprocess.run([*git, "status", "--short", "docs"], check=True, capture_output=True, text=True).stdout
    assert "RM docs/principles/old.md -> docs/principles/new.md" in status.replace("R  ", "RM ")


REDIRECTS = """\
plugins:
  - search
  - redirects:
      redirect_maps:
        first.md: a/old.md
        'second.md': "a/old.md#x"
nav:
  - Page: a/old.md
"""


def changed(text: str, old: str, new: str) -> str:
    edits, has_redirects = moving.configuration_edits(text, "mkdocs.yml", old, new)
    assert has_redirects
    result, _, refused = source.apply(text, edits)
    assert refused == []
    return result


def test_redirects_follow_the_page_and_the_old_address_is_kept() -> None:
    once = changed(REDIRECTS, "a/old.md", "b/new.md")
    assert once == REDIRECTS.replace("a/old.md", "b/new.md").replace('#x"\n', '#x"\n        a/old.md: b/new.md\n')
    back = changed(once, "b/new.md", "a/old.md")
    assert back == REDIRECTS.replace('#x"\n', '#x"\n        b/new.md: a/old.md\n')


def test_the_real_site_stays_clean_when_pages_move(tmp_path: Path) -> None:
    folder = copy_project(tmp_path)
    for old, new in (("getting-urgent-help", "urgent-help"), ("insight", "understanding"), ("defence", "protection")):
        result = kb("move", "--config", folder / "mkdocs.yml", old, new)
        assert result.exit_code == 0, result.output
    findings = gate.judge(engine.load(str(folder / "mkdocs.yml")))[1].findings
    assert [(finding.span.place, finding.message) for finding in findings] == []


# the baseline


def test_baseline_hides_what_was_there_and_only_shrinks(tmp_path: Path) -> None:
    page = tmp_path / "docs" / "index.md"
    config = write_project(tmp_path, {"docs/index.md": "---\ntitle: Home\n---\n\n[a](x.md) [b](x.md) [c](y.md)\n"})
    baseline = tmp_path / "old.json"
    assert "write one with" in kb("check", "--config", config, "--baseline", baseline).output
    written = kb("check", "--config", config, "--baseline", baseline, "--write-baseline")
    assert written.output == f"{baseline} now records 3 findings. From here on it may only shrink.\n"
    assert [entry["count"] for entry in json.loads(baseline.read_text())["findings"]] == [2, 1]
    assert kb("check", "--config", config, "--baseline", baseline).exit_code == 0
    assert kb("check", "--config", config).exit_code == 1

    page.write_text("---\ntitle: Home\n---\n\nText.\n\n[a](x.md) [b](x.md) [n](x.md) [c](y.md) [z](z.md)\n")
    document = json.loads(kb("check", "--config", config, "--baseline", baseline, "--format", "json").output)
    assert [(f["line"], f["column"]) for f in document["findings"]] == [(7, 25), (7, 45)]
    again = kb("check", "--config", config, "--baseline", baseline, "--write-baseline")
    assert (again.exit_code, "may only shrink" in again.output) == (2, True)

    page.write_text("---\ntitle: Home\n---\n\n[a](x.md)\n")
    stale = kb("check", "--config", config, "--baseline", baseline)
    assert stale.exit_code == 1
    assert (
        "old.json:2:1: error: a recorded finding of 'link-target-exists' in docs/index.md is found only 1 of 2 times"
        in stale.output
    )
    assert (
        "old.json:3:1: error: a recorded finding of 'link-target-exists' in docs/index.md is no longer found"
        in stale.output
    )
    shrunk = kb("check", "--config", config, "--baseline", baseline, "--shrink-baseline")
    assert shrunk.output == f"{baseline} now records 1 finding, 2 fewer than before.\n"
    assert kb("check", "--config", config, "--baseline", baseline).exit_code == 0


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"{}", b'{"version": 2, "findings": []}', b'{"version": 1, "findings": [1]}', b"\xff", b"[" * 9999],
)
def test_file_that_is_no_baseline_is_one_line(tmp_path: Path, content: bytes) -> None:
    config = write_project(tmp_path, {})
    baseline = tmp_path / "old.json"
    baseline.write_bytes(content)
    result = kb("check", "--config", config, "--baseline", baseline)
    assert result.exit_code == 2
    assert result.output.startswith(f"kb: '{baseline}' is not a baseline: ")
    assert len(result.output.splitlines()) == 1


# explain

EXPLAINED = {
    "docs/index.md": (
        "---\ntitle: Home\n---\n\nA [link](principles/splittin.md) and [one](principles/splitting.md#aim), [@klein1946note].\n"
        "<!-- kb: allow link-target-exists because it comes later -->\n[later](later.md)\n\nPlain text.\n"
    ),
    "docs/principles/splitting.md": "---\ntitle: Splitting\nbuilds_on: {projektion: x}\n---\n\n## Aims\n",
    "docs/principles/projection.md": "---\ntitle: Projection\n---\n",
    "bib/references.bib": "@article{klein1946notes, author = {Klein, Melanie}, title = {Notes}, journal = {J}, year = {1946}}\n",
}


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (
            "docs/index.md:5:10",
            [
                "docs/index.md:5:10: error: there is no file 'principles/splittin.md'",
                "What the gate saw: link 'principles/splittin.md': 'principles/splittin.md' is not among the",
                "published files (looked up from the folder of 'index.md'); nearest: `principles/splitting.md`",
                "The rule link-target-exists: Every link, image and file within the site exists",
                "write on the line before: <!-- kb: allow link-target-exists because REASON -->",
                "leads to 'principles/splitting.md', which exists",
            ],
        ),
        ("docs/index.md:5", ["'#aim' is not among its", "not a key among 1 work in bib/references.bib; nearest: `klein1946notes`"]),
        ("docs/index.md:7", ["Nothing is found", "A comment on the line before allows what 'link-target-exists' finds here, because it comes later."]),
        ("docs/index.md:9", ["Nothing is found at docs/index.md:9", "the gate sees no link"]),
        ("docs/principles/splitting.md:3", ["not an id among 2 pages that have a kind; nearest: `projection`"]),
        ("docs/principles/splitting.md:6", ["heading 'Aims', level 2: its id is '#aims'"]),
        ("bib/references.bib:1", ["the work 'klein1946notes': named 0 times"]),
    ],
)  # fmt: skip
def test_explain_says_what_was_looked_up(tmp_path: Path, place: str, expected: list[str]) -> None:
    config = write_project(tmp_path, EXPLAINED)
    result = kb("explain", "--config", config, place)
    assert result.exit_code == 0, result.output
    told = " ".join(result.output.split())
    for text in expected:
        assert text in told


def test_explain_takes_paths_from_where_one_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = write_project(tmp_path, EXPLAINED)
    monkeypatch.chdir(tmp_path / "docs" / "principles")
    assert "heading 'Aims'" in kb("explain", "--config", config, "splitting.md:6").output
    assert "heading 'Aims'" in kb("explain", "--config", config, "docs/principles/splitting.md:6").output
    wrong = {
        "spliting.md:1": "there is no file 'spliting.md'",
        "splitting.md:99": "has 7 lines",
        "splitting.md": "no rule",
    }
    for place, message in wrong.items():
        result = kb("explain", "--config", config, place)
        assert (result.exit_code, message in result.output) == (2, True)


# the pages about rules


def test_every_rule_is_explained_on_the_site_and_can_be_linked_to(tmp_path: Path) -> None:
    folder = copy_project(tmp_path)
    project = engine.load(str(folder / "mkdocs.yml"))
    base, verdict = gate.judge(project)
    assert {page.uri for page in base.generated} & {page.uri for page in base.pages} == set()
    for name in rules.all_rules():
        page, _, anchor = verdict.help_for(name).partition("#")
        uri = next(uri for uri, address in base.files.items() if address == page)
        assert anchor in base.anchors(uri)
    for page in base.generated:
        assert page.is_readable
        assert (page.undefined_references, page.undefined_footnotes, page.citations, page.active_contents) == (
            (),
            (),
            (),
            (),
        )
        for link in page.links:
            target = base.resolve(page, link)
            assert target is not None
            assert target.exists
            assert not target.anchor or target.anchor in base.anchors(target.uri)
    about = folder / "docs" / "about" / "how-this-site-is-made.md"
    about.write_text(
        about.read_text("utf-8") + "\n[one](rules/links.md#link-target-exists) [two](rules/links.md#nothing)\n", "utf-8"
    )
    found = gate.judge(engine.load(str(folder / "mkdocs.yml")))[1].findings
    assert [(finding.rule, "#nothing" in finding.message) for finding in found] == [("link-anchor-exists", True)]


def test_findings_link_to_the_site_where_its_address_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = copy_project(tmp_path)
    page = folder / "docs" / "index.md"
    page.write_text(page.read_text("utf-8") + "\n[x](gone.md)\n", "utf-8")
    arguments = ("check", "--config", folder / "mkdocs.yml", "--format")
    finding = json.loads(kb(*arguments, "json").output)["findings"][0]
    assert finding["help"] == "about/rules/links/#link-target-exists"
    assert "kb explain link-target-exists" in kb(*arguments, "text").output
    monkeypatch.setenv("SITE_URL", "https://example.org/kb/")
    address = "https://example.org/kb/about/rules/links/#link-target-exists"
    assert json.loads(kb(*arguments, "json").output)["findings"][0]["help"] == address
    assert address in kb(*arguments, "text").output
    assert address in kb(*arguments, "github").output


def test_unsorted_bibliography_is_mended(tmp_path: Path) -> None:
    entry = "@book{%s, author = {Klein, M.}, title = {{%s}}, publisher = {P}, year = {1957}}\n"
    config = write_project(tmp_path, {"bib/references.bib": "% b\n" + entry % ("b", "B") + "\n" + entry % ("a", "A")})
    result = kb("fix", "--config", config, "--select", "bibliography-is-sorted")
    assert (
        "bib/references.bib: the entries are now in the order of their keys  [bibliography-is-sorted]" in result.output
    )
    expected = entry % ("a", "A") + "\n% b\n" + entry % ("b", "B")
    assert (tmp_path / "bib" / "references.bib").read_text("utf-8") == expected
    assert kb("fix", "--config", config, "--select", "bibliography-is-sorted").output.startswith("0 places mended.")
