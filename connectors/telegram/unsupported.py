"""What a message holds beside what we read: named, so that the agent is told of it; or nothing that anybody said."""

import msgspec

NAMES = msgspec.json.Decoder(dict[str, msgspec.Raw])

READ = frozenset(
    {
        "message_id",
        "from",
        "chat",
        "date",
        "edit_date",
        "media_group_id",
        "text",
        "entities",
        "caption",
        "caption_entities",
        "photo",
        "live_photo",
        "voice",
        "audio",
        "video",
        "video_note",
        "animation",
        "sticker",
        "document",
        "location",
        "venue",
        "contact",
        "reply_to_message",
        "quote",
        "forward_origin",
    }
)
"""What `payloads` reads."""
MANNER = frozenset(
    {
        "message_thread_id",
        "direct_messages_topic",
        "sender_chat",
        "sender_boost_count",
        "sender_business_bot",
        "sender_tag",
        "business_connection_id",
        "via_bot",
        "is_topic_message",
        "is_automatic_forward",
        "is_from_offline",
        "is_paid_post",
        "has_protected_content",
        "has_media_spoiler",
        "author_signature",
        "paid_star_count",
        "link_preview_options",
        "suggested_post_info",
        "effect_id",
        "show_caption_above_media",
        "reply_markup",
        "external_reply",
        "reply_to_story",
        "reply_to_checklist_task_id",
        "reply_to_poll_option_id",
        "forward_from",
        "forward_from_chat",
        "forward_from_message_id",
        "forward_signature",
        "forward_sender_name",
        "forward_date",
        "guest_bot_caller_user",
        "guest_bot_caller_chat",
        "guest_query_id",
    }
)
"""How it was said, which changes nothing of what was said."""
SILENT = frozenset(
    {
        "pinned_message",
        "message_auto_delete_timer_changed",
        "chat_background_set",
        "write_access_allowed",
        "boost_added",
        "users_shared",
        "chat_shared",
        "connected_website",
        "proximity_alert_triggered",
        "forum_topic_created",
        "forum_topic_edited",
        "forum_topic_closed",
        "forum_topic_reopened",
        "general_forum_topic_hidden",
        "general_forum_topic_unhidden",
        "video_chat_scheduled",
        "video_chat_started",
        "video_chat_ended",
        "video_chat_participants_invited",
        "paid_message_price_changed",
        "direct_message_price_changed",
        "chat_owner_changed",
        "chat_owner_left",
        "managed_bot_created",
    }
)
"""Notes of Telegram's own about the chat: nobody wrote them."""


def unsupported(fields: frozenset[str]) -> dict[str, object]:
    """`{"unsupported": word}` for a message that holds something of a kind we do not read (a poll, a game, a story), else nothing."""
    unknown = sorted(fields - READ - MANNER)
    return {"unsupported": unknown[0][:40]} if unknown else {}


def is_silent(fields: frozenset[str]) -> bool:
    """Whether a message is only a note of Telegram's own."""
    return bool(fields & SILENT)


def fields_of(body: bytes) -> frozenset[str]:
    """The names of all that the message of an update holds. Raises ValueError."""
    return frozenset(NAMES.decode(NAMES.decode(body)["message"]))
