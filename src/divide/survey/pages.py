"""One-file pages of the survey: a template, its style by hash, nothing loaded, no script."""

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Any, Final

from markupsafe import Markup

_TEMPLATES: Final = Path(__file__).resolve().parent / "templates"


def render(name: str, **values: Any) -> str:
    """
    Fill a template; whatever stands in the values shows as text.

    Parameters
    ----------
    name
        `<name>.html` in the templates, beside `<name>.css`.
    """
    style = _style(name)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    page = _environment().get_template(f"{name}.html")
    return str(page.render(style=Markup(style), style_hash=f"sha256-{digest}", **values))


def _style(name: str) -> str:
    text = (_TEMPLATES / f"{name}.css").read_text(encoding="utf-8")
    bare = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return "".join(line.strip() for line in bare.splitlines())


@cache
def _environment() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
