"""邮件:标准库 smtplib,一次一封;哪一步失败,决定再试、作罢还是「结果不明」。

设置 JUYUAN_SMTP_URL:smtp://用户:口令@主机:端口/?from=发件地址[&tls=starttls],加密的直连写 smtps://。
"""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import parse_qs, unquote, urlsplit

from juyuan.foundation.notices.channels import BadSetting, Rejected, Unclear, Undelivered

TIMEOUT = 20.0


@dataclass(frozen=True)
class Server:
    """邮件服务器(管理员在设置里给出)。"""

    host: str
    port: int
    user: str
    password: str
    sender: str
    tls: str  # "" | starttls | direct


def configured(url: str) -> Server | None:
    """设置 → 服务器;没有设置即没有。Raises: BadSetting。"""
    if not url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise BadSetting(f"JUYUAN_SMTP_URL 写得不对:{error}") from None
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    tls = "direct" if parts.scheme == "smtps" else query.get("tls", "")
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise BadSetting("JUYUAN_SMTP_URL 须是 smtp://主机:端口/?from=地址 的样子")
    if tls not in ("", "starttls", "direct"):
        raise BadSetting("JUYUAN_SMTP_URL 的 tls 只能是 starttls")
    user = unquote(parts.username or "")
    sender = query.get("from", user)
    if "@" not in sender or any(ch in sender for ch in "\r\n"):
        raise BadSetting("JUYUAN_SMTP_URL 须写明发件地址:?from=juyuan@example.gov.cn")
    return Server(
        parts.hostname,
        port or (465 if tls == "direct" else 25),
        user,
        unquote(parts.password or ""),
        sender,
        tls,
    )


def compose(
    server: Server, to: str, subject: str, text: str, *, key: str, now: datetime
) -> EmailMessage:
    """一封纯文字的信;编号由投递的编号定,同一件再送时收信一方认得出。"""
    message = EmailMessage()
    message["From"] = server.sender
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{key}@{server.sender.partition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text, charset="utf-8", cte="base64")
    return message


def send(server: Server, message: EmailMessage) -> None:
    """Raises: Undelivered、Rejected、Unclear。"""
    try:
        smtp = _open(server)
    except (OSError, smtplib.SMTPException) as error:
        raise Undelivered(f"邮件服务器连不上:{type(error).__name__}") from error
    handed = False
    code, said = 0, b""
    try:
        code, said = smtp.mail(server.sender)
        if code < 400:
            code, said = smtp.rcpt(str(message["To"]))
        if code < 400:
            handed = True
            code, said = smtp.data(message.as_bytes())
    except smtplib.SMTPDataError as error:
        code, said = error.smtp_code, str(error.smtp_error).encode()
    except (OSError, smtplib.SMTPException) as error:
        broken = f"邮件服务器断了:{type(error).__name__}"
        raise (Unclear(broken) if handed else Undelivered(broken)) from error
    finally:
        _close(smtp)
    if code >= 400:
        text = f"邮件服务器答 {code} {said.decode('utf-8', 'replace')}"[:300]
        raise Rejected(text) if code >= 500 else Undelivered(text)


def _open(server: Server) -> smtplib.SMTP:
    context = ssl.create_default_context()
    smtp: smtplib.SMTP
    if server.tls == "direct":
        smtp = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT, context=context)
    else:
        smtp = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
    try:
        smtp.ehlo_or_helo_if_needed()
        if server.tls == "starttls":
            smtp.starttls(context=context)
        if server.user:
            smtp.login(server.user, server.password)
    except BaseException:
        _close(smtp)
        raise
    return smtp


def _close(smtp: smtplib.SMTP) -> None:
    try:
        smtp.quit()
    except (OSError, smtplib.SMTPException):
        smtp.close()
