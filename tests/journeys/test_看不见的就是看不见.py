"""龙山区的限名单项目处处埋下记号,别人能取到的一切——列表、筛选、排序、计数、合计、检索、联想、统计、
导出、导入预览、接口、文件、响应头——在项目有与没有之间一个字节也不变;该看见的人看得见。
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from juyuan.faces.web.matrix import PAGES
from juyuan.foundation.exchange.models import ImportBatch
from juyuan.foundation.files.actions import store_file
from juyuan.foundation.people.actions import make_token
from juyuan.foundation.people.models import Person
from juyuan.kernel.actor import Actor
from juyuan.kernel.text import compact, initials
from juyuan.rooms.chains.tests.factories import make_chain
from juyuan.rooms.first_contact.actions.register import register_claim
from juyuan.rooms.first_contact.actions.ruling import rule_conflict
from juyuan.rooms.first_contact.models import Conflict
from juyuan.rooms.first_contact.rules.claims import ClaimDraft, ContactProof, Secrecy
from juyuan.rooms.first_contact.rules.overlap import Subject
from juyuan.rooms.first_contact.rules.rulings import RulingDraft
from juyuan.rooms.investors.actions import add_contact, register_investor
from juyuan.rooms.investors.rules.drafts import ContactDraft, InvestorDraft
from juyuan.rooms.investors.tests.factories import code_of
from juyuan.rooms.outreach.actions.keep import register_lead
from juyuan.rooms.outreach.rules.drafts import LeadDraft, LeadSecrecy
from juyuan.rooms.pipeline.actions.evidence import add_evidence
from juyuan.rooms.pipeline.models import Project, VoucherCase
from juyuan.rooms.pipeline.rules.amounts import Origin
from juyuan.rooms.pipeline.rules.drafts import PartyDraft
from juyuan.rooms.pipeline.rules.facts import FactKey
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.tests import factories as f
from tests.architecture.world import open_batch

pytestmark = pytest.mark.django_db
BLIND = ("dongfeng", "dongfeng_head", "guwen", "lianzhang", "sysadmin", "secadmin", "auditadmin")
SEEING = ("longshan", "heyan", "zongzhaoji", "keji")
NAME, FIRM, USCC = "魑魅魍魉精密装备", "鼙鼗鼘鼛控股有限公司", code_of(77_123_456)
PLANTED = {
    "summary": "饕餮内容", "basis": "貔貅依据", "site_options": "狻猊选址", "benefit": "螭吻效益",
    "factor_needs": "狴犴要素", "location": "赑屃大街", "remark": "蒲牢备注",
}  # fmt: skip
EVIDENCE = {
    "title": "睚眦协议",
    "number": "嘲风〔2026〕1号",
    "issuer": "囚牛事务所",
    "note": "負屭说明",
}
FILE, CONTENT, CONTACT = "椒图原件.pdf", "混沌穷奇正文", "梼杌经理"
AMOUNT = 7_531_246_800_00  # 753124.68 万元:出现在哪里都认得出
# 另有一件限名单的首谈、一条限名单的线索,每一栏一个记号
TALK = {
    "name": "虺蛟夔魃纺织有限公司", "controller": "獬豸控股人", "group": "麒麟螭龙集团",
    "project_name": "旱魃相柳基地项目", "content": "毕方重明年产三万吨", "site": "烛龙九婴园A3地块",
}  # fmt: skip
TALK_NOTE, TALK_FILE, TALK_TEXT = "鯤鵬去谈的", "諦听纪要.pdf", "白泽英招纪要正文"
LEAD = {
    "investor_name": "讙孰湖纺织有限公司", "content": "蠱雕年产五万吨", "project_name": "猰貐項目",
    "contact_name": "當扈经理", "contact_phone": "0437-77553311", "requests": "朏朏诉求",
    "referrer_name": "驺吾引荐", "remark": "耳鼠备注", "site": "举父园", "competitors": "鸾鸟竞争地",
}  # fmt: skip
TOKENS = (
    "虺蛟", "獬豸", "麒麟螭龙", "旱魃相柳", "毕方重明", "烛龙九婴", TALK_NOTE, "諦听", TALK_TEXT,
    *(text[:3] for text in LEAD.values()),
    "魑魅", "鼙鼗", USCC, *PLANTED.values(), *EVIDENCE.values(), "椒图", CONTENT, CONTACT,
    "753124.68", "753,124.68", "7531246800",
)  # fmt: skip
LIST_QUERIES = (
    *(f"stage={s.value}" for s in Stage), *(f"recognised_stage={s}" for s in ("signed", "landed")),
    "confidentiality=restricted", "host_unit=longshan", "chain=C9", "lead_unit=gongxin", "standing=all",
    "lack=yes", "lack=no", "mine=1", "result=signed_gross", "total_min=7000", "as_of=2026-11-20",
    "sort=name", "sort=-total", "sort=committed", "sort=-updated", "sort=created", "limit=1",
    f"q={NAME}", f"q={FIRM}", "q=魑魅", "source=registered", "stage_status=recognised",
)  # fmt: skip
API_QUERIES = (
    "/api/v1/projects?count=exact", "/api/v1/projects?stage=signed&host_unit=longshan",
    "/api/v1/projects?recognised_stage=signed&chain=C9&sort=name", f"/api/v1/projects?q={NAME}",
    "/api/v1/projects?lead_unit=gongxin&sort=-total_investment&limit=1", "/api/v1/investors?count=exact",
    f"/api/v1/investors?q={FIRM}", f"/api/v1/investors?q={USCC}", "/api/v1/investors?sort=name&owner=longshan",
    "/api/v1/figures", "/api/v1/figures?as_of=2026-11-20", "/api/v1/chains", "/api/v1/chains/C9",
    "/api/v1/units", "/api/v1/me", "/api/v1/first-contacts?count=exact", "/api/v1/first-contacts?live=true",
    "/api/v1/first-contacts?unit=longshan&sort=registered_at&limit=1", "/api/v1/first-contacts?late=false",
    f"/api/v1/first-contacts?q={TALK['name']}", "/api/v1/first-contacts?as_of=2026-11-20",
    "/api/v1/first-contacts?proposed=true", "/api/v1/first-contacts/conflicts?count=exact",
    "/api/v1/first-contacts/conflicts?pending=true", "/api/v1/first-contacts/conflicts?as_of=2026-11-20",
    "/api/v1/leads?count=exact", f"/api/v1/leads?q={LEAD['investor_name']}", "/api/v1/leads?state=submitted",
    "/api/v1/leads?among=registered&as_of=2026-11-20", "/api/v1/leads?sort=created_at&limit=1",
)  # fmt: skip


def pieces(*words: str) -> list[str]:
    """每段二至四个字,加拼音首字母的每一段。"""
    found: dict[str, None] = {}
    for word in words:
        for text in (word, initials(compact(word))):
            for size in (2, 3, 4):
                for start in range(len(text) - size + 1):
                    found[text[start : start + size]] = None
    return list(found)


class Town:
    """东丰有自己的一个项目;`plant()` 之后龙山多出那个限名单项目。"""

    def __init__(self, cast: Any) -> None:
        self.cast = cast
        f.parameters(cast)
        self.chain = make_chain(
            "C9", lead_unit=cast.unit("gongxin"), lead=cast.person("lianzhang"),
            secretary=cast.person("mishu"),
        )  # fmt: skip
        self.theirs = f.planning(
            cast, by="dongfeng", name="东丰自己的项目", chain_id=self.chain.pk,
            hosts=(f.HostDraft(cast.unit("dongfeng").pk),), lead_unit_id=cast.unit("dongfeng").pk,
        )  # fmt: skip
        self.secret: Project | None = None
        self.callers: dict[str, tuple[Client, str]] = {}

    def caller(self, who: str) -> tuple[Client, str]:
        """同一次登录、同一个令牌:再登录一次会改「上次登录」,那是另一回事。"""
        if who not in self.callers:
            token = make_token(actor=Actor.console(), username=who, now=self.cast.NOW)
            self.callers[who] = (self.cast.client(who), token)
        return self.callers[who]

    def plant(self) -> Project:
        cast = self.cast
        maker = cast.actor("longshan")
        firm = register_investor(
            actor=maker, draft=InvestorDraft(name=FIRM, uscc=USCC), now=cast.NOW
        )
        add_contact(
            actor=maker, investor=firm, draft=ContactDraft(name=CONTACT, phone="13999990000"),
            now=cast.NOW,
        )  # fmt: skip
        listed = Person.objects.filter(pk__in=[cast.person(w).pk for w in ("keji", "longshan")])
        self.secret = f.recognised(
            cast, Stage.SIGNED, name=NAME, confidentiality="restricted", chain_id=self.chain.pk,
            total_investment=AMOUNT, contract_amount=AMOUNT,
            participant_ids=(cast.unit("shanghui").pk, cast.unit("keji").pk),
            listed_ids=tuple(p.pk for p in listed),
            parties=(PartyDraft(firm.pk, 10000, Origin.OUTSIDE_PROVINCE),), **PLANTED,
        )  # fmt: skip
        file = store_file(actor=maker, name=FILE, stream=io.BytesIO(f.pdf(CONTENT)), now=cast.NOW)
        self.paper = add_evidence(
            actor=maker, project=self.secret,
            draft=f.evidence_draft(cast, FactKey.WRITTEN_WILL, file.pk, **EVIDENCE), now=cast.NOW,
        )  # fmt: skip
        self.firm = firm
        self._talk()
        return self.secret

    def _talk(self) -> None:
        """龙山的一件限名单的首谈与一条限名单的线索。"""
        cast, maker = self.cast, self.cast.actor("longshan")
        stream = io.BytesIO(f.pdf(TALK_TEXT))
        file = store_file(actor=maker, name=TALK_FILE, stream=stream, now=cast.NOW)
        said = Subject(**TALK, phones=("13977553311",), emails=("a@taotie-fang.cn",), amount=AMOUNT)
        self.claim = register_claim(
            actor=maker, now=cast.NOW,
            draft=ClaimDraft(
                subject=said, proof=ContactProof.MINUTES, contacted_on=cast.TODAY,
                evidence_on=cast.TODAY, file_id=file.pk, secrecy=Secrecy.RESTRICTED, note=TALK_NOTE,
            ),
        ).claim  # fmt: skip
        self.lead = register_lead(
            actor=maker, submit=True, now=cast.NOW,
            draft=LeadDraft(
                channel="department", amount=AMOUNT, secrecy=LeadSecrecy.RESTRICTED, **LEAD
            ),
        )  # fmt: skip


@pytest.fixture
def town(cast: Any, settings: Any) -> Town:
    settings.JUYUAN_NOW = cast.NOW.isoformat()
    return Town(cast)


def plain_urls(town: Town) -> Iterator[str]:
    """矩阵里不带对象的全部网址,加各种筛选、排序;带对象的用大家都看得见的产业链、条款、统计。"""
    samples = {"code": "C9", "name": "signed_gross", "kind": "projects"}
    for page in PAGES:
        if page.is_api or page.get != 200 or page.name in ("healthz", "readyz", "ledger:audit"):
            continue
        try:
            yield reverse(page.name)
        except Exception:
            for keys in ({"code": samples["code"]}, {"name": samples["name"]}):
                if page.name in ("chains:detail", "figure"):
                    try:
                        yield reverse(page.name, kwargs=keys)
                    except Exception:
                        continue
    for query in LIST_QUERIES:
        yield f"/projects/?{query}"
        yield f"/projects/board/?{query}"
    for query in ("stage=signed", "stage=landed", "host_unit=longshan", "chain=C9"):
        yield f"/projects/recognised/?{query}"
    for query in (
        f"q={FIRM}",
        f"q={USCC}",
        "sort=name",
        "sort=-updated_at",
        "kind=company",
        "limit=1",
    ):
        yield f"/investors/?{query}"
    for query in ("by=host_unit", "by=chain", "by=lead_unit", "as_of=2026-11-20"):
        yield f"/figures/?{query}"


# 三员自己的页数的是台账的条数(有人办了事、被拒了几次),不说办的是什么;只查记号,不逐字节比
COUNTING = {"secadmin": ("/",), "auditadmin": ("/", "/audit/seals/")}


def unpacked(raw: bytes) -> bytes:
    """工作簿拆开来比:打包的时刻写在 docProps 与压缩包里,不是内容。"""
    with zipfile.ZipFile(io.BytesIO(raw)) as book:
        names = sorted(name for name in book.namelist() if not name.startswith("docProps/"))
        return b"".join(name.encode() + book.read(name) for name in names)


def body(response: Any) -> bytes:
    raw = b"".join(response.streaming_content) if response.streaming else response.content
    if response.get("Content-Type", "").endswith("spreadsheetml.sheet"):
        return raw
    # 防伪造的令牌与一张表自己的记号每次随机
    return re.sub(
        rb'(csrfmiddlewaretoken" value=|X-CSRFToken": ?|name="session" value=)"[\w-]+"', rb"\1", raw
    )


def headers(response: Any) -> dict[str, str]:
    return {
        k: v for k, v in response.headers.items() if k not in ("Date", "Expires", "X-Request-ID")
    }


def snapshot(town: Town, who: str, urls: list[str]) -> dict[str, tuple[int, bytes, dict[str, str]]]:
    """此人此刻取得的一切。"""
    client, token = town.caller(who)
    found = {}
    for url in urls:
        extra = {"Authorization": f"Bearer {token}"} if url.startswith("/api/") else {}
        response = client.get(url, headers=extra)
        raw, told = body(response), headers(response)
        if raw[:2] == b"PK":
            raw = unpacked(raw)
            told.pop("Content-Length", None)
        found[url] = (response.status_code, raw, told)
    return found


def leaks(raw: bytes) -> list[str]:
    text = raw.decode("utf-8", "replace")
    return [token for token in TOKENS if token in text]


@pytest.mark.parametrize("who", BLIND)
def test_列表_筛选_排序_合计_统计_接口_有它没它一个样(town: Town, who: str) -> None:
    urls = [*plain_urls(town), *API_QUERIES]
    before = snapshot(town, who, urls)
    assert sum(status == 200 for status, _, _ in before.values()) > 20
    town.plant()
    after = snapshot(town, who, urls)
    compared = [url for url in urls if url not in COUNTING.get(who, ())]
    assert [url for url in compared if before[url] != after[url]] == []
    for url in urls:
        if "q=" not in url:
            assert not leaks(after[url][1]), url


@pytest.mark.parametrize("who", ["dongfeng", "guwen", "auditadmin"])
def test_检索与联想_每一段都找不到(town: Town, who: str) -> None:
    words = pieces(NAME, FIRM.removesuffix("控股有限公司"), "赑屃大街")
    urls = [f"/api/v1/search?q={w}" for w in [*words, USCC, USCC[:8]]]
    if who == "dongfeng":
        urls += [f"/projects/suggest-investors/?parties-0-name={w}" for w in pieces(FIRM[:4])]
        urls += [f"/search/?q={w}" for w in words[:40]]
    before = snapshot(town, who, urls)
    secret = town.plant()
    urls_after = [*urls, f"/api/v1/search?q={secret.code}", f"/search/?q={secret.code[3:]}"]
    after = snapshot(town, who, urls_after)
    assert [url for url in urls if before[url] != after[url]] == []
    assert after[urls_after[-2]][1] == b"[]"
    assert secret.code.encode() not in after[urls_after[-1]][1].replace(
        secret.code[3:].encode(), b""
    )


@pytest.mark.parametrize("who", BLIND)
def test_逐对象的网址_与不存在的逐字节相同(town: Town, who: str) -> None:
    secret = town.plant()
    for shape, known, absent in (
        ("/projects/{}/", secret.code, "LY-NOSUCH2"),
        ("/projects/{}/edit/", secret.code, "LY-NOSUCH2"),
        ("/projects/{}/evidence/", secret.code, "LY-NOSUCH2"),
        ("/api/v1/projects/{}", secret.code, "LY-NOSUCH2"),
        ("/api/v1/projects/{}/timeline", secret.code, "LY-NOSUCH2"),
        ("/files/{}/", town.paper.file_use_id, "00000000-0000-4000-8000-000000000001"),
        ("/files/{}/?view=1", town.paper.file_use_id, "00000000-0000-4000-8000-000000000001"),
        ("/investors/{}/", town.firm.code, "TZ-NOSUCH2"),
        ("/api/v1/investors/{}", town.firm.code, "TZ-NOSUCH2"),
        ("/first-contacts/{}/", town.claim.code, "SQ-NOSUCH2"),
        ("/api/v1/first-contacts/{}", town.claim.code, "SQ-NOSUCH2"),
        ("/api/v1/first-contacts/{}?on=2026-11-20", town.claim.code, "SQ-NOSUCH2"),
        ("/files/{}/", town.claim.file_use_id, "00000000-0000-4000-8000-000000000001"),
        ("/leads/{}/", town.lead.code, "XS-NOSUCH2"),
        ("/api/v1/leads/{}", town.lead.code, "XS-NOSUCH2"),
    ):  # fmt: skip
        seen, gone = (
            snapshot(town, who, [shape.format(key)]).popitem()[1] for key in (known, absent)
        )
        assert seen[0] == 404, shape
        assert seen == gone, shape


@pytest.mark.parametrize("who", ["dongfeng", "dongfeng_head", "guwen", "lianzhang"])
def test_导出的表_拆开来也没有(town: Town, who: str) -> None:
    town.plant()
    client = town.cast.client(who)
    for kind in ("projects", "recognitions", "enterprises", "investors"):
        for form in ("xlsx", "csv"):
            response = client.get(f"/exports/{kind}/?format={form}")
            raw = body(response)
            parts = [raw]
            if response.status_code == 200 and form == "xlsx":
                with zipfile.ZipFile(io.BytesIO(raw)) as book:
                    parts = [book.read(name) for name in book.namelist()]
            assert not [found for part in parts for found in leaks(part)], (kind, form)
    if who == "dongfeng":
        mine = client.get("/exports/projects/?format=csv")
        assert "东丰自己的项目" in body(mine).decode("utf-8-sig")


def test_导入预览_只说已登记由市商务局核对(town: Town) -> None:
    secret = town.plant()
    batch = open_batch(
        town.cast, "dongfeng",
        {"项目名称": NAME, "投资方": FIRM, "统一社会信用代码": USCC, "承载地": "东丰县",
         "所处阶段": "在谈", "总投资(万元)": "100"},
        {"项目名称": "普普通通的项目", "投资方": FIRM, "统一社会信用代码": USCC, "承载地": "东丰县",
         "所处阶段": "在谈", "总投资(万元)": "100"},
    )  # fmt: skip
    first, second = batch.rows.order_by("position")
    told = {finding["reason"] for row in (first, second) for finding in row.findings}
    assert any("已登记,由市商务局核对" in text for text in told), told
    client = town.cast.client("dongfeng")
    typed = {NAME[:2], FIRM[:2], USCC}  # 自己写的自己看得见
    for url in (
        f"/imports/{batch.pk}/", f"/imports/{batch.pk}/?v=doubtful", f"/imports/{batch.pk}/?v=held",
        f"/imports/{batch.pk}/rows/0/", f"/imports/{batch.pk}/rows/1/", f"/imports/{batch.pk}/refused/",
        f"/imports/{batch.pk}/source/", "/imports/", "/imports/cases/",
    ):  # fmt: skip
        raw = body(client.get(url))
        parts = [raw]
        if raw[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(raw)) as book:
                parts = [book.read(name) for name in book.namelist()]
        for part in parts:
            assert set(leaks(part)) <= typed, url
            assert secret.code.encode() not in part and town.firm.code.encode() not in part, url
    stored = ImportBatch.objects.get(pk=batch.pk)
    assert secret.code not in str([row.candidates for row in stored.rows.all()])


def test_同一份文件用到自己的项目_只说已登记(town: Town) -> None:
    secret = town.plant()
    client = town.cast.client("dongfeng")
    url = f"/projects/{town.theirs.code}/evidence/"
    done = client.post(url, {
        "fact": FactKey.WRITTEN_WILL.value, "title": "意向书", "dated_on": "2026-11-20",
        "issuer": "某公司", "number": "1", "file": SimpleUploadedFile("a.pdf", f.pdf(CONTENT)),
    }, follow=True)  # fmt: skip
    assert done.status_code == 200
    case = VoucherCase.objects.get()  # 在商务主管部门立了一件;另一方看不见
    assert (case.project, case.held) == (town.theirs, secret)
    assert client.get("/projects/voucher-cases/").status_code in (403, 404)
    seen = town.cast.client("heyan").get(f"/projects/voucher-cases/{case.pk}/")
    assert NAME in seen.content.decode() and "意向书" in seen.content.decode()
    for page in (done, client.get(f"/projects/{town.theirs.code}/")):
        assert not set(leaks(body(page))), url
        assert secret.code not in page.content.decode()


def test_s3_2b_东丰撞上龙山的限名单首谈_查得出档_拿不到对方一个字节(town: Town) -> None:
    """从接口登记同一家同一件,直到裁定:清单、一件、撞单、裁定书、网页,逐个字节。"""
    town.plant()
    client, token = town.caller("dongfeng")
    headers_ = {"Authorization": f"Bearer {token}"}
    api = "/api/v1/first-contacts"
    asked = {"investor": {"name": TALK["name"]}, "site": "烛龙九婴园A3地块"}
    answer = client.post(f"{api}/check", asked, "application/json", headers=headers_)
    assert answer.json() == {
        "tier": 2, "overlaps": 1, "ruled_by": "shangwuju", "reasons": ["name", "site"],
    }  # fmt: skip
    typed = {TALK["name"][:2], TALK["project_name"][:4], TALK["site"][:4]}  # 自己写的自己看得见
    made = client.post(
        api,
        {
            "name": TALK["name"], "project_name": TALK["project_name"], "site": TALK["site"],
            "content": "东丰自己写的内容", "contacted_on": "2026-11-20", "evidence_on": "2026-11-20",
            "proof": "letter", "file": SimpleUploadedFile("东丰.pdf", f.pdf("东丰的来函")),
        },
        headers=headers_,
    )  # fmt: skip
    assert made.status_code == 201, made.content.decode()
    mine, clash = made.json()["code"], made.json()["conflict"]
    conflict = Conflict.objects.get(code=clash)
    longshan, dongfeng = town.cast.unit("longshan").pk, town.cast.unit("dongfeng").pk
    rule_conflict(
        actor=town.cast.actor("heyan"), conflict=conflict, now=town.cast.NOW,
        draft=RulingDraft(longshan, {longshan: 7000, dongfeng: 3000}, "先登记的在前"),
    )  # fmt: skip
    urls = [
        api, f"{api}/{mine}", f"{api}/{mine}?on=2026-11-20", f"{api}/conflicts",
        f"{api}/conflicts/{clash}", f"{api}/conflicts/{clash}/papers/first/docx", "/api/v1/notices",
        "/api/v1/duties", "/api/v1/figures", f"{api}?as_of=2026-11-20", f"/first-contacts/{mine}/",
        "/first-contacts/", f"/first-contacts/conflicts/{clash}/", "/first-contacts/conflicts/", "/notices/",
    ]  # fmt: skip
    found = snapshot(town, "dongfeng", urls)
    assert {url: status for url, (status, _, _) in found.items() if status != 200} == {}
    hidden = [town.claim.code, town.claim.project.code, town.claim.investor.code, "longshan_"]
    for url, (_, raw, _) in [*found.items(), ("登记", (201, made.content, {}))]:
        assert set(leaks(raw)) <= typed, (url, set(leaks(raw)) - typed)
        assert not [code for code in hidden if code.encode() in raw], url
    sides = client.get(f"{api}/conflicts/{clash}", headers=headers_).json()["sides"]
    assert [side["unit"] for side in sides] == ["dongfeng"]
    _, verifier = town.caller("heyan")
    both = client.get(f"{api}/conflicts/{clash}", headers={"Authorization": f"Bearer {verifier}"})
    assert town.claim.code in both.content.decode()  # 该看见的看得见,记号确实埋下了
    for who in ("chen", "xian", "guwen"):
        _, other = town.caller(who)
        gone = client.get(f"{api}/conflicts/{clash}", headers={"Authorization": f"Bearer {other}"})
        assert gone.status_code == 404, who


def test_审计管理员看得见有事_看不见是什么(town: Town) -> None:
    town.plant()
    client = town.cast.client("auditadmin")
    first = client.get("/audit/?limit=100")
    assert first.status_code == 200
    assert not leaks(body(first))
    for pk in re.findall(r"/audit/(\d+)/", first.content.decode())[:60]:
        assert not leaks(body(client.get(f"/audit/{pk}/"))), pk


@pytest.mark.parametrize("who", SEEING)
def test_该看见的人看得见(town: Town, who: str) -> None:
    secret = town.plant()
    found = snapshot(town, who, [
        f"/projects/{secret.code}/", "/projects/", f"/api/v1/projects/{secret.code}",
        f"/api/v1/search?q={NAME[:2]}", f"/files/{town.paper.file_use_id}/",
    ])  # fmt: skip
    assert {url: status for url, (status, _, _) in found.items() if status != 200} == {}
    for _, raw, _ in list(found.values())[:4]:
        assert NAME in raw.decode()
    assert CONTENT.encode() in found[f"/files/{town.paper.file_use_id}/"][1]


def test_市商务局经办没在名单上_也看不见_撤下名单即看不见(town: Town) -> None:
    secret = town.plant()
    assert town.cast.client("keji").get(f"/projects/{secret.code}/").status_code == 200
    for who in ("chen", "gongxin", "longshan_head"):
        assert town.cast.client(who).get(f"/projects/{secret.code}/").status_code == 404
    f.edit(
        town.cast, secret, "longshan", town.cast.NOW, listed_ids=(town.cast.person("longshan").pk,)
    )
    assert town.cast.client("keji").get(f"/projects/{secret.code}/").status_code == 404
