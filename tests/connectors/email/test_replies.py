"""The new words of a reply, whatever program and language quoted the rest."""

import pytest

from connectors.email.markup import sanitise, text_of
from connectors.email.replies import visible_text

NEW = "Sí, mañana por la tarde me va bien.\n\nUn saludo"

HISTORIES = {
    "gmail, Spanish": "El lun, 2 mar 2026 a las 9:14, Soporte (<support@demo.example>) escribió:\n\n> Hola\n> ¿Mañana?",
    "gmail, wrapped": "El lun, 2 mar 2026 a las 9:14, Soporte de la Empresa Demo <\nsupport@demo.example> escribió:\n\n> Hola",
    "apple, English": "On Mar 2, 2026, at 09:14, Support <support@demo.example> wrote:\n\nHello\nTomorrow?",
    "outlook, Spanish": "De: Soporte <support@demo.example>\nEnviado: lunes, 2 de marzo 9:14\nPara: Ana\nAsunto: Cita\n\nHola",
    "outlook, English": "________________________________\nFrom: Support\nSent: Monday, March 2, 2026\nTo: Ana\nSubject: Visit\n\nHello",
    "original message": "-----Mensaje original-----\nDe: Soporte\n\nHola",
    "thunderbird, German": "Am 02.03.26 um 09:14 schrieb Support:\n> Hallo",
    "catalan": "El dl., 2 de març 2026, 9:14, Suport <support@demo.example> va escriure:\n> Hola",
    "portuguese": "Em seg., 2 de mar. de 2026 às 09:14, Suporte <support@demo.example> escreveu:\n\n> Olá",
    "japanese": "2026年3月2日(月) 9:14 Support <support@demo.example>:\n> こんにちは",
    "apple, forwarded": "Inicio del mensaje reenviado:\n\nDe: Soporte <support@demo.example>\nAsunto: Cita\nFecha: 2 de marzo\n\nHola",
    "yahoo, German": "Am Montag, 2. März 2026, 09:14:00 MEZ hat Support <support@demo.example> Folgendes geschrieben:\n\nHallo",
    "yahoo, old": "--- On Tue, 3/2/26, Support <support@demo.example> wrote:\n\nHello",
    "no date": "Soporte Demo escribió:\n> Hola",
    "marker": "##- Please type your reply above this line -##\nHello",
    "outlook, bold": "*De:* Soporte <support@demo.example>\n*Enviado:* lunes\n*Para:* Ana\n*Asunto:* Cita\n\nHola",
    "hotmail": "Date: Mon, 2 Mar 2026 09:14:00 +0100\nFrom: support@demo.example\nTo: ana@shop.example\nSubject: Visit\n\nHello",
    "chinese": "在 2026年3月2日，09:14，Support <support@demo.example> 写道：\n\n> 你好",
    "outlook app": "Obtener Outlook para Android",
    "telephone, Dutch": "Verstuurd vanaf mijn iPhone",
    "another app": "Obtén BlueMail para Android\nEn 2 de marzo de 2026, en 9:14, Soporte <support@demo.example> escribió:\n>Hola",
    "telephone": "Enviado desde mi Android",
    "signature": "-- \nAna Pérez\nTel. 600 000 000",
}


@pytest.mark.parametrize("history", HISTORIES.values(), ids=HISTORIES.keys())
def test_history_and_signature_are_left_out(history: str) -> None:
    assert visible_text(f"{NEW}\n\n{history}") == NEW


@pytest.mark.parametrize(
    "text",
    [
        "De: Madrid a Sevilla\n¿cuánto cuesta?",
        "Mi correo es ana@shop.example, escríbame.",
        "Quedamos a las 10:30:\n- usted trae el contrato\n- yo traigo la llave",
        "Nombre: Ana\nPedido: 4471\nAsunto: devolución",
        "-----\nUno\n-----\nDos",
        "Enviado desde Sevilla el paquete, ¿cuándo llega?\nGracias",
        "Mi marido escribió:\nno funciona",
        "Responda a esta pregunta:\n¿cuándo llega?",
        "Outlook no abre el archivo desde ayer",
        "👍",
        "?",
    ],
)
def test_words_that_only_look_like_history_stay(text: str) -> None:
    assert visible_text(text) == text


def test_an_answer_below_the_quotation_stays() -> None:
    text = "El 2/3/26 a las 9:14, Soporte escribió:\n> ¿Qué pedido?\n\nEl 4471.\n\n> ¿Qué color?\n\nAzul."
    assert visible_text(text).split() == ["El", "4471.", "Azul."]


def test_a_mere_quotation_is_shown_rather_than_nothing() -> None:
    assert visible_text("> Hola") == "> Hola"


def test_a_forwarded_mail_without_words_of_its_own_is_shown_whole() -> None:
    text = "---------- Forwarded message ---------\nFrom: A <a@b.example>\nDate: Mon\nSubject: X\n\nHola"
    assert visible_text(text) == text


def test_the_head_of_an_answered_mail_is_known_in_a_language_that_is_not() -> None:
    head = "<b>От:</b> Support &lt;support@demo.example&gt;<br><b>Изпратено:</b> 2 март 2026<br><b>До:</b> ana@shop.example<br>"
    html = f'<div>Да.</div><hr><div id="x_divRplyFwdMsg">{head}</div><div>Здравейте</div>'
    assert visible_text(text_of(sanitise(html))) == "Да."


def test_a_form_below_a_line_is_no_history() -> None:
    html = "<div>Nueva consulta</div><hr><div>Correo: ana@shop.example<br>Nombre: Ana<br>Consulta: ¿Abren hoy?</div>"
    assert visible_text(text_of(sanitise(html))).endswith("¿Abren hoy?")


def test_html_quotations_are_left_out() -> None:
    html = (
        "<div>Sí, gracias.<br></div><div class='gmail_signature'>Ana<br>Tienda</div><div class='gmail_quote'>"
        "<div class='gmail_attr'>El lun, 2 mar 2026 a las 9:14, Soporte (&lt;support@demo.example&gt;) escribió:</div>"
        "<blockquote><p>Hola</p></blockquote></div>"
    )
    assert visible_text(text_of(sanitise(html))) == "Sí, gracias."
