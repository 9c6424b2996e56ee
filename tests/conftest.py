"""What many tests need: typed fixtures, built homes and, where they are, files and a browser."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from divide import build, paths, texts

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
)
# Refusals of the content policy, kept where a test can ask for them.
WATCH = """
window.refused = [];
document.addEventListener('securitypolicyviolation',
  event => window.refused.push(`${event.violatedDirective} ${event.blockedURI}`));
"""

# The same examples on every machine, and no clock.
settings.register_profile("divide", deadline=None, derandomize=True)
settings.load_profile("divide")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run browser tests last: Playwright's event loop would stand in the way of others'."""
    items.sort(key=lambda item: "browser" in getattr(item, "fixturenames", ()))


@pytest.fixture(scope="session")
def fixtures() -> Path:
    """Return the folder of small files written for tests."""
    return Path(__file__).parent / "fixtures"


@pytest.fixture(scope="session")
def mirror() -> Path:
    """Return the mirror of official files; without it, skip aloud or, if required, fail."""
    folder = paths.mirror()
    if folder is not None and folder.is_dir():
        return folder
    reason = "DIVIDE_MIRROR is not set: official files are not here"
    if os.environ.get("DIVIDE_REQUIRE_MIRROR") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty home of the study, without official files."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("DIVIDE_HOME", str(folder))
    monkeypatch.delenv("DIVIDE_MIRROR", raising=False)
    return folder


@pytest.fixture(scope="session")
def built_default(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home in which every table is built once from the embedded default."""
    return build_in(tmp_path_factory.mktemp("default_home"), None)


@pytest.fixture
def default_home(built_default: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Live in the home built from the embedded default; leave it as it is."""
    monkeypatch.setenv("DIVIDE_HOME", str(built_default))
    monkeypatch.delenv("DIVIDE_MIRROR", raising=False)
    return built_default


@pytest.fixture(scope="session")
def built_official(mirror: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home in which every table is built once from the official files."""
    return build_in(tmp_path_factory.mktemp("official_home"), mirror)


@pytest.fixture
def official_home(built_official: Path, mirror: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Live in the home built from the official files; leave it as it is."""
    monkeypatch.setenv("DIVIDE_HOME", str(built_official))
    monkeypatch.setenv("DIVIDE_MIRROR", str(mirror))
    return built_official


def build_in(home: Path, mirror: Path | None) -> Path:
    """Build every table in a home, with or without official files."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DIVIDE_HOME", str(home))
        if mirror:
            patch.setenv("DIVIDE_MIRROR", str(mirror))
        else:
            patch.delenv("DIVIDE_MIRROR", raising=False)
        build.bring_up_to_date()
    return home


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Return Debian's Chromium; without it, skip aloud or, if required, fail."""
    found = CHROMIUM if Path(CHROMIUM).exists() else shutil.which("chromium")
    if found is None:
        reason = "Chromium is not installed: browser tests are not run"
        if os.environ.get("DIVIDE_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=list(ARGUMENTS))
        yield opened
        opened.close()


@dataclass(frozen=True)
class Tab:
    """A page on a screen, with what it asked for and complained of."""

    page: Any
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    def listen(self) -> None:
        """Write down requests, messages of the console, errors and dialogs from now on."""

        def dismiss(dialog: Any) -> None:
            self.dialogs.append(dialog.message)
            dialog.dismiss()

        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", dismiss)

    def refused(self) -> list[str]:
        """Return what the content policy refused."""
        found: list[str] = self.page.evaluate("window.refused")
        return found

    def choose(self, lang: str) -> None:
        """Choose a language by its radio button."""
        name = texts.label(f"language.{lang}", lang=lang)
        self.page.get_by_role("radio", name=name, exact=True).check()


@pytest.fixture
def open_tab(browser: Any) -> Iterator[Callable[..., Tab]]:
    """Return a function that opens a file; options are those of a browser context."""
    contexts = []

    def open_file(path: Path, *, width: int = 1280, **options: Any) -> Tab:
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        context.add_init_script(WATCH)
        tab = Tab(context.new_page())
        tab.listen()
        tab.page.goto(path.as_uri())
        return tab

    yield open_file
    for context in contexts:
        context.close()
