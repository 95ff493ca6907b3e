"""Calendars: the only reader and writer of iCalendar; the feeds that people subscribe to.

Shows what other rooms say, and is dropped from the cache with their pages. Emits
room_calendar.outdated, to itself.
"""
