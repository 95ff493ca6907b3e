"""Storey 0: what every room stands on (database, time, ids, texts, actors, outbox, HTTP basics)."""
