"""Tickets: signed when a registration is confirmed, drawn as QR codes, shown and checked.

Emits nothing; reacts to registration.confirmed and registration.cancelled in their transaction.
"""
