"""一座样例城市:龙山区登记的一般、限名单两个项目(都已认定签约),各有投资方、证据、作废申请、导入批次。

权限矩阵的逐行请求与看不见的项目的查找都在此之上。
"""

from __future__ import annotations

import csv
import io
from contextlib import suppress
from functools import cached_property
from typing import Any
from uuid import uuid4

from django.test import Client

from juyuan.foundation.duties.models import Duty
from juyuan.foundation.exchange import actions as exchange
from juyuan.foundation.exchange.models import CollisionCase, ImportBatch
from juyuan.foundation.ledger.actions import record
from juyuan.foundation.notices.models import Notice
from juyuan.foundation.people.actions import make_token, set_absence
from juyuan.foundation.people.models import ApiToken
from juyuan.foundation.personal.actions.drafts import save_draft
from juyuan.foundation.personal.actions.views import save_view
from juyuan.foundation.policy.actions import propose_parameter
from juyuan.foundation.work.models import TaskRun, TaskState
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import RuleBroken
from juyuan.rooms.chains.models import LocalEnterprise
from juyuan.rooms.chains.tests.factories import make_chain
from juyuan.rooms.first_contact.actions.check import run_check
from juyuan.rooms.first_contact.actions.handover import propose_handover
from juyuan.rooms.first_contact.models import CheckLog, Claim, Conflict, Ruling
from juyuan.rooms.first_contact.rules.claims import Secrecy
from juyuan.rooms.first_contact.rules.overlap import Subject
from juyuan.rooms.first_contact.rules.rulings import HandoverDraft
from juyuan.rooms.first_contact.tests import factories as talks
from juyuan.rooms.investors.actions import add_alias, add_contact, merge, register_investor
from juyuan.rooms.investors.models import Case
from juyuan.rooms.investors.rules.drafts import ContactDraft, InvestorDraft
from juyuan.rooms.outreach.actions.keep import register_lead
from juyuan.rooms.outreach.rules.drafts import LeadDraft, LeadSecrecy
from juyuan.rooms.pipeline.actions.bulk import run_bulk
from juyuan.rooms.pipeline.actions.escalating import assign_convener
from juyuan.rooms.pipeline.actions.merge import merge_projects
from juyuan.rooms.pipeline.actions.progress import add_progress_event
from juyuan.rooms.pipeline.actions.supplements import add_supplement
from juyuan.rooms.pipeline.actions.void import request_void
from juyuan.rooms.pipeline.models import (
    Project,
    ProjectMerge,
    ProjectRelation,
    Supplement,
    VoucherCase,
)
from juyuan.rooms.pipeline.queries.escalations import open_of
from juyuan.rooms.pipeline.rules.amounts import Origin
from juyuan.rooms.pipeline.rules.bulk import BulkAct
from juyuan.rooms.pipeline.rules.drafts import PartyDraft
from juyuan.rooms.pipeline.rules.progress import EventDraft
from juyuan.rooms.pipeline.rules.stages import Stage
from juyuan.rooms.pipeline.rules.supplements import SupplementDraft
from juyuan.rooms.pipeline.tests import factories as f
from juyuan.rooms.pipeline.tests.vouchers import paid
from tests.architecture import (
    worldmeetings,
    worldopinions,
    worldpapers,
    worldreviews,
    worldtracking,
)

# 各室自己造对象、给参数,次序即造的次序
PARTS = (worldreviews, worldopinions, worldtracking, worldmeetings, worldpapers)
USERS = {
    "clerk": "chen", "verifier": "heyan", "own": "longshan", "own_head": "longshan_head",
    "other": "dongfeng", "participant": "keji", "leader": "zongzhaoji", "reader": "caizheng",
    "adviser": "guwen", "chain_lead": "lianzhang", "sysadmin": "sysadmin",
    "secadmin": "secadmin", "auditadmin": "auditadmin", "no_post": "kong",
}  # fmt: skip

CONFLICT_PAGES = ("conflict", "prove", "appeal", "rule", "dismiss", "paper")
CLAIM_PAGES = (
    "claim", "extend", "lapse", "take_up", "end", "hand_over", "accept", "found",
    "file",
    "api:first_contact",
)  # fmt: skip


def ledger_file(*rows: dict[str, str]) -> io.BytesIO:
    """一份台账 csv。"""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return io.BytesIO(text.getvalue().encode("utf-8-sig"))


def open_batch(cast: Any, who: str, *rows: dict[str, str], name: str = "台账.csv") -> ImportBatch:
    """以此人预览一份台账。"""
    return exchange.open_batch(
        actor=cast.actor(who), kind="projects", name=name, stream=ledger_file(*rows),
        now=cast.NOW, today=cast.TODAY,
    )  # fmt: skip


