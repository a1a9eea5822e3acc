"""The only doors: one for what leaves this machine, one for tables, and none for what runs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.test_names import ROOT, sources

# Who may open connections, and why.
NETWORK = {
    "config/kernel/outbound.py": "resolves names for the outbound door",
    "config/kernel/transport.py": "the outbound door itself",
    "config/kernel/websocket.py": "the outbound door for web sockets",
    "config/servers.py": "asks the embedded servers on this machine whether they are up",
    "config/supervisor.py": "asks the web server on this machine whether it is up",
    "organizations/sign_in/outbound.py": "turns what allauth asks into requests of the door",
    "publishing/delivery/parcel.py": "names this machine in a claim; opens nothing",
    "analytics/bench/browser.py": "measures this machine's own pages",
    "analytics/bench/books.py": "asks the network of the benchmark what stands there",
    "analytics/bench/processes.py": "starts servers on this machine",
}
NETWORK_MODULES = {
    "aiohttp",
    "boto3",
    "ftplib",
    "google.auth",
    "http.client",
    "httpcore",
    "httpcore2",
    "httpx",
    "imaplib",
    "requests",
    "socket",
    "socketserver",
    "telnetlib",
    "urllib.request",
    "urllib3",
    "websockets",
    "xmlrpc",
}
# Names of httpx2 that open connections; its exceptions and types may be imported anywhere.
CLIENTS = {"Client", "AsyncClient", "HTTPTransport", "AsyncHTTPTransport", "get", "post", "put"} | {
    "patch",
    "delete",
    "head",
    "options",
    "request",
    "stream",
}
CLIENT_MAKERS = {
    "config/kernel/http.py": "the outbound door",
    "config/kernel/llm/transport.py": "asynchronous, and goes through the door inside; straight "
    "only to the model server that the operator's environment names",
}

TABLES = {"csv", "openpyxl", "xlsxwriter", "xlwt", "pandas"}
# What runs code that it reads, or believes what XML tells it to fetch.
DANGEROUS = {"pickle", "cPickle", "marshal", "shelve", "dill", "jsonpickle", "xml", "pty"}


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def importing(modules: set[str]) -> set[str]:
    found = set()
    for path in sources():
        for name in imports(path):
            if name in modules or any(name.startswith(f"{module}.") for module in modules):
                found.add(str(path.relative_to(ROOT)))
    return found


def test_nobody_else_opens_connections() -> None:
    assert importing(NETWORK_MODULES) == set(NETWORK)


def test_nobody_else_makes_a_client() -> None:
    found = {
        str(path.relative_to(ROOT))
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text()))
        for maker in makers(node)
        if isinstance(maker, ast.Attribute)
        and isinstance(maker.value, ast.Name)
        and maker.value.id == "httpx2"
        and maker.attr in CLIENTS
    }
    assert found == set(CLIENT_MAKERS)


def makers(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Call):
        return [node.func]
    return node.bases if isinstance(node, ast.ClassDef) else []


def test_nobody_else_writes_tables() -> None:
    # The reader only reads.
    assert importing(TABLES) == {"config/kernel/tables.py", "config/kernel/readers/csv.py"}


def test_nothing_that_is_read_can_run() -> None:
    # It only counts how deep a feed is nested, after every declaration of entities is taken out.
    assert importing(DANGEROUS) == {"config/kernel/readers/feed.py"}


@pytest.mark.parametrize("name", ["eval", "exec", "compile", "__import__"])
def test_no_text_becomes_code(name: str) -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
    ]
    assert found == []


def test_no_command_line_is_put_together_by_a_shell() -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.keyword)
        and node.arg == "shell"
        and not (isinstance(node.value, ast.Constant) and node.value.value is False)
    ]
    assert found == []
