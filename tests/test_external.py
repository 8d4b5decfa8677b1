"""Addresses of other sites, asked of a server on this machine; never of the network."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from cases import write_project
from kb import engine, external, gate
from kb.cli import main
from kb.external import Limits, addresses_of, answers, is_public
from kb.model import Answer

LIMITS = Limits(to_connect=2, to_answer=0.3)
AGENT = "kb/test (link check of Case)"


class Server(ThreadingHTTPServer):
    """Answers by the path that is asked for, and counts."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: Counter[str] = Counter()
        self.agents: set[str] = set()
        self.busy = self.busiest = 0
        self.lock = threading.Lock()
        self.address = f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        with self.server.lock:
            self.server.asked[f"{self.command} {self.path}"] += 1
            self.server.agents.add(self.headers["User-Agent"])
            self.server.busy += 1
            self.server.busiest = max(self.server.busiest, self.server.busy)
        kind, _, rest = self.path.lstrip("/").partition("/")
        if kind == "slow":
            time.sleep(float(rest or 1))
            status = 200
        elif kind == "get-only":
            status = 405 if self.command == "HEAD" else 200
        else:
            status = int(kind) if kind.isdecimal() else 200
        with self.server.lock:
            self.server.busy -= 1
        try:
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", "/" + rest)
            self.send_header("Content-Length", "0")
            self.end_headers()
        except OSError:
            self.close_connection = True  # the other side has not waited

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("NO_PROXY", "*")
    with Server() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def ask(server: Server, store: Path, *paths: str, limits: Limits = LIMITS) -> dict[str, Answer]:
    found = answers([server.address + path for path in paths], store / "external.json", AGENT, limits)
    return {address.removeprefix(server.address): answer for address, answer in found.items()}


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/page", Answer(200)),
        ("/get-only", Answer(200)),
        ("/404", Answer(404)),
        ("/410", Answer(410)),
        ("/403", Answer(403)),
        ("/429", Answer(429)),
        ("/503", Answer(503)),
        ("/slow/2", Answer(None, "it did not answer in time")),
        ("/302/page", Answer(200)),
        ("/301/404", Answer(404)),
        ("/307/301/page", Answer(200)),
    ],
)
def test_what_a_server_answers(server: Server, tmp_path: Path, path: str, answer: Answer) -> None:
    assert ask(server, tmp_path, path) == {path: answer}
    assert server.agents == {AGENT}


@pytest.mark.parametrize(
    ("path", "new"),
    [("/301/new", "/new"), ("/308/301/new", "/new"), ("/301/302/login", "/302/login"), ("/301/301/301/", "/")],
)
def test_address_that_moved_for_good(server: Server, tmp_path: Path, path: str, new: str) -> None:
    assert ask(server, tmp_path, path)[path] == Answer(200, moved_to=server.address + new)


def test_circle_of_redirections_ends(server: Server, tmp_path: Path) -> None:
    path = "/" + "301/" * 30
    assert ask(server, tmp_path, path)[path].problem == "it redirects in circles"


def test_refused_connection_and_unknown_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        refused = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        assert answers([refused], tmp_path / "a", AGENT, LIMITS) == {refused: Answer(None, "the connection failed")}
    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert answers(["http://nobody.invalid/"], tmp_path / "b", AGENT, LIMITS)["http://nobody.invalid/"].is_unknown_host


def test_answers_are_kept_for_a_while_and_errors_are_not(server: Server, tmp_path: Path) -> None:
    for _ in range(2):
        assert ask(server, tmp_path, "/page", "/404", "/301/new")["/301/new"].moved_to.endswith("/new")
    assert (server.asked["HEAD /page"], server.asked["HEAD /301/new"], server.asked["GET /404"]) == (1, 1, 2)
    kept = json.loads((tmp_path / "external.json").read_text(encoding="utf-8"))["answers"]
    assert {address.removeprefix(server.address) for address in kept} == {"/page", "/301/new"}
    days = [(entry["until"] - time.time()) / 86400 for entry in kept.values()]
    assert all(4.9 < day < 9.1 for day in days)
    assert days[0] != days[1]


