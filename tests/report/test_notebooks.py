"""Notebooks run in a fresh kernel and leave one page, whole or not at all."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from divide import paths
from divide.errors import ReportError, UnknownNameError
from divide.report.notebook_sources import account
from divide.report.notebooks import export_notebook, render_notebook

FIGURE = "application/vnd.plotly.v1+json"
NOTEBOOK = "01_who_is_online"
# A kernel of another interpreter, as somebody may have installed it: it must not be run.
STRANGE_KERNEL = {"argv": ["false"], "display_name": "another", "language": "python"}


def exported(home: Path, source: Path, **parameters: object) -> str:
    """Run the first notebook in a home of its own, on tables built before; return its page."""
    shutil.copytree(source / "data", home / "data")
    kernels = home / "jupyter" / "kernels" / "python3"
    kernels.mkdir(parents=True)
    (kernels / "kernel.json").write_text(json.dumps(STRANGE_KERNEL))
    text = (paths.PACKAGE.parent.parent / "notebooks" / f"{NOTEBOOK}.py").read_text("utf-8")
    for name, value in parameters.items():
        text, found = re.subn(rf"^{name} = .+$", f"{name} = {value!r}", text, flags=re.M)
        assert found == 1
    (home / "notebooks").mkdir()
    (home / "notebooks" / f"{NOTEBOOK}.py").write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DIVIDE_HOME", str(home))
        patch.setenv("JUPYTER_PATH", str(home / "jupyter"))
        patch.delenv("DIVIDE_MIRROR", raising=False)
        page = export_notebook("1")
    assert page == home / "reports" / "notebooks" / f"{NOTEBOOK}.html"
    assert [path.name for path in page.parent.iterdir()] == [page.name]
    return page.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def default_home_of_notebook(built_default: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home in which the first notebook was exported from the embedded default."""
    home = tmp_path_factory.mktemp("notebook_home")
    exported(home, built_default)
    return home


@pytest.fixture(scope="session")
def default_page(default_home_of_notebook: Path) -> Path:
    """Return the page of the first notebook, made from the embedded default."""
    return default_home_of_notebook / "reports" / "notebooks" / f"{NOTEBOOK}.html"


def figures(html: str) -> list[dict[str, Any]]:
    """Return what the page gives to Plotly, figure by figure."""
    found = re.findall(r'<script type="application/json" id="figure-\d+-data">(.*?)</script>', html)
    return [json.loads(text) for text in found]


def figure_of(html: str, title: str) -> dict[str, Any]:
    """Return the only figure with a title."""
    found = [one for one in figures(html) if one["layout"]["meta"]["title"] == title]
    assert len(found) == 1
    return found[0]


