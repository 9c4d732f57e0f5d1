"""有毒的文件一律在读之前拒收:说法写死,时间与内存有数。"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from juyuan.foundation.exchange.reader import read_book
from juyuan.foundation.exchange.refusal import FileRefused
from tests.files.hostile import HOSTILE, Hostile, clean_xlsx

ROOT = Path(__file__).resolve().parents[5]
SECONDS, MEGABYTES = 5.0, 200


@pytest.mark.parametrize("case", HOSTILE, ids=lambda c: c.name)
def test_hostile_file_is_refused_with_its_exact_words(case: Hostile) -> None:
    data = case.build()
    started = time.process_time()
    with pytest.raises(FileRefused) as refusal:
        read_book(data, case.filename)
    spent = time.process_time() - started
    assert (refusal.value.code, refusal.value.message) == (case.code, case.message)
    assert "请" in refusal.value.mend
    assert spent <= SECONDS


def test_there_are_enough_hostile_files_and_each_has_a_name_of_its_own() -> None:
    assert len({case.name for case in HOSTILE}) == len(HOSTILE) >= 10


def test_the_clean_package_that_the_hostile_ones_are_made_from_is_accepted() -> None:
    book = read_book(clean_xlsx(), "台账.xlsx")
    assert [row.values for row in book.sheets[0].rows] == [["项目名称"]]


_MEASURE = """
import json, resource, sys
from juyuan.foundation.exchange.reader import read_book
from juyuan.foundation.exchange.refusal import FileRefused
from tests.files.hostile import HOSTILE
read_book(next(c for c in HOSTILE if c.name == "xlsm").build(), "a.xlsx")
def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
case = next(c for c in HOSTILE if c.name == sys.argv[1])
data = open(sys.argv[2], "rb").read()
before = peak()
try:
    read_book(data, case.filename)
    code = "accepted"
except FileRefused as refusal:
    code = refusal.code
print(json.dumps({"code": code, "grown": peak() - before}))
"""


@pytest.mark.parametrize(
    "name",
    [
        "压缩炸弹",
        "压缩炸弹_少报长度",
        "实体炸弹",
        "维度炸弹",
        "六万行",
        "八百万空行",
        "六百万空格子",
        "字符串放大",
        "三千万字的属性",
        "五十万层嵌套",
        "合并区域成灾",
        "xls维度炸弹",
    ],
)
def test_refusing_a_bomb_costs_at_most_200_megabytes(name: str, tmp_path: Path) -> None:
    case = next(c for c in HOSTILE if c.name == name)
    target = tmp_path / "bomb"
    target.write_bytes(case.build())
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE, name, str(target)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "PATH": "/usr/bin:/bin"},
        timeout=60,
        check=True,
    )
    answer = json.loads(done.stdout)
    assert answer["code"] == case.code
    assert answer["grown"] <= MEGABYTES
