"""Registrations: ticket types, bookings, attendees, wait lists, consent, sign-up for sessions.

Emits registration.confirmed, registration.waitlisted, registration.cancelled, registration.again,
place.given.
"""
