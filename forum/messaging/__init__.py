"""Messages: mails written when something happened, delivered, kept, seen and sent again.

Emits nothing; reacts after registration.*, event.* and people.* have been committed.
"""
