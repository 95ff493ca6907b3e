"""Events: series, events and their states, venues, rooms, partners.

Emits event.created, event.published, event.changed, event.postponed, event.cancelled, room.changed,
room.resized, room.removed, partner.removed.
"""
