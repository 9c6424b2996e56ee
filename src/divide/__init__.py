"""
divide: where beneficiaries of Swiss social work risk becoming an invisible digital minority.

The front door: every name below is loaded when it is first used, so that importing
`divide` costs next to nothing.

Examples
--------
>>> import divide
>>> divide.canton("VD").name["it"]
'Vaud'
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from divide import terms

if TYPE_CHECKING:
    from divide.build.addresses import place
    from divide.build.registers import join, places, restate, successors
    from divide.catalog import canton, cantons, indicator, indicators, source, sources
    from divide.errors import DivideError
    from divide.tables import provenance, read, read_boundaries
    from divide.terms import commune_id, group_id
    from divide.texts import label

__version__ = terms.VERSION

_WHERE = {
    "canton": "divide.catalog",
    "cantons": "divide.catalog",
    "commune_id": "divide.terms",
    "group_id": "divide.terms",
    "indicator": "divide.catalog",
    "indicators": "divide.catalog",
    "join": "divide.build.registers",
    "label": "divide.texts",
    "place": "divide.build.addresses",
    "places": "divide.build.registers",
    "provenance": "divide.tables",
    "read": "divide.tables",
    "read_boundaries": "divide.tables",
    "restate": "divide.build.registers",
    "source": "divide.catalog",
    "sources": "divide.catalog",
    "successors": "divide.build.registers",
    "DivideError": "divide.errors",
}

__all__ = [
    "DivideError",
    "canton",
    "cantons",
    "commune_id",
    "group_id",
    "indicator",
    "indicators",
    "join",
    "label",
    "place",
    "places",
    "provenance",
    "read",
    "read_boundaries",
    "restate",
    "source",
    "sources",
    "successors",
]


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(import_module(_WHERE[name]), name)
    from divide.errors import near_names

    raise AttributeError(f"divide has no {name!r}. {near_names(name, list(_WHERE))}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
