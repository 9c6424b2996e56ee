"""What every tidy function ends with: the columns of a table, and sums that meet."""

from pandas import DataFrame, Series

from divide import terms
from divide.errors import SourceError

_TEXT_COLUMNS = ("indicator", "group", "place_level", "place", "register_date", "status")


def as_observations(
    rows: DataFrame,
    *,
    source: str,
    edition: str,
    table: str,
    estimate: bool = False,
) -> DataFrame:
    """
    Put observations into the columns, types and order of a table.

    Parameters
    ----------
    rows
        One row per observation: the key, `value`, `cell`; `group` and `status` are
        `total` and `observed` where they are not given.
    source, edition, table
        What every row has in common.
    estimate
        Whether `se`, `low` and `high` belong to the table.

    Raises
    ------
    SourceError
        If there is no row, or two rows have the same key.
    """
    origin = {"source": source, "edition": edition, "table": table}
    frame = rows.assign(**origin)
    if frame.empty:
        raise SourceError(f"{source} {edition} holds no figures.")
    for column, default in (("group", terms.TOTAL), ("status", "observed")):
        frame[column] = frame[column].fillna(default) if column in frame else default
    columns = [*terms.KEY, *terms.VALUE, *(terms.ESTIMATE if estimate else ()), *terms.ORIGIN]
    numbers = {"value": float} | (dict.fromkeys(terms.ESTIMATE, float) if estimate else {})
    types = dict.fromkeys(_TEXT_COLUMNS, "str") | numbers | {"year": "int64"}
    frame = frame[columns].astype(types).sort_values(list(terms.KEY), ignore_index=True)
    twice = frame.loc[frame.duplicated(list(terms.KEY)), ["indicator", "group", "place"]]
    if not twice.empty:
        raise SourceError(f"{source} {edition} gives figures twice: {twice.to_dict('records')[:5]}")
    return frame


def check_sums(parts: Series, wholes: Series, *, what: str, tolerance: float = 0.0) -> None:
    """
    Check that parts sum to the published wholes, key by key.

    Raises
    ------
    SourceError
        If a sum differs by more than `tolerance`, or a key stands on one side only;
        it names the keys and the differences.
    """
    gap = parts.sub(wholes)
    wrong = gap[gap.isna() | (gap.abs() > tolerance)]
    if not wrong.empty:
        told = ", ".join(f"{key}: {value:+g}" for key, value in wrong.head(5).items())
        raise SourceError(f"{what}: sums differ from the published figures ({told}).")
