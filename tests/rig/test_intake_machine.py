"""Random days at the entrance: deliveries, copies, receipts before sends, joins and their undoing. The rows agree with a plain model."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid4

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from hub.kernel.database import Database
from tests.inbound.scene import Entrance, message, open_entrance, receipt
from tests.rig.counts import rounds

Value = TypeVar("Value")
VISITORS = ("rosa", "marta", "pedro", "julia")
LADDER = ("queued", "sending", "unknown", "sent", "failed", "canceled", "delivered", "read")
FATES = ("sent", "delivered", "read", "failed")
visitors = st.sampled_from(VISITORS)


@dataclass
class Answer:
    """A message of ours: whether it was sent, and what the provider has said of it."""

    id: str
    sent: bool = False
    heard: list[str] = field(default_factory=list)

    @property
    def provider_id(self) -> str:
        return f"p-{self.id}"

    @property
    def state(self) -> str:
        """Where it must stand: nothing is known before the send, and states only climb."""
        return max(["sent", *self.heard], key=LADDER.index) if self.sent else "queued"


class Days(RuleBasedStateMachine):
    """Plays providers and colleagues; the loop that owns the database runs elsewhere."""

    def __init__(self, entrance: Entrance, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._entrance, self._loop = entrance, loop
        self.day = uuid4().hex[:8]
        self.said: dict[str, list[str]] = {name: [] for name in VISITORS}
        self.answers: list[Answer] = []
        self.joins: dict[str, tuple[str, str]] = {}
        self.customers: dict[str, str] = {}

    def _do(self, work: Coroutine[Any, Any, Value]) -> Value:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    def _row(self, sql: str, *arguments: Any) -> Any:
        return self._do(self._entrance.database.value(sql, *arguments))

    def _rows(self, sql: str, *arguments: Any) -> list[Any]:
        return [tuple(row.values()) for row in self._do(self._entrance.database.rows(sql, *arguments))]

    def _visitor(self, name: str) -> str:
        return f"{name} {self.day}"

    # ── What happens ────────────────────────────────────────────────────────────────────────────────────────────────

    @rule(burst=st.lists(st.tuples(visitors, st.booleans()), min_size=1, max_size=8))
    def customers_write(self, burst: list[tuple[str, bool]]) -> None:
        """Several deliveries at once, some of them copies of what came before."""
        deliveries = []
        for name, copy in burst:
            if copy and self.said[name]:
                text = self.said[name][len(self.said[name]) // 2]
            else:
                text = f"{self.day} {name} {len(self.said[name])}"
                self.said[name].append(text)
            deliveries.append((text, message(self._visitor(name), text)))
        taken = self._do(self._entrance.deliver_together(deliveries))
        for (name, _), one in zip(burst, taken, strict=True):
            self.customers.setdefault(name, str(one.messages[0].customer))
            assert self.customers[name] == str(one.messages[0].customer), "a message stays with whom it belongs to"

    @precondition(lambda self: self.customers)
    @rule(data=st.data())
    def a_colleague_answers(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.customers)))
        answer = Answer(str(uuid4()))
        request: dict[str, Any] = {
            "id": answer.id, "customer": self.customers[name], "channel": self._entrance.company.webchat, "direction": "out",
            "author_kind": "human", "author": self._entrance.company.ana, "subject": "", "text": "answer", "html": None, "reply_to": None,
            "send_at": None, "undo_s": 0, "topic": None, "attachments": [], "uploader": "", "context": {}, "request": {}, "body_hash": "00",
            "address": {"kind": "visitor", "value": self._visitor(name)},
        }  # fmt: skip
        self._row("SELECT message FROM write_message($1)", request)
        self.answers.append(answer)

    @precondition(lambda self: any(not one.sent for one in self.answers))
    @rule(data=st.data())
    def an_answer_is_sent(self, data: st.DataObject) -> None:
        answer = data.draw(st.sampled_from([one for one in self.answers if not one.sent]))
        self._row("UPDATE outbox SET state = 'sending', token = 1 WHERE message_id = $1 RETURNING 1", answer.id)
        assert self._row("SELECT settle_message($1, 1, 'sent', $2, NULL)", answer.id, answer.provider_id)
        assert not self._row("SELECT settle_message($1, 1, 'sent', $2, NULL)", answer.id, answer.provider_id), "settled once"
        answer.sent = True

    @precondition(lambda self: self.answers)
    @rule(data=st.data(), fate=st.sampled_from(FATES))
    def a_receipt_comes(self, data: st.DataObject, fate: str) -> None:
        """Also before the send was answered, also twice, in any order."""
        answer = data.draw(st.sampled_from(self.answers))
        self._do(self._entrance.deliver(f"receipt {answer.id} {fate}", receipt(answer.provider_id, fate)))
        answer.heard.append(fate)

    @precondition(lambda self: len(self.customers) > 1)
    @rule(data=st.data())
    def two_are_joined(self, data: st.DataObject) -> None:
        names = st.sampled_from(sorted(self.customers))
        child, parent = data.draw(names), data.draw(names)
        join = self._row("SELECT join_customers($1, $2, 'told', 'human', NULL)", self.customers[child], self.customers[parent])
        assert (join is None) == (self._root(child) == self._root(parent))
        if join is not None:
            self.joins[str(join)] = (self._root(child), self._root(parent))

    @precondition(lambda self: self.joins)
    @rule(data=st.data())
    def a_join_is_undone(self, data: st.DataObject) -> None:
        join = data.draw(st.sampled_from(sorted(self.joins)))
        self._rows("SELECT child FROM part_customers($1, NULL)", UUID(join))
        assert self._rows("SELECT child FROM part_customers($1, NULL)", UUID(join)) == [], "undone once"
        del self.joins[join]

    def _root(self, name: str) -> str:
        """The model: links of roots, followed to their end."""
        links = dict(self.joins.values())
        while name in links:
            name = links[name]
        return name

    # ── What must hold ──────────────────────────────────────────────────────────────────────────────────────────────

    @invariant()
    def every_message_is_there_once_and_in_order(self) -> None:
        for name, customer in self.customers.items():
            rows = self._rows("SELECT text FROM message WHERE customer_id = $1 AND direction = 'in' ORDER BY number", customer)
            assert [row[0] for row in rows] == self.said[name]

    @invariant()
    def families_are_what_was_joined(self) -> None:
        ids = {customer: name for name, customer in self.customers.items()}
        for customer, root in self._rows("SELECT id::text, root_id::text FROM customer WHERE id = ANY ($1::uuid[])", list(ids)):
            assert ids[root] == self._root(ids[customer])

    @invariant()
    def answers_stand_where_they_must(self) -> None:
        states = dict(self._rows("SELECT id::text, state FROM message WHERE id = ANY ($1::uuid[])", [one.id for one in self.answers]))
        assert states == {one.id: one.state for one in self.answers}

    @invariant()
    def nothing_is_set_aside_and_no_topic_is_worked_on_twice(self) -> None:
        assert self._do(self._entrance.quarantined()) == []
        assert self._rows("SELECT number FROM message GROUP BY number HAVING count(*) > 1") == []


async def test_the_rows_agree_with_the_model_after_any_days(database: Database, tmp_path: Path) -> None:
    async with open_entrance(database, tmp_path) as entrance:
        loop = asyncio.get_running_loop()
        amount = settings(max_examples=rounds(15, 300), stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))

        def play() -> None:
            run_state_machine_as_test(lambda: Days(entrance, loop), settings=amount)  # type: ignore[arg-type]

        await asyncio.to_thread(play)
