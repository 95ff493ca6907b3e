"""The place, the rooms and the partners of an event."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField
from wtforms.validators import Optional

from forum.core.http.form_parts import (
    AddressField,
    ChoiceField,
    CountField,
    OfficeForm,
    line_in_three,
    option_list,
    paragraphs_in_three,
    shown_text,
    text_of_field,
)
from forum.core.http.i18n import translated
from forum.events.models import Partner, Room, Venue
from forum.events.rules import (
    LARGEST_CAPACITY,
    LONGEST_NOTE,
    LONGEST_SUMMARY,
    LONGEST_TITLE,
    PartnerRole,
)
from forum.events.words import PARTNERS


class VenueForm(OfficeForm):
    """What guests read of a place; `seen` is the fingerprint of what the form showed."""

    seen = HiddenField()
    name = line_in_three(
        lazy_gettext("Name"),
        most=LONGEST_TITLE,
        needed=lazy_gettext("Enter the name of the place in one language at least"),
    )
    address = paragraphs_in_three(lazy_gettext("Street address"), most=LONGEST_NOTE, rows=2)
    directions = paragraphs_in_three(
        lazy_gettext("Getting there"),
        most=LONGEST_SUMMARY,
        description=lazy_gettext("Stations and exits, parking."),
    )
    access = paragraphs_in_three(
        lazy_gettext("Access"),
        most=LONGEST_SUMMARY,
        description=lazy_gettext("Steps, lifts, wheelchair places, hearing loop."),
    )

    TEXTS = ("name", "address", "directions", "access")

    def values(self) -> dict[str, Any]:
        """Return what the service asks for."""
        return {name: text_of_field(self[name]) for name in self.TEXTS}

    @classmethod
    def shown(cls, venue: Venue | None) -> dict[str, Any]:
        """Return what the boxes show of a place."""
        return {name: shown_text(getattr(venue, name)) for name in cls.TEXTS} if venue else {}


class PickVenueForm(OfficeForm):
    """A place used before, or none."""

    venue = ChoiceField(lazy_gettext("Place"), [Optional()])


class RoomForm(OfficeForm):
    """A room's name and size."""

    seen = HiddenField()
    name = line_in_three(
        lazy_gettext("Name of the room"),
        most=LONGEST_TITLE,
        needed=lazy_gettext("Enter the name of the room in one language at least"),
    )
    capacity = CountField(
        lazy_gettext("People it holds"), [Optional()], least=1, most=LARGEST_CAPACITY
    )

    def values(self) -> dict[str, Any]:
        """Return what the service asks for."""
        return {"name": text_of_field(self.name), "capacity": self.capacity.data}

    @classmethod
    def shown(cls, room: Room) -> dict[str, Any]:
        """Return what the boxes show of a room."""
        return {"name": shown_text(room.name), "capacity": room.capacity}


class PartnerForm(OfficeForm):
    """An organisation behind the event."""

    seen = HiddenField()
    name = line_in_three(
        lazy_gettext("Name of the organisation"),
        most=LONGEST_TITLE,
        needed=lazy_gettext("Enter the name of the organisation in one language at least"),
    )
    role = ChoiceField(
        lazy_gettext("Role"),
        choices=lambda: option_list(
            (role.value, translated(says)) for role, says in PARTNERS.items()
        ),
    )
    tier = line_in_three(
        lazy_gettext("Tier"),
        most=80,
        description=lazy_gettext("For sponsors, such as Gold. Those of one tier stand together."),
    )
    website = AddressField(
        lazy_gettext("Website"),
        [Optional()],
        render_kw={"type": "url", "autocomplete": "off"},
    )
    logo = FileField(
        lazy_gettext("Logo"),
        description=lazy_gettext(
            "PNG, JPEG or WebP, at most 10 MB. Clear parts become white. "
            "Readers who see no pictures hear the name."
        ),
        render_kw={"accept": "image/png,image/jpeg,image/webp"},
    )
    remove_logo = BooleanField(lazy_gettext("Remove the logo"))

    def values(self) -> dict[str, Any]:
        """Return what the service asks for."""
        return {
            "name": text_of_field(self.name),
            "role": PartnerRole(self.role.data),
            "tier": text_of_field(self.tier),
            "website": self.website.data,
        }

    @classmethod
    def shown(cls, partner: Partner) -> dict[str, Any]:
        """Return what the boxes show of a partner."""
        return {
            "name": shown_text(partner.name),
            "role": partner.role.value,
            "tier": shown_text(partner.tier),
            "website": partner.website,
        }
