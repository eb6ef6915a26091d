"""Whether a request is Twilio's: its signature over the public address and all fields, by the SDK's own validator. Pure."""

from collections.abc import Sequence

from multidict import MultiDict
from twilio.request_validator import HMAC_SHA1, SIGNATURE_HEADER, SIGNATURE_SETTINGS_HEADER, RequestValidator, get_signature_algorithm

from connectors.contract import WebhookRequest
from connectors.errors import Refused


class Signatures:
    """The secrets that a request may be signed with: the account's tokens, and the shared key of accounts that use one."""

    def __init__(self, tokens: Sequence[str], shared: str = "") -> None:
        self._tokens = [RequestValidator(token) for token in tokens if token]
        self._shared = [RequestValidator(shared)] if shared else []

    def verify(self, request: WebhookRequest, fields: MultiDict[str] | str) -> None:
        """`fields`: the form, or the text of a body that is none (then its hash stands in the address). Raises Refused."""
        given = request.headers.get(SIGNATURE_HEADER.lower(), "")
        if not given:
            raise Refused("the signature is missing")
        algorithm = get_signature_algorithm(request.headers.get(SIGNATURE_SETTINGS_HEADER.lower(), ""))
        secrets = self._tokens if algorithm.upper() == HMAC_SHA1 else self._shared
        if not secrets:
            raise Refused(f"signed with {algorithm[:40]}, for which this channel has no secret")
        if isinstance(fields, str) and "bodySHA256" not in request.query:
            raise Refused("a body that is no form needs its hash in the address")
        if not any(one.validate(request.url, fields, given, algorithm) for one in secrets):
            raise Refused("the signature is wrong")
