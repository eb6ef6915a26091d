"""Whom the hub talks to by itself: nobody. Only connectors make requests, all by the one client that goes nowhere near our own network."""

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


OTHERS = {
    "hub/abuse/clamav.py": "asks the one scanner that the operator names in config.toml",
    "hub/demo/outside.py": "speaks to the pretend world that the demo itself has started",
    "connectors/conformance/playing.py": "is run by whoever writes a connector, not by the hub",
}


def test_only_the_egress_client_and_mail_make_requests() -> None:
    """Mail goes to the one relay and the one mailbox that an admin names; all else is the web, but for a few with a reason."""
    ours = [source for source in python_files() if source.name.startswith(("hub/", "routing/", "connectors/"))]
    calling = {source.name for source in ours if _calls_out(source)}
    assert {name for name in calling if not name.startswith("connectors/email/")} == {"connectors/egress.py", *OTHERS}


def test_the_egress_client_follows_no_redirect_and_keeps_no_cookies() -> None:
    """Else whoever answers could send the hub to a neighbour of its own."""
    (egress,) = (source for source in python_files() if source.name == "connectors/egress.py")
    calls = [ast.unparse(node) for node in ast.walk(egress.tree) if isinstance(node, ast.Call)]
    asking = [one for one in calls if one.startswith("self._session.request(")]
    assert asking
    assert [one for one in asking if "allow_redirects=False" not in one] == []
