"""Progress on stderr, and only on a terminal: the library itself says nothing."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from divide.build.recipe_list import RECIPES


@contextmanager
def progress(what: str, total: int | None = None) -> Iterator[Any]:
    """Lend a function that moves a bar on by one and names what is at work; None unseen."""
    with _bar("TextColumn:{task.fields[name]}") as bar:
        if bar is None:
            yield None
            return
        task = bar.add_task(what, total=total or len(RECIPES), name="")
        yield lambda name: bar.update(task, advance=1, name=name)


@contextmanager
def downloads() -> Iterator[Callable[[str, str, int, int | None], None] | None]:
    """Lend a function that draws one bar a file: source, file, bytes so far, bytes in all."""
    with _bar("DownloadColumn", "TransferSpeedColumn") as bar:
        if bar is None:
            yield None
            return
        tasks: dict[tuple[str, str], Any] = {}

        def told(source: str, name: str, done: int, total: int | None) -> None:
            if (source, name) not in tasks:
                tasks[source, name] = bar.add_task(f"{source} {name}", total=total)
            bar.update(tasks[source, name], completed=done, total=total)

        yield told


@contextmanager
def _bar(*columns: str) -> Iterator[Any]:
    """Lend a bar with a name, its length, and columns such as `TextColumn:{text}`."""
    if not sys.stderr.isatty():
        yield None
        return
    rich = import_module("rich.progress")
    console = import_module("rich.console").Console(stderr=True)
    shown = [rich.TextColumn("{task.description}"), rich.BarColumn()]
    for column in columns:
        kind, _, text = column.partition(":")
        shown.append(getattr(rich, kind)(*([text] if text else [])))
    with rich.Progress(*shown, console=console, transient=True) as bar:
        yield bar
