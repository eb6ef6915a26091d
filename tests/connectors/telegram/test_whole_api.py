"""Everything that Telegram can tell a bot: what we ask for, what we leave, what is shown as a kind that Hilo cannot show."""

from telegram import Message, Update

from connectors.telegram.unsupported import MANNER, READ, SILENT, is_silent, unsupported
from connectors.telegram.words import UNWANTED, WANTED

SHOWN = frozenset(
    {
        *(
            "checklist",
            "dice",
            "game",
            "gift",
            "giveaway",
            "invoice",
            "paid_media",
            "passport_data",
            "poll",
            "story",
            "unique_gift",
            "web_app_data",
        ),
        *("successful_payment", "refunded_payment", "gift_upgrade_sent", "checklist_tasks_added", "checklist_tasks_done"),
        *("giveaway_created", "giveaway_completed", "giveaway_winners", "poll_option_added", "poll_option_deleted"),
        *("suggested_post_approved", "suggested_post_approval_failed", "suggested_post_declined"),
        *("suggested_post_paid", "suggested_post_refunded"),
    }
)
"""Something was sent, or done, that has no other form in the thread: a bubble with its name."""
GROUPS = frozenset(
    {
        *("group_chat_created", "supergroup_chat_created", "channel_chat_created", "new_chat_members", "left_chat_member"),
        *("new_chat_title", "new_chat_photo", "delete_chat_photo", "migrate_to_chat_id", "migrate_from_chat_id"),
    }
)
"""Happens in groups and channels alone, which are not read."""
OLD_FORWARDS = {"forward_from", "forward_from_chat", "forward_from_message_id", "forward_signature", "forward_sender_name", "forward_date"}
"""What forward_origin replaced."""


def test_every_kind_of_update_is_asked_for_or_left_on_purpose() -> None:
    assert set(Update.ALL_TYPES) == {*WANTED, *UNWANTED}
    assert not UNWANTED & set(WANTED)


def test_every_field_of_a_message_is_read_passed_over_silent_or_shown() -> None:
    fields = {name for name in Message.__slots__ if not name.startswith("_")} - {"from_user"}
    inherited = {"message_id", "date", "chat", "from"}
    assert fields | inherited | OLD_FORWARDS == READ | MANNER | SILENT | SHOWN | GROUPS
    assert not (READ | MANNER) & (SILENT | SHOWN | GROUPS)


def test_what_is_shown_is_named_and_what_is_silent_says_nothing() -> None:
    common = frozenset({"message_id", "from", "chat", "date"})
    assert {str(unsupported(common | {name})["unsupported"]) for name in SHOWN} == SHOWN
    assert all(is_silent(common | {name}) for name in SILENT)
    assert not any(is_silent(common | {name}) for name in SHOWN | READ | MANNER)
