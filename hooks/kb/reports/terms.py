"""How far the glossary covers the texts, as two tables in plain text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kb.coverage import Candidate, PageCoverage

_PAGE_COLUMNS = ("words", "terms", "mentions", "links", "abbreviations", "unexplained")


def write(rows: Sequence[PageCoverage], candidates: Sequence[Candidate], limit: int) -> str:
    """`limit` is the largest number of candidates that are listed."""
    table = [[row.page.path, *(str(getattr(row, column)) for column in _PAGE_COLUMNS)] for row in rows]
    totals = ["Together", *(str(sum(getattr(row, column) for row in rows)) for column in _PAGE_COLUMNS)]
    # Different terms and abbreviations of all pages are not the sum over the pages.
    for column in ("terms", "abbreviations", "unexplained"):
        totals[_PAGE_COLUMNS.index(column) + 1] = ""
    parts = list(_aligned([["Page", *_PAGE_COLUMNS], *table, totals]))
    parts += ["", "Said often, and explained by no entry", ""]
    if not candidates:
        return "\n".join([*parts, "Nothing."])
    listed = [[candidate.text, str(candidate.pages), str(candidate.uses)] for candidate in candidates[:limit]]
    parts += _aligned([["Expression", "pages", "uses"], *listed])
    if len(candidates) > limit:
        parts += ["", f"{len(candidates) - limit} more; show them with --limit {len(candidates)}"]
    return "\n".join(parts)


def _aligned(rows: list[list[str]]) -> Iterator[str]:
    """The rows of a table, the first column flush left, the others flush right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for first, *others in rows:
        cells = [first.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True))]
        yield "  ".join(cells).rstrip()
