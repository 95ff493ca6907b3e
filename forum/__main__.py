"""`python -m forum` is the `forum` command."""

from forum.cli import main

if __name__ == "__main__":
    main()
