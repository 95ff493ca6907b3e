"""Messages: mails written when something happened, delivered, kept, seen and sent again.

Emits messaging.turn_awaited and messaging.news_put_off; reacts after registration.*, booking.*,
invitation.*, event.*, people.*, place.*, speaker.* and programme.released have been committed.
"""
