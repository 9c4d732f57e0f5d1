"""短信:POST 到市里的短信网关,正文带 HMAC-SHA256 签名,网关据此认出是我们。

正文 JSON:{"id": 投递编号, "phone": 手机, "text": 文字, "at": 毫秒时间戳};
头 X-Juyuan-Signature: sha256=十六进制(HMAC(密钥, 正文))。2xx 即收下;同一 id 网关可据以去重。
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from juyuan.foundation.notices.channels import BadSetting, Rejected, Undelivered
from juyuan.foundation.notices.channels.http import Target, post, target


@dataclass(frozen=True)
class Gateway:
    """短信网关(管理员在设置里给出)。"""

    to: Target
    secret: str


def configured(url: str, secret: str, hosts: Sequence[str]) -> Gateway | None:
    """设置 → 网关;没有设置地址即没有。不另给允许的主机时,就是地址里那一台。Raises: BadSetting。"""
    if not url:
        return None
    if not secret:
        raise BadSetting("短信网关须设置 JUYUAN_SMS_SECRET")
    return Gateway(target(url, hosts or [urlsplit(url).hostname or ""]), secret)


def signature(secret: str, body: bytes) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def send(gateway: Gateway, key: str, phone: str, text: str, now: datetime) -> None:
    """Raises: Undelivered、Rejected、Unclear。"""
    said = {"id": key, "phone": phone, "text": text, "at": int(now.timestamp() * 1000)}
    body = json.dumps(said, ensure_ascii=False).encode()
    headers = {"X-Juyuan-Signature": signature(gateway.secret, body)}
    status, _ = post(gateway.to, body, headers)
    if status >= 500 or status == 429:
        raise Undelivered(f"网关答 {status}")
    if not 200 <= status < 300:
        raise Rejected(f"网关答 {status}")
