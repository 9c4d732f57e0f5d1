"""故事里的城市:按城市包装载(参数、单位、产业链、演示人员),按账号取行动者。"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from juyuan.faces.cli.packload import load_city, load_demo_people
from juyuan.foundation.exchange import actions as exchange
from juyuan.foundation.exchange.models import ImportBatch
from juyuan.foundation.people.models import Account, Unit
from juyuan.foundation.people.queries import actor_for
from juyuan.foundation.policy.pack_types import Pack
from juyuan.foundation.policy.queries import pack
from juyuan.kernel.actor import Actor
from tests.replay import replayed

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
PACKS = Path(__file__).resolve().parents[2] / "packs"
PASSWORD = "Juyuan-2026"


@replayed
def _enter(now: datetime) -> None:
    """城市包与演示人员入库。"""
    load_demo_people(load_city(now=now, demo=True), password=PASSWORD, now=now)


class City:
    """一座装好的城市。"""

    def __init__(self, now: datetime = NOW, lead: str = "gongxin", host: str = "longshan") -> None:
        self.NOW = self.now = now
        self.LEAD, self.HOST = lead, host
        self.TODAY = now.date()
        self.pack: Pack = pack()
        _enter(now)

    def actor(self, username: str) -> Actor:
        return actor_for(Account.objects.get(username=username), today=self.TODAY)

    def account(self, username: str) -> Account:
        return Account.objects.get(username=username)

    def unit(self, code: str) -> Unit:
        return Unit.objects.get(code=code)

    def later(self, days: int) -> datetime:
        return self.now + timedelta(days=days)

    def import_file(
        self, who: str, path: Path, kind: str = "projects", **more: object
    ) -> ImportBatch:
        """以此人预览一个文件。"""
        with path.open("rb") as stream:
            return exchange.open_batch(
                actor=self.actor(who), kind=kind, name=path.name, stream=stream,
                now=self.now, today=self.TODAY, **more,
            )  # fmt: skip

    def commit(self, who: str, batch: ImportBatch, **more: object) -> ImportBatch:
        return exchange.commit(
            actor=self.actor(who), batch_id=batch.pk, now=self.now, today=self.TODAY, **more
        )
