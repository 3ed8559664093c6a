"""Receivers of messages on this machine: hooks over HTTP and mail over SMTP, which keep what they are sent."""

import json
import socket
import ssl
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread
from typing import Any
from urllib.parse import parse_qsl

SECONDS = 60  # after which whoever waits for a message gives up


@dataclass
class Received:
    """A message: where it was sent, its content, and the id by which repeats are told."""

    path: str
    headers: dict[str, str]
    content: dict[str, Any]

    @property
    def message_id(self) -> str:
        return self.headers["x-runxin-message-id"]


@dataclass
class Hooks:
    """`answers` says what a path answers, status and JSON; `before` is called before anything is answered."""

    url: str
    received: list[Received] = field(default_factory=list)
    answers: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    before: Callable[[Received], None] = lambda _: None
    arrived: Condition = field(default_factory=Condition)

    def take(self, one: Received) -> tuple[int, dict[str, Any]]:
        with self.arrived:
            self.received.append(one)
            self.arrived.notify_all()
        self.before(one)
        return self.answers.get(one.path.partition("?")[0], (200, {"errcode": 0, "errmsg": "ok"}))

    def wait_for(self, done: Callable[[], bool]) -> bool:
        """Wait until it is so after some arrival; False where it never was."""
        with self.arrived:
            return self.arrived.wait_for(done, SECONDS)

    @property
    def by_id(self) -> Counter[str]:
        """How often each message arrived: a receiver that drops repeated ids sees each of them once."""
        return Counter(one.message_id for one in self.received)


@contextmanager
def hooks(tls: ssl.SSLContext | None = None) -> Iterator[Hooks]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = int(self.headers.get("content-length", 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            content = _read(headers.get("content-type", ""), self.rfile.read(size).decode())
            status, said = found.take(Received(self.path, headers, content))
            answer = json.dumps(said).encode()
            try:
                self.send_response(status)
                self.send_header("content-length", str(len(answer)))
                if status == 302:
                    self.send_header("location", found.url + "/elsewhere")
                self.end_headers()
                self.wfile.write(answer)
            except OSError:  # whoever asked is gone
                return

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    found = Hooks(f"http://127.0.0.1:{server.server_address[1]}")
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
        found.url = f"https://localhost:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _read(kind: str, text: str) -> dict[str, Any]:
    if kind == "application/x-www-form-urlencoded":
        return dict(parse_qsl(text))
    said: dict[str, Any] = json.loads(text)
    return said


@dataclass
class Mailbox:
    port: int
    mails: list[EmailMessage] = field(default_factory=list)
    refuses: str = ""  # the word of a client that is answered with 550


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    """A receiver that speaks as much SMTP as `smtplib` asks for."""
    listening = socket.create_server(("127.0.0.1", 0))
    found = Mailbox(listening.getsockname()[1])

    def serve() -> None:
        while True:
            try:
                client, _ = listening.accept()
            except OSError:  # closed
                return
            with client, client.makefile("rwb") as wire:
                _converse(found, wire)

    thread = Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()


def _converse(found: Mailbox, wire: Any) -> None:
    def say(line: str) -> None:
        wire.write(line.encode() + b"\r\n")
        wire.flush()

    say("220 here")
    while line := wire.readline():
        word = line.split()[0].upper().decode()
        if found.refuses and word == found.refuses:
            say("550 no")
        elif word == "DATA":
            say("354 go on")
            content = b"".join(iter(wire.readline, b".\r\n"))
            found.mails.append(message_from_bytes(content, policy=policy.default))
            say("250 kept")
        elif word == "QUIT":
            say("221 bye")
            return
        else:
            say("250 fine")
