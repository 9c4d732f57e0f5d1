"""`./juyuan jobs [--today 日期] [--only 名称]`:把欠下的定时任务执行一遍;重复执行无妨。"""

from __future__ import annotations

import argparse
import json

from juyuan.foundation.work import registry
from juyuan.foundation.work.actions.jobs import FAILED, LABELS, run_jobs
from juyuan.foundation.workdays import clock

from .days import day
from .launch.trouble import DONE, REFUSED, USAGE, Trouble


def main(argv: list[str]) -> int:
    """逐项打印结果;有出错的退出 1。"""
    parser = argparse.ArgumentParser(prog="./juyuan jobs")
    parser.add_argument("--today", metavar="YYYY-MM-DD", help="以哪一天为今天")
    parser.add_argument("--only", metavar="名称", default="", help="只做这一项")
    parser.add_argument("--json", action="store_true", help="一份 JSON")
    options = parser.parse_args(argv)
    known = [job.name for job in registry.jobs()]
    if options.only and options.only not in known:
        raise Trouble(f"没有定期任务「{options.only}」。现有:{'、'.join(known)}。", USAGE)
    now = clock.now()
    outcomes = run_jobs(
        today=day(options.today, "--today") or now.date(), now=now, only=options.only
    )
    if options.json:
        print(json.dumps([o.as_dict() for o in outcomes], ensure_ascii=False, indent=1))
    elif not outcomes:
        print("没有欠下的任务")
    else:
        for outcome in outcomes:
            tail = f":{outcome.error}" if outcome.error else ""
            print(f"{outcome.on} {outcome.label} {LABELS[outcome.state]}{tail}")
    return REFUSED if any(outcome.state == FAILED for outcome in outcomes) else DONE
