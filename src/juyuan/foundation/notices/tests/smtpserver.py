"""测试用的真 SMTP 服务器(本机端口,标准库):收信、可以按要求答错误码或中途断开。"""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any


class Mailbox:
    """收到的信;`answers` 依次覆盖某条命令的答复,例 [("DATA", "451 busy")];「drop」即断开。"""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.senders: list[str] = []
        self.answers: list[tuple[str, str]] = []
        self.url = ""

    def answer(self, verb: str) -> str:
        if self.answers and self.answers[0][0] == verb:
            return self.answers.pop(0)[1]
        return ""


class Handler(socketserver.StreamRequestHandler):
    box: Mailbox

    def say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")

    def handle(self) -> None:
        self.say("220 loopback ESMTP")
        while line := self.rfile.readline():
            text = line.decode("utf-8", "replace").strip()
            verb = text.split(" ", 1)[0].upper()
            told = self.box.answer(verb)
            if told == "drop":
                return
            if told:
                self.say(told)
            elif verb in ("EHLO", "HELO"):
                self.say("250-loopback")
                self.say("250 8BITMIME")
            elif verb == "MAIL":
                self.box.senders.append(text)
                self.say("250 ok")
            elif verb == "DATA":
                if not self._data():
                    return
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def _data(self) -> bool:
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b".") else line)
        told = self.box.answer("BODY")
        if told == "drop":
            return False
        if told:
            self.say(told)
            return True
        parsed: Any = message_from_bytes(b"".join(lines), policy=policy.default)
        self.box.letters.append(parsed)
        self.say("250 queued")
        return True


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


@contextmanager
def smtp_server() -> Iterator[Mailbox]:
    """开一台;`box.url` 填进 JUYUAN_SMTP_URL。"""
    box = Mailbox()
    handler = type("Bound", (Handler,), {"box": box})
    with Server(("127.0.0.1", 0), handler) as server:
        box.url = f"smtp://127.0.0.1:{server.server_address[1]}/?from=juyuan@city.example"
        threading.Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        ).start()
        try:
            yield box
        finally:
            server.shutdown()
