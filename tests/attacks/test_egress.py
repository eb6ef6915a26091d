"""Whom the hub talks to by itself: nobody. Only connectors make requests, and only to what their channel's settings name."""

import ast

from tests.source import Source, python_files

CLIENTS = ("aiohttp.ClientSession", "aiohttp.request", "ClientSession", "urlopen", "urlretrieve", "HTTPConnection", "open_connection")
MODULES = ("urllib.request", "http.client", "requests", "httpx", "urllib3", "ftplib", "smtplib", "telnetlib")


def _calls_out(source: Source) -> bool:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(CLIENTS):
            return True
        if isinstance(node, ast.Import) and any(one.name in MODULES for one in node.names):
            return True
        if isinstance(node, ast.ImportFrom) and node.module in MODULES:
            return True
    return False


def test_only_connectors_make_requests() -> None:
    ours = [source for source in python_files() if source.name.startswith(("hub/", "routing/", "connectors/"))]
    assert {source.name.split("/")[0] for source in ours if _calls_out(source)} <= {"connectors"}


def test_connectors_follow_no_redirect() -> None:
    """Else whoever answers could send the hub to a neighbour of its own."""
    found = []
    for source in python_files():
        if source.name.startswith("connectors/"):
            found += [node for node in ast.walk(source.tree) if isinstance(node, ast.Call) and _is_request(node)]
    assert found
    assert [ast.unparse(node) for node in found if "allow_redirects=False" not in ast.unparse(node)] == []


def _is_request(node: ast.Call) -> bool:
    names = {"get", "post", "put", "patch", "delete", "head", "request"}
    return isinstance(node.func, ast.Attribute) and node.func.attr in names and ast.unparse(node.func.value).endswith("_client")
