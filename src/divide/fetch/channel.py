"""What every channel hands over: files of one dated edition, and how they were received."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from divide.fetch import http

Report = Callable[[str, int, int | None], None]  # file name, bytes so far, bytes promised


@dataclass(frozen=True)
class Fetched:
    """
    One edition of a source, as a channel brought it.

    Attributes
    ----------
    files
        Role, such as `main`, to file inside the folder that was asked for; names are stable.
    answers
        Every answer that was used, in the order of asking.
    edition
        As the publisher dates it; safe as the name of a folder.
    register_date
        The day a map or register speaks of, ISO.
    notes
        What a reader of the receipt should know, such as a channel that was skipped.
    """

    files: Mapping[str, Path]
    answers: tuple[http.Answer, ...]
    edition: str
    register_date: str | None
    notes: tuple[str, ...] = ()
