"""Registering, for guests: the form in all its shapes, and what it answers."""

from forum.registrations.views.registering import blueprint

__all__ = ["blueprint"]
