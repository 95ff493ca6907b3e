"""Programmes from the world outside: a reader for each format, one service that stores them."""
