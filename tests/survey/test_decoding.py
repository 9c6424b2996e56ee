"""Bytes to text: a fixed order, and the names of cantons judge where bytes alone do not."""

from pathlib import Path

import pytest

from divide.errors import RefusedFileError
from divide.survey.decoding import decode, known_words
from divide.survey.uploads import Upload

TEXT = "canton;qtext\r\nGenève;Zürich et Neuchâtel\r\nGraubünden;Bâle-Ville\r\n"


def decoded(content: bytes) -> tuple[str, str, bool]:
    found = decode(Upload(Path("a.csv"), "text", content))
    return found.text, found.encoding, found.repaired


@pytest.mark.parametrize(
    ("encoding", "repaired"),
    [
        ("utf-8-sig", False),
        ("utf-16", False),  # with its mark
        ("utf-8", False),
        ("cp1252", True),
        ("mac_roman", True),  # a guesser takes it for cp1252
        ("cp850", True),
    ],
)
def test_every_encoding_of_spreadsheets_is_read(encoding: str, repaired: bool) -> None:
    assert decoded(TEXT.encode(encoding)) == (TEXT, encoding, repaired)


def test_text_that_was_read_wrongly_and_saved_again_is_undone() -> None:
    mangled = TEXT.encode("utf-8").decode("cp1252").encode("utf-8")
    assert "GenÃ¨ve" in mangled.decode("utf-8")
    assert decoded(mangled) == (TEXT, "utf-8 twice", True)


def test_without_a_judge_the_order_decides() -> None:
    assert decoded("Hélène".encode("cp1252")) == ("Hélène", "cp1252", True)


def test_a_canton_weighs_more_than_a_guess() -> None:
    """A guesser read "Genève" as "Genčve", which is cp1250."""
    assert known_words("Genève") == 1 and known_words("Genčve") == 0


def test_ascii_says_nothing_and_is_not_repaired() -> None:
    assert decoded(b"a;b\r\n1;2\r\n") == ("a;b\r\n1;2\r\n", "utf-8", False)


@pytest.mark.parametrize("content", [b"\xff\xfea", b"\xef\xbb\xbf\xff", b"a\0b"])
def test_what_no_encoding_reads_is_refused(content: bytes) -> None:
    with pytest.raises(RefusedFileError, match="SV005"):
        decoded(content)
