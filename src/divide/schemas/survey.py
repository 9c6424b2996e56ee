"""Tables of the institution survey: the frame, and the answers. Both stay on this machine."""

import pandera.pandas as pa

from divide import terms
from divide.schemas.columns import number, text

_CODE = r"^[A-Z]{2}-\d{4}$"
_YEAR = r"^\d{4}$"
_STATES = (
    *("answered", "dont_know", "blank", "not_shown", "no_reply", "not_invited"),
    "faulty",
)

_FRAME = {
    "institution": text(_CODE),
    "type": text(r"^[a-z][a-z_]*$"),
    "language_region": pa.Column(str, pa.Check.isin(("de", "fr", "it"))),
    "canton": pa.Column(str, pa.Check.isin(terms.CANTONS)),
    "major_region": text(r"^[1-7]$"),
    "size_class": pa.Column(str, pa.Check.isin(("small", "medium", "large", "very_large"))),
    "places": number(),
    "clients": pa.Column(int, pa.Check.ge(0), coerce=True),
    "invited": pa.Column(bool),
    "source": text(r"^[a-z][a-z0-9_]*$"),
}

_ANSWERS = {
    "institution": text(_CODE),
    "wave": text(_YEAR),
    "question": text(r"^[a-z][a-z0-9_]*$"),
    "answer": text(nullable=True),
    "state": pa.Column(str, pa.Check.isin(_STATES)),
    "completed": pa.Column(bool),
    "submitted": text(nullable=True),
    "file": text(),
    "sheet": text(nullable=True),
    "row": pa.Column(int, pa.Check.ge(0), coerce=True),
    "column": text(r"^[A-Z]{0,3}$"),
    "source": text(r"^[a-z][a-z0-9_]*$"),
}

SURVEY = {"survey_frame": _FRAME, "survey_answers": _ANSWERS}
SURVEY_KEYS = {
    "survey_frame": ["institution"],
    "survey_answers": ["institution", "wave", "question"],
}
