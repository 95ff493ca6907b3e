"""From rows to what a calendar says: an event and its sessions in the words of one language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from forum.calendar.rules import event_path, plain_text, session_path, share_path
from forum.calendar.shapes import Conference, EventStatus, FeedEvent, Mailbox, Picture
from forum.core import dates
from forum.core.i18n import Sentence, sentence
from forum.core.languages import Language, by_key
from forum.events.rules import EventState
from forum.programme.rules import SessionState
from forum.programme.words import KINDS, role_in_words, spoken_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    from forum.calendar.queries.programme import Absence
    from forum.core.text import Fragment, Text
    from forum.events.models import Event, Venue
    from forum.programme.models import Appearance, Session, Speaker

CANCELLED = sentence("This event is cancelled.")
POSTPONED = sentence("This event is postponed. The new date will stand here.")
POSTPONED_TO = sentence("This event was postponed. This is its new date.")
_STATES = {EventState.CANCELLED: CANCELLED, EventState.POSTPONED: POSTPONED}

NO_TIME = sentence("This session has no time at present. Once it has one, it stands here again.")
JOIN = sentence("Follow it online")


@dataclass(frozen=True, slots=True)
class Voice:
    """In what language a calendar speaks, and where its addresses begin.

    `say` translates into that language, `absolute` completes a path, `mailbox` is the
    organiser's where neither event nor organisation names one.
    """

    language: Language
    say: Callable[[Sentence], str]
    absolute: Callable[[str], str]
    mailbox: str


def entry_of_event(event: Event, voice: Voice) -> FeedEvent:
    """Return the event itself: timed on one day, whole days that block nothing on several."""
    title = _pick(event.title, event, voice)
    page = voice.absolute(event_path(voice.language.path, event.slug))
    start, end = days_or_moments(event)
    summary = plain_text(_pick(event.summary, event, voice).text)
    return FeedEvent(
        uid=event.id,
        sequence=event.calendar_sequence,
        created=event.created_at,
        last_modified=event.changed_at,
        start=start,
        end=end,
        zone=event.time_zone,
        title=title.text,
        language=_tag(title),
        description=_description(_state_lines(event, voice), summary, page),
        location=_location(None, event.venue, event, voice),
        geo=_geo(event.venue),
        url=page,
        categories=_names([_pick(event.series.title, event, voice).text] if event.series else []),
        status=status_of(event),
        transparent=not isinstance(start, datetime),
        organizer=organiser_of(event, voice),
        picture=Picture(voice.absolute(share_path(event.slug)), "image/png"),
    )


def entry_of_session(session: Session, event: Event, voice: Voice) -> FeedEvent | None:
    """Return a session as a calendar shows it, or None for one without a time.

    Where it is shown in further rooms, those of the event are read: 1 statement an event.
    """
    if session.starts_at is None or session.ends_at is None:
        return None
    title = _pick(session.title, event, voice)
    page = voice.absolute(session_path(voice.language.path, event.slug, session.id))
    people = [_person_line(one, event, voice) for one in session.appearances]
    held = spoken_in(session.delivered_in, session.interpreted_into, voice.language.key)
    language = [voice.say(sentence("Language: %(language)s", language=held))] if held else []
    abstract = plain_text(_pick(session.abstract, event, voice).text)
    track = [_pick(session.track.name, event, voice).text] if session.track else []
    room = session.room.name if session.room else None
    conference = _conference(session, voice)
    place = _location(room, event.venue, event, voice)
    status = status_of(event, session)
    return FeedEvent(
        uid=session.id,
        sequence=session.calendar_sequence,
        created=session.created_at,
        last_modified=session.changed_at,
        start=session.starts_at,
        end=session.ends_at,
        zone=event.time_zone,
        title=title.text,
        language=_tag(title),
        description=_description(
            _state_lines(event, voice, session),
            "\n".join([*people, *language, *_further(session, event, voice)]),
            f"{conference.label}: {conference.url}" if conference else "",
            abstract,
            page,
        ),
        location=place or (conference.url if conference else ""),
        geo=_geo(event.venue),
        url=page,
        categories=_names([voice.say(KINDS[session.kind]), *track]),
        status=status,
        organizer=organiser_of(event, voice),
        conference=conference,
        parent=event.id,
    )


def entry_of_absence(session: Session, absence: Absence, event: Event, voice: Voice) -> FeedEvent:
    """Return a public session that was taken out of the times: cancelled as it stood last."""
    title = _pick(absence.title, event, voice)
    page = voice.absolute(event_path(voice.language.path, event.slug))
    return FeedEvent(
        uid=session.id,
        sequence=session.calendar_sequence,
        created=session.created_at,
        last_modified=session.changed_at,
        start=absence.starts_at,
        end=absence.ends_at,
        zone=event.time_zone,
        title=title.text,
        language=_tag(title),
        description=_description(voice.say(NO_TIME), page),
        url=page,
        categories=(voice.say(KINDS[session.kind]),),
        status=EventStatus.CANCELLED,
        organizer=organiser_of(event, voice),
        parent=event.id,
    )


def status_of(event: Event, session: Session | None = None) -> EventStatus:
    """Return how sure it is that this takes place; the event's state covers its sessions."""
    cancelled = session is not None and session.state is SessionState.CANCELLED
    if cancelled or event.state is EventState.CANCELLED:
        return EventStatus.CANCELLED
    return EventStatus.CONFIRMED if _dated(event, session) else EventStatus.TENTATIVE


