"""Tickets: signed when a registration is confirmed, drawn as QR codes, shown and checked.

Emits nothing; reacts to registration.confirmed, .cancelled, .renamed and .type_changed in their
transaction.
"""
