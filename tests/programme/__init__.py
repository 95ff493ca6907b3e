"""Tests of the programme and its back office."""
