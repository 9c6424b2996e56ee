"""Tables as compact HTML: one body, its heads in every language, no cell blank."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
from markupsafe import Markup

from divide import releases, terms
from divide.errors import ReportError
from divide.show.words import Word, bare, need_columns, need_word, spans

CSS: Final = (
    "table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}"
    "caption{text-align:left;font-weight:600;padding:.5em 0}"
    "th,td{padding:.25em .5em;border-bottom:1px solid var(--line);text-align:right;"
    "vertical-align:baseline;overflow-wrap:anywhere}"
    "th:first-child,.l{text-align:left}thead th{border-bottom:2px solid var(--ink);"
    "vertical-align:bottom}tbody th{font-weight:400}.gone{color:var(--quiet);font-size:.875em}"
    "tbody th[scope=rowgroup]{font-weight:600;padding-top:1em}"
    "@media print{thead{display:table-header-group}tr{break-inside:avoid}}"
)


@dataclass(frozen=True)
class Column:
    """
    One column of a table.

    `write` turns a value into its text; `status` names the column that says why a
    value is missing; `is_text` sets it left.
    """

    name: str
    write: Callable[[Any], Word] = str
    status: str | None = None
    is_text: bool = False


def table(
    rows: pd.DataFrame,
    columns: Sequence[Column],
    *,
    caption: Word,
    heads: Sequence[tuple[str, Sequence[str]]],
    words: Mapping[str, Word],
    row_id: str | None = None,
    section: str | None = None,
    prefix: str = "r",
) -> Markup:
    """
    Write a table whose first column heads its rows.

    Parameters
    ----------
    rows : DataFrame
        One row is one row of the table; not changed, not sorted.
    columns : sequence of Column
        From left to right.
    caption : str or mapping
        What one row is and where it is from, in one or several languages.
    heads : sequence of (language, captions)
        One row of heads a language; the page shows one of them.
    words : mapping
        Words of missing cells by status, and of sections by their value. In a long
        table let the former be one sign in all languages, explained in the caption.
    row_id : str, optional
        Column whose values, after `prefix`, are the rows' ids.
    section : str, optional
        Column that parts the rows into sections: equal values stand together.

    Returns
    -------
    Markup
        End tags that HTML does not ask for are left out.

    Raises
    ------
    ReportError
        If a value is missing and no status says why, or a head has too few captions.
    """
    needed = [column.name for column in columns] + [c.status for c in columns if c.status]
    need_columns(releases.admit(rows), *needed, *(name for name in (row_id, section) if name))
    head = _head(columns, heads)
    texts = [_cells(rows, column, words, first=not i) for i, column in enumerate(columns)]
    starts = _starts(rows, row_id, prefix)
    lines = [Markup("").join(parts) for parts in zip(starts, *texts, strict=True)]
    return Markup("<table><caption>{}</caption><thead>{}{}</table>").format(
        spans(caption), head, _body(lines, rows, section, words, len(columns))
    )


def _head(columns: Sequence[Column], heads: Sequence[tuple[str, Sequence[str]]]) -> Markup:
    if not heads:
        raise ReportError("A table without heads cannot be read: pass `heads`.")
    lines = []
    for lang, captions in heads:
        if len(captions) != len(columns):
            raise ReportError(f"{len(captions)} {lang} heads for {len(columns)} columns.")
        cells = [
            Markup("<th scope=col{}>{}").format(Markup(" class=l") if column.is_text else "", text)
            for column, text in zip(columns, captions, strict=True)
        ]
        lines.append(Markup("<tr lang={}>{}").format(bare(lang), Markup("").join(cells)))
    return Markup("").join(lines)


def _starts(rows: pd.DataFrame, row_id: str | None, prefix: str) -> list[Markup]:
    if row_id is None:
        return [Markup("<tr>")] * len(rows)
    names = [bare(f"{prefix}{name}") for name in rows[row_id]]
    if len(set(names)) < len(names):
        raise ReportError(f"Two rows of a table have the same {row_id}: ids must differ.")
    return [Markup("<tr id={}>").format(name) for name in names]


def _cells(
    rows: pd.DataFrame, column: Column, words: Mapping[str, Word], *, first: bool
) -> list[Markup]:
    # A heading beside data cells is a row's: `scope` would repeat it 2,131 times.
    cell = Markup("<th>") if first else Markup("<td>")
    left = Markup("<td class=l>") if column.is_text and not first else cell
    values = rows[column.name]
    statuses = rows[column.status] if column.status else pd.Series("", rows.index)
    cells = []
    for value, status in zip(values, statuses, strict=True):
        # A protected value is not written even where a frame still carries it.
        if status in terms.WITHOUT_VALUE or pd.isna(value):
            cells.append(_gone(column, status, words))
        else:
            cells.append(left + spans(column.write(value)))
    return cells


def _gone(column: Column, status: Any, words: Mapping[str, Word]) -> Markup:
    if column.status is None:
        raise ReportError(f"Column {column.name!r} has empty cells and no status saying why.")
    word = need_word(words, str(status))
    # A bare sign, explained in the caption, needs no class of its own: bytes in a long table.
    cell = Markup("<td>{}") if isinstance(word, str) else Markup("<td class=gone>{}")
    return cell.format(spans(word))


def _body(
    lines: list[Markup],
    rows: pd.DataFrame,
    section: str | None,
    words: Mapping[str, Word],
    width: int,
) -> Markup:
    if section is None:
        return Markup("<tbody>") + Markup("").join(lines)
    body = []
    last: Any = None
    for name, line in zip(rows[section], lines, strict=True):
        if name != last:
            body.append(
                Markup("<tbody><tr><th scope=rowgroup colspan={}>{}").format(
                    width, spans(words.get(str(name), str(name)))
                )
            )
        body.append(line)
        last = name
    return Markup("").join(body)
