"""Run a notebook and export it as one page: code hidden, whole or not at all."""

import base64
import hashlib
import os
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from markdown_it import MarkdownIt
from markupsafe import Markup

from divide import paths
from divide.errors import ReportError, UnknownNameError
from divide.report.notebook_outputs import Outputs
from divide.report.notebook_sources import account, tables_read
from divide.show.palettes import LIGHT

try:
    import jupytext
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
    from nbconvert.exporters import TemplateExporter

    from divide.show import explore
except ImportError as absent:
    raise ReportError(
        f"Notebooks need {absent.name}, not installed. Run: pip install 'divide[notebooks]'"
    ) from absent

_SECONDS: Final = 300
# Plotly asks for coastlines even where a map brings its own shapes.
_STUB: Final = (
    'window.PlotlyGeoAssets={topojson:{world_110m:{type:"Topology",objects:{},arcs:[]}}};'
)
_DRAW: Final = (
    'for(const box of document.querySelectorAll(".plot")){'
    'const one=JSON.parse(document.getElementById(box.id+"-data").textContent);'
    "Plotly.newPlot(box,one.data,one.layout,{displayModeBar:false,responsive:true})}"
    # On paper nothing can be unfolded.
    'addEventListener("beforeprint",()=>{'
    'for(const one of document.querySelectorAll("details"))one.open=true})'
)


def export_notebook(number: str) -> Path:
    """
    Run a notebook on the built tables and write `reports/notebooks/NN_question.html`.

    Parameters
    ----------
    number
        Number of a notebook, such as "01".

    Returns
    -------
    Path
        The page. It is replaced once the new one is whole: until then the older stays.

    Raises
    ------
    UnknownNameError
        If there is no such notebook; the message lists those there are.
    ReportError
        If a cell fails, or leaves what the page cannot show.
    """
    source = _find(number)
    notebook = jupytext.read(source)
    _run(notebook, source.stem)
    text = render_notebook(notebook)
    target = paths.reports() / "notebooks" / f"{source.stem}.html"
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{source.stem}.{os.getpid()}.part")
    try:
        part.write_text(text, encoding="utf-8", newline="\n")
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return target


def render_notebook(notebook: Any) -> str:
    """
    Return the page of a notebook that was run.

    Raises
    ------
    ReportError
        If it has no title, or an output that the page cannot show.
    """
    title = _title(notebook)
    exporter = TemplateExporter(  # type: ignore[no-untyped-call]
        extra_template_basedirs=[str(paths.PACKAGE / "report" / "templates")],
        template_name="notebook",
        template_file="index.html.j2",
    )
    exporter.register_filter("prose", _prose)  # type: ignore[no-untyped-call]
    exporter.register_filter("outputs", Outputs().show)  # type: ignore[no-untyped-call]
    scripts = [_STUB, re.sub(r"\r\n?", "\n", explore.library()), _DRAW]
    page = {
        "title": title,
        "light": LIGHT,
        "style": Markup(_style()),
        "scripts": [Markup(script) for script in scripts],
        "hashes": Markup(" ").join(Markup("'sha256-{}'").format(_digest(one)) for one in scripts),
        **account(tables_read(notebook.cells), title),
    }
    text, _ = exporter.from_notebook_node(notebook, resources={"page": page})
    return str(text)


def _title(notebook: Any) -> str:
    for cell in notebook.cells:
        heading = re.match(r"# (.+)", cell.source) if cell.cell_type == "markdown" else None
        if heading:
            return heading[1].strip()
    raise ReportError("A notebook opens with its question: begin the first cell with '# …'.")


def _prose(text: str) -> Markup:
    return Markup(MarkdownIt("commonmark", {"html": False}).render(text))


def _style() -> str:
    names = ("style.css", "templates/notebook/notebook.css")
    return "".join((paths.PACKAGE / "report" / name).read_text(encoding="utf-8") for name in names)


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _find(number: str) -> Path:
    """Return a notebook by its number: the .ipynb, or the .py it is paired with."""
    listed = sorted(paths.notebooks().glob("[0-9]*_*.ipynb"))
    listed += sorted(paths.notebooks().glob("[0-9]*_*.py"))
    stems = sorted({path.stem for path in listed})
    found = [stem for stem in stems if stem.split("_")[0] == number.zfill(2)]
    if len(found) == 1:
        return next(path for path in listed if path.stem == found[0])
    many = f"{len(found)} notebooks have the number" if found else "There is no notebook"
    raise UnknownNameError(
        f"{many} {number!r}. Known: {', '.join(stems)}."
        if stems
        else f"{many} {number!r}: {paths.notebooks()} holds none. Notebooks come with the checkout."
    )


def _run(notebook: Any, name: str) -> None:
    """Run all cells in a fresh kernel of this interpreter, in the home."""
    home = paths.home()
    home.mkdir(parents=True, exist_ok=True)
    # No folders of kernels: another interpreter may be installed there as "python3".
    kernels = KernelSpecManager(kernel_dirs=[], ensure_native_kernel=True)
    with TemporaryDirectory() as scratch:
        manager = AsyncKernelManager(
            kernel_name="python3",
            kernel_spec_manager=kernels,
            connection_file=str(Path(scratch) / "kernel.json"),
            **_channel(Path(scratch)),
        )
        client = NotebookClient(notebook, km=manager, timeout=_SECONDS, startup_timeout=_SECONDS)
        client.owns_km = True  # so that it ends the kernel, whatever happens
        try:
            client.execute(cwd=str(home), env=_environment(home, scratch))
        except CellExecutionError as error:
            raise ReportError(_failure(notebook, name, f"{error.ename}: {error.evalue}")) from None
        except (CellTimeoutError, DeadKernelError) as error:
            raise ReportError(_failure(notebook, name, type(error).__name__)) from None


def _environment(home: Path, scratch: str) -> dict[str, str]:
    """Return what the kernel is told: the home, and no start-up files or history of anybody."""
    # The kernel works elsewhere, where a relative entry would lead astray.
    entries = [entry for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry]
    return os.environ | {
        "DIVIDE_HOME": str(home),
        "IPYTHONDIR": scratch,
        "PLOTLY_RENDERER": "plotly_mimetype",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "PYTHONPATH": os.pathsep.join(str(Path(entry).resolve()) for entry in entries),
    }


def _channel(scratch: Path) -> dict[str, str]:
    """Speak to the kernel through files of this user; Windows has only ports."""
    return {"transport": "ipc", "ip": str(scratch / "k")} if os.name == "posix" else {}


def _failure(notebook: Any, name: str, what: str) -> str:
    ran = [i for i, cell in enumerate(notebook.cells, 1) if cell.get("execution_count")]
    failed = [
        i
        for i, cell in enumerate(notebook.cells, 1)
        if any(one.output_type == "error" for one in cell.get("outputs", []))
    ]
    number = (failed or ran or [1])[-1]
    first = notebook.cells[number - 1].source.splitlines()[0]
    # A colour of the terminal has no place in a sentence.
    plain = re.sub(r"\x1b\[[0-9;]*m", "", what)
    return (
        f"Cell {number} of notebook {name} ({first!r}) fails with {plain.rstrip('.')}. "
        "No page was written; an older one stays. Mend the cell, or build the tables."
    )
