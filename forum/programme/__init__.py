"""The programme: sessions, speakers and their appearances, panels; import of programmes.

Emits session.changed, session.cancelled, session.places_given, session.places_removed,
programme.released and speaker.asked.
"""
