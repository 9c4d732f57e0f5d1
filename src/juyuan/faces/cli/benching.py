"""`./juyuan bench [名称…] [--json] [--scale 10000,100000] [--write]`:自带的性能测试。

在一个随用随弃、但按正式设置落盘的库里造满项目再测;不碰演示或正式的数据。测什么、地板怎么来,见 `bench/`。
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from . import benchreport, marks, runtime, testing
from .launch import postgres
from .launch.trouble import DONE, REFUSED, USAGE, Trouble, say

NAMES = (
    "list", "filter", "light", "search", "detail", "deep", "api", "desk", "tabs", "figures", "find",
    "export", "import", "check", "name-pairs", "monthly", "jobs", "claims",
)  # fmt: skip
DATABASE = "juyuan_bench"


def main(argv: list[str]) -> int:
    """逐个规模测一遍;有没达到目标的退出 1。"""
    parser = argparse.ArgumentParser(prog="./juyuan bench")
    parser.add_argument("names", nargs="*", metavar="名称", help="、".join(NAMES))
    parser.add_argument("--scale", default="10000,100000", help="项目个数,逗号分隔")
    parser.add_argument("--json", action="store_true", help="一份 JSON")
    parser.add_argument(
        "--write", action="store_true", help="结果写进 docs/performance.md 与 bench/results/"
    )
    options = parser.parse_args(argv)
    unknown = [name for name in options.names if name not in NAMES]
    if unknown:
        raise Trouble(f"没有「{unknown[0]}」这一项。可选:{'、'.join(NAMES)}。", USAGE)
    document: dict[str, Any] = {"machine": machine()}

    def keep(so_far: list[dict[str, Any]]) -> None:
        """测完一项就写一次:半路停下,测过的还在;没有测到的留着上一次的。"""
        if options.write:
            benchreport.write(runtime.root(), document | {"results": so_far})

    results = measure(scales(options.scale), options.names, show=not options.json, keep=keep)
    document["results"] = results
    if options.json:
        print(json.dumps(document, ensure_ascii=False, indent=1))
    if options.write:
        say("结果已写进 docs/performance.md 与 bench/results/latest.json")
    missed = [result for result in results if result["met"] is False]
    return REFUSED if missed else DONE


def scales(text: str) -> list[int]:
    """从小到大的项目个数。"""
    try:
        found = sorted({int(part) for part in text.split(",")})
    except ValueError:
        found = []
    if not found or found[0] < 100:
        raise Trouble("--scale 应是不小于 100 的整数,几个用逗号隔开。", USAGE)
    return found


def machine() -> dict[str, Any]:
    """在什么机器上测的。"""
    import platform

    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "measured_on": time.strftime("%Y-%m-%d"),
        "cpus": os.cpu_count(),
        "memory_gb": round(memory / 2**30),
        "load_before": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "postgres": postgres.MAJOR,
    }


Keep = Callable[[list[dict[str, Any]]], None]


def measure(wanted: list[int], names: list[str], *, show: bool, keep: Keep) -> list[dict[str, Any]]:
    """备库、造项目、测;小规模测完接着造到大规模。"""
    for name in [key for key in os.environ if key.startswith("JUYUAN_")]:
        if name not in ("JUYUAN_ROOT", "JUYUAN_HOME", "JUYUAN_DATABASE_URL", "JUYUAN_NAME_PAIRS"):
            del os.environ[name]
    with testing.database(postgres.STEADY) as (url, home):
        with runtime.connect(url) as admin:
            marks.drop_database(admin, DATABASE)
            marks.create_database(admin, DATABASE)
        try:
            return _measure(testing.url_for(url, DATABASE), str(home), wanted, names, show, keep)
        finally:
            with runtime.connect(url) as admin:
                marks.drop_database(admin, DATABASE)


def _measure(
    url: str, home: str, wanted: list[int], names: list[str], show: bool, keep: Keep
) -> list[dict[str, Any]]:
    os.environ.update(
        JUYUAN_DATABASE_URL=url,
        JUYUAN_HOME=home,
        JUYUAN_MODE="demo",
        JUYUAN_DEMO_PASSWORD="bench-only-0000",  # noqa: S106
        PYTHONPATH=os.pathsep.join([str(runtime.root()), os.environ.get("PYTHONPATH", "")]),
    )
    os.makedirs(os.path.join(home, "static"), exist_ok=True)
    runtime.run_step("juyuan.faces.cli.dbprep", "code", "pack")
    runtime.run_step("juyuan.faces.cli.demodata", role=runtime.RUNTIME_ROLE)
    results: list[dict[str, Any]] = []
    made = 0
    for scale in wanted:
        say(f"造到 {scale} 个项目")
        grow = (str(scale - made), str(scale))
        runtime.run_step("juyuan.faces.cli.benchseed", *grow, role=runtime.RUNTIME_ROLE)
        results.append(seeded(scale, home))
        if show:
            print(told(results[-1]), flush=True)
        made = scale
        with runtime.connect(url) as owner:
            owner.execute("VACUUM ANALYZE")
        for result in _run(scale, names, show):
            results.append(result)
            keep(results)
    return results


def seeded(scale: int, home: str) -> dict[str, Any]:
    """造项目的一项:每秒几个(`./juyuan seed` 同一个函数)。"""
    done = json.loads((Path(home) / "seed.json").read_text(encoding="utf-8"))
    rate = round(done["count"] / done["seconds"])
    took = done["seconds"] * 1000
    return {
        "name": "seed", "label": f"造 {done['count']:,} 个仿真项目", "scale": scale,
        "p50_ms": took, "p95_ms": took, "floor_p95_ms": None, "ratio": None,
        "aim": "> 5,000 个/秒", "met": rate > 5000 if scale >= 100_000 else None,
        "more": {"projects_per_s": rate},
    }  # fmt: skip


def _run(scale: int, names: list[str], show: bool) -> Iterator[dict[str, Any]]:
    env = dict(os.environ, JUYUAN_DB_ROLE=runtime.RUNTIME_ROLE)
    child = subprocess.Popen(
        [sys.executable, "-m", "bench", str(scale), *names],
        cwd=runtime.root(),
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    for line in child.stdout:
        result = json.loads(line)
        if show:
            print(told(result), flush=True)
        yield result
    if child.wait() != 0:
        raise Trouble("性能测试没有跑完,原因见上。")


def told(result: dict[str, Any]) -> str:
    """给人看的一行。"""
    mark = {True: "✓", False: "✗", None: " "}[result["met"]]
    ratio = f"{result['ratio']:.2f} 倍于地板" if result["ratio"] is not None else ""
    more = ",".join(f"{key} {value}" for key, value in result["more"].items())
    return (
        f"{mark} {result['scale']:>9,} {result['label']}:p50 {result['p50_ms']:.1f} ms,"
        f"p95 {result['p95_ms']:.1f} ms,{ratio}({more})目标 {result['aim']}"
    )
