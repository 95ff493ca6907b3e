"""What every reader does with what it finds: once each, checked, cut to what the forms take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from forum.core.i18n import Sentence, sentence
from forum.core.text import Text, plain_key
from forum.events.rules import LONGEST_TITLE as LONGEST_ROOM
from forum.events.rules import MOST_PARTS as MOST_ROOMS
from forum.programme.importing.moments import note_long, problem_of
from forum.programme.importing.shapes import (
    ImportedLink,
    ImportedPart,
    ImportedProgramme,
    ImportedRoom,
    ImportedSession,
    ImportedSpeaker,
    ImportedTrack,
    Notes,
    Source,
    UnreadableProgramme,
)
from forum.programme.importing.texts import by_script, fitting, fitting_line, is_nameless
from forum.programme.rules import (
    LONGEST_ABSTRACT,
    LONGEST_BIOGRAPHY,
    LONGEST_NAME,
    LONGEST_TITLE,
    MOST_PARTS,
    MOST_SESSIONS,
    MOST_TRACKS,
)

MOST_SPEAKERS = 5000
MOST_LINKS = 20


class Collector:
    """The programme so far; `zone` is where the event is."""

    def __init__(self, zone: ZoneInfo) -> None:
        """Begin with nothing."""
        self.zone = zone
        self.notes = Notes()
        self.rooms: dict[str, ImportedRoom] = {}
        self.tracks: dict[str, ImportedTrack] = {}
        self.speakers: dict[str, ImportedSpeaker] = {}
        self.sessions: dict[str, ImportedSession] = {}
        self._names: dict[str, str] = {}
        self._nameless: set[str] = set()
        self._crowds: set[str] = set()

    def room(self, key: str, name: Text | None = None, capacity: int | None = None) -> str | None:
        """Take a room, or one known already; return its key, None for none."""
        if not key:
            return None
        if key not in self.rooms:
            if len(self.rooms) >= MOST_ROOMS:
                self._note_crowd(sentence("There are more than %(most)s rooms.", most=MOST_ROOMS))
                return None
            shown = fitting(
                name or by_script(key), LONGEST_ROOM, lambda said: self.notes.room(key, said)
            )
            size = capacity if capacity and 0 < capacity < 2**31 else None
            self.rooms[key] = ImportedRoom(key, shown, size)
        return key

    def track(self, key: str, name: Text | None = None, colour: str = "") -> str | None:
        """Take a track, or one known already; return its key, None for none."""
        if not key:
            return None
        if key not in self.tracks:
            if len(self.tracks) >= MOST_TRACKS:
                self._note_crowd(sentence("There are more than %(most)s tracks.", most=MOST_TRACKS))
                return None
            self.tracks[key] = ImportedTrack(key, name or by_script(key), colour)
        return key

    def speaker(self, person: ImportedSpeaker) -> str | None:
        """Take a person, or one known already; return the key, None for nobody."""
        if person.key in self.speakers:
            return person.key
        if is_nameless(person.name) and is_nameless(person.name_zh):
            if person.key not in self._nameless:
                self._nameless.add(person.key)
                self.notes.speaker(person.key, sentence("has no name, left out"))
            return None
        if len(self.speakers) >= MOST_SPEAKERS:
            raise UnreadableProgramme(
                sentence("The file has more than %(most)s speakers.", most=f"{MOST_SPEAKERS:,}")
            )
        self.speakers[person.key] = self._whole(person)
        self._note_namesake(person)
        return person.key

    def session(self, item: ImportedSession) -> bool:
        """Take a session, or say why not."""
        problem = problem_of(item.starts_at, item.ends_at, self.zone)
        if item.key in self.sessions:
            problem = sentence("has the id of another one, left out")
        elif problem is None and not item.title:
            problem = sentence("has no title, left out")
        if problem is not None:
            self.notes.session(item.key, problem)
            return False
        if len(self.sessions) >= MOST_SESSIONS:
            self.refuse_more_sessions()
        note_long(item.key, item.starts_at, item.ends_at, self.notes)
        self.sessions[item.key] = replace(
            item,
            title=fitting(item.title, LONGEST_TITLE, lambda said: self._about(item, said)),
            abstract=fitting(item.abstract, LONGEST_ABSTRACT, lambda said: self._about(item, said)),
            cast=self._cast(item),
            links=self._links(item),
        )
        return True

    def refuse_more_sessions(self) -> None:
        """Refuse a file of more sessions than a programme takes."""
        raise UnreadableProgramme(
            sentence("The file has more than %(most)s sessions.", most=f"{MOST_SESSIONS:,}")
        )

    def programme(self, source: Source) -> ImportedProgramme:
        """Return everything; raises UnreadableProgramme where there is nothing."""
        if not self.sessions and not self.speakers:
            said = self.notes.all()
            raise UnreadableProgramme(
                sentence(
                    "Nothing in this file can be used. The first problem: %(problem)s",
                    problem=said[0],
                )
                if said
                else sentence("No session in this file has a title. Is it the right file?"),
            )
        return ImportedProgramme(
            source,
            tuple(self.rooms.values()),
            tuple(self.tracks.values()),
            tuple(self.speakers.values()),
            tuple(self.sessions.values()),
            self.notes.all(),
        )

    def _note_crowd(self, said: Sentence) -> None:
        if said.text not in self._crowds:
            self._crowds.add(said.text)
            self.notes.add(
                sentence("%(problem)s Sessions in the others come without.", problem=said)
            )

    def _about(self, item: ImportedSession, said: Sentence) -> None:
        self.notes.session(item.key, said)

    def _cast(self, item: ImportedSession) -> Sequence[ImportedPart]:
        known = {
            (part.who, part.role): part for part in item.cast if part.who in self.speakers
        }.values()
        if len(known) > MOST_PARTS:
            self.notes.session(
                item.key,
                sentence(
                    "has %(number)s speakers, the first %(most)s kept",
                    number=len(known),
                    most=MOST_PARTS,
                ),
            )
        return tuple(known)[:MOST_PARTS]

    def _links(self, item: ImportedSession) -> Sequence[ImportedLink]:
        found = tuple({link.url: link for link in item.links}.values())
        if len(found) > MOST_LINKS:
            self._about(
                item,
                sentence(
                    "has %(number)s links, the first %(most)s kept",
                    number=len(found),
                    most=MOST_LINKS,
                ),
            )
        return found[:MOST_LINKS]

    def _whole(self, person: ImportedSpeaker) -> ImportedSpeaker:
        def about(said: Sentence) -> None:
            self.notes.speaker(person.key, said)

        return replace(
            person,
            name=fitting_line(person.name, LONGEST_NAME, about),
            name_zh=fitting_line(person.name_zh, LONGEST_NAME, about),
            surname=fitting_line(person.surname, 100, about),
            salutation=fitting_line(person.salutation, 40, about),
            post_nominals=fitting_line(person.post_nominals, 80, about),
            title=fitting(person.title, LONGEST_TITLE, about),
            affiliation=fitting(person.affiliation, LONGEST_TITLE, about),
            biography=fitting(person.biography, LONGEST_BIOGRAPHY, about),
            links=tuple(person.links)[:MOST_LINKS],
        )

    def _note_namesake(self, person: ImportedSpeaker) -> None:
        name = plain_key(person.shown_name)
        other = self._names.setdefault(name, person.key)
        # Whoever comes with a revision was exported by us: two profiles, and known as such.
        if other != person.key and person.revision is None:
            self.notes.speaker(
                person.key,
                sentence(
                    "has the name of speaker %(other)s too: %(name)s. They are kept as two people.",
                    other=other,
                    name=person.shown_name,
                ),
            )
