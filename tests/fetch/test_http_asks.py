"""What leaves this machine, where to, and the answers that are no faults."""

import hashlib
from pathlib import Path

import pytest

from divide.errors import BadAnswerError, NoAnswerError
from divide.fetch import http

from .faults import BODY, CSV, OLD, head, policy, raw, serving, whole


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Talk to loopback, whatever proxy this machine uses."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")


@pytest.mark.parametrize(
    "place",
    [
        "http://localhost:{port}/",
        "//localhost:{port}/",
        "http://user:word@127.0.0.1:{port}/",
        "http://127.0.0.1@localhost:{port}/",
        "https://127.0.0.1:{port}/",
        "file:///etc/hosts",
    ],
)
def test_a_redirect_elsewhere_opens_no_connection(place: str, tmp_path: Path) -> None:
    with serving(whole()) as foreign:
        moved = head(f"Location: {place.format(port=foreign.port)}", status="302 Found")
        with serving(raw(moved)) as server, pytest.raises(BadAnswerError, match="not allow"):
            http.download(http.Ask(server.url()), tmp_path / "main.csv", CSV, policy())
    assert (len(server.requests), foreign.requests) == (1, [])
    assert not (tmp_path / "main.csv").exists()


@pytest.mark.parametrize("place", ["http://127.0.0.1:port/", "http://[::1/", "//:0x/"])
def test_a_redirect_to_no_address_is_a_wrong_answer(place: str) -> None:
    """The client reads it on its own, and fails with an error of no family."""
    moved = raw(head(f"Location: {place}", status="302 Found"))
    with serving(moved) as server, pytest.raises((BadAnswerError, NoAnswerError)):
        http.read(http.Ask(server.url()), CSV, policy(tries=1))


def test_an_address_that_is_not_allowed_is_not_asked() -> None:
    with serving(whole()) as server:
        for ask in (http.Ask(server.url(host="localhost")), http.Ask("no address")):
            with pytest.raises((BadAnswerError, NoAnswerError)):
                http.read(ask, CSV, policy())
    assert server.requests == []


def test_redirects_at_home_are_followed(tmp_path: Path) -> None:
    away = raw(head("Location: /new.csv?x=1", "Set-Cookie: id=7; Path=/", status="301 Moved"))
    with serving(away, whole()) as server:
        found = http.download(http.Ask(server.url()), tmp_path / "a.csv", CSV, policy())
    assert found.url == server.url("/new.csv?x=1")
    assert (tmp_path / "a.csv").read_bytes() == BODY
    assert "cookie" not in server.requests[1].lower()


def test_redirects_end() -> None:
    named = pytest.raises(BadAnswerError, match="more than 5 times")
    with serving(raw(head("Location: /main.csv", status="302 Found"))) as server, named:
        http.read(http.Ask(server.url()), CSV, policy())
    assert len(server.requests) == 5


def test_a_query_is_never_turned_into_another_one() -> None:
    ask = {"method": "POST", "json": {"query": []}}
    for status, repeated in (("302 Found", False), ("307 Temporary Redirect", True)):
        with serving(raw(head("Location: /other", status=status)), whole()) as server:
            if repeated:
                http.read(http.Ask(server.url(), **ask), CSV, policy())
                assert server.requests[1].startswith("POST /other ")
                assert server.requests[1].endswith('{"query": []}')
            else:
                with pytest.raises(BadAnswerError, match="redirects a query"):
                    http.read(http.Ask(server.url(), **ask), CSV, policy())
                assert len(server.requests) == 1


def test_a_request_says_what_it_should(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login ada password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    ask = {
        "query": (("lang", "de"), ("obs", "ä b")),
        "raw_query": "filters=annee=2022",
        "headers": (("Accept-Language", "fr"),),
    }
    with serving(whole()) as server:
        http.read(http.Ask(server.url("/a.php"), **ask), CSV, policy())
        form = (("query", "SELECT *"),)
        http.read(http.Ask(server.url("/q"), "POST", form=form), CSV, policy())
    asked, posted = server.requests
    assert asked.startswith("GET /a.php?lang=de&obs=%C3%A4+b&filters=annee=2022 HTTP/1.1\r\n")
    assert "\r\nAccept-Language: fr\r\n" in asked
    assert "\r\nUser-Agent: divide/" in asked
    assert "authorization" not in asked.lower()
    assert posted.endswith("\r\n\r\nquery=SELECT+%2A")


def test_no_rows_is_an_answer(tmp_path: Path) -> None:
    promise = http.Promise("csv", empty_ok=("NoRecordsFound",))
    target = tmp_path / "main.csv"
    target.write_bytes(OLD)
    for status in ("200 OK", "404 Not Found"):
        with serving(whole(b"NoRecordsFound\n", status=status)) as server:
            found = http.download(http.Ask(server.url()), target, promise, policy())
            assert http.read(http.Ask(server.url()), promise, policy())[0] == b"NoRecordsFound\n"
        assert (found.empty, found.path, found.bytes) == (True, None, 15)
    assert target.read_bytes() == OLD
    named = pytest.raises(BadAnswerError, match="404")
    with serving(whole(b"Not here", status="404 Not Found")) as server, named:
        http.read(http.Ask(server.url()), promise, policy())


def test_what_is_unchanged_is_not_sent_again(tmp_path: Path) -> None:
    target = tmp_path / "main.csv"
    target.write_bytes(OLD)
    with serving(raw(head('ETag: "7"', status="304 Not Modified"))) as server:
        ask = http.Ask(server.url())
        found = http.download(ask, target, CSV, policy(), etag='"7"')
        other = http.download(ask, tmp_path / "new" / "main.csv", CSV, policy(), etag='"7"')
    assert '\r\nIf-None-Match: "7"\r\n' in server.requests[0]
    assert (found.unchanged, found.path, found.bytes) == (True, target, len(OLD))
    assert found.sha256 == hashlib.sha256(OLD).hexdigest()
    assert (other.unchanged, other.path) == (True, None)


def test_an_answer_tells_what_a_receipt_needs(tmp_path: Path) -> None:
    lines = ['ETag: "8"', "Last-Modified: Mon, 02 Nov 2026 10:00:00 GMT", "Server: x"]
    steps: list[tuple[int, int | None]] = []
    with serving(whole(BODY, *lines)) as server:
        found = http.download(
            http.Ask(server.url()),
            tmp_path / "main.csv",
            CSV,
            policy(),
            progress=lambda *step: steps.append(step),
        )
    assert found.headers == {
        "etag": '"8"',
        "last-modified": "Mon, 02 Nov 2026 10:00:00 GMT",
        "content-length": str(len(BODY)),
    }
    assert found.time.endswith("+00:00")
    assert steps[-1] == (len(BODY), len(BODY))


def test_memory_takes_small_answers_only() -> None:
    named = pytest.raises(BadAnswerError, match="50,000,000")
    with serving(raw(head("Content-Length: 50000001") + b"1")) as server, named:
        http.read(http.Ask(server.url()), http.Promise("text"), policy())
