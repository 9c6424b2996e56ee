"""What a form's own language says for conditions and limits: ODK and LimeSurvey expressions."""

from divide import texts
from divide.survey.questionnaire import Condition, Instrument, Question


def odk_condition(shown: Condition) -> str:
    """
    Write a condition for ODK.

    Examples
    --------
    >>> odk_condition(Condition("i_co_wifi", "=", ("w1", "w2")))
    "${i_co_wifi} = 'w1' or ${i_co_wifi} = 'w2'"
    """
    name = f"${{{shown.question}}}"
    if shown.sign == ">":
        return f"{name} > {shown.values[0]}"
    return " or ".join(f"{name} = '{value}'" for value in shown.values)


def limesurvey_condition(shown: Condition | None, instrument: Instrument) -> str:
    """
    Write a condition for LimeSurvey; `1` is "always".

    Notes
    -----
    `.NAOK` keeps the condition valid where the question it names was itself not shown.
    """
    if shown is None:
        return "1"
    name = f"{instrument.columns[shown.question].ls_column}.NAOK"
    if shown.sign == ">":
        return f"{name} > {shown.values[0]}"
    return " or ".join(f'{name} == "{value}"' for value in shown.values)


def odk_constraint(row: Question) -> str:
    """
    Write for ODK what an answer must obey; empty if its type says it all.

    Examples
    --------
    >>> from divide.survey.questionnaire import question
    >>> odk_constraint(question("npa"))
    '. >= 1000 and . <= 9699'
    >>> odk_constraint(question("p_chan"))
    "not(selected(., 'nix') and count-selected(.) > 1)"
    """
    if row.type == "long_text" and row.limits:
        return f"string-length(.) <= {row.limits[1]}"
    if row.limits:
        return f". >= {row.limits[0]} and . <= {row.limits[1]}"
    if row.pattern:
        return f"regex(., '{row.pattern}')"
    most = [f"count-selected(.) <= {row.most}"] if row.most else []
    alone = [f"not(selected(., '{code}') and count-selected(.) > 1)" for code in row.exclusive]
    return " and ".join([*most, *alone])


def limits_in_words(row: Question, instrument: Instrument, lang: str) -> str:
    """
    Say in words what an answer must obey; empty if its type says it all.

    Examples
    --------
    >>> from divide.survey.questionnaire import instrument
    >>> limits_in_words(instrument().columns["npa"], instrument(), "en")
    'A whole number from 1000 to 9699.'
    """
    if row.type == "long_text" and row.limits:
        return texts.label("survey.form.length", lang=lang, number=row.limits[1])
    if row.limits:
        low, high = row.limits
        return texts.label("survey.form.range", lang=lang, low=low, high=high)
    if row.pattern:
        return texts.label("survey.form.code", lang=lang)
    parts = []
    if row.most:
        told = texts.label("survey.form.most", lang=lang, number=row.most)
        parts.append(f"{told[:1].upper()}{told[1:]}.")
    for code in row.exclusive:
        word = next(c.label[lang] for c in instrument.lists[row.choice_list] if c.code == code)
        parts.append(texts.label("survey.form.alone", lang=lang, choices=word))
    return " ".join(parts)


def condition_in_words(shown: Condition, instrument: Instrument, lang: str) -> str:
    """
    Say in words when a question is asked.

    Examples
    --------
    >>> from divide.survey.questionnaire import instrument, question
    >>> condition_in_words(question("b_eq_phone").shown_if, instrument(), "en")
    'Only if the number in question 7 is greater than 0'
    """
    asked = instrument.columns[shown.question]
    if shown.sign == ">":
        return texts.label(
            "survey.form.only_if_more", lang=lang, number=asked.number, least=shown.values[0]
        )
    words = [c.label[lang] for c in instrument.choices(asked.name) if c.code in shown.values]
    quoted = texts.label("survey.form.or", lang=lang).join(words)
    return texts.label("survey.form.only_if", lang=lang, number=asked.number, answers=quoted)
