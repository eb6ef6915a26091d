"""What may be written, hour by hour after the customer's last message."""

from connectors.window import Allowed, allowed

HOUR = 3600.0
WHATSAPP = ({"hours": 24, "allows": "free"}, {"allows": "template"})
MESSENGER = ({"hours": 24, "allows": "free"}, {"hours": 168, "allows": "tagged"}, {"allows": "closed"})


def test_a_channel_without_steps_is_free_for_ever() -> None:
    assert allowed((), None, 0) == Allowed("free")


def test_each_step_holds_until_its_hours_are_over() -> None:
    assert allowed(MESSENGER, 1000.0, 1000.0) == Allowed("free", 1000 + 24 * HOUR)
    assert allowed(MESSENGER, 1000.0, 999 + 24 * HOUR) == Allowed("free", 1000 + 24 * HOUR)
    assert allowed(MESSENGER, 1000.0, 1000 + 24 * HOUR) == Allowed("tagged", 1000 + 168 * HOUR)
    assert allowed(MESSENGER, 1000.0, 1000 + 168 * HOUR) == Allowed("closed")
    assert allowed(WHATSAPP, 0.0, 25 * HOUR) == Allowed("template")


def test_who_never_wrote_is_past_all_steps() -> None:
    assert allowed(WHATSAPP, None, 0) == Allowed("template")


def test_a_message_from_the_future_counts_as_written_now_or_later() -> None:
    assert allowed(WHATSAPP, 100.0, 50.0).what == "free"
