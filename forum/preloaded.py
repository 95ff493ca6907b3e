"""Loads Forum once, in the process that web workers and jobs are forked from.

It has no thread and no connection, so that nothing of that kind is ever inherited; it ends when the
supervisor and all that were forked here have ended.
"""

from __future__ import annotations

import gc
import os
import signal
from contextlib import suppress
from importlib import import_module
from pathlib import Path

# Ctrl-C and a stop are the supervisor's to hear. What is forked lets signals in again by itself.
os.setpgrp()
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
with suppress(OSError):
    Path("/proc/self/comm").write_text("forum-preloaded", "ascii")

# While so much is loaded nothing is waste. What was loaded stays, and its memory is shared for as
# long as nobody's collector walks it.
gc.disable()
for _name in ("granian.server.mp", "granian.wsgi", "forum.cli", "forum.workers"):
    import_module(_name)
gc.freeze()
gc.enable()
