"""What every sub-command stands on: an application of the chosen instance, in its context."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import TYPE_CHECKING, Any

import click

from forum.core.db import db

if TYPE_CHECKING:
    from flask import Flask

MakeApp = Callable[[], "Flask"]
MAKE_APP = "forum.make_app"


def with_app(command: Callable[..., Any]) -> Callable[..., Any]:
    """Run a command inside the context of the instance's application, its schema up to date."""

    @click.pass_context
    def _run(context: click.Context, *args: Any, **values: Any) -> Any:  # noqa: ANN401 - as the command's own
        make_app: MakeApp = context.find_root().meta[MAKE_APP]
        with make_app().app_context():
            try:
                return context.invoke(command, *args, **values)
            finally:
                db.session.remove()
                db.engine.dispose()

    return update_wrapper(_run, command)
