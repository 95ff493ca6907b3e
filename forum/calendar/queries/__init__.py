"""Named reads of the calendar room."""
