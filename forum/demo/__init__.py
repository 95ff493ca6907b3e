"""`forum demo`: a running sample forum from nothing, apart from any real data."""
