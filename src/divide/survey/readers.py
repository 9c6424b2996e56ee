"""The table of answers of any file that may be read."""

from collections.abc import Callable, Sequence

from divide.survey.findings import refuse
from divide.survey.grids import Grid, read_text
from divide.survey.sheets import read_workbook
from divide.survey.uploads import Upload


def read_grid(
    upload: Upload, score: Callable[[Sequence[str]], int], *, sheet: str | None = None
) -> Grid:
    """
    Read the table of answers out of a file.

    Parameters
    ----------
    score
        Counts how many of a row's cells are headings that somebody knows; the row that has
        the most, among the first twelve, is the row of headings.
    sheet
        The sheet's name; the best one if it is not given.

    Raises
    ------
    RefusedFileError
        If the file cannot be read, or no row has a known heading.
    """
    if upload.kind == "xlsx":
        return read_workbook(upload, score, sheet=sheet)
    if upload.kind == "lss":
        refuse(upload.path, "SV001")
    return read_text(upload, score)
