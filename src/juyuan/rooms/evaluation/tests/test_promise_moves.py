"""两个项目并成一个:承诺、违约、函跟着走,撤销的放回;函还在起草的先办完。"""

from __future__ import annotations

from typing import Any

import pytest

from juyuan.foundation.ledger.models import Event
from juyuan.rooms.evaluation.actions.promisemoves import MOVER
from juyuan.rooms.evaluation.models import Promise
from juyuan.rooms.evaluation.tests import letters as steps
from juyuan.rooms.evaluation.tests import promises as p
from juyuan.rooms.pipeline.movers import Act, movers

pytestmark = pytest.mark.django_db


def test_s3_4c_承诺随项目并入_撤销的放回(cast: Any) -> None:
    source, target = p.signed(cast), p.signed(cast, name="留下的项目")
    rows = [p.promise(cast, source), p.promise(cast, source, "start")]
    kept = p.promise(cast, target)
    act = Act(cast.actor("heyan"), cast.NOW, "同一件")
    assert MOVER in movers() and MOVER.count(source.pk) == 2
    assert MOVER.blocks(source.pk, target.pk) == []
    moved = MOVER.move(source.pk, target.pk, act)
    assert moved == [r.pk for r in rows]
    assert Promise.objects.filter(project=target).count() == 3
    assert Event.objects.filter(event="evaluation.promise.carried").count() == 2
    MOVER.undo(moved, source.pk, target.pk, act)
    assert Promise.objects.filter(project=source).count() == 2
    assert Promise.objects.get(project=target) == kept


def test_s3_4c_函还在起草的拦住合并(cast: Any) -> None:
    letter = steps.drafted(cast)
    project = letter.breach.promise.project
    assert letter.code in MOVER.blocks(project.pk, 0)[0]
