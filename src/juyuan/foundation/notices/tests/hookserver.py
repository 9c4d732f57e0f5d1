"""测试用的真 HTTP 服务器(本机端口):记下收到的请求,按要求答复。"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Hit:
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Hook:
    """`answers` 依次给出 (状态码, 正文, 头);用完之后答 200 {"errcode": 0}。「drop」即收下不答。"""

    url: str = ""
    hits: list[Hit] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)


@contextmanager
def hook_server() -> Iterator[Hook]:
    hook = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hook.hits.append(Hit(parts.path, parse_qs(parts.query), dict(self.headers), body))
            told = hook.answers.pop(0) if hook.answers else (200, b'{"errcode": 0}', {})
            if told == "drop":
                self.close_connection = True
                self.connection.close()
                return
            status, said, headers = told
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hook.url = f"http://127.0.0.1:{server.server_address[1]}/robot/send?key=k1"
    threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
    ).start()
    try:
        yield hook
    finally:
        server.shutdown()
        server.server_close()
