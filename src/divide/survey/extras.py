"""Libraries that only the survey needs: asked for when they are used, named when they lack."""

from importlib import import_module
from typing import Any

from divide.errors import UsageError


def library(name: str) -> Any:
    """
    Return a library of the extra `survey`.

    Raises
    ------
    UsageError
        If it is not installed: what to install.
    """
    try:
        return import_module(name)
    except ImportError as reason:
        raise UsageError(
            f"The survey's files need {name}. Install the extra: pip install 'divide[survey]'"
        ) from reason
