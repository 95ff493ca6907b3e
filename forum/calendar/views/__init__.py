"""The addresses where calendars are read: public feeds, and those behind a personal link."""

from forum.calendar.views.feeds import blueprint, calendar_file, voice_of
from forum.calendar.views.personal import blueprint as personal_blueprint

__all__ = ["blueprint", "calendar_file", "personal_blueprint", "voice_of"]
