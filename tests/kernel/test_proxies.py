"""Where a request comes from: nobody is believed who is not a proxy of ours."""

import pytest
from aiohttp.test_utils import make_mocked_request
from aiohttp.web import Request
from multidict import CIMultiDict

from hub.kernel.proxies import Proxies


def request(remote: str, *headers: tuple[str, str]) -> Request:
    """A request that came from a peer."""
    return make_mocked_request("GET", "/", headers=CIMultiDict(headers)).clone(remote=remote)


def seen(trusted: list[str], remote: str, *forwarded: str) -> str:
    """The address that counts."""
    return Proxies(trusted).address(request(remote, *(("X-Forwarded-For", one) for one in forwarded)))


def test_without_proxies_the_peer_counts_whatever_it_says() -> None:
    assert seen([], "198.51.100.7", "10.0.0.1") == "198.51.100.7"


def test_a_proxy_of_ours_is_believed() -> None:
    assert seen(["10.0.0.0/8"], "10.0.0.2", "198.51.100.7") == "198.51.100.7"


def test_what_the_browser_wrote_itself_is_not_believed() -> None:
    assert seen(["10.0.0.0/8"], "10.0.0.2", "1.2.3.4, 198.51.100.7") == "198.51.100.7"
    assert seen(["10.0.0.0/8"], "10.0.0.2", "1.2.3.4", "198.51.100.7, 10.0.0.9") == "198.51.100.7"


def test_another_proxy_in_front_is_not_believed_unless_named() -> None:
    assert seen(["10.0.0.2"], "10.0.0.2", "1.2.3.4, 10.0.0.3") == "10.0.0.3"


def test_a_chain_of_nothing_but_proxies_gives_the_farthest() -> None:
    assert seen(["10.0.0.0/8"], "10.0.0.2", "10.0.0.4") == "10.0.0.4"


@pytest.mark.parametrize("said", ["", "rubbish", "2001:db8::1"])
def test_what_is_no_address_of_a_proxy_ends_the_chain(said: str) -> None:
    assert seen(["10.0.0.0/8"], "10.0.0.2", said) == (said or "10.0.0.2")


def test_https_is_believed_from_a_proxy_of_ours_only() -> None:
    told = ("X-Forwarded-Proto", "https")
    assert Proxies(["10.0.0.2"]).scheme(request("10.0.0.2", told)) == "https"
    assert Proxies(["10.0.0.2"]).scheme(request("10.0.0.3", told)) == "http"