class World:
    """`kwargs(网址名, 密级)` 给出该网址的参数;`client(看的人)`、`headers(看的人)` 去请求。"""

    def __init__(self, cast: Any) -> None:
        self.cast = cast
        f.parameters(cast)
        self.chain = make_chain(
            "C9",
            lead_unit=cast.unit("gongxin"),
            lead=cast.person("lianzhang"),
            secretary=cast.person("mishu"),
        )
        self.projects = {level: self._project(level) for level in ("normal", "restricted")}
        self.investors = {
            level: project.parties.get().investor for level, project in self.projects.items()
        }
        self.evidence = {
            level: project.evidence.filter(voided_at__isnull=True).first()
            for level, project in self.projects.items()
        }
        partner = f.planning(cast, by="chen", name="疑似同一件")
        self.relations = {
            level: ProjectRelation.objects.create(
                earlier=project, later=partner, kind="split", proposed_by_name="系统",
                proposed_at=cast.NOW,
            )
            for level, project in self.projects.items()
        }  # fmt: skip
        self.supplements = {
            level: self._supplement(project) for level, project in self.projects.items()
        }
        for project in self.projects.values():  # 都够提级门槛;召集人是总召集人
            assign_convener(
                actor=cast.actor("heyan"), escalation=open_of(project),
                person_id=cast.person("zongzhaoji").pk, now=cast.NOW,
            )  # fmt: skip
        self.voids = {
            level: request_void(
                actor=cast.actor("longshan"), project=project, reason="录错了", now=cast.NOW
            )
            for level, project in self.projects.items()
        }
        self.aliases, self.contacts = {}, {}
        for level, investor in self.investors.items():
            self.aliases[level] = add_alias(
                actor=cast.actor("longshan"), investor=investor, name=f"旧名{level}实业有限公司",
                kind="former", now=cast.NOW,
            )  # fmt: skip
            self.contacts[level] = add_contact(
                actor=cast.actor("longshan"), investor=investor,
                draft=ContactDraft(name="李某", phone="13800000000"), now=cast.NOW,
            )  # fmt: skip
        self.vouchers = {
            level: paid(cast, project, f"凭证{level}", by="longshan")
            for level, project in self.projects.items()
        }
        with suppress(RuleBroken):  # 东丰撞上限名单项目的凭证:在商务主管部门立一件
            other = f.planning(cast, by="dongfeng", name="东丰凭证")
            paid(cast, other, "凭证restricted", by="dongfeng", file="东丰的回单")
        self.voucher_case = VoucherCase.objects.first()
        self.progress = {
            level: add_progress_event(
                actor=cast.actor("longshan"), project=project,
                draft=EventDraft("site_survey", cast.TODAY), now=cast.NOW,
            )
            for level, project in self.projects.items()
        }  # fmt: skip
        self._others()
        self._clients: dict[str, Client] = {}
        for part in PARTS:
            part.build(self)
        self._tokens = {
            viewer: make_token(actor=Actor.console(), username=user, now=cast.NOW)
            for viewer, user in USERS.items()
        }
        self.token = ApiToken.objects.get(account=cast.account("longshan"))

    def _project(self, level: str) -> Project:
        cast = self.cast
        investor = f.investor(
            cast, name=f"浙江{'安澜' if level == 'normal' else '隐山'}科技有限公司"
        )
        return f.recognised(
            cast, Stage.SIGNED, name=f"{level}高性能纱线", confidentiality=level,
            chain_id=self.chain.pk,
            participant_ids=(cast.unit("keji").pk, cast.unit("shanghui").pk),
            listed_ids=(cast.person("longshan").pk,) if level == "restricted" else (),
            parties=(PartyDraft(investor, 10000, Origin.OUTSIDE_PROVINCE),),
        )  # fmt: skip

    def _supplement(self, project: Project) -> Supplement:
        actor = self.cast.actor("longshan")
        file = f.stored(actor, f"补充协议{project.code}", self.cast.NOW)
        draft = SupplementDraft(
            title="补充协议", signed_on=self.cast.TODAY, reason="追加投资", file_id=file.pk,
            changes={"contract_amount": 7 * f.YI, "total_investment": 8 * f.YI},
        )  # fmt: skip
        return add_supplement(actor=actor, project=project, draft=draft, now=self.cast.NOW)

    def _others(self) -> None:
        """批次、重合、合并、任务、提议、审计各一件。"""
        cast = self.cast
        restricted = self.investors["restricted"]
        self.batch = open_batch(
            cast, "longshan",
            {"项目名称": "normal高性能纱线", "投资方": "另一家有限公司", "落地县区": "龙山区", "总投资(万元)": "100",
             "所处阶段": "在谈"},
            {"项目名称": "全新项目", "投资方": "新来有限公司", "落地县区": "龙山区", "总投资(万元)": "很多",
             "所处阶段": "在谈"},
        )  # fmt: skip
        self.collision = open_batch(
            cast, "dongfeng",
            {"项目名称": "restricted高性能纱线", "投资方": restricted.name, "落地县区": "东丰县", "总投资(万元)": "100",
             "所处阶段": "在谈"},
            name="东丰.csv",
        )  # fmt: skip
        self.exchange_case = CollisionCase.objects.first()
        f.investor(cast, name=restricted.name, by="dongfeng")
        self.case = Case.objects.first()
        pair = [
            register_investor(
                actor=cast.actor("chen"), draft=InvestorDraft(name=name), now=cast.NOW
            )
            for name in ("甲乙丙有限公司", "甲乙丁有限公司")
        ]
        self.merge = merge(
            actor=cast.actor("heyan"),
            source=pair[0],
            target=pair[1],
            versions=(pair[0].version, pair[1].version),
            reason="同一家",
            now=cast.NOW,
        )
        self.task = TaskRun.objects.create(
            kind="toy", label="长任务", account_id=cast.account("longshan").pk,
            actor_name="龙山", state=TaskState.QUEUED,
            created_at=cast.NOW,
        )  # fmt: skip
        self.event = record(
            event="people.unit.changed", actor=cast.actor("sysadmin"), obj_type="unit",
            obj_id="longshan", now=cast.NOW,
        )  # fmt: skip
        self.notice = Notice.objects.create(
            kind="duties.due", recipient=cast.person("longshan"), title="待办到期", url="/duties/",
            created_at=cast.NOW,
        )  # fmt: skip
        self.absence = set_absence(
            actor=cast.actor("longshan"), person=cast.person("longshan"),
            deputy=cast.person("duo"), starts_on=cast.TODAY, ends_on=cast.TODAY, reason="出差",
            now=cast.NOW,
        )  # fmt: skip
        self.bulk = run_bulk(
            actor=cast.actor("longshan"), run_id=uuid4(), act=BulkAct.RESUME,
            values={"note": "试"}, seen={"LY-NOSUCH": 1}, now=cast.NOW,
        )  # fmt: skip
        self.view = save_view(
            actor=cast.actor("longshan"), page="pipeline:list", name="本区待核实",
            query="stage_status=claimed", shared=True, now=cast.NOW,
        )  # fmt: skip
        self.draft = save_draft(
            actor=cast.actor("longshan"), form="pipeline.register", object_key="", version=None,
            pairs=[("name", "填到一半")], now=cast.NOW,
        )  # fmt: skip
        run_check(actor=cast.actor("dongfeng"), subject=Subject(name=restricted.name), now=cast.NOW)
        self.check = CheckLog.objects.get()
        self.leads = {
            level: register_lead(
                actor=cast.actor("longshan"), submit=True, now=cast.NOW,
                draft=LeadDraft(
                    channel="department", investor_name="某某投资公司", content="某某项目",
                    contact_phone="0437-1", secrecy=LeadSecrecy(level),
                ),
            )
            for level in ("normal", "restricted")
        }  # fmt: skip
        # 线索的待办、通知不在各页的条数里:那几页数的是别室的
        Duty.objects.filter(object_type="outreach_lead").delete()
        Notice.objects.filter(object_type="outreach_lead").delete()
        self.enterprise = LocalEnterprise.objects.first()
        self.proposal = propose_parameter(
            actor=cast.actor("chen"), key="pipeline.jump_roles", text="verifier", reason="试",
            effective_from=cast.TODAY, now=cast.NOW,
        )  # fmt: skip

    @cached_property
    def project_merges(self) -> dict[str, ProjectMerge]:
        """龙山区的一个项目并入它的另一个。用到才有。"""
        cast, found = self.cast, {}
        for level in ("normal", "restricted"):
            gone, kept = (
                f.planning(
                    cast, name=f"{level}{word}", confidentiality=level, chain_id=self.chain.pk,
                    participant_ids=(cast.unit("keji").pk, cast.unit("shanghui").pk),
                    listed_ids=(cast.person("longshan").pk,) if level == "restricted" else (),
                )
                for word in ("并掉的", "留下的")
            )  # fmt: skip
            found[level] = merge_projects(
                actor=cast.actor("heyan"), source=gone, target=kept, reason="同一件",
                versions=(gone.version, kept.version), now=cast.NOW,
            )  # fmt: skip
        return found

    @cached_property
    def first_talks(self) -> dict[str, tuple[Claim, Conflict]]:
        """龙山区的首谈(等市科技局接收),与另一件同东丰县的撞单。用到才有。"""
        found = {}
        for level, word in (("normal", "云帆"), ("restricted", "星槎")):
            said = {"name": f"江苏{word}轴承有限公司", "project_name": f"{word}轴承基地"}
            claim = talks.register(self.cast, subject=said, secrecy=Secrecy(level)).claim
            lists = HandoverDraft(self.cast.unit("keji").pk, "来函", "无", 5000, "划转")
            propose_handover(
                actor=self.cast.actor("longshan"), claim=claim, draft=lists, now=self.cast.NOW
            )
            said = {"name": f"山东{word}齿轮有限公司", "project_name": f"{word}齿轮基地"}
            talks.register(self.cast, subject=said, secrecy=Secrecy(level))
            clash = talks.register(self.cast, "dongfeng", subject=said).conflict
            assert clash is not None
            # 只为取得到裁定书;状态不动,裁定那一页照样打得开
            Ruling.objects.create(
                conflict=clash, level="final", lead_unit=self.cast.unit("dongfeng"), reason="理由",
                shares={str(self.cast.unit("dongfeng").pk): 10000}, clause="3.2b", at=self.cast.NOW,
                by_name="某", unit_name="辽源市人民政府",
            )  # fmt: skip
            found[level] = (claim, clash)
        return found

    def client(self, viewer: str) -> Client:
        if viewer not in self._clients:
            user = USERS.get(viewer)
            self._clients[viewer] = self.cast.client(user) if user else Client()
        return self._clients[viewer]

    def headers(self, viewer: str) -> dict[str, str]:
        token = self._tokens.get(viewer)
        return {"Authorization": f"Bearer {token}"} if token else {}

    def kwargs(self, name: str, level: str = "normal") -> dict[str, Any]:
        """这个网址的参数(对象取 `level` 那一个)。"""
        for part in PARTS:
            found = part.kwargs(self, name, level)
            if found is not None:
                return found
        project, investor = self.projects[level], self.investors[level]
        if name.startswith(("pipeline:", "api:project", "api:monthly")):
            objects: dict[str, Any] = {
                "code": project.code, "cell": "location", "stage": "landed", "verb": "pause",
                "void_id": self.voids[level].pk, "evidence_id": self.evidence[level].pk,
                "event_id": self.progress[level].pk,
                "relation_id": self.relations[level].pk,
                "supplement_id": self.supplements[level].pk,
                "run_id": self.bulk.pk, "voucher_id": self.vouchers[level].pk, "case_id": self.voucher_case.pk,
            }  # fmt: skip
            if name in ("pipeline:unmerge", "api:project_unmerge"):
                objects["merge_id"] = self.project_merges[level].pk
        elif name.startswith(("investors:", "api:investor")):
            own = self.aliases if "alias" in name else self.contacts
            objects = {
                "code": investor.code, "case_id": self.case.pk, "merge_id": self.merge.pk,
                "pk": {"investors:settle": self.case.pk, "investors:undo_merge": self.merge.pk}.get(
                    name, own[level].pk
                ),
            }  # fmt: skip
        elif name.startswith(("first_contact:", "api:first_contact")):
            objects = {"pk": self.check.pk, "level": "final", "form": "docx"}
            page = name.removeprefix("first_contact:").removeprefix("api:first_contact_")
            if page in CONFLICT_PAGES:
                objects["code"] = self.first_talks[level][1].code
            elif page in CLAIM_PAGES:
                objects["code"] = self.first_talks[level][0].code
        elif name.startswith(("outreach:", "api:lead")):
            objects = {"code": self.leads[level].code, "verb": "answer"}
        elif name.startswith(("chains:", "api:chain")):
            objects = {"code": self.chain.code, "pk": self.enterprise.pk}
        elif name.startswith(("duties:", "notices:")):
            duty = Duty.objects.get(object_id=project.pk, kind="pipeline.settle_void")
            objects = {"duty_id": duty.pk, "notice_id": self.notice.pk, "token": "no-such-token"}
        elif name.startswith("personal:"):
            objects = {"view_id": self.view.pk, "draft_id": self.draft.pk}
        elif name.startswith("people:"):
            post = self.cast.actor("dongfeng").post
            objects = {
                "code": "shangwuju" if name == "people:unit" else "longshan",
                "unit_code": "longshan", "post_id": post.id, "token_id": self.token.pk,
                "absence_id": self.absence.pk,
            }  # fmt: skip
        else:
            objects = {
                "use_id": self.evidence[level].file_use_id, "event_id": self.event.pk,
                "task_id": self.task.pk, "batch_id": self.batch.pk,
                "position": self.batch.rows.order_by("position").values_list("position", flat=True)[0],
                "case_id": self.exchange_case.pk, "name": "signed_projects", "code": "3.3c",
                "key": "pipeline.jump_roles", "proposal_id": self.proposal.pk, "kind": "projects",
            }  # fmt: skip
        return objects
