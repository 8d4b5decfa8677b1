"""The built site as a host would serve it: compressed, and with its own page for what is not there."""

from __future__ import annotations

import functools
import gzip
import http.server
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

_TYPES = {
    ".css": "text/css",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".xml": "application/xml",
}


def file_of(site: Path, address: str) -> Path | None:
    """The file behind an address, which may be whole or a path alone; None where there is none."""
    file = (site / unquote(urlsplit(address).path).lstrip("/")).resolve()
    if file.is_dir():
        file /= "index.html"
    return file if file.is_file() and file.is_relative_to(site.resolve()) else None


@functools.cache
def sent(file: Path) -> bytes:
    """What goes over the wire: text compressed; fonts and images are so already."""
    content = file.read_bytes()
    return gzip.compress(content, mtime=0) if file.suffix in _TYPES or file.suffix == ".txt" else content


class _Host(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    site: Path

    def do_GET(self) -> None:
        file = file_of(self.site, self.path)
        status = 200 if file else 404
        file = file or self.site / "404.html"
        body = sent(file)
        self.send_response(status)
        self.send_header("Content-Type", _TYPES.get(file.suffix, self._guess(file)))
        self.send_header("Content-Length", str(len(body)))
        if body[:2] == b"\x1f\x8b":
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(body)

    @staticmethod
    def _guess(file: Path) -> str:
        return http.server.SimpleHTTPRequestHandler.extensions_map.get(
            file.suffix,
            {".woff2": "font/woff2", ".png": "image/png", ".txt": "text/plain; charset=utf-8"}.get(
                file.suffix, "application/octet-stream"
            ),
        )

    def log_message(self, format: str, *args: object) -> None:
        pass


class _Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that goes away in the middle of an answer is no error."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


@contextmanager
def hosted(site: Path) -> Iterator[str]:
    """The address at which a built site is served within the block."""
    sent.cache_clear()
    server = _Server(("127.0.0.1", 0), type("Host", (_Host,), {"site": site}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
