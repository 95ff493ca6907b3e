"""What calendars are promised: octets, zones, events, changes over time, HTTP."""
