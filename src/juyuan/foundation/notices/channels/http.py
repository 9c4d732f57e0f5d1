"""向设置里的地址 POST 一份 JSON:只连允许的主机,不跟随跳转。"""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from juyuan.foundation.notices.channels import BadSetting, Unclear, Undelivered

TIMEOUT = 10.0
MAX_ANSWER = 64 * 1024
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True)
class Target:
    """一个核对过的去处。"""

    scheme: str
    host: str
    port: int
    path: str


def target(url: str, hosts: Collection[str]) -> Target:
    """核对设置里的地址:主机须在允许之列;明文 http 只许本机(接到本机的网关)。

    Raises: BadSetting。
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise BadSetting(f"地址写得不对:{error}") from None
    if parts.scheme not in ("http", "https") or not host or parts.username:
        raise BadSetting("地址须是 https://主机/… 的样子,不带用户名")
    if host not in hosts:
        raise BadSetting(f"主机 {host} 不在允许之列")
    if parts.scheme == "http" and host not in LOOPBACK:
        raise BadSetting(f"发往 {host} 须用 https")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if any(ord(ch) < 33 or ord(ch) > 126 for ch in path):
        raise BadSetting("地址里有空白或非 ASCII 字符")
    return Target(parts.scheme, host, port or (443 if parts.scheme == "https" else 80), path)


def post(
    to: Target, body: bytes, headers: Mapping[str, str], *, query: str = ""
) -> tuple[int, bytes]:
    """返回 (状态码, 正文)。

    Raises: Undelivered(没连上)、Unclear(请求已送出而没有答复)。
    """
    connection: http.client.HTTPConnection
    if to.scheme == "https":
        context = ssl.create_default_context()
        connection = http.client.HTTPSConnection(to.host, to.port, timeout=TIMEOUT, context=context)
    else:
        connection = http.client.HTTPConnection(to.host, to.port, timeout=TIMEOUT)
    path = to.path + (("&" if "?" in to.path else "?") + query if query else "")
    try:
        try:
            connection.connect()
        except OSError as error:
            raise Undelivered(f"连不上 {to.host}:{type(error).__name__}") from error
        try:
            connection.request(
                "POST",
                path,
                body=body,
                headers={"Content-Type": "application/json; charset=utf-8", **headers},
            )
            answer = connection.getresponse()
            return answer.status, answer.read(MAX_ANSWER)
        except (OSError, http.client.HTTPException) as error:
            raise Unclear(f"{to.host} 没有答复:{type(error).__name__}") from error
    finally:
        connection.close()
