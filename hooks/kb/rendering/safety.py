"""What the site's content-security policy and its promise of privacy ask of the finished text of a page."""

from __future__ import annotations

import re

from markdown import Markdown
from markdown.extensions import Extension
from markdown.postprocessors import Postprocessor

# In finished HTML a tag begins wherever "<a" stands: in text and code it is written "&lt;a". What an author wrote as
# raw HTML may have its attributes in any form.
_LEADS_OUT = re.compile(r"""<a(?=\s)[^>]*?\shref\s*=\s*["']?(?:https?:)?//[^>]*""", re.IGNORECASE)
_REL = re.compile(r"""\srel\s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s"'>]+))""", re.IGNORECASE)
_KEPT_APART = ("noopener", "noreferrer")
# What the Markdown extension for tables writes for a column that an author aligned.
_ALIGNED = re.compile(r'(<t[dh]) style="text-align: (center|left|right);"')


class Safety(Extension):
    """Makes links to other sites tell these nothing, and alignments of columns classes."""

    def extendMarkdown(self, md: Markdown) -> None:
        md.postprocessors.register(_MakeSafe(md), "kb-safety", -10)  # when raw HTML stands in its place


class _MakeSafe(Postprocessor):
    def run(self, text: str) -> str:
        return aligned_by_class(links_kept_apart(text))


def links_kept_apart(html: str) -> str:
    """`html`, in which links to other sites neither say where the reader comes from nor hand over the window."""
    return _LEADS_OUT.sub(lambda match: _kept_apart(match[0]), html)


def _kept_apart(link: str) -> str:
    given = _REL.search(link)
    values = (given["double"] or given["single"] or given["bare"] or "").split() if given else []
    missing = [value for value in _KEPT_APART if value not in values]
    if not missing:
        return link
    bare = link[: given.start()] + link[given.end() :] if given else link
    return f'<a rel="{" ".join([*values, *missing])}"' + bare[len("<a") :]


def aligned_by_class(html: str) -> str:
    """`html`, in which cells are aligned by a class: the policy makes a browser ignore styles within a page."""
    return _ALIGNED.sub(r'\1 class="kb-\2"', html)
