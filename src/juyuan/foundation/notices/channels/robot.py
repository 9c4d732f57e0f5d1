"""工作群机器人:企业微信、钉钉的公开格式。

企业微信:POST 文本,密钥在地址的 key 里;钉钉:地址后加毫秒时间戳与签名,
签名 = base64(HMAC-SHA256(密钥, "时间戳\\n密钥"))。两家都以 errcode 0 为收下。
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from juyuan.foundation.notices.channels import BadSetting, Rejected, Undelivered
from juyuan.foundation.notices.channels.http import Target, post, target

WECOM, DINGTALK = "wecom", "dingtalk"
PUBLIC_HOSTS = {WECOM: ("qyapi.weixin.qq.com",), DINGTALK: ("oapi.dingtalk.com",)}
# 频率限制、系统繁忙:过一会再试;其余错误码(密钥不对、被移出群)再试也没有用
BUSY = frozenset({-1, 45009, 130101, 410100, 660026})


@dataclass(frozen=True)
class Robot:
    """一个群机器人(管理员在设置里给出)。"""

    form: str
    to: Target
    secret: str = ""


def configured(form: str, url: str, secret: str, hosts: Sequence[str]) -> Robot | None:
    """设置 → 机器人;没有设置地址即没有。Raises: BadSetting。"""
    if not url:
        return None
    if form not in PUBLIC_HOSTS:
        raise BadSetting("JUYUAN_WEBHOOK_FORM 只能是 wecom 或 dingtalk")
    if form == DINGTALK and not secret:
        raise BadSetting("钉钉机器人须用加签方式,请设置 JUYUAN_WEBHOOK_SECRET")
    return Robot(form, target(url, hosts or PUBLIC_HOSTS[form]), secret)


def sign(secret: str, stamp: int) -> str:
    """钉钉的签名。"""
    digest = hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def body_of(form: str, text: str, phone: str = "") -> bytes:
    """消息体;有手机号就在群里点名。"""
    phones = [phone] if phone else []
    if form == WECOM:
        said = {"msgtype": "text", "text": {"content": text, "mentioned_mobile_list": phones}}
    else:
        said = {"msgtype": "text", "text": {"content": text}, "at": {"atMobiles": phones}}
    return json.dumps(said, ensure_ascii=False).encode()


def send(robot: Robot, text: str, phone: str, now: datetime) -> None:
    """Raises: Undelivered、Rejected、Unclear。"""
    query = ""
    if robot.form == DINGTALK:
        stamp = int(now.timestamp() * 1000)
        query = urlencode({"timestamp": stamp, "sign": sign(robot.secret, stamp)})
    status, answer = post(robot.to, body_of(robot.form, text, phone), {}, query=query)
    if status >= 500 or status == 429:
        raise Undelivered(f"对方答 {status}")
    if status != 200:
        raise Rejected(f"对方答 {status}")
    try:
        said = json.loads(answer)
        code = int(said["errcode"])
    except (ValueError, KeyError, TypeError):
        raise Rejected("对方的答复读不懂") from None
    if code in BUSY:
        raise Undelivered(f"对方暂时不收(errcode {code})")
    if code:
        raise Rejected(f"对方不收(errcode {code})")
