"""The command line: exit codes, one sentence on stderr, results for machines on stdout."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

import divide
from divide import cli

BASELINE = Path(__file__).resolve().parent.parent / "data" / "raw" / "baseline"
HEAVY = "babel geopandas jinja2 numpy pandas pandera pyarrow scipy shapely"


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Done]


class Terminal(io.StringIO):
    """A stderr that somebody looks at."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def run(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs `divide` in an empty home."""
    monkeypatch.delenv("DIVIDE_DEBUG", raising=False)

    def call(*words: str, **more: str) -> Done:
        with monkeypatch.context() as patch:
            patch.setattr(sys, "argv", ["divide", *words])
            for name, value in more.items():
                patch.setenv(name, value)
            with pytest.raises(SystemExit) as left:
                cli.main()
        told = capsys.readouterr()
        return Done(int(left.value.code or 0), told.out, told.err)

    return call


@pytest.fixture
def built_home(home: Path, built_default: Path) -> Path:
    """Return a home of its own in which every table is built."""
    shutil.copytree(built_default / "data", home / "data")
    return home


def fresh(home: Path, code: str, **more: str) -> Done:
    """Run code in a Python of its own, with no mirror, as a shell would start it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DIVIDE_")}
    env = kept | {"DIVIDE_HOME": str(home)} | more
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    return Done(done.returncode, done.stdout, done.stderr)


def one_sentence(done: Done, code: int) -> str:
    """Check that a refusal is short, plain and on stderr alone; return it."""
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("divide: ") and done.stderr.count("\n") == 1
    return done.stderr


def test_version(run: Run) -> None:
    done = run("--version")
    assert (done.returncode, done.stdout.strip()) == (0, divide.__version__)


@pytest.mark.parametrize("words", [["--help"], ["build", "--help"], ["report", "-h"]])
def test_help_is_no_failure(run: Run, words: list[str]) -> None:
    done = run(*words)
    assert done.returncode == 0 and "Usage: divide" in done.stdout


@pytest.mark.parametrize("words", [["frobnicate"], ["build", "--bogus"], ["notebook"]])
def test_wrong_usage_is_two(run: Run, words: list[str]) -> None:
    done = run(*words)
    assert done.returncode == 2
    assert done.stdout == "" and "Usage: divide" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["build", "internet_us"], "Did you mean internet_use"),
        (["report", "--canton", "XX"], "There is no canton 'XX'"),
        (["report", "--canton", "VDD"], "Did you mean VD"),
        (["report", "--lang", "xx"], "There is no language 'xx'"),
        (["report", "--canton", "VD", "--all"], "do not go together"),
    ],
)
def test_what_does_not_exist_is_two_and_leaves_nothing(
    run: Run, home: Path, words: list[str], told: str
) -> None:
    assert told in one_sentence(run(*words), 2)
    assert list(home.iterdir()) == []


def test_an_edited_default_is_four(run: Run, home: Path) -> None:
    folder = home / "data" / "raw" / "baseline"
    shutil.copytree(BASELINE, folder)
    path = folder / "nursing_homes.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("7", "8", 1), encoding="utf-8")
    for words in (["build"], ["report", "--canton", "UR"]):
        told = one_sentence(run(*words), 4)
        assert "nursing_homes.csv was edited" in told and "git checkout" in told
    assert not (home / "data" / "processed").exists() and not (home / "reports").exists()


def test_a_mirror_that_is_not_there_is_one(run: Run, home: Path) -> None:
    told = one_sentence(run("build", DIVIDE_MIRROR=str(home / "nowhere")), 1)
    assert "DIVIDE_MIRROR" in told


def test_default_and_mirror_do_not_go_together(run: Run, home: Path) -> None:
    """With DIVIDE_MIRROR in force the default would not be used at all."""
    told = one_sentence(run("build", "--default", DIVIDE_MIRROR=str(home)), 2)
    assert "DIVIDE_MIRROR" in told


def test_what_nobody_foresaw_is_one_sentence(run: Run, home: Path) -> None:
    (home / "data").write_text("a file where a folder must be", encoding="utf-8")
    told = one_sentence(run("build", "places"), 1)
    assert "unforeseen" in told and "DIVIDE_DEBUG" in told
    with pytest.raises(OSError):  # a developer wants to see where
        run("build", "places", DIVIDE_DEBUG="1")


def test_results_for_machines(run: Run) -> None:
    done = run("build", "visibility", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert found["built"][-1] == "visibility" and found["ghosts"] == []
    assert "living_arrangements" in found["built"]
    assert json.loads(run("build", "visibility", "--json").stdout)["built"] == []


def test_results_for_people_are_on_stderr(run: Run) -> None:
    done = run("build", "visibility")
    assert (done.returncode, done.stdout) == (0, "")
    assert re.fullmatch(r"7 tables built: [a-z_, ]+, visibility\n", done.stderr)
    assert run("build", "visibility").stderr == "Nothing has changed: everything is up to date.\n"


def test_progress_stays_off_a_file(run: Run) -> None:
    """No colour, no moving cursor, no carriage return where stderr is not a terminal."""
    told = run("build", "visibility", FORCE_COLOR="1").stderr
    assert told
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", told)


@pytest.mark.parametrize("colour", [True, False])
def test_progress_is_drawn_on_a_terminal(
    run: Run, monkeypatch: pytest.MonkeyPatch, colour: bool
) -> None:
    """And NO_COLOR is honoured: signs may move, but nothing is coloured."""
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("NO_COLOR", raising=False)
    run("build", "visibility", **({} if colour else {"NO_COLOR": "1"}))
    drawn = screen.getvalue()
    assert "tables" in drawn and "visibility" in drawn and "\x1b[" in drawn
    assert "7 tables built" in drawn
    codes = [code for code in re.findall(r"\x1b\[([\d;]*)m", drawn) if re.search("[349]", code)]
    assert bool(codes) is colour


@pytest.mark.parametrize("words", [["build"], ["report", "--canton", "UR"]])
def test_a_run_with_nothing_changed_loads_nothing_heavy(
    built_home: Path, run: Run, words: list[str]
) -> None:
    assert run(*words).returncode == 0
    code = f"""
