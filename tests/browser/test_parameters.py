"""改一个参数:先看影响再提议,另一人在工作台上看见、看影响、确认;附文件的成为「已确认」。"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from juyuan.foundation.duties.jobs import reconcile
from juyuan.foundation.policy import queries
from juyuan.foundation.policy.models import ParameterProposal
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.tests import factories as f
from tests.browser.conftest import Site
from tests.journeys.house import City

pytestmark = pytest.mark.django_db(transaction=True)
KEY = "recognition.due_workdays"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture(scope="module")
def furnish() -> Any:
    def build() -> City:
        city = City()
        f.at(city, Stage.SIGNED)
        reconcile(today=city.TODAY, now=city.NOW)
        return city

    return build


def test_preview_propose_and_confirm_by_another(site: Site, width: int) -> None:
    ParameterProposal.objects.filter(status="open").update(status="rejected")
    days = 9 if width > 400 else 8
    page = site.open(f"/policy/parameters/{KEY}/propose/", who="shangwuju", width=width)
    site.sound(page)
    page.fill("[name=text]", str(days))
    page.fill("[name=effective_from]", "2026-11-20")
    page.fill("[name=reason]", "年底核验集中")
    page.click("button[value=preview]")
    effects = page.locator("#effects")
    effects.wait_for()
    assert "认定签约" in effects.inner_text() and "到期" in effects.inner_text()
    site.sound(page)
    page.click("button[value=submit]")
    page.wait_for_selector("text=已提议修改")
    proposal = ParameterProposal.objects.get(status="open")

    other = site.open("/", who="shangwuju_heyan", width=width)
    other.click(f"a[href='/policy/proposals/{proposal.pk}/'] >> nth=0")
    other.wait_for_selector("#effects")
    assert "年底核验集中" in other.inner_text("main")
    site.sound(other)
    other.click("button[value=reject]")  # 没写理由:退回,说清楚
    other.wait_for_selector("text=请写明不同意的理由")
    site.sound(other)
    other.click("button[value=confirm]")
    other.wait_for_selector("text=已确认「")
    assert queries.params(site.city.TODAY)[KEY] == days


def test_suggestion_is_confirmed_with_its_paper(site: Site, width: int, tmp_path: Path) -> None:
    key, word = ("void.due_workdays", "3") if width > 400 else ("escalation.report_days", "14")
    paper = tmp_path / f"纪要{width}.pdf"
    paper.write_bytes(PDF + str(width).encode())
    page = site.open(f"/policy/parameters/{key}/propose/", who="shangwuju", width=width)
    page.fill("[name=text]", word)
    page.fill("[name=effective_from]", "2025-07-07")
    page.fill("[name=reason]", "局务会同意")
    page.click("button[value=preview]")
    page.wait_for_selector("text=值没有变")
    page.click("button[value=submit]")
    page.wait_for_selector("text=须有写明它的文件")
    site.sound(page)
    page.fill("[name=paper_number]", f"商发〔2026〕{width}号")
    page.fill("[name=paper_on]", "2026-11-18")
    page.set_input_files("[name=paper_file]", paper)
    page.click("button[value=submit]")
    page.wait_for_selector("text=已提议修改")
    proposal = ParameterProposal.objects.get(key=key)
    other = site.open(f"/policy/proposals/{proposal.pk}/", who="shangwuju_head", width=width)
    other.click("button[value=confirm]")
    other.wait_for_selector(f"text=商发〔2026〕{width}号")
    site.sound(other)
