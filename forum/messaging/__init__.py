"""Messages: mails written when something happened, delivered, kept, seen and sent again.

Emits messaging.turn_awaited; reacts after registration.*, event.*, people.*, place.*, speaker.* and
programme.released have been committed.
"""
