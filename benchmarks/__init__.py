"""What Forum costs beside what it stands on: `python -m benchmarks`, explained in README.md."""
