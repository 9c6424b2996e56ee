"""From questions to indicators: facts/survey_indicators.yml, as records and as values."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from divide import catalog
from divide.errors import FactsError, MethodError, UnknownNameError, near_names
from divide.measure.data_defect import Doubt
from divide.measure.designs import Array
from divide.measure.scales import cronbach_alpha, mcdonald_omega
from divide.measure.visibility import Bounds

KINDS: Final = ("coded", "chosen", "absent", "below", "banded", "counted")
ACTORS: Final = ("B", "P", "I")
LAYERS: Final = ("HW", "SW", "CO")
DIMENSIONS: Final = ("WO", "IN", "AR", "DS")
# The column of the questionnaire that counts whom a share speaks of.
BASES: Final = {"clients": "n_ben", "professionals": "n_pro"}


@dataclass(frozen=True)
class SurveyIndicator:
    """
    What a question becomes; see the head of facts/survey_indicators.yml.

    Attributes
    ----------
    published
        The same figure in an earlier study: `value`, `year`, `study` and, if it speaks of
        one, `type`; empty if there is none.
    """

    id: str
    question: str
    kind: str
    of: str
    dimension: str
    actor: str
    layer: str | None
    sign: str
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    base: Mapping[str, list[str]] | None = None
    limit: float | None = None
    lacking: bool = False
    published: Mapping[str, Any] | None = None


@cache
def survey_indicators() -> Mapping[str, SurveyIndicator]:
    """Return every indicator of the survey by id, in the order of the facts."""
    found = {}
    for name, raw in catalog.facts("survey_indicators")["indicators"].items():
        told: dict[str, Any] = {
            key: tuple(one) if isinstance(one, list) else one for key, one in raw.items()
        }
        try:
            found[name] = SurveyIndicator(id=name, **told)
        except TypeError as error:
            raise FactsError(f"survey_indicators.yml, {name}: {error}. See its head.") from None
        if found[name].kind not in KINDS:
            raise FactsError(f"survey_indicators.yml, {name}: kind {found[name].kind!r} is none.")
    return found


def survey_indicator(name: str) -> SurveyIndicator:
    """Return one indicator of the survey; an unknown name raises with the near ones."""
    known = survey_indicators()
    if name not in known:
        raise UnknownNameError(
            f"There is no survey indicator {name!r}. {near_names(name, list(known))}"
        )
    return known[name]


def bands() -> Mapping[str, tuple[float, float]]:
    """Return the questionnaire's bands: code → least and greatest share."""
    return {
        name: (float(low), float(high))
        for name, (low, high) in catalog.facts("survey_indicators")["bands"].items()
    }


def declared_doubt(*, threshold: float = float("nan")) -> Doubt:
    """Return the declared assumptions about the silent, and about staff who answer for others."""
    raw = catalog.facts("survey_indicators")["doubt"]
    return Doubt(float(raw["rho"]), Bounds(**raw["proxy"]), threshold)


def indicator_values(answers: pd.DataFrame, indicator: SurveyIndicator) -> Array:
    """
    Tell for each institution whether an indicator applies: 1, 0, or NaN where not known.

    Parameters
    ----------
    answers
        One row per institution, laid out wide: a column per question with its code or number,
        and `question.code`, 1 or 0, for each answer of several; missing where there is no
        answer, whatever the reason.

    Raises
    ------
    MethodError
        If a code of a coded question is in none of its lists.

    Examples
    --------
    >>> answers = pd.DataFrame({"w_reach": ["t2", "t0", None]})
    >>> indicator_values(answers, survey_indicator("digital_only_gate")).tolist()
    [1.0, 0.0, nan]
    """
    if indicator.kind in ("banded", "counted"):
        raise MethodError(f"Indicator {indicator.id} is {indicator.kind}: see survey_results.")
    if indicator.kind in ("chosen", "absent"):
        columns = answers[[f"{indicator.question}.{code}" for code in indicator.yes]]
        among = columns.astype(float).max(axis=1, skipna=False).to_numpy()
        return np.asarray(among if indicator.kind == "chosen" else 1 - among)
    told = answers[indicator.question].astype(object)
    if indicator.kind == "below":
        number = pd.to_numeric(told).to_numpy(dtype=float)
        return np.where(np.isnan(number), np.nan, number < float(indicator.limit or 0))
    _check_codes(told, indicator)
    counts = told.isin([*indicator.yes, *indicator.no]).to_numpy()
    return np.where(counts, told.isin(indicator.yes).to_numpy(dtype=float), np.nan)


def outside_base(answers: pd.DataFrame, indicator: SurveyIndicator) -> NDArray[np.bool_]:
    """
    Tell which institutions are known to be outside an indicator's base.

    Examples
    --------
    >>> answers = pd.DataFrame({"i_co_wifi": ["w0", "w1", None], "i_co_pay": [None, "free", None]})
    >>> outside_base(answers, survey_indicator("paid_connection")).tolist()
    [True, False, False]
    """
    found = np.zeros(len(answers), dtype=bool)
    if indicator.outside:
        found |= answers[indicator.question].isin(indicator.outside).to_numpy()
    for question, codes in (indicator.base or {}).items():
        told = answers[question]
        found |= (told.notna() & ~told.isin(codes)).to_numpy()
    return found


def _check_codes(told: pd.Series, indicator: SurveyIndicator) -> None:
    odd = set(told.dropna()) - {*indicator.yes, *indicator.no, *indicator.outside}
    if odd:
        raise MethodError(
            f"Question {indicator.question} was answered {', '.join(sorted(map(str, odd)))}, which "
            f"indicator {indicator.id} does not know. Add it to facts/survey_indicators.yml."
        )


def survey_scales(answers: pd.DataFrame) -> pd.DataFrame:
    """
    Tell how well the items of each scale go together.

    Returns
    -------
    DataFrame
        One row per scale: `scale`, `items`, `n` complete answers, `alpha` (listwise),
        `alpha_pairwise`, `omega` (one factor).
    """
    rows = []
    for name, raw in catalog.facts("survey_indicators")["scales"].items():
        items = answers[raw["items"]].astype(object).replace(raw["values"]).astype(float)
        rows.append(
            {
                "scale": name,
                "items": items.shape[1],
                "n": len(items.dropna()),
                "alpha": cronbach_alpha(items),
                "alpha_pairwise": cronbach_alpha(items, missing="pairwise"),
                "omega": mcdonald_omega(items),
            }
        )
    return pd.DataFrame(rows)
