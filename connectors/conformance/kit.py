"""All rules of the kit, in the order in which a newcomer meets them."""

from collections.abc import AsyncIterator, Sequence

from connectors.conformance import abilities, manifests, reading, sending, standing, stopping, webhooks
from connectors.conformance.subject import Subject
from connectors.conformance.verdicts import Rule, Verdict

RULES: Sequence[Rule] = (
    Rule("manifest", "what the manifest says, the code can and the samples show", manifests.manifest_is_honest),
    Rule("readme", "the README tells an admin how to get there, in Spanish and in English", manifests.readme_in_both_languages),
    Rule("settings", "settings go from form to file and back, and what is wrong with them is named", manifests.settings_go_round),
    Rule("secrets", "secrets are marked, required where anybody can call, and shown nowhere", manifests.secrets_stay_secret),
    Rule("samples", "every recorded payload becomes its recorded events", reading.samples_become_events),
    Rule("pure", "the same bytes are the same events: again, in any order, in another process", reading.reading_is_pure),
    Rule("total", "whatever is done to the bytes gives sound events or MalformedPayload", reading.reading_is_total),
    Rule("unknown_fields", "a field that a provider adds changes no event", reading.unknown_fields_change_nothing),
    Rule("same_ids", "the same delivery twice has the same ids", reading.same_delivery_same_ids),
    Rule("signature", "a missing, wrong or foreign signature is refused", webhooks.only_the_provider_may_call),
    Rule("body", "a body changed by one byte is refused", webhooks.a_changed_body_is_refused),
    Rule("kept", "what is verified and cannot be read is kept", webhooks.nothing_verified_is_lost),
    Rule("batch", "one item that cannot be read spoils no batch", webhooks.one_bad_item_spoils_no_batch),
    Rule("whole", "the longest text that the manifest allows is sent whole", sending.a_message_is_sent_whole),
    Rule("files", "a file is sent", sending.a_file_is_sent),
    Rule("faults", "what the provider does wrong has the right class of error", sending.faults_have_their_class),
    Rule("ambiguous", "an answer that is lost leaves a doubt, and says so", sending.a_lost_answer_is_ambiguous),
    Rule("acts", "reactions, edits and deletions are done, and fail with the right class", abilities.actions_are_done),
    Rule("signals", "typing and read are passed on, or let go", abilities.signals_fail_softly),
    Rule("fetch", "a file is fetched to its end or not at all, and fails with the right class", abilities.files_are_fetched),
    Rule("questions", "a history or templates that cannot be had are never taken for none", abilities.questions_fail_aloud),
    Rule("discreet", "no secret stands in what is said when something goes wrong", sending.errors_tell_no_secret),
    Rule("check", "check() names its steps in both languages, and says what to do", standing.check_names_its_steps),
    Rule("install", "install() goes by steps, and says what to do", standing.webhook_is_set),
    Rule("health", "health() shows what the provider does wrong", standing.health_is_told),
    Rule("quiet_check", "check() reaches no customer", standing.check_reaches_nobody),
    Rule("stop", "a stop in the middle leaves nothing running", stopping.a_stop_leaves_nothing),
    Rule("listening", "listening stops when it is told to", stopping.listening_stops),
)


async def judge(subject: Subject) -> AsyncIterator[Verdict]:
    """The verdict on every rule, one by one."""
    for rule in RULES:
        yield await rule.judge(subject)
