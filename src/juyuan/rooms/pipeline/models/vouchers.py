"""到位资金凭证:只增不改,更正用冲回;认可另记一行,凭证号与文件全库只用一次。金额列单位:元。"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from juyuan.foundation.people.models import Account, Unit
from juyuan.rooms.investors.models import Investor
from juyuan.rooms.pipeline.models.project import Project
from juyuan.rooms.pipeline.rules.amounts import Origin
from juyuan.rooms.pipeline.rules.vouchers import CheckVerdict, KeyKind, VoucherCaseState


class Voucher(models.Model):
    """一笔到位资金:到账日、金额、种类、谁的钱、凭证号、凭证文件。

    `sign` 为 -1 的行是冲回,指向被冲回的那一行,金额相同;冲回被核验人退回的,可以再提(另一行)。
    `historical` 是期初批次带进来的,按到账日归期。外币凭证另记原币金额、汇率及其日期与来源,
    `amount` 是折成的元。随项目合并转入的,`carried_from` 是原来那一张,`counted_on` 是它的认可日:
    钱归在原来的期。`recognised_bp`、`recognised` 按到账日的参数在登记时算定(财政资金为 0)。
    """

    project = models.ForeignKey(
        Project, verbose_name="项目", on_delete=models.PROTECT, related_name="vouchers"
    )
    sign = models.SmallIntegerField("正负", default=1)
    reverses = models.ForeignKey(
        "self", verbose_name="冲回", null=True, on_delete=models.PROTECT, related_name="reversals"
    )
    kind = models.CharField("凭证种类", max_length=30)
    paid_on = models.DateField("到账日")
    amount = models.BigIntegerField("金额")
    currency = models.CharField("币种", max_length=3, default="CNY")
    foreign_amount = models.DecimalField(
        "原币金额", max_digits=18, decimal_places=2, null=True, blank=True
    )
    rate = models.DecimalField("汇率", max_digits=14, decimal_places=6, null=True, blank=True)
    rate_on = models.DateField("汇率日期", null=True, blank=True)
    rate_source = models.CharField("汇率来源", max_length=100, blank=True)
    payer = models.ForeignKey(
        Investor,
        verbose_name="出资方",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    payer_name = models.CharField("付款人", max_length=200, blank=True)
    origin = models.CharField(
        "资金来源地", max_length=20, choices=Origin.pairs(), blank=True, default=""
    )
    fiscal = models.BooleanField("财政资金", default=False)
    number = models.CharField("凭证号", max_length=100)
    recognised_bp = models.PositiveIntegerField("认可比例", default=0)
    recognised = models.BigIntegerField("可认可金额", default=0)
    parameters = models.JSONField("参数版本", default=dict)
    file_use_id = models.UUIDField("文件使用编号", null=True, blank=True)
    file_sha256 = models.CharField("文件摘要", max_length=64, blank=True)
    file_name = models.CharField("文件名", max_length=200, blank=True)
    note = models.TextField("说明", blank=True)
    reason = models.TextField("冲回理由", blank=True)
    batch_id = models.CharField("导入批次", max_length=40, blank=True, default="")
    historical = models.BooleanField("历史凭证", default=False)
    counted_on = models.DateField("归期照原来的", null=True, blank=True)
    carried_from = models.ForeignKey(
        "self",
        verbose_name="转入自",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="carried",
    )
    paper = models.CharField("依据文号", max_length=100, blank=True, default="")
    unit = models.ForeignKey(
        Unit, verbose_name="提交单位", null=True, on_delete=models.PROTECT, related_name="+"
    )
    by = models.ForeignKey(
        Account, verbose_name="提交人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    by_name = models.CharField("提交人姓名", max_length=60)
    at = models.DateTimeField("提交时间")

    class Meta:
        verbose_name = "到位资金凭证"
        verbose_name_plural = "到位资金凭证"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(name="voucher_sign", condition=Q(sign__in=[1, -1])),
            models.CheckConstraint(name="voucher_amount", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="voucher_reversal_points",
                condition=Q(sign=1, reverses__isnull=True) | Q(sign=-1, reverses__isnull=False),
            ),
            models.CheckConstraint(
                name="voucher_recognised_within",
                condition=Q(recognised__gte=0) & Q(recognised__lte=models.F("amount")),
            ),
        ]
        indexes = [models.Index(fields=["project", "paid_on"], name="voucher_project")]

    def __str__(self) -> str:
        return self.number


class VoucherCheck(models.Model):
    """对一张凭证(或冲回)的核验:认可之后才计数,核验人不是提交人。退回的由提交人冲回后重交。"""

    voucher = models.OneToOneField(
        Voucher, verbose_name="凭证", on_delete=models.PROTECT, related_name="check_row"
    )
    verdict = models.CharField("核验结论", max_length=10, choices=CheckVerdict.pairs())
    recognised = models.BigIntegerField("认可金额", default=0)
    reason = models.TextField("理由", blank=True)
    by = models.ForeignKey(
        Account, verbose_name="核验人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    by_name = models.CharField("核验人姓名", max_length=60)
    recorded_at = models.DateTimeField("核验时间")

    class Meta:
        verbose_name = "凭证核验"
        verbose_name_plural = "凭证核验"
        ordering = ["id"]
        indexes = [models.Index(fields=["recorded_at"], name="voucher_check_when")]


class VoucherFile(models.Model):
    """补交的凭证文件:台账导入的凭证先没有文件,核验之前由提交单位补上。"""

    voucher = models.ForeignKey(
        Voucher, verbose_name="凭证", on_delete=models.PROTECT, related_name="files"
    )
    file_use_id = models.UUIDField("文件使用编号")
    file_sha256 = models.CharField("文件摘要", max_length=64)
    file_name = models.CharField("文件名", max_length=200)
    by = models.ForeignKey(
        Account, verbose_name="提交人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    by_name = models.CharField("提交人姓名", max_length=60)
    at = models.DateTimeField("提交时间")

    class Meta:
        verbose_name = "补交的凭证文件"
        verbose_name_plural = "补交的凭证文件"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.file_name


class VoucherKey(models.Model):
    """全库只用一次的凭据键:收据或发票号(归一后)、文件摘要。冲回生效后释放。"""

    kind = models.CharField("键类别", max_length=10, choices=KeyKind.pairs())
    value = models.CharField("键值", max_length=120)
    project = models.ForeignKey(
        Project, verbose_name="项目", on_delete=models.CASCADE, related_name="+"
    )
    voucher = models.ForeignKey(
        Voucher, verbose_name="凭证", on_delete=models.CASCADE, related_name="+"
    )

    class Meta:
        verbose_name = "凭据键"
        verbose_name_plural = "凭据键"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "value"], name="voucher_key_once"),
        ]


SAME_NAME = ("name", "项目名称")


class VoucherCase(models.Model):
    """凭证重合:某单位登记的凭证号或文件,已被它看不见的项目用过;由商务主管部门核对两边。

    新登记的项目与看不见的同名,也在此立一件(`kind` 为 name),项目照样登记。

    核为「不是同一张」(不同银行、税务局的号码相撞)之后,申报单位可以再次登记;核对之前不行。
    """

    project = models.ForeignKey(
        Project, verbose_name="申报项目", on_delete=models.CASCADE, related_name="+"
    )
    kind = models.CharField("吻合之处", max_length=10, choices=[*KeyKind.pairs(), SAME_NAME])
    value = models.CharField("键值", max_length=120)
    held = models.ForeignKey(
        Project, verbose_name="已登记的项目", on_delete=models.CASCADE, related_name="+"
    )
    typed = models.JSONField("所填内容")
    state = models.CharField(
        "核对结果", max_length=10, choices=VoucherCaseState.pairs(), default=VoucherCaseState.OPEN
    )
    unit = models.ForeignKey(
        Unit, verbose_name="申报单位", null=True, on_delete=models.PROTECT, related_name="+"
    )
    asked_by = models.ForeignKey(
        Account, verbose_name="申报人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    opened_at = models.DateTimeField("立项时间")
    settled_at = models.DateTimeField("核对时间", null=True, blank=True)
    settled_by = models.ForeignKey(
        Account, verbose_name="核对人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.TextField("核对说明", blank=True, default="")

    class Meta:
        verbose_name = "凭证重合"
        verbose_name_plural = "凭证重合"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "kind", "value", "held"],
                condition=Q(state="open"),
                name="voucher_case_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.value}"
