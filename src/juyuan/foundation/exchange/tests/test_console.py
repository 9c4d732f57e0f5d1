"""命令行的三件事:退出码、话语、机器看的一份。"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from juyuan.foundation.exchange import console
from juyuan.foundation.exchange.models import ImportBatch
from juyuan.foundation.exchange.reader import read_book
from juyuan.foundation.exchange.tests.toy import store
from tests.cast import NOW, TODAY
from tests.files.dirty import plain
from tests.files.hostile import HOSTILE

pytestmark = pytest.mark.django_db
HEAD = ["项目名称", "总投资(万元)"]


@pytest.fixture
def run(cast: Any, tmp_path: Path) -> Any:
    actor = cast.actor("longshan")

    def go(data: bytes, name: str = "台账.xlsx", **more: Any) -> console.Outcome:
        file = tmp_path / name
        file.write_bytes(data)
        return console.cli_import(
            "toys", file, actor=actor, now=NOW, today=TODAY, **{"commit": False, **more}
        )

    go.actor, go.folder = actor, tmp_path
    return go


def test_preview_then_commit_then_nothing_to_do(run: Any) -> None:
    data = plain(HEAD, ["甲项目", 1], ["乙项目", "约2"], [], ["丙项目", 3])
    preview = run(data)
    assert preview.status == console.DONE
    assert store() == {}
    assert preview.lines[0] == "玩具台账 台账.xlsx:新增 2,更新 0,相同 0,存疑 0,退回 1"
    assert preview.lines[1].startswith("退回 台账 B3:金额「约2」读不准")
    assert preview.lines[-1] == "以上只是预览,没有写入;加 --commit 写入合格的行。"
    assert preview.document["skipped"] == [
        {"sheet": "台账", "number": 4, "kind": "blank", "text": ""}
    ]
    done = run(data, commit=True, refused_to=run.folder / "退回.xlsx")
    assert (done.status, done.document["written"]) == (console.DONE, 2)
    assert set(store()) == {"甲项目", "丙项目"}
    assert "已写入 2 行。" in done.lines
    assert (
        read_book((run.folder / "退回.xlsx").read_bytes(), "退回.xlsx").sheets[0].rows[1].values[0]
        == "乙项目"
    )
    again = run(data, commit=True)
    assert again.lines[-1] == "没有可写的行,什么也没有变。"
    assert again.document["repeat_of"] == done.document["batch"]
    json.dumps(again.document, ensure_ascii=False)


def test_json_tells_line_column_reason_and_mend_of_every_refused_row(run: Any) -> None:
    head = ["项目名称", "总投资(万元)", "时间", "出资比例"]
    data = plain(head, ["甲项目", 1, "2026-13-40", None], ["乙项目", "约2", None, "说不清"],
                 ["", 5, None, None], ["丁项目", 1, "2026-03-12", None])  # fmt: skip
    for commit in (False, True):
        found = run(data, commit=commit).document["findings"]
        assert [(f["line"], f["column"], f["header"]) for f in found] == [
            (2, "C", "时间"), (3, "B", "总投资(万元)"), (3, "D", "出资比例"), (4, "A", "项目名称"),
        ]  # fmt: skip
        for finding in found:
            assert finding["reason"] and finding["mend"] and finding["verdict"] == "refused"
            assert finding["cell"] == f"{finding['column']}{finding['line']}"


def test_json_carries_the_reason_when_no_column_fits(run: Any) -> None:
    outcome = run(plain(["投资方", "总投资(万元)"], ["甲", 1]), commit=True)
    assert outcome.status == console.FINDINGS
    [finding] = outcome.document["findings"]
    assert finding["rule"] == "mapping" and finding["reason"] and finding["mend"]
    assert finding["reason"] in outcome.lines


def test_nothing_written_is_a_refusal(run: Any) -> None:
    assert run(plain(HEAD, ["乙项目", "约2"]), commit=True).status == console.FINDINGS
    assert (
        run(plain(HEAD, ["甲项目", 1], ["乙项目", "约2"]), commit=True, all_or_none=True).status
        == console.FINDINGS
    )
    assert run(plain(["投资方", "总投资(万元)"], ["甲", 1]), commit=True).status == console.FINDINGS
    assert store() == {}


def test_a_hostile_file_is_told_in_one_sentence(run: Any) -> None:
    case = next(c for c in HOSTILE if c.name == "宏")
    outcome = run(case.build())
    assert outcome.status == console.FINDINGS
    assert outcome.lines[0].startswith(case.message)
    assert outcome.document["findings"][0]["rule"] == "exchange.macro"
    assert not ImportBatch.objects.exists()


def test_wrong_usage(run: Any) -> None:
    who = {"actor": run.actor, "now": NOW, "today": TODAY}
    folder = run.folder
    for outcome in (
        console.cli_import("nothing", folder / "a.xlsx", commit=False, **who),
        console.cli_import("toys", folder / "没有.xlsx", commit=False, **who),
        console.cli_import("toys", folder, commit=False, **who),
        console.cli_export("nothing", folder / "a.xlsx", **who),
        console.cli_export("toys", folder / "a.pdf", **who),
        console.cli_export("toys", folder / "没有" / "a.xlsx", **who),
        console.cli_template("nothing", folder / "a.xlsx"),
        console.cli_template("toys", folder / "a.csv"),
        console.cli_template("toys", folder / "没有" / "a.xlsx"),
    ):
        assert outcome.status == console.USAGE
        assert len(outcome.lines) == 1
    assert list(folder.iterdir()) == []


def test_export_and_template_make_files(run: Any) -> None:
    run(plain(HEAD, ["甲项目", 1]), commit=True)
    exported = console.cli_export(
        "toys", run.folder / "出.csv", actor=run.actor, now=NOW, today=TODAY
    )
    assert (exported.status, exported.document["rows"]) == (console.DONE, 1)
    assert (run.folder / "出.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert console.cli_template("toys", run.folder / "模板.xlsx").status == console.DONE
    assert read_book((run.folder / "模板.xlsx").read_bytes(), "模板.xlsx").sheets[0].name == "数据"
