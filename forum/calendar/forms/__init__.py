"""What is typed and sent on the calendar room's pages."""
