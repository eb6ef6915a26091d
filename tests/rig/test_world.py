"""The checker itself: every kind of damage is found."""

from tests.rig.world import Kept, World, problems


def _kept(*rows: tuple[int, str]) -> list[Kept]:
    return [Kept(f"id{place}", number, "in", text, "received") for place, (number, text) in enumerate(rows)]


def _rosa() -> World:
    world = World()
    rosa = world.sender("rosa")
    rosa.acknowledged = {rosa.next_text(), rosa.next_text()}
    return world


def test_a_whole_thread_has_no_problems() -> None:
    assert problems(_rosa(), _kept((1, "rosa says 0"), (5, "rosa says 1"))) == []


def test_a_lost_message_is_found() -> None:
    assert problems(_rosa(), _kept((1, "rosa says 0"))) == ["lost: rosa says 1"]


def test_a_doubled_message_is_found() -> None:
    doubled = _kept((1, "rosa says 0"), (2, "rosa says 0"), (3, "rosa says 1"))
    assert problems(_rosa(), doubled) == ["2 times in the thread: rosa says 0"]


def test_messages_that_changed_places_are_found() -> None:
    assert problems(_rosa(), _kept((2, "rosa says 0"), (1, "rosa says 1"))) == ["out of order from rosa: [1, 0]"]


def test_a_number_that_was_given_twice_is_found() -> None:
    assert problems(_rosa(), _kept((1, "rosa says 0"), (1, "rosa says 1"))) == ["number 1 was given 2 times"]


def test_an_answer_that_arrived_as_two_messages_is_found() -> None:
    world = World(answers={"a": "hello"}, arrived=[("a", "hello"), ("a", "hello"), ("b", "hello")])
    kept = [Kept("a", 1, "out", "hello", "sent")]
    assert problems(world, kept) == ["arrived as 2 messages: hello"]


def test_what_arrived_without_being_in_the_thread_is_found() -> None:
    assert problems(World(arrived=[("a", "hello")]), []) == ["arrived and is not in the thread: hello"]
