"""接口描述(OpenAPI 3.1)的补全:用到 If-Match、Idempotency-Key 的操作写明请求头,412、428、409 写在用得着的操作上。

用没用,看那个操作的代码会不会走到 `if_match`、`once`,不另抄一份清单:
代码改了,描述自己跟着变;测试逐个操作核对。
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dis import get_instructions
from types import CodeType, FunctionType
from typing import Any

from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from juyuan.foundation.apikit.idempotency import once
from juyuan.foundation.apikit.shapes import if_match, optional_match

DEPTH = 4
OURS = "juyuan."
SKIP_READ = ("409", "412", "428")

IF_MATCH = {
    "name": "If-Match", "in": "header",
    "description": '读到的版本,如 "3";与现在的不同即 412(他人已先行操作)。',
    "schema": {"type": "string", "examples": ['"3"']},
}  # fmt: skip
IDEMPOTENCY = {
    "name": "Idempotency-Key", "in": "header", "required": False,
    "description": "同一键、同一内容的重试只算一次;同一键、别的内容是 409;保留 7 天。",
    "schema": {"type": "string", "maxLength": 100},
}  # fmt: skip


def uses(view: Callable[..., Any]) -> set[str]:
    """这个操作会走到哪些机制:`once`、`if_match`(必带)、`optional`(可带)。"""
    return set(_reached(view, DEPTH, set()))


def _reached(function: Any, depth: int, seen: set[Any]) -> Iterator[str]:
    if not isinstance(function, FunctionType) or function in seen or depth < 0:
        return
    seen.add(function)
    if function is once:
        yield "once"
        return
    if function is if_match:
        yield "if_match"
        return
    if function is optional_match:
        yield "optional"
        return
    if not function.__module__.startswith(OURS):
        return
    for name in _names(function.__code__):
        yield from _reached(function.__globals__.get(name), depth - 1, seen)


def _names(code: CodeType) -> Iterator[str]:
    """代码里按全局名取用的(不算属性名)。"""
    yield from (step.argval for step in get_instructions(code) if step.opname == "LOAD_GLOBAL")
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _names(inner)


class CompleteSchema(OpenAPISchema):
    """逐个操作补全。"""

    def operation_details(self, operation: Operation) -> dict[str, Any]:
        details = super().operation_details(operation)
        complete(details, operation.view_func, read=operation.methods == ["GET"])
        return details


def complete(details: dict[str, Any], view: Callable[..., Any], *, read: bool) -> None:
    """一个操作:用到的请求头写上,答不出的状态不写。"""
    found = uses(view)
    versioned, optional = "if_match" in found, "optional" in found
    if versioned or optional:
        details["parameters"].append(IF_MATCH | {"required": versioned})
    if "once" in found:
        details["parameters"].append(IDEMPOTENCY)
    gone = set(SKIP_READ) if read else set()
    if not (versioned or optional):
        gone.add("428")
    if "once" not in found:
        gone.add("409")
    for status in [s for s in details["responses"] if str(s) in gone]:
        del details["responses"][status]
