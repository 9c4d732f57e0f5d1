"""演示数据:演示人员与 `packs/…/demo/` 的台账,经普通导入进来。由 `demo` 在子进程里执行,可重复。

台账里存疑、退回的行照样留着:演示的人可以接着在「导入台账」里处理它们。
"""

from __future__ import annotations

import json
import os
import sys
from datetime import datetime
from pathlib import Path

from . import runtime
from .launch.trouble import REFUSED, Trouble, complain, plain_streams, say

ACCOUNTS = "demo-accounts.json"
KIND_OF_FILE = {"ledger": "projects"}  # 文件名 → 导入种类;其余文件名即种类名


def main() -> int:
    """口令在 JUYUAN_DEMO_PASSWORD;账号一览写到数据目录的 demo-accounts.json。"""
    import django

    from .errors import explain

    plain_streams()
    try:
        django.setup()
        load(os.environ["JUYUAN_DEMO_PASSWORD"])
    except Exception as error:
        complain(explain(error))
        return REFUSED
    return 0


def load(password: str) -> None:
    """人员、口令、台账、账号一览。"""
    from juyuan.foundation.people.actions import demo_people
    from juyuan.foundation.policy.queries import pack as current_pack
    from juyuan.foundation.workdays.clock import now as clock_now

    from .packload import load_demo_people

    now, pack = clock_now(), current_pack()
    people = demo_people(pack)
    say(f"登记演示人员 {len(people)} 名")
    load_demo_people(pack, password=password, now=now)
    for path in ledgers():
        import_ledger(path, now)
    lines = [
        {"username": person.account, "label": f"{person.posts[0].title} {person.name}"}
        for person in people
        if person.posts
    ]
    target = Path(os.environ["JUYUAN_HOME"]) / ACCOUNTS
    target.write_text(json.dumps(lines, ensure_ascii=False), encoding="utf-8")


def ledgers() -> list[Path]:
    """包里的演示台账。"""
    folder = runtime.pack_folder(runtime.root()) / "demo"
    return sorted(folder.glob("*.xlsx"))


def import_ledger(path: Path, now: datetime) -> None:
    """以商务主管部门经办的身份预览并提交一个台账。"""
    from juyuan.foundation.exchange import actions, queries
    from juyuan.foundation.exchange.models import BatchState

    actor = bureau_clerk(now)
    with path.open("rb") as stream:
        batch = actions.open_batch(
            actor=actor,
            kind=KIND_OF_FILE.get(path.stem, path.stem),
            name=path.name,
            stream=stream,
            now=now,
            today=now.date(),
        )
    if batch.state != BatchState.PREVIEW:
        raise Trouble(f"演示台账 {path.name} 的列对不上:{batch.report.get('problems')}")
    counts = queries.row_counts(batch)
    if counts.pending:
        actions.commit(actor=actor, batch_id=batch.pk, now=now, today=now.date())
    else:
        actions.abandon(actor=actor, batch_id=batch.pk, now=now)
    said = counts.by_verdict
    say(
        f"导入台账 {path.name}:写入 {counts.pending} 行,相同 {said.get('same', 0)},"
        f"存疑 {said.get('doubtful', 0)},退回 {said.get('refused', 0)}"
    )


def bureau_clerk(now: datetime):  # type: ignore[no-untyped-def]
    """商务主管部门在任的经办。"""
    from juyuan.foundation.people.models import Account
    from juyuan.foundation.people.queries import actor_for, posts_on

    post = (
        posts_on(now.date())
        .filter(role="clerk", unit__function="commerce", person__account__is_active=True)
        .order_by("pk")
        .first()
    )
    if post is None:
        raise Trouble(f"{now:%Y-%m-%d} 那天没有商务主管部门的经办在任,台账导不进来。请换一个日期。")
    account = Account.objects.select_related("person").get(person_id=post.person_id)
    return actor_for(account, today=now.date(), via="console")


if __name__ == "__main__":
    sys.exit(main())
