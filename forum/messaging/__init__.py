"""Messages: mails written when something happened, delivered, kept, seen and sent again.

Emits messaging.turn_awaited, messaging.news_put_off, messaging.news_due, messaging.digest_due,
messaging.announcement_begun and messaging.nod_wanted; reacts after registration.*, booking.*,
invitation.*, event.*, people.*, place.*, speaker.* and programme.released have been committed.
"""
