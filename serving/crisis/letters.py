"""What messages say: ids and codes of rules, as whom somebody is called, and where to answer. Never a name, a tier or
an answer."""

from collections.abc import Mapping

from models.ringing import RingStep
from models.triage import ZONE
from serving.channels.config import Channel
from serving.channels.letter import Letter
from serving.crisis.store import rings_of_call
from serving.jobs.store import Message
from serving.platform.words import say
from serving.store import Store, school_names

MOST_NAMED = 20  # ids in one text; the page has all of them
HOW: Mapping[RingStep, str] = {step: f"letter_ring_{step.code}" for step in RingStep}


def letter_of(store: Store, message: Message, channel: Channel, public_url: str) -> Letter | None:
    """The letter of a message in the channel's language; None where there is nothing left to tell, because the
    record was erased."""
    language = channel.language
    if message.kind != "ring":
        subject = say(f"letter_{message.kind}", language, **dict(message.body))
        return _letter(message, subject, [subject], public_url, language)
    rings = rings_of_call(store, message.about)
    if not rings:
        return None
    first, names = rings[0], school_names(store)
    role = first.role.zh if language == "zh" else first.role.en
    subject = say("letter_subject", language, n=len(rings))
    lines = [
        say(HOW[first.step], language, n=len(rings), school=names.get(first.school_id, first.school_id), role=role)
    ]
    for ring in rings[:MOST_NAMED]:
        since = ring.since.astimezone(ZONE).strftime("%m-%d %H:%M")
        waits = say("letter_since", language, moment=since)
        lines.append(f"{ring.student_id} {' '.join(ring.rules)}{waits}")
    if len(rings) > MOST_NAMED:
        lines.append(say("letter_more", language, n=len(rings) - MOST_NAMED))
    return _letter(message, subject, lines, public_url, language)


def _letter(message: Message, subject: str, lines: list[str], public_url: str, language: str) -> Letter:
    last = say("letter_where", language, url=f"{public_url}/rings", id=message.message_id)
    text = "\n".join([say("letter_from", language) + lines[0], *lines[1:], last])
    return Letter(message.message_id, say("letter_from", language) + subject, text, message.recipient)
