"""opendata.swiss (CKAN): a resolver from a package to the file that one of its resources names.

The service answers 403 to a client without a User-Agent of its own; `http` sends one.
"""

import re
from pathlib import Path
from typing import Any, Final

from divide.errors import BadAnswerError, SourceChangedError, SourceError
from divide.fetch import entries, http
from divide.fetch.channel import Fetched, Report

_OPTIONS: Final = (
    *("package", "identifier", "order", "language", "ends", "media", "format"),
    *("organization", "edition"),
)
_FOUND: Final = 50  # packages a search; more would mean that the words were ignored
# The form of an address in the BFS asset store; the number changes at each release.
_ASSET: Final = re.compile(r"/assets/(\d+)/master$")


def fetch(
    options: entries.Options,
    folder: Path,
    policy: http.Policy,
    *,
    report: Report | None = None,
) -> Fetched:
    """
    Bring the file that one resource of a package points to.

    Parameters
    ----------
    options
        `url`, `file`, `format`; the resource by `order` (order number of its human page,
        firm over releases), or by `language`, `media` and `ends` (how its address ends,
        `/master` unless told); `package`, without which the one with a page of `order` is
        searched; optional `identifier` of the package, `edition`.

    Returns
    -------
    Fetched
        One file, `main`. The edition is the resource's `modified`, else `issued`.

    Raises
    ------
    SourceChangedError
        If no resource fits, or several do: none is chosen by chance.
    """
    entries.check(options, _OPTIONS)
    package, shown = (_package if "package" in options else _search)(options, policy)
    resource = choose(package, options)
    path = entries.target(folder, entries.text(options, "file"))
    promise = entries.promise(options, entries.text(options, "format", "xlsx"))
    answer = entries.bring(http.Ask(_address(resource)), path, promise, policy, report=report)
    told = entries.day(resource.get("modified")) or entries.day(resource.get("issued"))
    edition, notes = entries.dated(answer, str(options.get("edition") or "") or told)
    title = title_text(package.get("title"), entries.text(options, "language", "de"))
    said = f"Resolved through package '{package.get('name')}' ({title})."
    where = entries.register_date(options, edition)
    return Fetched({"main": path}, (shown, answer), edition, where, (said, *notes))


def choose(package: dict[str, Any], options: entries.Options) -> dict[str, Any]:
    """Return the one resource that fits the options."""
    resources = [one for one in package.get("resources") or [] if isinstance(one, dict)]
    ends = entries.text(options, "ends", "/master")
    fitting = [one for one in resources if _address(one).endswith(ends)]
    if options.get("order"):
        number = _asset_of(resources, entries.text(options, "order"))
        fitting = [one for one in fitting if f"/assets/{number}/" in _address(one)]
    for name, key in (("language", "language"), ("media", "media_type")):
        if options.get(name) and not options.get("order"):
            fitting = [one for one in fitting if options[name] in entries.texts(one, key)]
    if len(fitting) != 1:
        offered = ", ".join(_address(one) for one in fitting or resources) or "none"
        raise SourceChangedError(
            f"Package '{package.get('name')}': {len(fitting)} resources fit, one was expected. "
            f"There are: {offered}. Mend 'order', 'language', 'media' or 'ends' in the YAML."
        )
    return fitting[0]


def title_text(title: Any, language: str) -> str:
    """
    Return a title in one language, in another if that is empty; titles are dictionaries.

    Examples
    --------
    >>> title_text({"de": "Arbeitslose", "fr": ""}, "fr"), title_text("Chômeurs", "fr")
    ('Arbeitslose', 'Chômeurs')
    """
    if not isinstance(title, dict):
        return str(title or "")
    return str(title.get(language) or next((one for one in title.values() if one), ""))


def _package(options: entries.Options, policy: http.Policy) -> tuple[dict[str, Any], http.Answer]:
    name = entries.text(options, "package")
    ask = http.Ask(f"{entries.text(options, 'url')}/package_show", query=(("id", name),))
    try:
        found, answer = entries.ask_json(ask, policy)
    except SourceError as error:
        if entries.status(error) == 404:
            raise entries.moved(options, f"There is no package '{name}' any more.") from error
        raise
    package = found.get("result") if isinstance(found, dict) and found.get("success") else None
    if not isinstance(package, dict):
        raise BadAnswerError(f"Package '{name}' was not shown ({str(found)[:200]}). Try again.")
    wanted = options.get("identifier")
    if wanted and package.get("identifier") != wanted:
        raise SourceChangedError(
            f"Package '{name}' is now {package.get('identifier')}, not {wanted}. Look at it."
        )
    return package, answer


def _search(options: entries.Options, policy: http.Policy) -> tuple[dict[str, Any], http.Answer]:
    """
    Find the package that shows a page of an order number.

    Words are searched loosely there: only an address that ends with the number counts.
    """
    order = entries.text(options, "order")
    query = [("q", f'"{order}"'), ("rows", str(_FOUND))]
    if "organization" in options:
        query.append(("fq", f"organization:{entries.text(options, 'organization')}"))
    ask = http.Ask(f"{entries.text(options, 'url')}/package_search", query=tuple(query))
    found, answer = entries.ask_json(ask, policy)
    result = found.get("result") if isinstance(found, dict) and found.get("success") else None
    if not isinstance(result, dict) or not isinstance(result.get("results"), list):
        raise BadAnswerError(f"{answer.url} gave no list of packages ({str(found)[:200]}).")
    showing = [one for one in result["results"] if _pages(one.get("resources") or [], order)]
    if not showing:
        raise entries.moved(options, f"No package shows a page of {order}.")
    if len(showing) > 1:
        named = ", ".join(str(one.get("name")) for one in showing)
        raise SourceChangedError(f"Packages {named} all show {order}. Name one: 'package'.")
    return showing[0], answer


def _pages(resources: list[dict[str, Any]], order: str) -> list[dict[str, Any]]:
    return [one for one in resources if str(one.get("url", "")).endswith(f"/{order}")]


def _address(resource: dict[str, Any]) -> str:
    return str(resource.get("download_url") or resource.get("url") or "")


def _asset_of(resources: list[dict[str, Any]], order: str) -> str:
    """Return today's asset number of an order number: the human page is its neighbour."""
    numbers = {str(one.get("identifier", "")).split("-")[0] for one in _pages(resources, order)}
    files = {found[1] for one in resources if (found := _ASSET.search(_address(one)))}
    if len(numbers & files) != 1:
        raise SourceChangedError(f"No resource stands beside the page of {order}. Look at it.")
    return (numbers & files).pop()
