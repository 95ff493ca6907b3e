"""Registrations: ticket types, bookings, attendees, the wait list seen by people, consent.

Emits registration.confirmed, registration.waitlisted, registration.cancelled, registration.again.
"""
