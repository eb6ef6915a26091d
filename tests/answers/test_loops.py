"""The same again and again."""

from hypothesis import given
from hypothesis import strategies as st

from hub.answers.languages import language_of
from hub.answers.loops import how_many_alike

DESK = "[Ticket #{number}] Your request was received by our help desk on day {number}. Your code is X{number}-QQ. Please do not answer."


def test_another_number_or_code_makes_no_other_text() -> None:
    assert how_many_alike([DESK.format(number=number) for number in range(12)]) == 12


def test_a_growing_quotation_of_the_same_is_alike() -> None:
    assert how_many_alike(["I am on holiday until Monday. " * count for count in range(5, 0, -1)]) == 5


def test_a_talk_is_no_loop() -> None:
    talk = ["¿Ha salido ya mi pedido?", "Es el de la lámpara roja", "Vale, gracias", "¿Y la factura?", "Perfecto"]
    assert how_many_alike(talk) == 1


@given(st.lists(st.text(), max_size=5))
def test_the_newest_is_like_itself_and_nobody_is_counted_twice(texts: list[str]) -> None:
    assert min(1, len(texts)) <= how_many_alike(texts) <= len(texts)


def test_the_language_of_a_sentence_is_told_and_that_of_a_number_is_not() -> None:
    among = {"es", "en", "fr"}
    assert language_of("Buenos días, no me ha llegado el pedido", among) == "es"
    assert language_of("Good morning, my order has not arrived", among) == "en"
    assert language_of("Bonjour, je n'ai pas reçu ma commande", among) == "fr"
    assert language_of("442 ok", among) == ""
    assert language_of("", among) == ""
