"""Named errors: each message says what, which, and what to do now."""

from collections.abc import Mapping


class DivideError(Exception):
    """Base of all errors that `divide` raises on purpose."""

    exit_code = 1


class FactsError(DivideError):
    """A file of the package's facts is incomplete or contradicts itself."""


class UnknownNameError(DivideError, KeyError):
    """A table, canton, indicator, source or label that does not exist was asked for."""

    exit_code = 2

    def __str__(self) -> str:
        return str(self.args[0])


class UsageError(DivideError):
    """The command line asked for something that does not go together."""

    exit_code = 2


class TableError(DivideError):
    """A processed table is not built or cannot be read."""


class SchemaError(DivideError):
    """A table breaks its schema; the message lists every fault."""


class SourceError(DivideError):
    """An official file is missing, unreadable or damaged."""


class SourceChangedError(SourceError):
    """An official file no longer has the shape it had."""

    exit_code = 4


class NoAnswerError(SourceError):
    """A service did not answer in time, or said that it cannot now."""

    exit_code = 3
    status: int | None = None  # of the last answer, if there was one
    body = ""  # its beginning


class BadAnswerError(SourceError):
    """A service answered, but not with what it promised; nothing of it was kept."""

    exit_code = 4
    status: int | None = None  # None if the content was refused
    body = ""  # the beginning of an answer that was refused for its status


class MovedError(SourceError):
    """An endpoint or an id is retired; the message names its successor if one is known."""

    exit_code = 4


class JoinError(DivideError):
    """Rows of two tables do not meet as declared."""


class MethodError(DivideError):
    """A statistical method was given what it cannot use."""


class ClaimError(DivideError):
    """A sentence was asked for that its evidence does not carry."""


class DisclosureError(DivideError):
    """A survey figure is not proven publishable, so it does not leave."""

    exit_code = 5


class ReportError(DivideError):
    """A page cannot be written whole, so it is not written."""


class SurveyError(DivideError):
    """A file of the survey cannot be taken in, or two waves cannot be pooled."""


class RefusedFileError(SurveyError):
    """A file of answers is refused whole; its code, such as SV003, says why in any language."""

    code = ""
    values: Mapping[str, object] = {}  # what the words of the code name, never an answer


def near_names(name: str, known: list[str]) -> str:
    """
    Say which known names are near a wrong one.

    Examples
    --------
    >>> near_names("internet_us", ["internet_use", "population"])
    'Did you mean internet_use?'
    """
    from difflib import get_close_matches

    close = get_close_matches(name, known, n=3, cutoff=0.5)
    if close:
        return f"Did you mean {' or '.join(close)}?"
    return f"Known: {', '.join(sorted(known))}."
