"""Calendars: the only reader and writer of iCalendar; the feeds that people subscribe to.

Emits nothing: it shows what other rooms say, and is dropped from the cache with their pages.
"""
