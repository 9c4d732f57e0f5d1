"""产业链的网页:谁进得来、看得见什么、拒绝怎么说。"""

import pytest

from juyuan.foundation.ledger.models import Event
from juyuan.rooms.chains import queries
from juyuan.rooms.chains.models import ChainPost, LocalEnterprise
from juyuan.rooms.chains.queries import ProjectLine, ProjectTally, projects
from juyuan.rooms.chains.tests.factories import make_chain


@pytest.fixture
def chain(cast, settings):
    settings.JUYUAN_NOW = "2026-11-20T09:00:00+08:00"
    return make_chain(
        "C9",
        lead_unit=cast.unit("gongxin"),
        lead=cast.person("lianzhang"),
        secretary=cast.person("mishu"),
    )


@pytest.fixture
def two_projects(chain, monkeypatch):
    """一个人人看得见,一个只有 `chen` 看得见。"""
    for name in ("_counts", "_lines", "_rows_url"):
        monkeypatch.setattr(projects, name, [])
    node = chain.nodes.get(code="C9-U1")
    open_one = ProjectLine("P1", "公开的项目", node.pk, "planning", True, 500, "/projects/P1/")
    closed = ProjectLine("P2", "限名单的项目", None, "signed", False, 700, "/projects/P2/")

    def lines(actor, chain_id, limit):
        return [open_one, closed] if actor.username == "chen" else [open_one]

    def counts(actor):
        rows = [ProjectTally(chain.pk, node.pk, "planning", "谋划", True, 1, 500_000_000, 0)]
        if actor.username == "chen":
            rows.append(ProjectTally(chain.pk, None, "signed", "签约", False, 1, 70_000_000_000, 3))
        return rows

    queries.register_project_counts(counts)
    queries.register_project_lines(lines)
    queries.register_rows_url(lambda **given: "/projects/?" + given["chain"])


def get(cast, who, url):
    response = cast.client(who).get(url)
    return response.status_code, response.content.decode()


BUSINESS = ["chen", "longshan", "zongzhaoji", "lianzhang", "guwen", "caizheng", "shenji"]


@pytest.mark.parametrize("who", BUSINESS)
def test_every_business_role_sees_the_map(cast, chain, who):
    status, html = get(cast, who, "/chains/")
    assert status == 200
    assert 'href="/chains/C9/"' in html
    status, html = get(cast, who, "/chains/C9/")
    assert status == 200
    for words in (
        "上游",
        "中游",
        "下游",
        "横向",
        "断链",
        "弱链",
        "甲织造有限公司",
        "链长",
        "建议值",
    ):
        assert words in html


@pytest.mark.parametrize("who", ["sysadmin", "secadmin", "auditadmin", "kong"])
@pytest.mark.parametrize(
    "url", ["/chains/", "/chains/C9/", "/chains/C9/enterprises/new/", "/chains/C9/posts/new/"]
)
def test_administrators_are_told_no_and_it_is_on_record(cast, chain, who, url):
    status, html = get(cast, who, url)
    assert status == 403
    assert "甲织造" not in html
    assert Event.objects.filter(event="access.denied", actor_name=cast.actor(who).name).exists()


def test_an_unknown_chain_and_firm_are_not_found(cast, chain):
    other = make_chain("C8", lead_unit=cast.unit("keji"))
    firm = other.enterprises.first()
    for url in (
        "/chains/C0/",
        "/chains/C0/posts/new/",
        f"/chains/C9/enterprises/{firm.pk}/retire/",
    ):
        assert get(cast, "chen", url)[0] == 404


def test_numbers_and_names_are_cut_to_the_viewer(cast, two_projects):
    _, mine = get(cast, "chen", "/chains/C9/")
    assert "公开的项目" in mine
    assert "限名单的项目" in mine
    assert "705.00" in mine  # 亿元
    _, theirs = get(cast, "longshan", "/chains/C9/")
    assert "公开的项目" in theirs
    assert "限名单的项目" not in theirs
    assert "700.00" not in theirs
    assert "705.00" not in theirs
    _, listed = get(cast, "longshan", "/chains/")
    assert "705.00" not in listed


def test_what_waits_for_verification_is_said_apart(cast, two_projects):
    _, html = get(cast, "chen", "/chains/")
    assert "待核实 1" in html


def test_acts_are_offered_only_to_those_who_may(cast, chain):
    _, keeper = get(cast, "gongxin", "/chains/C9/")
    assert "/chains/C9/enterprises/new/" in keeper
    assert "/chains/C9/posts/new/" not in keeper
    _, stranger = get(cast, "longshan", "/chains/C9/")
    assert "/enterprises/" not in stranger
    assert "/posts/new/" not in stranger
    assert get(cast, "longshan", "/chains/C9/enterprises/new/")[0] == 403
    assert get(cast, "gongxin", "/chains/C9/posts/new/")[0] == 403


def test_a_firm_is_registered_from_the_node_and_retired_with_a_reason(cast, chain):
    client = cast.client("gongxin")
    assert 'value="C9-L1" selected' in client.get(
        "/chains/C9/enterprises/new/?node=C9-L1"
    ).content.decode().replace("\n", "")
    done = client.post(
        "/chains/C9/enterprises/new/",
        {"name": "丁滑雪服有限公司", "node": "C9-L1", "is_anchor": "on", "note": ""},
    )
    assert (done.status_code, done.headers["Location"]) == (302, "/chains/C9/")
    firm = LocalEnterprise.objects.get(name="丁滑雪服有限公司")
    assert firm.is_anchor
    url = f"/chains/C9/enterprises/{firm.pk}/retire/"
    refused = client.post(url, {"reason": ""})
    assert refused.status_code == 422
    assert "请写明移出的理由" in refused.content.decode()
    firm.refresh_from_db()
    assert firm.ended_on is None
    assert client.post(url, {"reason": "迁往外地"}).status_code == 302
    firm.refresh_from_db()
    assert firm.ended_on == cast.TODAY


def test_a_twin_is_refused_on_the_form_with_its_clause(cast, chain):
    refused = cast.client("gongxin").post(
        "/chains/C9/enterprises/new/", {"name": "C9甲织造有限公司", "node": "C9-U1"}
    )
    html = refused.content.decode()
    assert refused.status_code == 422
    assert "已在本链" in html
    assert "jy-clause" in html
    assert LocalEnterprise.objects.filter(chain=chain).count() == 3


def test_a_lead_is_appointed_from_those_in_office(cast, chain):
    cast.add("gongxin_head", "gongxin", "head", "工信局长")
    client = cast.client("chen")
    form = client.get("/chains/C9/posts/new/?kind=lead").content.decode()
    assert "工信局长" in form
    assert "系统管理员" not in form
    post = cast.actor("gongxin_head").post
    done = client.post(
        "/chains/C9/posts/new/", {"kind": "lead", "post": post.id, "starts_on": "2026-11-20"}
    )
    assert done.status_code == 302
    now = ChainPost.objects.get(chain=chain, kind="lead", ends_on__isnull=True)
    assert now.person.name == "工信局长"
    again = client.post(
        "/chains/C9/posts/new/", {"kind": "lead", "post": post.id, "starts_on": "2026-11-21"}
    )
    assert again.status_code == 422
    assert "已是在任链长" in again.content.decode()
    assert ChainPost.objects.filter(chain=chain, kind="lead").count() == 2


def test_an_empty_city_is_told_what_to_do_first(cast, settings):
    settings.JUYUAN_NOW = "2026-11-20T09:00:00+08:00"
    status, html = get(cast, "chen", "/chains/")
    assert status == 200
    assert "还没有装载产业链" in html
