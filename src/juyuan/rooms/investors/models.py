"""投资方,及其别名、联系人、集团、匹配键、核对事项、合并记录。金额列单位:元。"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from juyuan.foundation.people.models import Account, Unit


class Kind(models.TextChoices):
    ENTERPRISE = "enterprise", "企业"
    BRANCH = "branch", "分支机构"
    FUND = "fund", "基金或合伙企业"
    INSTITUTION = "institution", "事业单位或社会组织"
    PERSON = "person", "自然人"


class Honour(models.TextChoices):
    LISTED = "listed", "上市公司"
    TOP500_WORLD = "top500_world", "世界500强"
    TOP500_CHINA = "top500_china", "中国500强"
    TOP500_PRIVATE = "top500_private", "民营500强"
    CENTRAL = "central", "中央企业"
    SPECIALISED = "specialised", "专精特新"
    HIGH_TECH = "high_tech", "高新技术企业"


class AliasKind(models.TextChoices):
    SHORT = "short", "简称"
    FORMER = "former", "曾用名"
    FOREIGN = "foreign", "外文名"
    OTHER = "other", "其他写法"


class KeyKind(models.TextChoices):
    USCC = "uscc", "统一社会信用代码"
    FOREIGN_ID = "foreign_id", "境外编号"
    NAME = "name", "名称键"
    ALIAS = "alias", "别名键"
    PHONE = "phone", "电话"
    DOMAIN = "domain", "邮箱域名"
    CONTROLLER = "controller", "实际控制人"
    PARCEL = "parcel", "地块"


class CaseState(models.TextChoices):
    OPEN = "open", "待核对"
    SAME = "same", "同一家"
    DIFFERENT = "different", "不是同一家"


class Group(models.Model):
    """企业集团。"""

    name = models.CharField("集团名称", max_length=200)
    key = models.CharField("名称键", max_length=300, unique=True)

    class Meta:
        verbose_name = "集团"
        verbose_name_plural = "集团"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Investor(models.Model):
    """投资方:全市共用的一份身份。合并后 `merged_into` 指向留下的一家。

    `pending`:某单位在项目里填了一家,而它撞上该单位看不见的一家。核对之前各是各的一行,
    该单位只看见自己填的;商务主管部门核对为同一家后合并。
    """

    code = models.CharField("投资方编号", max_length=20, unique=True)
    name = models.CharField("投资方名称", max_length=200)
    key = models.CharField("名称键", max_length=300)
    kind = models.CharField(
        "主体类别", max_length=12, choices=Kind.choices, default=Kind.ENTERPRISE
    )
    uscc = models.CharField("统一社会信用代码", max_length=18, blank=True, default="")
    foreign_id = models.CharField("境外编号", max_length=60, blank=True, default="")
    country = models.CharField("注册国家或地区", max_length=60, blank=True, default="中国")
    place = models.CharField("注册地", max_length=100, blank=True, default="")
    controller = models.CharField("实际控制人", max_length=200, blank=True, default="")
    group = models.ForeignKey(
        Group,
        verbose_name="所属集团",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="investors",
    )
    parent = models.ForeignKey(
        "self",
        verbose_name="总部",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="branches",
    )
    honours = ArrayField(
        models.CharField(max_length=20, choices=Honour.choices),
        verbose_name="企业资质",
        default=list,
        blank=True,
    )
    registered_capital = models.BigIntegerField("注册资本", null=True, blank=True)
    founded_on = models.DateField("成立日期", null=True, blank=True)
    business = models.TextField("主营业务", blank=True, default="")
    is_key = models.BooleanField("重点企业", default=False)
    remark = models.TextField("备注", blank=True, default="")

    owner_unit = models.ForeignKey(
        Unit, verbose_name="登记单位", null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_by = models.ForeignKey(
        Account, verbose_name="登记人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField("登记时间")
    updated_at = models.DateTimeField("更新时间")
    batch_id = models.CharField("导入批次", max_length=40, blank=True, default="")
    pending = models.BooleanField("待核对", default=False)
    merged_into = models.ForeignKey(
        "self",
        verbose_name="并入",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="absorbed",
    )
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "投资方"
        verbose_name_plural = "投资方"
        constraints = [
            models.UniqueConstraint(
                fields=["uscc"],
                condition=~Q(uscc="") & Q(merged_into__isnull=True, pending=False),
                name="investor_uscc_once",
            ),
            models.CheckConstraint(
                name="investor_capital_not_negative",
                condition=Q(registered_capital__isnull=True) | Q(registered_capital__gte=0),
            ),
            models.CheckConstraint(
                name="investor_not_its_own_parent",
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
            ),
        ]
        indexes = [
            models.Index(fields=["-updated_at", "-id"], name="investor_updated"),
            models.Index(fields=["name", "id"], name="investor_name"),
            models.Index(fields=["owner_unit", "-id"], name="investor_owner"),
        ]

    def __str__(self) -> str:
        return self.name


class Alias(models.Model):
    """别名:简称、曾用名、外文名。与名称一样参与查重。"""

    investor = models.ForeignKey(
        Investor, verbose_name="投资方", on_delete=models.CASCADE, related_name="aliases"
    )
    name = models.CharField("别名", max_length=200)
    key = models.CharField("名称键", max_length=300)
    kind = models.CharField("别名类别", max_length=10, choices=AliasKind.choices)
    created_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "别名"
        verbose_name_plural = "别名"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["investor", "name"], name="alias_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Contact(models.Model):
    """联系人。只有登记它的单位和商务主管部门看得见。"""

    investor = models.ForeignKey(
        Investor, verbose_name="投资方", on_delete=models.CASCADE, related_name="contacts"
    )
    name = models.CharField("联系人", max_length=60)
    title = models.CharField("职务", max_length=60, blank=True, default="")
    phone = models.CharField("电话", max_length=40, blank=True, default="")
    email = models.CharField("邮箱", max_length=120, blank=True, default="")
    unit = models.ForeignKey(
        Unit, verbose_name="登记单位", null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "联系人"
        verbose_name_plural = "联系人"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class MatchKey(models.Model):
    """匹配键:全市查重的唯一索引。各室的动作写自己对象的行,查的人只得到有无与件数。"""

    kind = models.CharField("键类", max_length=12, choices=KeyKind.choices)
    value = models.CharField("键值", max_length=320)
    object_type = models.CharField("对象类别", max_length=20)
    object_id = models.BigIntegerField("对象编号")

    class Meta:
        verbose_name = "匹配键"
        verbose_name_plural = "匹配键"
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "value", "object_type", "object_id"], name="match_key_once"
            ),
        ]
        indexes = [models.Index(fields=["object_type", "object_id"], name="match_key_object")]


class NearKey(models.Model):
    """近似键:名称相近、地区不全、总部与分支的候选由此取(64 位摘要,见 kernel.near),一个对象一行。"""

    object_type = models.CharField("对象类别", max_length=20)
    object_id = models.BigIntegerField("对象编号")
    keys = ArrayField(models.BigIntegerField(), verbose_name="摘要", default=list)

    class Meta:
        verbose_name = "近似键"
        verbose_name_plural = "近似键"
        constraints = [
            models.UniqueConstraint(fields=["object_type", "object_id"], name="near_key_once"),
        ]
        indexes = [GinIndex(fields=["keys"], name="near_key_any")]


class Grant(models.Model):
    """商务主管部门核对为同一家后,准某单位使用这一家(之前它看不见)。"""

    investor = models.ForeignKey(
        Investor, verbose_name="投资方", on_delete=models.CASCADE, related_name="grants"
    )
    unit = models.ForeignKey(
        Unit, verbose_name="准用单位", on_delete=models.PROTECT, related_name="+"
    )
    granted_at = models.DateTimeField("准用时间")

    class Meta:
        verbose_name = "准用单位"
        verbose_name_plural = "准用单位"
        constraints = [models.UniqueConstraint(fields=["investor", "unit"], name="grant_once")]


class Case(models.Model):
    """核对事项:某单位登记时撞上它看不见的一家,由商务主管部门核对。"""

    investor = models.ForeignKey(
        Investor, verbose_name="已登记的一家", on_delete=models.CASCADE, related_name="cases"
    )
    unit = models.ForeignKey(
        Unit, verbose_name="申报单位", null=True, on_delete=models.PROTECT, related_name="+"
    )
    asked_by = models.ForeignKey(
        Account, verbose_name="申报人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    typed = models.JSONField("所填内容")
    pending = models.ForeignKey(
        Investor,
        verbose_name="待核对的一行",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    matched_on = models.CharField("吻合之处", max_length=12, choices=KeyKind.choices)
    state = models.CharField(
        "核对结果", max_length=10, choices=CaseState.choices, default=CaseState.OPEN
    )
    opened_at = models.DateTimeField("立项时间")
    settled_at = models.DateTimeField("核对时间", null=True, blank=True)
    settled_by = models.ForeignKey(
        Account, verbose_name="核对人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.TextField("核对说明", blank=True, default="")

    class Meta:
        verbose_name = "核对事项"
        verbose_name_plural = "核对事项"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["investor", "unit"],
                condition=Q(state="open", pending__isnull=True),
                name="case_one_open",
            ),
        ]


class MergeRecord(models.Model):
    """一次合并:并入者、留下者、搬了什么;撤销时照此原样放回。"""

    source = models.ForeignKey(
        Investor, verbose_name="并入者", on_delete=models.PROTECT, related_name="merges_away"
    )
    target = models.ForeignKey(
        Investor, verbose_name="留下者", on_delete=models.PROTECT, related_name="merges_in"
    )
    moved = models.JSONField("搬移明细")
    reason = models.TextField("合并理由")
    merged_by = models.ForeignKey(
        Account, verbose_name="合并人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    merged_at = models.DateTimeField("合并时间")
    undone_by = models.ForeignKey(
        Account, verbose_name="撤销人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    undone_at = models.DateTimeField("撤销时间", null=True, blank=True)
    undo_reason = models.TextField("撤销理由", blank=True, default="")

    class Meta:
        verbose_name = "合并记录"
        verbose_name_plural = "合并记录"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["source"], condition=Q(undone_at__isnull=True), name="merge_one_live"
            ),
        ]
