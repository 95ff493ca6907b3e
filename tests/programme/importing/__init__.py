"""Tests of the import of programmes."""
