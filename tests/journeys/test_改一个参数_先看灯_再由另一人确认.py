"""一个故事:市商务局嫌红灯亮得晚,经办提议改月数,先看见哪些项目会变;另一人确认,自施行日起灯跟着变。

施行日之前的灯不变;另一个建议值,凭市里的文件确认下来,值不动、灯不动。条款 3.3b 0.4。
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from juyuan.foundation.figures.queries import compute
from juyuan.foundation.ledger.models import Event
from juyuan.foundation.policy import queries
from juyuan.foundation.policy.models import ParameterProposal
from juyuan.rooms.pipeline.queries import lights
from juyuan.rooms.pipeline.rules.lights import Light
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.tests import factories as f

pytestmark = pytest.mark.django_db
PROPOSE = "/policy/parameters/{}/propose/"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n%%EOF\n"


class Days:
    """某一天的上午。"""

    def __init__(self, cast: Any, settings: Any) -> None:
        self.cast, self.settings = cast, settings

    def to(self, days: int) -> date:
        now: datetime = self.cast.NOW + timedelta(days)
        self.settings.JUYUAN_NOW = now.isoformat()
        return now.date()


def lit(day: date, pk: int, *, past: bool = False) -> Light:
    return lights.lamps([pk], day, past=past)[pk].light


def listed(client: Any, light: str) -> str:
    return str(client.get(f"/projects/?light={light}").content.decode())


def test_s3_3b_红灯改为两个月_先看哪些会变_另一人确认_施行日起才变(
    cast: Any, settings: Any
) -> None:
    days = Days(cast, settings)
    f.parameters(cast)
    still = f.at(cast, Stage.NEGOTIATION, name="久未推进的纱线项目")
    secret = f.at(
        cast, Stage.NEGOTIATION, name="不能说的项目", confidentiality="restricted"
    )  # fmt: skip
    f.at(cast, Stage.NEGOTIATION, name="刚谈不久的项目", now=cast.NOW + timedelta(40))
    today = days.to(75)
    start = today + timedelta(3)
    key, url = "lights.red_months", PROPOSE.format("lights.red_months")
    clerk, verifier = cast.client("chen"), cast.client("heyan")
    assert (lit(today, still.pk), lit(start, still.pk)) == (Light.YELLOW, Light.YELLOW)

    # 经办:填了值与施行日,先看影响
    form = {"text": "2", "effective_from": start.isoformat(), "reason": "三个月才亮，来不及"}
    page = clerk.post(url, form | {"step": "preview"}).content.decode()
    lamps = page.split("项目的灯", 1)[1].split("</section>", 1)[0]
    assert "1 项不同" in lamps and f'href="/projects/{still.code}/#light"' in lamps
    assert "<del>预警（黄灯）</del>" in lamps and "<ins>滞后（红灯）</ins>" in lamps
    assert secret.name not in page and "刚谈不久" not in lamps
    assert "红灯项目数" in page and not ParameterProposal.objects.exists()
    assert clerk.post(url, form | {"step": "submit"}).status_code == 302

    # 提议未确认,什么也没有变;自己不能确认
    proposal = ParameterProposal.objects.get()
    settle = f"/policy/proposals/{proposal.pk}/"
    assert clerk.post(settle, {"decision": "confirm"}).status_code == 403
    assert queries.params(start)[key] == 3 and lit(start, still.pk) == Light.YELLOW

    # 另一人:看得见更多的,列得更多;确认
    seen = verifier.get(settle).content.decode()
    assert "三个月才亮，来不及" in seen and start.isoformat() in seen
    assert still.name in seen and secret.name in seen and "2 项不同" in seen
    assert verifier.post(settle, {"decision": "confirm", "note": "同意"}).status_code == 302
    proposal.refresh_from_db()
    assert proposal.status == "confirmed" and proposal.settled_by == "何核验"

    # 施行日之前照旧,当天起变
    assert still.name in listed(clerk, "warn") and still.name not in listed(clerk, "bad")
    days.to(78)
    assert still.name in listed(clerk, "bad") and still.name not in listed(clerk, "warn")
    assert "满 2 个月亮黄灯、2 个月亮红灯" in clerk.get(f"/projects/{still.code}/").content.decode()
    days.to(79)
    for day, light, red in ((start - timedelta(1), Light.YELLOW, 0), (start, Light.RED, 2)):
        assert lit(day, still.pk, past=True) == light
        assert compute(as_of=day, names=["projects_red"])[0].value == red
    assert Event.objects.filter(event__startswith="policy.").count() >= 2  # 提议、确认都留痕


def test_s3_3b_建议值凭文件确认下来_值不动_灯不动(cast: Any, settings: Any) -> None:
    days = Days(cast, settings)
    f.parameters(cast)
    still = f.at(cast, Stage.NEGOTIATION, name="久未推进的纱线项目")
    today = days.to(75)
    url = PROPOSE.format("lights.yellow_months")
    clerk = cast.client("chen")
    assert queries.params(today).row("lights.yellow_months").said_origin == "建议值"
    form = {"text": "2", "effective_from": "2025-07-07", "reason": "局务会同意"}
    bare = clerk.post(url, form | {"step": "submit"})
    assert bare.status_code == 422 and "须有写明它的文件" in bare.content.decode()

    form |= {"paper_number": "商发〔2026〕12号", "paper_on": "2026-11-18"}
    paper = SimpleUploadedFile("纪要.pdf", PDF)
    page = clerk.post(url, form | {"step": "preview", "paper_file": paper}).content.decode()
    assert "值没有变" in page and "改了会影响什么" not in page
    kept = re.search(r'name="kept_file" value="([^"]+)"', page)
    assert kept is not None
    assert clerk.post(url, form | {"step": "submit", "kept_file": kept[1]}).status_code == 302
    settle = f"/policy/proposals/{ParameterProposal.objects.get().pk}/"
    done = cast.client("shangwuju_head").post(settle, {"decision": "confirm"})
    assert done.status_code == 302
    row = queries.params(today).row("lights.yellow_months")
    assert (row.said_origin, row.value) == ("已确认", 2)
    assert "商发〔2026〕12号" in cast.client("longshan").get("/policy/3.3b/").content.decode()
    assert lit(today, still.pk) == Light.YELLOW
