"""`./juyuan verify-audit`、`export-anchor`、`seal-audit`:台账封存、锚点、核验。"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

from juyuan.foundation.workdays import clock
from juyuan.kernel.actor import Actor

from .launch.trouble import DONE, REFUSED, USAGE, Trouble, reason_of, say


def verify_audit(argv: list[str]) -> int:
    """核验台账;有毛病即 1。没有密钥时说「无法核验」,退出 0。"""
    parser = argparse.ArgumentParser(prog="./juyuan verify-audit")
    parser.add_argument("--anchor", metavar="文件", default="", help="与这份锚点相比")
    parser.add_argument("--json", action="store_true", help="一份 JSON")
    options = parser.parse_args(argv)
    from juyuan.foundation.ledger import anchors, keys
    from juyuan.foundation.ledger.verifying import verify

    ring = keys.ring(keys.AUDIT)
    anchor = anchors.read(_loaded(options.anchor), ring) if options.anchor else None
    report = verify(anchor, ring=ring)
    anchors.note_verified(actor=Actor.console(), report=report, now=clock.now())
    if options.json:
        body: Any = report.as_dict()
        if report.findings:
            body = [finding.as_dict() for finding in report.findings]
        print(json.dumps(body, ensure_ascii=False, indent=1))
        return REFUSED if report.findings else DONE
    for finding in report.findings:
        print(f"✗ {finding.message}")
    if report.more:
        print(f"  另有 {report.more} 处")
    if report.unverifiable:
        print(f"无法核验:{report.unverifiable}")
    elif not report.findings:
        print(f"✓ {report.seals} 封 {report.rows} 行全部相符")
    if anchor is not None and not report.findings:
        print(f"✓ 含锚点第 {anchor['no']} 封({anchor['made_at']}),尾部没有被截")
    print(f"  还没有封存的:{report.tail} 行")
    return REFUSED if report.findings else DONE


def _loaded(path: str) -> Any:
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise Trouble(f"读不到锚点文件 {path}:{reason_of(error)}。请检查路径。", USAGE) from error
    except ValueError:
        return None


def export_anchor(argv: list[str]) -> int:
    """先封存,再把链头写成一个文件;存到别处。"""
    parser = argparse.ArgumentParser(prog="./juyuan export-anchor")
    parser.add_argument("file", metavar="文件", help="写到哪里")
    options = parser.parse_args(argv)
    from juyuan.foundation.ledger import anchors
    from juyuan.foundation.ledger.jobs import seal

    now = clock.now()
    sealed = seal(now=now)
    if sealed.waiting:
        say(f"有 {sealed.waiting} 个写入还没有了结,它们的行留到下次封存")
    made = anchors.export(actor=Actor.console(), now=now)
    target = Path(options.file).absolute()
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        draft.write_text(json.dumps(made, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    print(f"第 {made['no']} 封,台账到 {made['last_id']},共 {made['rows']} 行:{target}")
    say("请把它存到本机以外(另一系统、打印件、邮件):以后用 verify-audit --anchor 核对")
    return DONE


def seal_audit(argv: list[str]) -> int:
    """立即封存(平时每十分钟自动一次)。"""
    parser = argparse.ArgumentParser(prog="./juyuan seal-audit")
    parser.add_argument("--json", action="store_true", help="一份 JSON")
    options = parser.parse_args(argv)
    from juyuan.foundation.ledger import keys
    from juyuan.foundation.ledger.jobs import seal

    sealed = seal(now=clock.now())
    if sealed.keyless:
        raise Trouble(f"没有 {keys.AUDIT}(或 {keys.AUDIT}_FILE),台账没有封存。")
    if options.json:
        print(json.dumps(sealed.as_dict(), ensure_ascii=False))
    else:
        print(f"新封 {sealed.seals} 封,{sealed.rows} 行")
    if sealed.waiting:
        raise Trouble(f"有 {sealed.waiting} 个写入还没有了结,没有封存。请稍后再试。")
    return DONE
