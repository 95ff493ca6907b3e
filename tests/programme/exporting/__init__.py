"""Tests of the programme as files."""
