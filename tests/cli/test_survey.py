"""`divide survey`: forms out, a check with its exit codes, a demonstration; nothing quoted."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from divide import cli
from divide.survey import intake

HEAVY = "babel jinja2 numpy openpyxl pandas pandera pyarrow xlsxwriter"


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Done]:
    """Return a function that runs `divide survey` in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DIVIDE_DEBUG", raising=False)

    def call(*words: str | Path) -> Done:
        monkeypatch.setattr(sys, "argv", ["divide", "survey", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            cli.main()
        told = capsys.readouterr()
        return Done(int(left.value.code or 0), told.out, told.err)

    return call


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    path = tmp_path / "sound.csv"
    path.write_text("id_inst;npa\nVD-0001;CH-1003\n", "utf-8")
    return path


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    path = tmp_path / "faulty.csv"
    path.write_text("id_inst;n_ben\nVD-0001;viele Leute\n", "utf-8")
    return path


@pytest.mark.parametrize("form", ["xlsform", "limesurvey", "xlsx", "html", "codebook"])
def test_a_form_is_written_where_it_is_told(
    run: Callable[..., Done], tmp_path: Path, form: str
) -> None:
    done = run("template", "--format", form, "--lang", "it", "--output", tmp_path, "--json")
    (path,) = json.loads(done.out)["written"]
    assert done.code == 0 and Path(path).stat().st_size > 10_000


def test_a_form_goes_into_the_working_folder_otherwise(
    run: Callable[..., Done], tmp_path: Path
) -> None:
    done = run("template", "--format", "xlsx", "--lang", "de")
    assert done.code == 0 and (tmp_path / "divide_survey_de.xlsx").exists()
    assert done.out == "" and "divide_survey_de.xlsx" in done.err


@pytest.mark.parametrize(
    "words",
    [
        ("template",),
        ("template", "--format", "pdf"),
        ("template", "--format", "html", "--lang", "rm"),
        ("template", "--format", "html", "--output", "nowhere/a.html"),
        ("check",),
        ("check", "nowhere.csv"),
        ("check", "sound.csv", "--lang", "xx"),
        ("check", "sound.csv", "--output", "nowhere"),
        ("check", "sound.csv", "--mapping", "nowhere.yml"),
        ("demo", "--output", "sound.csv"),
        ("frobnicate",),
    ],
)
def test_wrong_usage_is_two(run: Callable[..., Done], sound: Path, words: tuple[str, ...]) -> None:
    done = run(*words)
    assert done.code == 2
    assert done.out == "" and "Traceback" not in done.err


def test_a_sound_file_is_nought(run: Callable[..., Done], sound: Path, tmp_path: Path) -> None:
    done = run("check", sound, "--lang", "en")
    assert done.code == 0
    assert "SV014 · sound.csv · B2 (npa) · found “CH-1003” · expected: 4 digits" in done.out
    assert (tmp_path / "sound.checked.html").exists()
    assert (tmp_path / "sound.checked.xlsx").exists()


def test_a_file_with_something_to_mend_is_one(run: Callable[..., Done], faulty: Path) -> None:
    done = run("check", faulty, "--lang", "de")
    assert done.code == 1
    assert "zu berichtigen" in done.out.splitlines()[0]
    assert "viele Leute" not in done.err  # what is logged or piped away quotes nobody


def test_the_record_is_one_object_on_stdout(run: Callable[..., Done], faulty: Path) -> None:
    done = run("check", faulty, "--json")
    record = json.loads(done.out)
    assert (done.code, done.err, record["passed"]) == (1, "", False)
    assert record["messages"][0]["code"] == "SV023"


def test_a_refused_file_is_one_and_says_why(run: Callable[..., Done], tmp_path: Path) -> None:
    path = tmp_path / "macros.xlsm"
    path.write_bytes(b"PK\x03\x04")
    done = run("check", path)
    assert done.code == 1 and done.out.startswith("SV003 · macros.xlsm · attendu")


def test_page_and_copy_go_where_they_are_told(
    run: Callable[..., Done], sound: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "answers"
    folder.mkdir()
    run("check", sound, "--output", folder)
    assert sorted(one.name for one in folder.iterdir()) == [
        "sound.checked.html",
        "sound.checked.xlsx",
    ]


def test_a_mapping_is_read(run: Callable[..., Done], tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Nr;Ort\nVD-0001;1003\n", "utf-8")
    (tmp_path / "map.yml").write_text("columns: {Nr: id_inst, Ort: npa}\n", "utf-8")
    assert run("check", tmp_path / "a.csv").code == 1  # SV009
    assert run("check", tmp_path / "a.csv", "--mapping", tmp_path / "map.yml").code == 0


def test_what_nobody_foresaw_quotes_no_answer(
    run: Callable[..., Done], sound: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another library's message may hold a cell: its kind is told, never its words."""

    def fail(*_: object, **__: object) -> None:
        raise ValueError("could not convert 'Kanarienvogel-4711'")

    monkeypatch.setattr(intake, "read_answers", fail)
    done = run("check", sound)
    assert done.code == 1
    assert "sound.csv could not be checked (ValueError)" in done.err
    assert "Kanarienvogel" not in done.err + done.out


def test_the_demonstration_is_called_synthetic(run: Callable[..., Done], tmp_path: Path) -> None:
    done = run("demo", "--output", tmp_path / "demo", "--json")
    record = json.loads(done.out)
    assert done.code == 0 and record["synthetic"] is True
    assert all(Path(one).name.startswith("SYNTHETIC_") for one in record["written"])
    assert len(list((tmp_path / "demo").iterdir())) == len(record["written"]) == 11


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['divide', 'survey', '--help']\n"
        "from divide import cli\n"
        "try:\n    cli.main()\nexcept SystemExit: pass\n"
        f"print(sorted(set({HEAVY.split()!r}) & set(sys.modules)), file=sys.stderr)"
    )
    env = {name: value for name, value in os.environ.items() if not name.startswith("DIVIDE_")}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    assert "template" in done.stdout and done.stderr.strip() == "[]"
