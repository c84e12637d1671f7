"""Threads of which nothing is logged: what they hear may repeat the token."""

import logging
import threading

import urllib3.connection  # noqa: F401 - its loggers are there with it


class Quiet(threading.Thread):
    """A thread that speaks to a peer; nothing of what it hears is logged."""


class _Unlogged(logging.Filter):
    """Drops what the HTTP library logs of an exchange: header fields as they came, which may repeat the token.

    What it logs of the exchanges of others, in whose process this may run, is left alone.
    """

    def filter(self, _record: logging.LogRecord) -> bool:
        return not isinstance(threading.current_thread(), Quiet)


for _name in list(logging.root.manager.loggerDict):
    if _name.partition(".")[0] == "urllib3":
        logging.getLogger(_name).addFilter(_Unlogged())
