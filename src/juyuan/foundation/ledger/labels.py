"""事项与对象类别的中文名。各房间的由 wiring 登记;没登记的照代码显示。"""

from __future__ import annotations

from collections.abc import Mapping

_events: dict[str, str] = {
    "access.login": "登录",
    "access.login_failed": "登录失败",
    "access.locked": "登录锁定",
    "access.logout": "退出",
    "access.denied": "无权访问",
    "access.not_found": "访问不存在或看不见的对象",
    "ledger.audit.read": "查阅审计记录",
    "ledger.audit.verified": "核验台账",
    "ledger.anchor.exported": "导出锚点",
    "people.unit.created": "登记单位",
    "people.unit.edited": "修改单位",
    "people.person.registered": "登记人员",
    "people.person.edited": "修改人员",
    "people.person.handed_over": "人员调离移交",
    "people.account.created": "建账号",
    "people.account.disabled": "停用账号",
    "people.account.enabled": "启用账号",
    "people.account.password_reset": "重设口令",
    "people.account.password_changed": "改口令",
    "people.post.granted": "授予任职",
    "people.post.edited": "修改任职",
    "people.post.ended": "终止任职",
    "people.token.made": "发接口令牌",
    "people.token.revoked": "撤销接口令牌",
    "keeping.backup.made": "备份",
    "keeping.restored": "由备份恢复",
    "files.file.stored": "上传文件",
    "files.file.used": "使用文件",
    "files.file.downloaded": "下载文件",
    "files.file.previewed": "预览文件",
    "files.use.removed": "撤去文件",
    "work.task.queued": "提交长任务",
    "work.task.cancelled": "取消长任务",
    "work.job.ran": "执行定期任务",
}
_types: dict[str, str] = {
    "unit": "单位",
    "person": "人员",
    "account": "账号",
    "post": "任职",
    "token": "接口令牌",
    "file": "文件",
    "url": "网址",
    "task": "长任务",
    "job": "定期任务",
    "audit": "审计记录",
    "backup": "备份",
}

_fields: dict[str, str] = {
    "code": "代码",
    "name": "名称",
    "short_name": "简称",
    "aliases": "别名",
    "kind": "类别",
    "function": "职能代码",
    "parent": "上级单位",
    "adcode": "区划代码",
    "is_county": "可作承载地",
    "order": "排序",
    "origin": "来源",
    "disabled_on": "停用、离任日",
    "person": "人员",
    "unit": "单位",
    "role": "角色",
    "title": "职务",
    "starts_on": "起任日",
    "ends_on": "止任日",
    "account": "账号",
    "expires_at": "失效时间",
    "successor": "接手人",
    "moved": "移交",
}

# 管理事项:名称、理由、前后内容不涉业务,审计可看
MANAGEMENT = frozenset(
    {"unit", "person", "account", "post", "token", "url", "audit", "job", "backup"}
)


def register(
    events: Mapping[str, str] | None = None, types: Mapping[str, str] | None = None
) -> None:
    """由 wiring 登记各房间的事项名与对象类别名;重复登记即替换。"""
    _events.update(events or {})
    _types.update(types or {})


def field_label(name: str) -> str:
    return _fields.get(name, name)


def said(value: object) -> str:
    """一个值怎么说。"""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, (list, tuple)):
        return "、".join(str(part) for part in value)
    if isinstance(value, dict):
        return "、".join(f"{key} {part}" for key, part in value.items())
    return "" if value is None else str(value)


def event_label(event: str) -> str:
    return _events.get(event, event)


def type_label(obj_type: str) -> str:
    return _types.get(obj_type, obj_type)


def type_choices() -> list[tuple[str, str]]:
    return sorted(_types.items(), key=lambda pair: pair[1])


def events_named(text: str) -> list[str]:
    """中文名或代码里含这段文字的事项。"""
    return [event for event, label in _events.items() if text in label or text in event]