def test_answer_that_is_too_old_is_asked_for_again(server: Server, tmp_path: Path) -> None:
    stale = Limits(to_connect=2, to_answer=2, kept=-10, jitter=1)
    ask(server, tmp_path, "/page", limits=stale)
    ask(server, tmp_path, "/page", limits=stale)
    assert server.asked["HEAD /page"] == 2


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"version": 0, "answers": {}}', '{"version": 1, "answers": {"x": 1}}']
)
def test_damaged_store_is_no_store(server: Server, tmp_path: Path, content: str) -> None:
    (tmp_path / "external.json").write_text(content, encoding="utf-8")
    assert ask(server, tmp_path, "/page") == {"/page": Answer(200)}


def test_a_host_is_asked_by_a_few_requests_at_once(server: Server, tmp_path: Path) -> None:
    limits = Limits(to_connect=2, to_answer=5)
    assert len(ask(server, tmp_path, *(f"/slow/0.0{n}" for n in range(9)), limits=limits)) == 9
    assert server.busiest == limits.at_once_per_host


def test_there_is_a_limit_to_it_all(server: Server, tmp_path: Path) -> None:
    limits = Limits(altogether=-1)
    assert ask(server, tmp_path, "/page", limits=limits)["/page"].problem == "there was no time left to ask"
    assert not server.asked


def test_a_doi_is_asked_of_its_resolver_alone(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(external, "_RESOLVERS", {"127.0.0.1"})
    assert ask(server, tmp_path, "/302/publisher", "/404") == {"/302/publisher": Answer(302), "/404": Answer(404)}
    assert "HEAD /publisher" not in server.asked


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("https://www.apa.org/x", True),
        ("http://8.8.8.8/", True),
        ("https://example.org/x", False),
        ("https://www.example.com", False),
        ("http://localhost:8000/", False),
        ("http://127.0.0.1/", False),
        ("http://192.168.1.1/", False),
        ("http://169.254.169.254/", False),
        ("https://x.invalid/", False),
        ("mailto:a@b.org", False),
        ("https://[x/", False),
    ],
)
def test_only_what_anybody_can_open_is_asked_for(address: str, public: bool) -> None:
    assert is_public(address) is public


PROJECT = {
    "docs/index.md": "---\ntitle: Home\n---\n\n[a](ADDRESS/page#x) [b](ADDRESS/404) [c](ADDRESS/403) [d](ADDRESS/301/new)\n",
    "bib/references.bib": "",
}


def test_command_asks_only_when_told_to(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(external, "is_public", lambda address: address.startswith("http"))
    files = {name: text.replace("ADDRESS", server.address) for name, text in PROJECT.items()}
    config = str(write_project(tmp_path, files))
    quiet = CliRunner().invoke(main, ["check", "--config", config])
    assert quiet.exit_code == 0
    assert not server.asked
    told = CliRunner().invoke(main, ["check", "--config", config, "--external"])
    assert told.exit_code == 1
    assert told.output.count("external-address-answers: kb explain") == 1
    assert "/404' is not there any more (the server answers 404)" in told.output
    assert told.output.count("external-address-is-confirmed: kb explain") == 1
    assert f"is it `{server.address}/new`?" in told.output
    assert next(iter(server.agents)).startswith("kb/")


def test_addresses_of_pages_and_works(tmp_path: Path) -> None:

    files = {
        "docs/index.md": "---\ntitle: Home\n---\n\n<https://a.psy/x#y> [b](https://a.psy/x) [c](mailto:a@b.psy)\n",
        "bib/references.bib": "@book{a, title={A}, doi={10.1000/x}, url={https://b.psy/}}\n@book{b, title={B}, doi={https://doi.org/10.1000/y}}\n",
    }
    found = addresses_of(gate.read(engine.load(str(write_project(tmp_path, files)))))
    assert {address: [span.place for span in spans] for address, spans in found.items()} == {
        "https://a.psy/x": ["docs/index.md:5:2", "docs/index.md:5:25"],
        "https://doi.org/10.1000/x": ["bib/references.bib:1:7"],
        "https://b.psy/": ["bib/references.bib:1:7"],
        "https://doi.org/10.1000/y": ["bib/references.bib:2:7"],
    }
