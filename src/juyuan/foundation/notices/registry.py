"""登记处:通知的种类与缺省渠道。由 wiring 登记。"""

from __future__ import annotations

from dataclasses import dataclass

MAIL, ROBOT, SMS = "mail", "robot", "sms"


@dataclass(frozen=True)
class NoticeKind:
    """一种通知。`channels` 是收件箱之外还送哪里(mail 进每日一封的汇总);个人可以关。"""

    kind: str
    label: str
    clause: str = ""
    channels: tuple[str, ...] = (MAIL,)


_kinds: dict[str, NoticeKind] = {}


def register(kind: NoticeKind) -> None:
    """登记;同名再登记即替换(重复 connect 无害)。"""
    _kinds[kind.kind] = kind


def unregister(kind: str) -> None:
    _kinds.pop(kind, None)


def kind_of(kind: str) -> NoticeKind:
    """Raises: LookupError(没有登记:编码错误)。"""
    try:
        return _kinds[kind]
    except KeyError:
        raise LookupError(f"没有登记的通知种类 {kind}") from None


def labels() -> dict[str, str]:
    return {kind.kind: kind.label for kind in _kinds.values()}
