"""How long the words of mails are kept after the event; their rows stay."""

from __future__ import annotations

WORDS_KEPT_DAYS = 90
"""Unless the organisation sets another number."""

MOST_DAYS_KEPT = 3650
