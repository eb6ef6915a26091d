"""HTML that an agent wrote becomes the text that a reader without HTML gets."""

import pytest

from connectors.plain import text_of

WRITTEN = [
    ("<div>Hola <b>Ana</b></div><div><br></div><div>Gracias</div>", "Hola Ana\n\nGracias"),
    ("<ul><li>uno</li><li>dos</li></ul>", "- uno\n- dos"),
    ("<ol><li>uno</li><li>dos<ul><li>a</li></ul></li><li>tres</li></ol>", "1. uno\n2. dos\n\n- a\n\n3. tres"),
    ("<blockquote>Antes<br>ayer</blockquote><p>Ahora</p>", "> Antes\n> ayer\n\nAhora"),
    ('<a href="https://casa.example/x">aquí</a>', "aquí <https://casa.example/x>"),
    ("<pre>a  b\n c</pre>", "a  b\n c"),
    ("&lt;b&gt; &amp;", "<b> &"),
]


@pytest.mark.parametrize(("html", "text"), WRITTEN)
def test_html_reads_as_text(html: str, text: str) -> None:
    assert text_of(html) == text


def test_what_is_marked_as_a_signature_is_told_from_the_text() -> None:
    html = '<div>Hola</div><div class="ours">Ana</div>'
    assert text_of(html, frozenset({"ours"})) == "Hola\n-- \nAna"
    assert text_of(html) == "Hola\nAna"
