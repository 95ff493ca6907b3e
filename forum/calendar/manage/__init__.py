"""The calendar room's pages in the back office."""
