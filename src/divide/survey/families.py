"""Which exporter a file comes from, the mapping of any other file, and what may not come in."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from divide.errors import UsageError, near_names
from divide.survey.exporters import is_token_file
from divide.survey.findings import Found, found, refuse
from divide.survey.grids import Grid
from divide.survey.headings import Matching
from divide.survey.questionnaire import Instrument, instrument
from divide.survey.sheet_parts import letters
from divide.survey.wordings import Target, plain

FAMILIES: Final = ("limesurvey", "odk", "workbook", "table")
_LIMESURVEY: Final = frozenset({"submitdate", "lastpage", "startlanguage", "seed"})
_ODK: Final = frozenset(
    {"_id", "_uuid", "_submission_time", "__version__", "submissiondate", "instanceid"}
    | {"meta/instanceid", "meta-instanceid", "key"}
)
# Forms that ask for nobody write this where a name would stand.
_NOBODY: Final = frozenset({"", "anonymous", "anonyme", "anonym", "anonimo"})
_PERSON: Final = re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}\.\w+|756[.\s]?\d{4}[.\s]?\d{4}[.\s]?\d{2}")
_KEYS: Final = frozenset({"columns", "values", "sheet", "separator"})


@dataclass(frozen=True)
class Mapped:
    """
    What the columns and words of some other file stand for.

    Attributes
    ----------
    columns
        A heading, as `plain` writes it, to a column of the survey or one of its choices.
    values
        For a column of the survey: words, as `plain` writes them, to codes.
    sheet, separator
        The sheet to read; what parts several answers in a cell, `;` in Microsoft Forms.
    """

    columns: Mapping[str, Target] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    sheet: str | None = None
    separator: str = ""

    def separator_for(self, family: str) -> str:
        """Return what parts several answers in one cell."""
        return self.separator or (" " if family == "odk" else ";")


def read_mapping(path: Path) -> Mapped:
    """
    Read a mapping file (YAML): `columns: {heading: column or column/choice}`, and if needed
    `values: {column: {words: code}}`, `sheet`, `separator`.

    Raises
    ------
    UsageError
        If it cannot be read, or names what does not exist.
    """
    import yaml

    try:
        told = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as reason:
        raise UsageError(f"The mapping {path.name} cannot be read as YAML.") from reason
    if not isinstance(told, dict) or not isinstance(told.get("columns"), dict):
        raise UsageError(f"The mapping {path.name} needs 'columns: {{heading: column}}'.")
    if odd := sorted(set(told) - _KEYS):
        raise UsageError(f"The mapping {path.name} has unknown parts: {', '.join(odd)}.")
    columns = {plain(str(head)): _target(str(name)) for head, name in told["columns"].items()}
    values = {
        str(name): {plain(str(word)): str(code) for word, code in dict(words).items()}
        for name, words in dict(told.get("values") or {}).items()
    }
    _check_values(values)
    return Mapped(columns, values, told.get("sheet"), str(told.get("separator") or ""))


def family_of(grid: Grid, matched: Matching) -> str:
    """Return the family a file belongs to: `limesurvey`, `odk`, `workbook` or `table`."""
    heads = {plain(heading) for heading in grid.headings}
    if grid.stamp:
        return "workbook"
    if len(heads & _LIMESURVEY) >= 2:
        return "limesurvey"
    return "odk" if heads & _ODK else "table"


def refuse_persons(grid: Grid, matched: Matching) -> None:
    """
    Refuse a file that speaks of persons: a list of invited people, or a column about them.

    Raises
    ------
    RefusedFileError
        Which names the heading, and nothing of what stands below it.
    """
    if is_token_file(grid.headings):
        refuse(grid.path, "SV007")
    for column in matched.personal:
        if any(plain(cell or "") not in _NOBODY for cell in grid.cells[:, column]):
            refuse(grid.path, "SV008", heading=grid.headings[column].strip())
    for column in matched.unknown:
        if any(_PERSON.search(cell or "") for cell in set(grid.cells[:, column])):
            refuse(grid.path, "SV008", heading=grid.headings[column].strip())


def file_findings(grid: Grid, matched: Matching) -> list[Found]:
    """Note what is to be said of the file as a whole, its rows and its columns."""
    made = instrument()
    return [*_of_file(grid), *_of_columns(grid, matched), *_missing(matched, made)]


def _of_file(grid: Grid) -> Iterator[Found]:
    if grid.repaired:
        yield found("SV006", found=grid.encoding, after="UTF-8")
    for row, count in grid.ragged:
        yield found("SV016", row, found=str(count), detail={"expected": len(grid.headings)})
    for cell in grid.formulas:
        row = int(re.sub(r"\D", "", cell))
        if row in set(grid.rows):
            yield found("SV017", row, column=re.sub(r"\d", "", cell))
    for name in grid.others:
        yield found("SV018", detail={"heading": name})


def _of_columns(grid: Grid, matched: Matching) -> Iterator[Found]:
    for column in matched.unknown:
        heading = " ".join(grid.headings[column].split())
        yield found("SV012", column=letters(column), detail={"heading": heading})
    for column, first in matched.doubles.items():
        detail = {"other": letters(first)}
        yield found("SV015", column=letters(column), question=_name(matched, first), detail=detail)
    for column in matched.renamed:
        name = matched.targets[column].name
        old = " ".join(grid.headings[column].split())
        yield found("SV042", column=letters(column), question=name, found=old, after=name)


def _name(matched: Matching, column: int) -> str:
    return matched.targets[column].name


def _missing(matched: Matching, made: Instrument) -> Iterator[Found]:
    here = {target.name for target in matched.targets.values()}
    for name in made.columns:
        if name not in here:
            yield found("SV013", question=name)


def _target(text: str) -> Target:
    name, _, option = text.partition("/")
    known = instrument().columns
    if name not in known:
        raise UsageError(f"The mapping names {name!r}. {near_names(name, list(known))}")
    codes = [choice.code for choice in instrument().choices(name)]
    if option and (known[name].type != "select_multiple" or option not in codes):
        raise UsageError(f"The mapping names {text!r}. {near_names(option, codes or ['-'])}")
    return Target(name, option or None)


def _check_values(values: Mapping[str, Mapping[str, str]]) -> None:
    for name, words in values.items():
        codes = {choice.code for choice in instrument().choices(_target(name).name)}
        if odd := sorted(set(words.values()) - codes):
            raise UsageError(f"The mapping gives {name} unknown codes: {', '.join(odd)}.")
