"""The command line, ``committee``: every door into an edition. See ``committee --help``."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

DEBUG = "COMMITTEE_DEBUG"
UTF_8 = "PYTHONUTF8"


def __getattr__(name: str) -> Any:
    """The command line itself, made when it is first asked for: until then nothing is loaded that could be broken off."""
    if name in {"app", "COMMANDS"}:
        from toolkit import commands

        return getattr(commands, name)
    raise AttributeError(name)


def main() -> None:
    """Run the command line; whatever happens, a reader sees words and never a traceback."""
    try:
        _in_unicode()
        _in_one_thread()
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends a command as Ctrl-C does: nothing half stays
        from toolkit.commands import app

        app()
    except KeyboardInterrupt:
        _end(130)
    except Exception as error:
        if DEBUG in os.environ:
            raise
        _end(1, error)


def _in_unicode() -> None:
    """Begin again in UTF-8 where the locale knows but ASCII; what a console cannot show is written as its code."""
    ascii_only = os.name == "posix" and sys.getfilesystemencoding() in {"ascii", "us-ascii"}
    if ascii_only and os.environ.get(UTF_8) != "1":
        os.environ[UTF_8] = "1"
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - ourselves, with our own words
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _in_one_thread() -> None:
    """Before NumPy is loaded, here and in whatever is started from here."""
    from toolkit.ground.resources import ONE_THREAD

    os.environ.update(ONE_THREAD | os.environ)


def _end(code: int, error: Exception | None = None) -> None:
    """End with words in the language of the run."""
    from toolkit.commands.console import broken_off, internal, language_of_run

    language = language_of_run(sys.argv[1:])
    if error is None:
        broken_off(language)
    else:
        internal(error, language, DEBUG)
    sys.exit(code)


if __name__ == "__main__":
    main()