def said(html: str) -> str:
    """Return the page's words, every space a plain one, without what scripts hold."""
    bare = re.sub(r"<(script|style)\b.*?</\1>", " ", html, flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", bare).split())


def table_after(html: str, name: str) -> list[list[str]]:
    """Return the cells of the table whose caption begins so."""
    found = re.search(rf"<caption>{re.escape(name)}.*?</table>", html, flags=re.S)
    assert found
    rows = found[0].split("<tr")[1:]
    return [
        [" ".join(cell.split()) for cell in re.findall(r"<t[hd][^>]*>([^<]*)", row)] for row in rows
    ]


def test_page_tells_published_rates(default_page: Path) -> None:
    html = default_page.read_text(encoding="utf-8")
    rows = {row[0]: row[1:] for row in table_after(html, "Used the internet in the last three")}
    # BFS, px-x-1604000000_106, IU3CH 2021: 95.6 ± 0.7, 60+ 86.6 ± 2.2, 60+ low 71.3 ± 7.0.
    assert rows["Everyone asked"] == ["95.6 %", "94.9–96.3 %"]
    assert rows["Aged 60 and over"] == ["86.6 %", "84.4–88.8 %"]
    assert rows["60 and over, compulsory"] == ["71.3 %", "64.3–78.3 %"]
    assert rows["15–29, compulsory"] == ["× exists, but protected", "not known"]


def test_what_is_missing_is_patterned_and_never_a_value(default_page: Path) -> None:
    html = default_page.read_text(encoding="utf-8")
    figure = figure_of(html, "Used the internet in the last three months, 2021")
    dots = next(trace for trace in figure["data"] if trace.get("name") == "estimate")
    assert "15–29, compulsory" not in dots["y"]
    assert dict(zip(dots["y"], dots["x"], strict=True))["Everyone asked"] == 0.956
    (bar,) = [trace for trace in figure["data"] if trace["type"] == "bar"]
    assert (bar["y"], bar["marker"]["pattern"]["shape"]) == (["15–29, compulsory"], ".")


def test_no_line_crosses_a_break(default_page: Path) -> None:
    html = default_page.read_text(encoding="utf-8")
    title = "Used the internet in the last three months, by year of the survey"
    figure = figure_of(html, title)
    lines = {trace["name"]: trace for trace in figure["data"]}
    # 2014 asked everyone of 15 and older: a gap stands between it and 2017.
    assert lines["Everyone asked"]["y"] == [0.836, None, 0.897, 0.931, 0.956]
    devices = figure_of(html, "Devices: households until 2019, persons in 2021")
    years = {trace["name"]: trace["x"] for trace in devices["data"]}
    assert years["Smartphone in the household"] == [2014, 2017, 2019]
    assert years["Goes online with a smartphone"] == [2021]


def test_expected_rates_say_what_cannot_be_told(default_page: Path) -> None:
    html = default_page.read_text(encoding="utf-8")
    rows = table_after(html, "Expected without internet use in three months, 2021")
    assert rows[0][2:] == ["τ = 0", "τ = 0.15", "τ = 0.3", "Holds up to τ ="]
    assert len(rows) == 27
    # METHOD section 4: at τ = 0.30 no canton is told from the country.
    assert all(row[4].endswith("cannot tell") for row in rows[1:])
    assert "0 at τ = 0.3." in said(html)


def test_numbers_rebuilt_by_hand(default_page: Path) -> None:
    html = default_page.read_text(encoding="utf-8")
    people = {row[0]: row[1:] for row in table_after(html, "The survey&#39;s own population, 2021")}
    # 6 736 024 / 0.956 = 7 046 050.2
    assert people["Everyone asked"] == ["6 736 024", "95.6 %", "7 046 050"]
    bounds = {row[0]: row[1:] for row in table_after(html, "Offline and unseen, aged 80 and over")}
    # VD: 1 - 0.906 = 9.4 %; 35 765 / 0.906 * 0.094 = 3 710.7; 9.4 % * (1 - 0.888) = 1.05 %.
    assert bounds["At most"] == ["9.4 %", "3 710"]
    assert bounds["At least, if no better off"] == ["1.1 %", "416"]
    assert bounds["At least"] == ["0.0 %", "0"]


def test_every_figure_has_words_and_a_table(default_page: Path) -> None:
    html = default_page.read_text(encoding="utf-8")
    parts = re.findall(r"<figure>.*?</figure>", html, flags=re.S)
    assert len(parts) == len(figures(html)) == 8
    for part in parts:
        for kind in ("name", "unit", "src"):
            assert re.search(rf'<p class="{kind}">[^<]{{5,}}</p>', part)
        assert re.search(r"<p>[^<]{20,}</p>", part)
        assert "<table" in part
        assert len(re.findall(r"<tr", part)) > 3


def test_code_stays_hidden_and_the_page_says_where_it_is_from(default_page: Path) -> None:
    html = default_page.read_text(encoding="utf-8")
    words = said(html)
    assert "divide.read" not in words
    assert "set_index" not in words
    assert html.startswith('<!doctype html>\n<html lang="en">')
    assert "<title>Who is online in Switzerland, and whom does the survey not ask? – divide" in html
    # What a modelled table is made from counts too: education went into the expected rates.
    for source in ("px-x-1604000000_106 · edition 2021-12-15", "su-e-40.02.15.08.05", "SOMED"):
        assert source in words
    assert "Made from the official figures that come with the study." in words
    assert "Boundaries come from official files and are not in the embedded default" in words


def test_plotly_stands_once_and_nothing_else_is_loaded(default_page: Path) -> None:
    html = default_page.read_text(encoding="utf-8")
    assert html.count("plotly.js v") == 1
    assert not re.search(r"<(script|link|img|iframe)\b[^>]*\b(src|href)=", html)


def test_another_year_and_canton(built_default: Path, tmp_path: Path) -> None:
    html = exported(tmp_path / "home", built_default, year=2017, place="UR")
    rows = table_after(html, "Households with internet access, by finances")
    # The question on finances is of 2019: before, there is no value, and none is drawn.
    assert [row[1] for row in rows[1:]] == ["? no value or not measured yet"] * 12
    figure = figure_of(
        html, "Households with internet access, by finances and language region, 2017"
    )
    assert [trace["type"] for trace in figure["data"] if trace.get("y")] == ["bar"]
    bounds = {row[0]: row[1:] for row in table_after(html, "Offline and unseen, aged 80 and over")}
    # UR: 1 - 0.816 = 18.4 %; 1 735 / 0.816 * 0.184 = 391.2
    assert bounds["At most"] == ["18.4 %", "391"]


@pytest.mark.mirror
def test_communes_with_official_files(built_official: Path, tmp_path: Path) -> None:
    html = exported(tmp_path / "home", built_official)
    rows = table_after(html, "People on social assistance, Vaud")
    # 300 communes of Vaud at register date 2024-01-01, and the head.
    assert len(rows) == 301
    figure = figure_of(html, "People on social assistance, Vaud")
    patterns = {trace.get("fillpattern", {}).get("shape") for trace in figure["data"]}
    assert {".", "/"} <= patterns
    names = next(trace["text"] for trace in figure["data"] if trace["mode"] == "markers")
    protected = [row[0] for row in rows if row[1] == "× exists, but protected"]
    assert len(protected) > 50
    assert all(f"{name}<br>×" in names for name in protected)
    assert "Boundaries come from official files" not in said(html)


def run(outputs: list[Any], *, code: str = 'divide.read("places")') -> Any:
    """Return a notebook that left these outputs in its only cell."""
    cell = nbformat.v4.new_code_cell(code, outputs=outputs)
    title = nbformat.v4.new_markdown_cell("# Who <b>asks</b>?")
    return nbformat.v4.new_notebook(cells=[title, cell])


def display(**data: Any) -> Any:
    """Return an output with one content a kind."""
    known = {"html": "text/html", "plain": "text/plain", "png": "image/png", "figure": FIGURE}
    kinds = known | {"latex": "text/latex", "markdown": "text/markdown"}
    return nbformat.v4.new_output("display_data", {kinds[name]: one for name, one in data.items()})


def drawing(**changes: Any) -> dict[str, Any]:
    """Return a figure as Plotly describes it."""
    meta = {"title": "Two < three", "unit": "share", "source": "Source: BFS"}
    layout = {"meta": meta, "title": {"text": "Two"}, "annotations": [{"name": "source"}]}
    return {"data": [{"type": "bar", "x": [1], "y": [2]}], "layout": layout} | changes


TOLD = "<p>One sentence.</p><table><thead><tr><th>A<tbody><tr><th>B</table>"


def test_words_of_a_figure_are_words_of_the_page(default_home: Path) -> None:
    html = render_notebook(run([display(figure=drawing()), display(html=TOLD)]))
    assert '<p class="name">Two &lt; three</p><p class="unit">share</p>' in html
    (one,) = figures(html)
    assert (one["layout"]["title"], one["layout"]["annotations"]) == ({}, [])
    assert '<th scope="col">A<tbody><tr><th scope="row">B' in html


def test_hostile_text_stays_text(default_home: Path) -> None:
    bad = "</script><script>alert(1)</script><!--"
    meta = dict.fromkeys(("title", "unit", "source"), bad)
    figure = drawing(layout={"meta": meta}, data=[{"type": "bar", "name": bad}])
    outputs = [
        display(figure=figure),
        display(html=TOLD),
        display(plain=bad),
        display(markdown=bad),
    ]
    outputs.append(nbformat.v4.new_output("stream", name="stdout", text=bad))
    outputs.append(display(html="<p onclick=alert(1)>&lt;script>alert(2)</p>"))
    html = render_notebook(run(outputs))
    assert "<script>alert" not in html
    assert "<p>&lt;script&gt;alert(2)</p>" in html
    assert figures(html)[0]["data"][0]["name"] == bad
    assert "<title>Who &lt;b&gt;asks&lt;/b&gt;? – divide</title>" in html
    assert "<h1>Who &lt;b&gt;asks&lt;/b&gt;?</h1>" in html


def test_progress_never_reaches_the_page(default_home: Path) -> None:
    noise = nbformat.v4.new_output("stream", name="stderr", text="37%|####")
    assert "37%" not in said(render_notebook(run([noise])))


@pytest.mark.parametrize(
    ("outputs", "told"),
    [
        # The plain text beside a picture would leave a gap where the picture was.
        ([display(png="iVBORw0KGgo=", plain="<Figure>")], r"cannot show \(image/png, text/plain\)"),
        ([display(latex="$x$", plain="x")], "cannot show"),
        ([nbformat.v4.new_output("error", ename="E", evalue="", traceback=[])], "error"),
        ([display(html='<img src="x.png">')], "<img>"),
        ([display(html="<script>alert(1)</script>")], "<script>"),
        ([display(figure=drawing())], "without sentence and table"),
        ([display(figure=drawing()), display(html="<p>Told.</p>")], "without sentence and table"),
        (
            [display(figure=drawing(data=[{"type": "choroplethmap"}])), display(html=TOLD)],
            "choroplethmap, which fetches its background",
        ),
        ([display(figure=drawing(layout={})), display(html=TOLD)], "no title, no unit, no source"),
    ],
)
def test_what_a_page_cannot_show_is_refused(
    default_home: Path, outputs: list[Any], told: str
) -> None:
    with pytest.raises(ReportError, match=told):
        render_notebook(run(outputs))


def test_tables_must_be_named(default_home: Path) -> None:
    with pytest.raises(ReportError, match="name is not written out"):
        render_notebook(run([], code="divide.read(name)"))
    with pytest.raises(ReportError, match="Cell 2 is no plain Python"):
        render_notebook(run([], code="%matplotlib inline"))


def test_what_was_worked_out_is_as_old_as_what_it_is_made_from(default_home: Path) -> None:
    told = account(["sensitivity", "hotspots"], "What does it hang on?")
    # Of communes there is nothing in the default: neither the table nor what it would rest on.
    assert {"sensitivity", "visibility", "living_arrangements"} <= set(told["tables"])
    assert not {"hotspots", "beneficiary_bounds"} & set(told["tables"])
    # It has no years of its own: the oldest figure below it is Eurostat's of 2007.
    assert "figures of 2007 to " in told["cite"]


def test_a_notebook_without_its_question_is_refused(default_home: Path) -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("no heading")])
    with pytest.raises(ReportError, match="opens with its question"):
        render_notebook(notebook)


