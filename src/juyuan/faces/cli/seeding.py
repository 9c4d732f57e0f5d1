"""`./juyuan seed --scale N --seed S`:造仿真项目。只在演示库、测试库上执行。"""

from __future__ import annotations

import argparse
import sys
import time

from .launch.trouble import USAGE, Trouble, say


def main(argv: list[str]) -> int:
    """造 N 个项目,打印用时。"""
    parser = argparse.ArgumentParser(prog="./juyuan seed", description=__doc__)
    parser.add_argument("--scale", type=int, required=True, help="项目个数")
    parser.add_argument("--seed", type=int, default=1, help="随机种子,同一种子造出同样的内容")
    options = parser.parse_args(argv)
    if not 1 <= options.scale <= 5_000_000:
        raise Trouble(f"--scale 应在 1 到 5000000 之间,现在是 {options.scale}。", USAGE)
    from django.conf import settings

    from juyuan.foundation.workdays.clock import now
    from juyuan.rooms.pipeline.actions.seed import seed_projects

    if not settings.DEMO:
        raise Trouble("正式库不造仿真项目。请在演示库上执行(JUYUAN_MODE=demo)。")

    def progress(done: int, total: int) -> None:
        print(f"\r  {done}/{total}", end="", file=sys.stderr, flush=True)

    began = time.perf_counter()
    count = seed_projects(scale=options.scale, seed=options.seed, now=now(), progress=progress)
    took = time.perf_counter() - began
    print(file=sys.stderr)
    say(f"造了 {count} 个项目,用时 {took:.1f} 秒,每秒 {count / took:.0f} 个")
    return 0
