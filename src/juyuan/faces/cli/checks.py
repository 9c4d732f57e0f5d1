"""`./juyuan check`:测试之外,CI 要看的一切。全部跑完,列出没过的,退出码 1。"""

from __future__ import annotations

import concurrent.futures
import os
import subprocess
import sys
import time
from dataclasses import dataclass

from . import runtime
from .launch.trouble import DONE, REFUSED, USAGE, Trouble, complain

AT_ONCE = 2


@dataclass(frozen=True)
class Check:
    """一项检查。`command` 以 .venv 的解释器执行 `python -m …`。"""

    name: str
    label: str
    command: tuple[str, ...]
    mend: str


@dataclass(frozen=True)
class Outcome:
    check: Check
    passed: bool
    seconds: float
    output: str


CODE = ("juyuan", "src", "tests", "conftest.py", "bench")
INSPECT = "juyuan.faces.cli.inspections"
CHECKS = (
    Check("mypy", "类型(内核与规则从严)", ("mypy", "--no-error-summary"), "按提示补上类型"),
    Check("lint", "代码规矩", ("ruff", "check", *CODE), "ruff check --fix"),
    Check("format", "排版", ("ruff", "format", "--check", *CODE), "ruff format juyuan src tests"),
    Check(
        "imports",
        "导入方向",
        ("importlinter.cli", "--no-cache"),
        "上面的说明写着代码该放在哪里",
    ),
    Check(
        "migrations",
        "迁移与模型一致",
        ("django", "makemigrations", "--check", "--dry-run"),
        "./juyuan manage makemigrations",
    ),
    Check("django", "框架自查", ("django", "check"), "按提示改正"),
    Check("templates", "模板能编译", (INSPECT, "templates"), "按提示改正模板"),
    Check(
        "html",
        "模板写法",
        ("djlint", "src", "--lint", "--quiet"),
        "按提示改正模板",
    ),
    Check("assets", "素材与清单一致", (INSPECT, "assets"), "恢复被改动的素材,或更新清单"),
    Check("packs", "城市包", (INSPECT, "packs"), "按文件与位置改正"),
    Check("rulebook", "规则手册是最新的", (INSPECT, "rulebook"), "./juyuan rulebook"),
)


def main(argv: list[str]) -> int:
    """`argv` 为空即全部,否则只跑点名的。"""
    names = {check.name for check in CHECKS}
    unknown = [name for name in argv if name not in names]
    if unknown:
        raise Trouble(
            f"没有「{unknown[0]}」这项检查。可选:{'、'.join(c.name for c in CHECKS)}。", USAGE
        )
    chosen = [check for check in CHECKS if not argv or check.name in argv]
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        running = [pool.submit(run, check) for check in chosen]
        outcomes = [report(done.result()) for done in concurrent.futures.as_completed(running)]
    failed = [outcome.check for outcome in outcomes if not outcome.passed]
    if failed:
        complain(f"{len(failed)} 项没过:" + ";".join(f"{c.label}({c.mend})" for c in failed))
        return REFUSED
    print(f"检查全部通过({len(outcomes)} 项)", flush=True)
    return DONE


def run(check: Check) -> Outcome:
    """执行一项,收下全部输出。"""
    base = runtime.root()
    env = {key: value for key, value in os.environ.items() if key != "JUYUAN_DB_ROLE"}
    env |= {
        "DJANGO_SETTINGS_MODULE": "juyuan.settings",
        "JUYUAN_MODE": "demo",
        # 这里的检查都不需要数据库:指向一个不存在的套接字,谁要连就会失败
        "JUYUAN_DATABASE_URL": "postgresql://nobody@/none?host=/nonexistent",
        "JUYUAN_HOME": str(base / "var" / "check"),
        "MYPYPATH": str(base / "src"),
    }
    began = time.monotonic()
    module, *arguments = check.command
    done = subprocess.run(
        [sys.executable, "-W", "ignore::RuntimeWarning", "-m", module, *_existing(arguments)],
        cwd=base,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    return Outcome(check, done.returncode == 0, time.monotonic() - began, done.stdout)


def _existing(arguments: list[str]) -> list[str]:
    """去掉还不存在的代码目录。"""
    base = runtime.root()
    return [arg for arg in arguments if arg not in CODE or (base / arg).exists()]


def report(outcome: Outcome) -> Outcome:
    """打印一项的结果;没过的连输出一起。"""
    mark = "✓" if outcome.passed else "✗"
    check = outcome.check
    print(f"{mark} {check.label} [{check.name}]({outcome.seconds:.1f} 秒)", flush=True)
    if not outcome.passed:
        print("\n".join(f"    {line}" for line in outcome.output.strip().splitlines()), flush=True)
    return outcome
