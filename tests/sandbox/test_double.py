"""Faults of pretend providers: which calls they befall."""

import pytest

from sandbox.double import Fault

SENDING = ("/meta/v24.0/1/messages", "POST", b'{"to": "34600000000", "type": "text"}')


@pytest.mark.parametrize(
    "call",
    [
        ("/meta/v24.0/1/media", "POST", SENDING[2]),
        (SENDING[0], "GET", SENDING[2]),
        (SENDING[0], "POST", b'{"status": "read", "message_id": "wamid.1", "typing_indicator": {"type": "text"}}'),
    ],
)
def test_a_fault_of_sending_befalls_no_other_call(call: tuple[str, str, bytes]) -> None:
    fault = Fault("500", path="/messages", method="POST", saying='"to"')
    assert fault.is_due(*SENDING)
    assert not fault.is_due(*call)