@pytest.fixture
def two_cells(home: Path) -> Callable[[str], Path]:
    """Return a function that puts a notebook into an empty home; its second cell is given."""

    def put(code: str) -> Path:
        cells = [nbformat.v4.new_markdown_cell("# A question?")]
        cells += [nbformat.v4.new_code_cell(text) for text in ("a = 1", code)]
        (home / "notebooks").mkdir()
        nbformat.write(nbformat.v4.new_notebook(cells=cells), home / "notebooks" / "02_fails.ipynb")
        return home / "reports" / "notebooks" / "02_fails.html"

    return put


def test_a_failing_cell_leaves_no_page(two_cells: Callable[[str], Path]) -> None:
    page = two_cells("assert a == 2, 'one is not two'")
    with pytest.raises(ReportError, match=r"Cell 3 .* fails with AssertionError: one is not two"):
        export_notebook("02")
    assert not page.parent.exists()


def test_a_failing_cell_leaves_the_older_page(two_cells: Callable[[str], Path]) -> None:
    page = two_cells('import divide\ndivide.read("internet_use")')
    page.parent.mkdir(parents=True)
    page.write_text("older")
    # The home is empty: the error says what to do.
    with pytest.raises(ReportError, match="Run: divide build internet_use"):
        export_notebook("2")
    assert {path.name: path.read_text() for path in page.parent.iterdir()} == {page.name: "older"}


