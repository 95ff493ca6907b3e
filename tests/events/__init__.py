"""Tests of events and their back office."""
