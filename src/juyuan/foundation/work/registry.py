"""登记处:定期任务与长任务的种类。房间由 wiring 登记。"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from juyuan.foundation.work.rules import DAILY, Schedule


@dataclass(frozen=True)
class Job:
    """一项定期任务。

    `run(today=…, now=…)` 须可重复执行(同一日再做一次,结果不变),返回可存 JSON 的结果;
    `catch_up` 为真时停机漏掉的各日逐日补做,为假只做最近一日。
    """

    name: str
    label: str
    run: Callable[..., Any]
    schedule: Schedule = DAILY
    catch_up: bool = True
    clause: str = ""


@dataclass(frozen=True)
class TaskKind:
    """一种长任务。

    `run(args, actor=…, now=…, progress=…)` 返回可存 JSON 的结果;`progress(已办, 总数, 进展="")` 在
    有人要求取消时抛出 `Cancelled`(放在自己的事务里就整个回滚)。被杀之后会从头再做一次,须重做无害。
    `result_url(结果)` 给出看结果的网址。
    """

    kind: str
    label: str
    run: Callable[..., Any]
    result_url: Callable[[Any], str] | None = None
    result_label: str = "看结果"


_jobs: dict[str, Job] = {}
_kinds: dict[str, TaskKind] = {}


def register(job: Job) -> None:
    """登记定期任务;同名再登记即替换(重复 connect 无害)。"""
    _jobs[job.name] = job


def unregister(name: str) -> None:
    _jobs.pop(name, None)


def jobs() -> tuple[Job, ...]:
    return tuple(_jobs[name] for name in sorted(_jobs))


def register_task(kind: TaskKind) -> None:
    """登记一种长任务;同种再登记即替换。"""
    _kinds[kind.kind] = kind


def unregister_task(kind: str) -> None:
    _kinds.pop(kind, None)


def task_kind(kind: str) -> TaskKind | None:
    return _kinds.get(kind)
