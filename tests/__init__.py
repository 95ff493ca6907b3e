"""Forum's promises, room by room."""
