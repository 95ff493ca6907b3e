"""Seats: counted pools and their wait lists, exact under a stampede; emits nothing itself."""
