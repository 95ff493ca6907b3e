"""People: users, sign-in by one-time link, sessions, organisations, members and roles.

Emits people.sign_in_asked, people.sign_in_requested, people.member_invited, and
people.organisation_changed.
"""