def _dated(event: Event, session: Session | None) -> bool:
    """Say whether the date holds: also of a session, once a postponed event has new dates."""
    if event.state is not EventState.POSTPONED:
        return True
    if event.dates_open or session is None or session.starts_at is None:
        return not event.dates_open
    days = (session.starts_at, event.starts_at, event.ends_at)
    day, first, last = (dates.local_day(moment, event.zone) for moment in days)
    return first <= day <= last


def days_or_moments(event: Event) -> tuple[date, date] | tuple[datetime, datetime]:
    """Return the moments of an event of one day, else its first day and the day after its last."""
    first = dates.local_day(event.starts_at, event.zone)
    last = dates.last_day(event.starts_at, event.ends_at, event.zone)
    if last > first:
        return first, last + timedelta(days=1)
    return event.starts_at, event.ends_at


def organiser_of(event: Event, voice: Voice) -> Mailbox | None:
    """Return the role mailbox that answers for an event, under the organisation's name."""
    address = event.contact_email or event.organisation.contact_email or voice.mailbox
    if not address:
        return None
    return Mailbox(_pick(event.organisation.name, event, voice).text, address)


def _conference(session: Session, voice: Voice) -> Conference | None:
    """Return the link to join online, where the session's page shows it to everybody."""
    if session.state is SessionState.CANCELLED or not session.stream_url:
        return None
    return Conference(session.stream_url, voice.say(JOIN))


def _further(session: Session, event: Event, voice: Voice) -> list[str]:
    """Return the line that names the further rooms that show a session, where there are any."""
    if not session.also_in:
        return []
    inside = [one for one in event.rooms if str(one.id) in session.also_in]
    rooms = ", ".join(_names(_pick(one.name, event, voice).text for one in inside))
    return [voice.say(sentence("Also shown in: %(rooms)s", rooms=rooms))] if rooms else []


def _description(*blocks: str) -> str:
    return "\n\n".join(block for block in blocks if block)


def _state_lines(event: Event, voice: Voice, session: Session | None = None) -> str:
    said = _STATES.get(event.state)
    if said is None:
        return ""
    if event.state is EventState.POSTPONED and _dated(event, session):
        said = POSTPONED_TO
    note = _pick(event.state_note, event, voice).text
    return "\n".join(filter(None, (voice.say(said), plain_text(note))))


def _person_line(appearance: Appearance, event: Event, voice: Voice) -> str:
    speaker = appearance.speaker
    title = _pick(speaker.title, event, voice).text
    affiliation = _pick(speaker.affiliation, event, voice).text
    person = ", ".join(_names([_name(speaker, voice.language), title, affiliation]))
    key, order = voice.language.key, event.languages
    role = voice.say(role_in_words(appearance.role, appearance.called, key, order))
    return voice.say(sentence("%(role)s: %(person)s", role=role, person=person))


def _name(speaker: Speaker, language: Language) -> str:
    return speaker.names(language.key)[0].text


def _location(room: Text | None, venue: Venue | None, event: Event, voice: Voice) -> str:
    texts = [room] if room else []
    texts += [venue.name, venue.address] if venue else []
    return ", ".join(_names(_pick(text, event, voice).text for text in texts))


def _geo(venue: Venue | None) -> tuple[float, float] | None:
    if venue is None or venue.latitude is None or venue.longitude is None:
        return None
    return venue.latitude, venue.longitude


def _names(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text.strip() for text in texts if text.strip()))


def _pick(text: Text, event: Event, voice: Voice) -> Fragment:
    return text.pick(voice.language.key, event.languages)


def _tag(fragment: Fragment) -> str:
    known = by_key(fragment.lang)
    return known.tag if known and fragment else ""
