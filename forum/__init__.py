"""Forum runs seminars and forums end to end: programme, registration, tickets, door, calendar."""

__version__ = "0.1.0"
