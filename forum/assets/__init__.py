"""The front end's sources, and the build that turns them into `forum/static/`."""
