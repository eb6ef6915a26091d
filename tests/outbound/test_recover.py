"""What was claimed and is in nobody's hands: also by this node itself, when the answer to its claim was lost."""

from typing import Any
from uuid import uuid4

import pytest

from hub.kernel.database import Database
from tests.scenes import Company, found_company


@pytest.fixture
async def company(database: Database) -> Company:
    return await found_company(database)


async def _written(company: Company) -> str:
    """A reply that waits on the outbox of the chat."""
    taken = await company.writes("visitor", "rosa")
    request: dict[str, Any] = {
        "id": str(uuid4()), "customer": taken.root, "channel": company.webchat, "direction": "out", "author_kind": "human",
        "author": company.ana, "subject": "", "text": "hello", "html": None, "reply_to": None, "send_at": None, "undo_s": 0, "topic": None,
        "attachments": [], "uploader": "", "context": {}, "request": {}, "body_hash": "00", "address": {"kind": "visitor", "value": "rosa"},
    }  # fmt: skip
    await company.database.value("SELECT message FROM write_message($1)", request)
    return str(request["id"])


async def _claimed(company: Company) -> int:
    """Take the channel, and what is due on it; the lease's token."""
    token: int = await company.database.value("SELECT take_lease($1, $2, '1 minute')", f"channel:{company.webchat}", uuid4())
    rows = await company.database.rows("SELECT message_id FROM claim_outbox($1, $2, 10)", company.webchat, token)
    assert len(rows) == 1
    return token


@pytest.mark.parametrize(("again", "state"), [(True, "sending"), (False, "unknown")])
async def test_a_claim_whose_answer_was_lost_is_not_stuck(company: Company, again: bool, state: str) -> None:
    message = await _written(company)
    token = await _claimed(company)
    assert await company.database.value("SELECT recover_outbox($1, $2, $3)", company.webchat, token, again) == 1
    assert await company.database.value("SELECT state FROM message WHERE id = $1", message) == state
    due = await company.database.rows("SELECT message_id FROM claim_outbox($1, $2, 10)", company.webchat, token)
    assert [str(row["message_id"]) for row in due] == ([message] if again else [])
