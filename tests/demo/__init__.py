"""The sample forum that `forum demo` makes."""
