"""「条款与参数」的网页:谁都能读,建议值看得出,改动由另一人确认。"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from juyuan.foundation.policy import queries
from juyuan.foundation.policy.actions import load_pack, propose_parameter
from juyuan.foundation.policy.models import ParameterProposal, ParameterVersion

pytestmark = pytest.mark.django_db
KEY = "lights.red_months"
PROPOSE = f"/policy/parameters/{KEY}/propose/"


@pytest.fixture
def loaded(cast: Any) -> Any:
    load_pack(now=cast.NOW)
    return cast


def body(client: Client, url: str, status: int = 200) -> str:
    response = client.get(url)
    assert response.status_code == status, response.content.decode()[:500]
    return response.content.decode()


def propose(cast: Any, who: str = "chen") -> ParameterProposal:
    return propose_parameter(
        actor=cast.actor(who),
        key=KEY,
        text="4",
        effective_from=cast.TODAY,
        reason="偏紧",
        now=cast.NOW,
    )


@pytest.mark.parametrize(
    "who", ["chen", "longshan", "zongzhaoji", "shenji", "guwen", "sysadmin", "kong"]
)
def test_every_logged_in_person_reads_it(loaded: Any, who: str) -> None:
    client = loaded.client(who)
    assert "条款与参数" in body(client, "/policy/")
    assert "提级管理的合同引资额门槛" in body(client, "/policy/3.3c/")


def test_strangers_are_sent_to_log_in(loaded: Any) -> None:
    for url in ("/policy/", "/policy/3.3c/", PROPOSE):
        response = Client().get(url)
        assert response.status_code == 302 and response["Location"].startswith("/login/")


def test_document_number_is_plain_and_suggestion_is_dashed(loaded: Any) -> None:
    html = body(loaded.client("longshan"), "/policy/3.3c/")
    assert "<b>5亿元</b>" in html and "含本数" in html
    assert 'class="jy-sug"' in html and "14 天·建议值" in html
    assert "对新签约合同引资额5亿元以上的重大招商引资项目" in html


def test_list_shows_every_sentence_and_its_state(loaded: Any) -> None:
    html = body(loaded.client("longshan"), "/policy/")
    assert html.count('<article class="po-row"') == 88 - 26  # 26 条标题不单列
    assert "商会对接清单" in html
    for word in ("已实现", "待建", "非软件事项"):
        assert word in html


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("q=提级", "3.3c", "3.2c"),
        ("q=5亿元", "3.3c", "2.2b"),
        ("room=pipeline", "3.3b", "3.1b"),
        ("state=not", "0a", "3.3b"),
        ("state=planned", "3.7c", "3.3b"),
        ("duty=市能源局", "4.6b", "4.1b"),
        ("origin=文件明定", "5.1b", "1b"),
    ],
)
def test_filters_keep_what_they_say(loaded: Any, query: str, shown: str, hidden: str) -> None:
    html = body(loaded.client("longshan"), f"/policy/?{query}")
    assert f'id="c-{shown}"' in html
    assert f'id="c-{hidden}"' not in html


def test_nothing_found_says_what_to_do(loaded: Any) -> None:
    html = body(loaded.client("longshan"), "/policy/?q=没有这个词")
    assert "没有符合条件的条款" in html and "清除筛选" in html


def test_unknown_clause_is_not_found(loaded: Any) -> None:
    body(loaded.client("longshan"), "/policy/9.9z/", 404)


def test_bad_date_means_today(loaded: Any) -> None:
    assert "今天有效的参数" in body(loaded.client("longshan"), "/policy/?as_of=前天")


def test_another_day_shows_what_was_in_force_then(loaded: Any, settings: Any) -> None:
    settings.JUYUAN_PACK = "testcity"
    load_pack(now=loaded.NOW)
    client = loaded.client("longshan")
    assert "2 月" in body(client, "/policy/A4/?as_of=2026-06-30")
    page = body(client, "/policy/A4/?as_of=2026-07-01")
    assert "3 月" in page and "2026-07-01" in page


def test_another_city_is_shown_under_its_own_numbers(loaded: Any, settings: Any) -> None:
    settings.JUYUAN_PACK = "testcity"
    client = loaded.client("longshan")
    html = body(client, "/policy/")
    assert "第五条" in html and 'id="c-A5"' in html and "3.3c" not in html
    assert "实行提级调度" in body(client, "/policy/3.3c/")  # 代码里的机制号也找得到


def test_query_count_does_not_grow_with_the_rows(
    loaded: Any, django_assert_max_num_queries: Any
) -> None:
    client = loaded.client("longshan")
    body(client, "/policy/")
    with django_assert_max_num_queries(10):
        body(client, "/policy/")
    with django_assert_max_num_queries(10):
        body(client, "/policy/3.2b/")


# ───────── 改一个数 ─────────


def test_change_is_previewed_then_proposed_then_confirmed_by_another(loaded: Any) -> None:
    clerk = loaded.client("chen")
    assert PROPOSE in body(clerk, "/policy/3.3b/")
    form = {"text": "4", "effective_from": loaded.TODAY.isoformat(), "reason": "三个月偏紧"}
    preview = clerk.post(PROPOSE, form | {"step": "preview"})
    assert preview.status_code == 200 and "核对后提交" in preview.content.decode()
    assert not ParameterProposal.objects.exists()  # 核对不落库
    assert clerk.post(PROPOSE, form | {"step": "submit"}).status_code == 302
    proposal = ParameterProposal.objects.get()
    page = f"/policy/proposals/{proposal.pk}/"
    waiting = body(loaded.client("heyan"), "/policy/3.3b/")
    assert "待确认的改动" in waiting and page in waiting
    assert "Clause(code" not in waiting  # 部件不得误用页面里的同名变量
    seen = body(loaded.client("heyan"), page)
    assert "确认新值" in seen and "改了会影响什么" in seen and "三个月偏紧" in seen
    own = body(clerk, page)
    assert "核验人或负责人确认" in own and "确认新值" not in own
    done = loaded.client("heyan").post(page, {"decision": "confirm"})
    assert done.status_code == 302
    assert queries.params(loaded.TODAY)[KEY] == 4
    assert queries.params(loaded.TODAY - timedelta(days=1))[KEY] == 3
    assert "何核验" in body(clerk, "/policy/3.3b/")


def test_change_of_the_past_is_announced_in_the_preview(loaded: Any) -> None:
    day = loaded.TODAY - timedelta(days=30)
    form = {"text": "4", "effective_from": day.isoformat(), "reason": "追溯", "step": "preview"}
    html = loaded.client("chen").post(PROPOSE, form).content.decode()
    assert "会按新值重新计算" in html


def test_unchanged_value_is_announced_as_a_confirmation(loaded: Any) -> None:
    form = {
        "text": "3",
        "effective_from": loaded.TODAY.isoformat(),
        "reason": "同意",
        "step": "preview",
    }
    html = loaded.client("chen").post(PROPOSE, form).content.decode()
    assert "值没有变" in html


@pytest.mark.parametrize(
    ("form", "says"),
    [
        (
            {"text": "很久", "effective_from": "2026-11-20", "reason": "x", "step": "preview"},
            "填不带小数的数字",
        ),
        (
            {"text": "很久", "effective_from": "2026-11-20", "reason": "x", "step": "submit"},
            "填不带小数的数字",
        ),
        (
            {"text": "4", "effective_from": "2020-01-01", "reason": "x", "step": "submit"},
            "不得早于文件施行日",
        ),
        ({"text": "4", "effective_from": "", "reason": "x", "step": "preview"}, "自哪天起"),
        ({"text": "4", "effective_from": "2026-11-20", "reason": "", "step": "submit"}, "理由"),
    ],
)
def test_bad_proposal_comes_back_with_the_reason(
    loaded: Any, form: dict[str, str], says: str
) -> None:
    response = loaded.client("chen").post(PROPOSE, form)
    assert response.status_code == 422 and says in response.content.decode()
    assert not ParameterProposal.objects.exists()


@pytest.mark.parametrize("who", ["longshan", "fagai", "zongzhaoji", "sysadmin"])
def test_others_may_not_propose(loaded: Any, who: str) -> None:
    client = loaded.client(who)
    assert PROPOSE not in body(client, "/policy/3.3b/")
    form = {"text": "4", "effective_from": "2026-11-20", "reason": "x", "step": "submit"}
    for response in (client.get(PROPOSE), client.post(PROPOSE, form)):
        assert response.status_code == 403
        assert "建议值由市商务局修改" in response.content.decode()
    assert not ParameterProposal.objects.exists()


def test_document_number_offers_no_change(loaded: Any) -> None:
    url = "/policy/parameters/escalation.threshold/propose/"
    client = loaded.client("shangwuju_head")
    assert url not in body(client, "/policy/3.3c/")
    assert client.get(url).status_code == 403


def test_proposer_cannot_confirm_by_the_bare_url(loaded: Any) -> None:
    proposal = propose(loaded, "heyan")
    before = ParameterVersion.objects.count()
    url = f"/policy/proposals/{proposal.pk}/"
    assert loaded.client("heyan").post(url, {"decision": "confirm"}).status_code == 403
    assert loaded.client("longshan").post(url, {"decision": "confirm"}).status_code == 403
    assert ParameterVersion.objects.count() == before
    proposal.refresh_from_db()
    assert proposal.status == "open"


def test_settled_proposal_stays_readable(loaded: Any) -> None:
    proposal = propose(loaded)
    page = f"/policy/proposals/{proposal.pk}/"
    loaded.client("heyan").post(page, {"decision": "reject", "note": "证据不足"})
    html = body(loaded.client("chen"), page)
    assert "不同意" in html and "证据不足" in html and "办结" not in html
    assert loaded.client("longshan").get(page).status_code == 403
    assert loaded.client("chen").get("/policy/proposals/999999/").status_code == 404


def test_paper_survives_the_preview_and_is_linked_once_confirmed(loaded: Any) -> None:
    client = loaded.client("chen")
    form = {
        "text": "3", "effective_from": "2025-07-07", "reason": "局务会同意",
        "paper_number": "商发〔2026〕12号", "paper_on": "2026-11-18",
    }  # fmt: skip
    pdf = SimpleUploadedFile("纪要.pdf", b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n%%EOF\n")
    html = client.post(PROPOSE, form | {"step": "preview", "paper_file": pdf}).content.decode()
    assert "已收下 纪要.pdf" in html
    found = re.search(r'name="kept_file" value="([^"]+)"', html)
    assert found is not None
    sent = client.post(PROPOSE, form | {"step": "submit", "kept_file": found[1]})
    assert sent.status_code == 302
    proposal = ParameterProposal.objects.get()
    loaded.client("heyan").post(f"/policy/proposals/{proposal.pk}/", {"decision": "confirm"})
    page = body(loaded.client("longshan"), "/policy/3.3b/")
    assert "已确认" in page and "商发〔2026〕12号" in page
    assert f"/files/{proposal.paper_use_id}/" in page


def test_rejection_needs_a_reason_and_changes_nothing(loaded: Any) -> None:
    url = f"/policy/proposals/{propose(loaded).pk}/"
    client = loaded.client("heyan")
    assert client.post(url, {"decision": "reject", "note": ""}).status_code == 422
    assert client.post(url, {"decision": "reject", "note": "证据不足"}).status_code == 302
    assert queries.params(loaded.TODAY)[KEY] == 3
    assert ParameterProposal.objects.get().settled_note == "证据不足"


def test_general_parameters_have_a_page_of_their_own(loaded: Any) -> None:
    clerk, verifier = loaded.client("chen"), loaded.client("heyan")
    assert "列表每页行数" in body(clerk, "/policy/general/")
    url = "/policy/parameters/ui.page_size/propose/"
    form = {
        "text": "30",
        "effective_from": loaded.TODAY.isoformat(),
        "reason": "屏幕小",
        "step": "submit",
    }
    assert clerk.post(url, form)["Location"] == "/policy/general/"
    assert "等待确认" in body(clerk, "/policy/") and "列表每页行数" in body(
        clerk, "/policy/?q=提级"
    )
    assert "看影响，确认或不同意" in body(verifier, "/policy/general/")
    settle = f"/policy/proposals/{ParameterProposal.objects.get().pk}/"
    assert verifier.post(settle, {"decision": "confirm"})["Location"] == "/policy/general/"
    assert queries.params(loaded.TODAY)["ui.page_size"] == 30


def test_wrong_methods_and_unknown_things(loaded: Any) -> None:
    client = loaded.client("heyan")
    assert client.post("/policy/").status_code == 405
    assert client.put(f"/policy/proposals/{propose(loaded).pk}/").status_code == 405
    assert client.post("/policy/proposals/999999/", {"decision": "confirm"}).status_code == 404
    assert client.get("/policy/parameters/no.such/propose/").status_code == 404


@pytest.mark.parametrize(
    "key",
    [
        "pipeline.stage_words",
        "update.substantive_kinds",
        "recognition.count_by",
        "first_contact.binds_counties",
        "ui.page_size",
        "opening.ends_on",
    ],
)
def test_every_kind_of_value_has_a_form_that_round_trips(loaded: Any, key: str) -> None:
    client = loaded.client("chen")
    url = f"/policy/parameters/{key}/propose/"
    form = client.get(url).context["form"]
    data = {
        "text": form.initial["text"],
        "effective_from": "2026-11-20",
        "reason": "照旧",
        "step": "preview",
    }
    response = client.post(url, data)
    assert response.status_code == 200 and "值没有变" in response.content.decode()