def test_an_unknown_notebook_lists_those_there_are(home: Path) -> None:
    with pytest.raises(UnknownNameError, match=f"no notebook '77'. Known: .*{NOTEBOOK}"):
        export_notebook("77")
    for number in ("*", "../01", ""):
        with pytest.raises(UnknownNameError, match="There is no notebook"):
            export_notebook(number)


@pytest.mark.browser
def test_drawn_offline_without_a_request(default_page: Path, open_tab: Callable[..., Any]) -> None:
    drawn = len(figures(default_page.read_text(encoding="utf-8")))
    for width in (1280, 360):
        tab = open_tab(default_page, width=width, offline=True)
        ready = f"document.querySelectorAll('.js-plotly-plot').length >= {drawn}"
        tab.page.wait_for_function(ready, timeout=120_000)
        counts = tab.page.eval_on_selector_all(
            ".plot", "boxes => boxes.map(b => b.querySelectorAll('svg.main-svg path, text').length)"
        )
        assert len(counts) == drawn
        assert min(counts) > 10
        assert (tab.requests, tab.complaints, tab.refused()) == ([default_page.as_uri()], [], [])
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.browser
def test_without_scripts_the_words_remain(default_page: Path, open_tab: Callable[..., Any]) -> None:
    tab = open_tab(default_page, java_script_enabled=False)
    body = tab.page.inner_text("body")
    assert "The figures need JavaScript" in body
    assert "Used the internet in the last three months, 2021" in body
    assert tab.page.locator("table").count() >= 10


@pytest.mark.browser
def test_axe_finds_nothing(default_page: Path, open_tab: Callable[..., Any]) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    # The page's own policy would refuse the script of axe.
    tab = open_tab(default_page, width=360, bypass_csp=True)
    tab.page.evaluate(axe.Axe().axe_script)
    tab.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    result = tab.page.evaluate("axe.run()")
    assert len(result["passes"]) > 20
    assert [(one["id"], one["nodes"][0]["html"]) for one in result["violations"]] == []
