"""A server on loopback that commits the faults of real ones, byte by byte over a real socket."""

import gzip
import socket
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from divide.fetch import http

Reply = Callable[[socket.socket, threading.Event], None]
# Invented figures in the form of an SDMX-CSV, long enough to be cut in many places.
BODY = (
    "DATAFLOW,GEO,TIME_PERIOD,OBS_VALUE\n"
    + "".join(f"CH1.X:DF_X(1.0.0),{n},2025,{7 * n}\n" for n in range(1, 401))
).encode()
OLD = b"GEO,OBS_VALUE\nZH,1\n"
HTML = b"<!DOCTYPE html><html><title>Wartung</title><p>Bitte versuchen Sie es erneut.</html>"
CSV = http.Promise("csv", columns=("GEO", "OBS_VALUE"))


@dataclass
class Server:
    """What the server was asked, and when."""

    port: int
    requests: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def url(self, path: str = "/main.csv", *, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"


@contextmanager
def serving(*replies: Reply) -> Iterator[Server]:
    """Answer the first request with the first reply …, and all later ones with the last."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        server = Server(listener.getsockname()[1])
        # A closed listener does not wake the thread that waits at it.
        listener.settimeout(0.02)
        accept = threading.Thread(target=_accept, args=(listener, server, replies), daemon=True)
        accept.start()
        try:
            yield server
        finally:
            server.stop.set()
            accept.join()


def _accept(listener: socket.socket, server: Server, replies: tuple[Reply, ...]) -> None:
    while not server.stop.is_set():
        with suppress(TimeoutError):
            line, _ = listener.accept()
            threading.Thread(target=_answer, args=(line, server, replies), daemon=True).start()


def _answer(line: socket.socket, server: Server, replies: tuple[Reply, ...]) -> None:
    with line, suppress(OSError):
        line.settimeout(5)
        asked = _request(line)
        server.times.append(time.monotonic())
        server.requests.append(asked)
        reply = replies[min(len(server.requests), len(replies)) - 1]
        reply(line, server.stop)
        # Not close alone: a forked process may hold the same line.
        line.shutdown(socket.SHUT_RDWR)


def _request(line: socket.socket) -> str:
    """Read a request to its end: a line closed with bytes unread would be reset."""
    asked = b""
    while b"\r\n\r\n" not in asked:
        asked += line.recv(65_536)
    head, _, body = asked.partition(b"\r\n\r\n")
    length = [s.split(b":")[1] for s in head.split(b"\r\n") if s.lower().startswith(b"content-le")]
    while length and len(body) < int(length[0]):
        body += line.recv(65_536)
    return (head + b"\r\n\r\n" + body).decode()


def head(*lines: str, status: str = "200 OK") -> bytes:
    """Write the head of an answer."""
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode()


def raw(*pieces: bytes, pause: float = 0.0) -> Reply:
    """Send bytes as they are, then hang up."""

    def reply(line: socket.socket, stop: threading.Event) -> None:
        for piece in pieces:
            line.sendall(piece)
            stop.wait(pause)

    return reply


def whole(body: bytes = BODY, *lines: str, status: str = "200 OK") -> Reply:
    """Answer as it should be."""
    return raw(head(f"Content-Length: {len(body)}", *lines, status=status) + body)


def chunked(body: bytes, *, end: bytes = b"0\r\n\r\n") -> bytes:
    """Pack a body into chunks of 1000 bytes."""
    pieces = [body[start : start + 1000] for start in range(0, len(body), 1000)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + end


def reset(line: socket.socket, stop: threading.Event) -> None:
    """Send half, then tear the connection down."""
    line.sendall(head(f"Content-Length: {len(BODY)}") + BODY[:3302])
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.close()


def stall(line: socket.socket, stop: threading.Event) -> None:
    """Send half, then say nothing and hold the line."""
    line.sendall(head(f"Content-Length: {len(BODY)}") + BODY[:3302])
    stop.wait(60)


def drip(start: bytes, letter: bytes) -> Reply:
    """Send a byte again and again, so that no timeout of a socket ever passes."""

    def reply(line: socket.socket, stop: threading.Event) -> None:
        line.sendall(start)
        while not stop.wait(0.05):
            line.sendall(letter)

    return reply


def bomb() -> bytes:
    """Pack 300 MB of zeros into 300 kB."""
    zeros = bytes(10_000_000)
    packer = zlib.compressobj(wbits=31)
    first = packer.compress(zeros) + packer.flush(zlib.Z_FULL_FLUSH)
    # After a full flush the packer forgets what it saw, so this piece can be repeated.
    more = packer.compress(zeros) + packer.flush(zlib.Z_FULL_FLUSH)
    return first + 29 * more


def policy(**changes: object) -> http.Policy:
    """Return a policy for loopback, as short as a test can bear."""
    usual = {"deadline": 4.0, "quiet": 0.3, "tries": 3, "calls": 1000, "schemes": {"http"}}
    return http.Policy(frozenset({"127.0.0.1"}), **usual | changes)  # type: ignore[arg-type]


CUT = {
    "cut with length": raw(head(f"Content-Length: {len(BODY)}") + BODY[:3302]),
    "cut chunked": raw(head("Transfer-Encoding: chunked") + chunked(BODY[:3000], end=b"")),
    "cut in a chunk": raw(head("Transfer-Encoding: chunked") + chunked(BODY)[:2500]),
    "cut gzip": raw(head("Content-Encoding: gzip") + gzip.compress(BODY)[:900]),
    "cut gzip, length of the cut": whole(gzip.compress(BODY)[:900], "Content-Encoding: gzip"),
    "garbled gzip": whole(b"\0" + gzip.compress(BODY), "Content-Encoding: gzip"),
}
SILENT = {
    "reset": reset,
    "stall": stall,
    "hang up at once": raw(b""),
    "503": whole(b"busy", status="503 Service Unavailable"),
    "429": whole(b"busy", "Retry-After: 0", status="429 Too Many Requests"),
}
DRIP = {
    "drip of the body": drip(head("Content-Length: 100000") + BODY[:100], b"1"),
    "drip without length": drip(head() + BODY[:100], b"1"),
    "drip of headers": drip(b"HTTP/1.1 200 OK\r\nX-Long: ", b"x"),
    "drip of many headers": drip(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
    "drip of chunks": drip(head("Transfer-Encoding: chunked"), b"1\r\n1\r\n"),
}
WRONG = {
    "HTML as 200": whole(HTML, "Content-Type: text/html"),
    "HTML labelled CSV": whole(HTML, "Content-Type: text/csv"),
    "HTML after a BOM": whole(b"\xef\xbb\xbf\n " + HTML, "Content-Type: text/csv"),
    "empty": whole(b""),
    "empty, 204": raw(head(status="204 No Content")),
    "404": whole(HTML, status="404 Not Found"),
    "unknown packing": whole(BODY, "Content-Encoding: br"),
    "other columns": whole(BODY.replace(b"OBS_VALUE", b"VALEUR")),
    "unasked 304": raw(head(status="304 Not Modified")),
}
