"""Which rooms the house has: their blueprints and commands, and who listens to whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forum.calendar import answers_shown as calendar_answers
from forum.calendar import entry_listeners as calendar_entry_listeners
from forum.calendar import listeners as calendar_listeners
from forum.calendar import reader as calendar_reader
from forum.calendar import tasks as calendar_tasks
from forum.calendar.manage.room_calendars import blueprint as room_calendars
from forum.calendar.views import blueprint as calendar
from forum.calendar.views import personal_blueprint as personal_calendar
from forum.checkin import stories as checkin_stories
from forum.checkin.api import blueprint as door_api
from forum.checkin.manage import blueprint as door_manage
from forum.checkin.views import blueprint as door
from forum.events import listeners as events_listeners
from forum.events.manage import blueprint as events_manage
from forum.events.views import blueprint as events
from forum.messaging import announcement_listeners as messaging_announcement_listeners
from forum.messaging import calendar_listeners as messaging_calendar_listeners
from forum.messaging import cli as messaging_cli
from forum.messaging import event_listeners as messaging_event_listeners
from forum.messaging import foreseen as messaging_foreseen
from forum.messaging import invited_listeners as messaging_invited_listeners
from forum.messaging import listeners as messaging_listeners
from forum.messaging import returned as messaging_returned
from forum.messaging import stories as messaging_stories
from forum.messaging import team_listeners as messaging_team_listeners
from forum.messaging.manage import blueprint as messages
from forum.messaging.views import blueprint as opting_out
from forum.people import cli as people_cli
from forum.people import listeners as people_listeners
from forum.people import views as people
from forum.people.manage import blueprint as people_manage
from forum.programme import cli as programme_cli
from forum.programme import listeners as programme_listeners
from forum.programme.exporting.views import blueprint as programme_files
from forum.programme.manage import blueprint as programme_manage
from forum.programme.views import blueprint as programme
from forum.registrations import cli as registrations_cli
from forum.registrations import listeners as registrations_listeners
from forum.registrations import stories as registrations_stories
from forum.registrations.manage import blueprint as registrations_manage
from forum.registrations.views import blueprint as registrations
from forum.site.booking import blueprint as booking
from forum.site.health import blueprint as health
from forum.site.home import blueprint as home
from forum.site.invitation import blueprint as invitation
from forum.site.schedule import blueprint as schedule
from forum.site.speaker_office import blueprint as speaker_office
from forum.site.speaker_page import blueprint as speaker_page
from forum.site.staff_calendar import blueprint as staff_calendar
from forum.site.views import blueprint as site
from forum.tickets import listeners as tickets_listeners
from forum.tickets.views import blueprint as tickets

if TYPE_CHECKING:
    from flask import Flask

BLUEPRINTS = (
    people.blueprint, people_manage, events, events_manage, programme, programme_manage,
    programme_files, registrations, registrations_manage, tickets, calendar, personal_calendar,
    room_calendars,
    door, door_api, door_manage, messages, opting_out, site, booking, invitation, schedule,
    speaker_page, speaker_office, staff_calendar, home, health,
)  # fmt: skip

COMMANDS = (
    *people_cli.commands, *programme_cli.commands, *registrations_cli.commands,
    *messaging_cli.commands,
)  # fmt: skip

LISTENERS = (
    people_listeners, events_listeners, programme_listeners, registrations_listeners,
    tickets_listeners, messaging_listeners, messaging_announcement_listeners,
    messaging_calendar_listeners, messaging_event_listeners, messaging_team_listeners,
    calendar_reader, calendar_entry_listeners, calendar_listeners, calendar_tasks,
    calendar_answers, registrations_stories, checkin_stories, messaging_stories,
    messaging_foreseen, messaging_invited_listeners, messaging_returned,
)  # fmt: skip
"""Importing them registered their reactions; naming them here keeps them in the house."""


def init(app: Flask) -> None:
    """Hang every room into the application."""
    people.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
