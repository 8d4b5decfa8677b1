"""Addresses as text: their parts, and what is wrong with the form of one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import SplitResult, unquote, urlsplit

from kb.nearest import nearest

_WEB = re.compile(r"https?://", re.IGNORECASE)
# What nearly every address looks like, and nothing can be wrong with.
_PLAIN = re.compile(r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:[/?#][\w./?#&=+~,;:@!$'()*-]*)?|[^:]*")
_PLACEHOLDER = re.compile(r"\{|\$|<|&lt;")
_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SCHEME = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*):/{0,2}(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
_HOST = re.compile(r"(?!.*\.\.)[^\W_](?:[\w.-]*\w)?\.?|\[[0-9A-Fa-f:.]+\]")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+")
# What only looks like a path within the site, and the scheme that it lacks. The digit keeps `picture@2x.png` out.
_NO_SCHEME = (
    (re.compile(r"https?:?/{1,2}(?P<rest>[\w-]+(?:\.[\w-]+)+.*)"), "https://"),
    (re.compile(r"://(?P<rest>[\w-]+(?:\.[\w-]+)+.*)"), "https://"),
    (re.compile(r"(?P<rest>www\.[\w-]+(?:\.[\w-]+)+(?:[/?#:].*)?)"), "https://"),
    (re.compile(r"(?P<rest>(?:dx\.)?doi\.org/10\..*)"), "https://"),
    (re.compile(r"(?:doi:\s*)?(?P<rest>10\.\d{4,9}/\S+)", re.IGNORECASE), "https://doi.org/"),
    (re.compile(r"(?P<rest>[\w.+-]+@(?!\d+x\.)[\w-]+(?:\.[\w-]+)+)"), "mailto:"),
)
# What a browser leaves out of an address (WHATWG URL standard, "basic URL parser").
_LEFT_OUT = re.compile(r"^[\x00-\x20]+|[\t\n\r]+")
_RUNS_SCRIPT = re.compile(r"(?:javascript|vbscript):|data:text/html")


def split_address(address: str) -> SplitResult | None:
    """The parts of an address; None where it is so malformed that it has none."""
    try:
        return urlsplit(address)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Malformed:
    """What is wrong with an address; `mended` is what it was meant to be, as far as that can be known."""

    problem: str
    mended: str | None = None
    is_certain: bool = False


def without_scheme(target: str) -> Malformed | None:
    """What is wrong with an address of the web or of mail that a browser takes for a path within the site."""
    for pattern, scheme in _NO_SCHEME:
        match = pattern.fullmatch(target)
        if match:
            start = "http://" if target.startswith("http") and not target.startswith("https") else scheme
            return Malformed(f"does not begin with `{start}`", start + match["rest"], is_certain=True)
    return None


@lru_cache(maxsize=1 << 16)
def malformed(target: str) -> Malformed | None:
    """What is wrong with the form of an address that names its scheme, None where nothing is.

    Follows the generic syntax of RFC 3986, and RFC 6068 for `mailto`. An address with a placeholder is left alone.
    """
    if _PLAIN.fullmatch(target):
        return None
    match = _SCHEME.fullmatch(target)
    if match is None or _PLACEHOLDER.search(target):
        return None
    scheme, rest = match["scheme"].lower(), match["rest"]
    if scheme in ("http", "https"):
        return _malformed_web(target, scheme, rest)
    if scheme == "mailto":
        return _malformed_mail(rest, target)
    if scheme == "doi":
        return without_scheme(target)
    if target[len(scheme) :].startswith("://"):
        meant = nearest(scheme, ("http", "https"))
        if meant:
            return Malformed(f"'{scheme}' is not a kind of address", f"{meant}://{rest}", is_certain=True)
    return None


def _malformed_web(target: str, scheme: str, rest: str) -> Malformed | None:
    if re.match(r"https?:/?/?(?=\w)", rest):
        return Malformed("begins twice", re.sub(r"^(https?):/*", r"\1://", rest), is_certain=True)
    if not _WEB.match(target) or rest.startswith("/"):
        mended = f"{scheme}://{rest.lstrip('/')}" if "." in rest.partition("/")[0] or rest.startswith("/") else None
        problem = "names no host" if rest.startswith("/") else "lacks the two slashes"
        return Malformed(problem, mended, is_certain=mended is not None and "." in rest)
    if re.search(r"\s", target):
        return Malformed("contains a blank", re.sub(r"\s", "%20", target))
    parts = split_address(target)
    if parts is None:
        return Malformed("has a host that cannot be read")
    try:
        host, _ = parts.netloc.rpartition("@")[2], parts.port
    except ValueError:
        return Malformed("has a port that is no number from 0 to 65535")
    name = re.sub(r":\d*$", "", host)
    if not name:
        return Malformed("names no host")
    if not _HOST.fullmatch(name):
        return Malformed(f"has a host that cannot exist, '{name}'")
    if _ESCAPE.search(target):
        return Malformed("has a % that two hexadecimal digits do not follow", _ESCAPE.sub("%25", target))
    return None


def _malformed_mail(rest: str, target: str) -> Malformed | None:
    if target[len("mailto:") :].startswith("/"):
        return Malformed("has slashes before the mail address", f"mailto:{rest}", is_certain="@" in rest)
    recipients, _, query = rest.partition("?")
    if not recipients:
        return None if query else Malformed("names nobody")
    for recipient in unquote(recipients).split(","):
        if not _MAIL.fullmatch(recipient.strip()):
            return Malformed(f"names '{recipient.strip()}', which is no mail address")
    return None


def runs_script(target: str) -> bool:
    """Whether a browser that follows `target` runs what it says; line ends within it hide nothing."""
    if target.startswith("http"):
        return False
    return _RUNS_SCRIPT.match(_LEFT_OUT.sub("", target[:200]).lower()) is not None