import sys
from divide.cli import main
sys.argv = ["divide", *{words!r}]
try:
    main()
except SystemExit as done:
    print(done.code, sorted(set({HEAVY.split()!r}) & set(sys.modules)))
"""
    done = fresh(built_home, code)
    assert done.stdout == "0 []\n"
    assert done.stderr == "Nothing has changed: everything is up to date.\n"


def test_the_module_runs_as_the_command_does(home: Path) -> None:
    code = "import runpy, sys; sys.argv = ['divide', 'build', 'internet_us']\n"
    done = fresh(home, code + "runpy.run_module('divide.cli', run_name='__main__')")
    assert "Did you mean internet_use" in one_sentence(done, 2)


def test_one_page_is_written_where_it_was_asked(built_home: Path, run: Run) -> None:
    done = run("report", "--canton", "ur", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {"written": ["UR"]}
    assert [path.name for path in (built_home / "reports").glob("*.html")] == ["UR.html"]


def test_provenance_goes_with_the_pages(built_home: Path, run: Run) -> None:
    assert run("report", "--canton", "ur").returncode == 0
    told = [
        built_home / "reports" / name for name in ("datapackage.json", "ro-crate-metadata.json")
    ]
    assert "UR.html" in told[1].read_text(encoding="utf-8")
    told[0].unlink()
    done = run("report", "--canton", "ur")
    assert done.stderr == "Nothing has changed: everything is up to date.\n"
    assert json.loads(told[0].read_text(encoding="utf-8"))["resources"]


def test_check_tells_what_is_sound(built_home: Path, run: Run) -> None:
    done = run("check", "--json")
    assert done.returncode == 0, done.stdout
    states = {one["what"]: one["state"] for one in json.loads(done.stdout)}
    assert states["embedded default"] == "sound" and states["exclusion_risk"] == "sound"
    # What no file was given for is not called sound.
    assert states["hotspots"] == "absent"
    assert set(states.values()) <= {"sound", "absent", "old"}


def test_check_fails_on_what_is_broken(built_home: Path, run: Run) -> None:
    """A built table with one bit flipped, and one that is not built."""
    folder = built_home / "data" / "processed"
    path = folder / "internet_use.parquet"
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 1
    path.write_bytes(bytes(whole))
    (folder / "visibility.parquet").unlink()
    done = run("check", "--json")
    assert done.returncode == 1
    failed = {one["what"] for one in json.loads(done.stdout) if one["state"] == "failed"}
    assert failed == {"internet_use", "visibility"}
    plain = run("check")
    assert plain.returncode == 1 and "divide build --force internet_use" in plain.stdout


def test_check_finds_an_edited_default(built_home: Path, run: Run) -> None:
    folder = built_home / "data" / "raw" / "baseline"
    shutil.copytree(BASELINE, folder)
    (folder / "education.csv").write_text("edited", encoding="utf-8")
    done = run("check", "--json")
    failed = [one for one in json.loads(done.stdout) if one["state"] == "failed"]
    assert done.returncode == 1
    assert [one["what"] for one in failed] == ["embedded default"]
    assert "education.csv was edited" in failed[0]["told"]


def test_check_changes_nothing(run: Run, home: Path) -> None:
    done = run("check")
    assert done.returncode == 1 and "not built: divide build places" in done.stdout
    assert list(home.iterdir()) == []


@pytest.mark.mirror
def test_a_mirror_is_remembered_between_commands(run: Run, mirror: Path) -> None:
    first = run("build", "education", "--json", DIVIDE_MIRROR=str(mirror))
    assert json.loads(first.stdout)["built"] == ["education"]
    # The same files, though nobody names them any more.
    assert json.loads(run("build", "education", "--json").stdout)["built"] == []
    # Forgotten: the default takes their place.
    assert json.loads(run("build", "education", "--default", "--json").stdout)["built"] == [
        "education"
    ]
    assert json.loads(run("build", "education", "--json").stdout)["built"] == []


@pytest.mark.mirror
def test_ghosts_are_named_on_every_run(run: Run, mirror: Path) -> None:
    first = run("build", "population", DIVIDE_MIRROR=str(mirror))
    assert "4505, 4670, 4695" in first.stderr
    again = json.loads(run("build", "population", "--json").stdout)
    assert again == {"built": [], "ghosts": ["4505", "4670", "4695"]}


def test_sources_lists_every_source(run: Run) -> None:
    done = run("sources")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[0].split() == [
        "SOURCE",
        "PUBLISHER",
        "HERE",
        "NEWEST",
        "AGE",
        "LICENCE",
        "CHANNEL",
        "WHAT",
    ]
    assert [line.split()[0] for line in lines[1:]] == sorted(divide.sources())
    rows = json.loads(run("sources", "--json", "--lang", "fr").stdout)
    assert {row["source"] for row in rows} == set(divide.sources())


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("fetch", "bfs_populatio"), "Did you mean bfs_population"),
        (("fetch", "--lang", "rm"), "no language 'rm'"),
        (("fetch", "--mirror", "/nowhere/at/all"), "is no folder"),
        (("sources", "--lang", "rm"), "no language 'rm'"),
    ],
)
def test_a_slip_in_fetching_is_one_sentence(run: Run, words: tuple[str, ...], told: str) -> None:
    done = run(*words)
    assert done.returncode == 2
    assert told in done.stderr
    assert done.stderr.count("\n") == 1


def test_offline_says_what_is_here(run: Run) -> None:
    done = run("fetch", "bfs_population", "--offline", DIVIDE_MIRROR="")
    assert done.returncode == 0
    assert done.stdout.split() == ["absent", "bfs_population"]


def test_a_mirror_is_fetched_by_name(run: Run, mirror: Path) -> None:
    done = run("fetch", "bfs_population", "--mirror", str(mirror), "--json")
    assert done.returncode == 0
    (row,) = json.loads(done.stdout)
    assert (row["state"], row["edition"], row["channel"]) == ("new", "2024-01-01", "mirror")
