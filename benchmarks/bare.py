"""The measure: a Flask application that says hello, on the same server with the same choices."""

from __future__ import annotations

import multiprocessing
import sys

from flask import Flask
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.mp import MPServer


def application() -> Flask:
    """Return the smallest Flask application there is."""
    app = Flask("bare")

    @app.get("/")
    def hello() -> str:
        return "Hello, World!"

    return app


def main() -> None:
    """Serve it; the words are port, workers, threads and backlog, so that no Forum is loaded."""
    port, workers, threads, backlog = map(int, sys.argv[1:])
    multiprocessing.set_start_method("spawn", force=True)
    MPServer(
        "bare",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        backlog=backlog,
        log_level=LogLevels.error,
    ).serve(target_loader=application, wrap_loader=False)


if __name__ == "__main__":
    main()
