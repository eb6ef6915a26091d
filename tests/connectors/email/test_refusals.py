"""What mail servers say when they do not take a mail, as they say it in the wild."""

import pytest

from connectors.email.refusals import is_temporary, word_of

SAID = [
    ("550 5.1.1 <x@firma.example>: Recipient address rejected: User unknown in virtual mailbox table", "no_mailbox"),
    ("550-5.1.1 The email account that you tried to reach does not exist.", "no_mailbox"),
    ("550 5.4.1 Recipient address rejected: Access denied", "bounced"),
    ("550 No such user here", "no_mailbox"),
    ("Host or domain name not found. Name service error for name=firma.example type=AAAA: Host not found", "no_domain"),
    ("556 5.1.10 Domain firma.example does not accept mail (nullMX)", "no_domain"),
    ("552 5.2.2 The email account that you tried to reach is over quota", "full_mailbox"),
    ("452 4.2.2 Mailbox full", "full_mailbox"),
    ("550 5.2.1 The email account that you tried to reach is disabled", "closed_mailbox"),
    ("552 5.3.4 Message size exceeds fixed limit", "too_large_mail"),
    ("550 5.7.1 Our system has detected that this message is likely unsolicited mail", "taken_for_spam"),
    ("554 Message rejected because of SPAM content", "taken_for_spam"),
    ("550 5.0.0 User unknown", "no_mailbox"),
    ("554 transaction failed", "bounced"),
    ("", "bounced"),
]


@pytest.mark.parametrize(("said", "word"), SAID)
def test_a_server_says_why_in_its_own_way(said: str, word: str) -> None:
    assert word_of(said) == word


def test_the_status_of_a_report_is_heard_before_the_words() -> None:
    assert word_of("550 rejected by policy", "5.1.1") == "no_mailbox"
    assert word_of("550 5.2.2 full", "5.0.0") == "full_mailbox"


@pytest.mark.parametrize(
    ("said", "status", "temporary"), [("451 later", "", True), ("550 no", "", False), ("550 no", "4.4.7", True), ("", "", False)]
)
def test_what_might_go_well_another_time_is_temporary(said: str, status: str, temporary: bool) -> None:
    assert is_temporary(said, status) is temporary


def test_an_address_of_numbers_is_no_code() -> None:
    assert word_of("connect to 10.5.1.1 refused", otherwise="gave_up") == "gave_up"
