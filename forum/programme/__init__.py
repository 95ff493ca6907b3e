"""The programme: sessions, speakers and their appearances, panels; import of programmes.

Emits session.changed and session.cancelled.
"""
