"""Progress on stderr, and only on a terminal: the library itself says nothing."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from divide.build.recipe_list import RECIPES


@contextmanager
def progress(what: str, total: int | None = None) -> Iterator[Any]:
    """Show progress on stderr, and only on a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    rich = import_module("rich.progress")
    console = import_module("rich.console").Console(stderr=True)
    columns = (
        rich.TextColumn("{task.description}"),
        rich.BarColumn(),
        rich.TextColumn("{task.fields[name]}"),
    )
    with rich.Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(what, total=total or len(RECIPES), name="")
        yield lambda name: bar.update(task, advance=1, name=name)


@contextmanager
def downloads() -> Iterator[Callable[[str, str, int, int | None], None] | None]:
    """Lend a function that draws one bar a file: source, file, bytes so far, bytes in all."""
    if not sys.stderr.isatty():
        yield None
        return
    rich = import_module("rich.progress")
    console = import_module("rich.console").Console(stderr=True)
    columns = (
        rich.TextColumn("{task.description}"),
        rich.BarColumn(),
        rich.DownloadColumn(),
        rich.TransferSpeedColumn(),
    )
    with rich.Progress(*columns, console=console, transient=True) as bar:
        tasks: dict[tuple[str, str], Any] = {}

        def told(source: str, name: str, done: int, total: int | None) -> None:
            if (source, name) not in tasks:
                tasks[source, name] = bar.add_task(f"{source} {name}", total=total)
            bar.update(tasks[source, name], completed=done, total=total)

        yield told
