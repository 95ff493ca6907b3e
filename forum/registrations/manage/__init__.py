"""The back office of registrations: guests, seats, and who has a place in which session."""

from forum.registrations.manage import guests, places
from forum.registrations.manage.frame import blueprint

__all__ = ["blueprint", "guests", "places"]
