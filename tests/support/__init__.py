"""Real servers, a real browser and a live Forum for the tests."""
