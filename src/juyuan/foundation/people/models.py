"""单位、人员、账号、任职。"""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class UnitKind(models.TextChoices):
    GOVERNMENT = "government", "政府"
    DEPARTMENT = "department", "部门"
    PARTY = "party", "党委部门"
    ZONE = "zone", "开发区"
    TOWN = "town", "乡镇街道"
    OFFICE = "office", "内设机构"
    NETWORK = "network", "外联机构"
    ENTERPRISE = "enterprise", "企业"


class Role(models.TextChoices):
    """角色:与单位职能合起来才定义一个人能做什么(如 经办 + 商务 = 商务主管部门经办)。"""

    CHIEF_CONVENOR = "chief_convenor", "总召集人"
    CONVENOR = "convenor", "召集人"
    LEAD_CONVENOR = "lead_convenor", "分管副市长"
    CLERK = "clerk", "经办"
    HEAD = "head", "主要负责同志"
    VERIFIER = "verifier", "核验人"
    CHAIN_LEAD = "chain_lead", "链长"
    CHAIN_SECRETARY = "chain_secretary", "服务秘书"
    SPECIALIST = "specialist", "审批专员"
    ADVISER = "adviser", "招商顾问"
    CHAMBER = "chamber", "商会"
    READER_FINANCE = "reader_finance", "财政查阅"
    READER_ORG = "reader_org", "组织查阅"
    READER_AUDIT = "reader_audit", "审计查阅"
    SYSADMIN = "sysadmin", "系统管理员"
    SECADMIN = "secadmin", "安全管理员"
    AUDITADMIN = "auditadmin", "审计管理员"


ADMIN_ROLES = frozenset({Role.SYSADMIN, Role.SECADMIN, Role.AUDITADMIN})
READER_ROLES = frozenset({Role.READER_FINANCE, Role.READER_ORG, Role.READER_AUDIT})
LEADER_ROLES = frozenset({Role.CHIEF_CONVENOR, Role.CONVENOR, Role.LEAD_CONVENOR})


class Unit(models.Model):
    """单位;`path` 为自根而下的代码路径「/city/longshan/」,用来取整棵子树。"""

    code = models.SlugField("单位代码", max_length=60, unique=True)
    name = models.CharField("单位名称", max_length=100)
    short_name = models.CharField("简称", max_length=40, blank=True)
    aliases = ArrayField(
        models.CharField(max_length=100), verbose_name="别名", default=list, blank=True
    )
    kind = models.CharField("单位类别", max_length=20, choices=UnitKind.choices)
    function = models.CharField("职能代码", max_length=40, blank=True)
    parent = models.ForeignKey(
        "self",
        verbose_name="上级单位",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
    )
    path = models.CharField("路径", max_length=300, unique=True)
    adcode = models.CharField("区划代码", max_length=12, blank=True)
    is_county = models.BooleanField("可作承载地", default=False)
    order = models.IntegerField("排序", default=0)
    origin = models.CharField("来源", max_length=20, blank=True)
    disabled_on = models.DateField("停用日", null=True, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "单位"
        verbose_name_plural = "单位"
        ordering = ["order", "code"]

    def __str__(self) -> str:
        return self.short_name or self.name


class Person(models.Model):
    name = models.CharField("姓名", max_length=50)
    code = models.SlugField("人员代码", max_length=60, unique=True)
    disabled_on = models.DateField("离任日", null=True, blank=True)

    class Meta:
        verbose_name = "人员"
        verbose_name_plural = "人员"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class AccountManager(BaseUserManager["Account"]):
    """只供框架按用户名取账号;建账号走 `actions.create_account`。"""

    def get_by_natural_key(self, username: str | None) -> Account:
        return self.get(username=username)


class Account(AbstractBaseUser):
    """登录账号。没有超级用户:权限只从任职来。"""

    username = models.CharField("账号", max_length=60, unique=True)
    person = models.OneToOneField(
        Person, verbose_name="人员", on_delete=models.PROTECT, related_name="account"
    )
    is_active = models.BooleanField("启用", default=True)
    must_change_password = models.BooleanField("须改密码", default=False)
    password_changed_at = models.DateTimeField("口令更改时间", null=True, blank=True)
    created_at = models.DateTimeField("建立时间")
    version = models.PositiveIntegerField("版本", default=1)

    objects = AccountManager()
    USERNAME_FIELD = "username"

    class Meta:
        verbose_name = "账号"
        verbose_name_plural = "账号"
        ordering = ["username"]

    def __str__(self) -> str:
        return self.username

    def get_full_name(self) -> str:
        return self.person.name


class Post(models.Model):
    """任职:某人在某单位任某角色,自某日至某日(含首尾两日;空 = 至今)。"""

    person = models.ForeignKey(
        Person, verbose_name="人员", on_delete=models.PROTECT, related_name="posts"
    )
    unit = models.ForeignKey(
        Unit, verbose_name="单位", on_delete=models.PROTECT, related_name="posts"
    )
    role = models.CharField("角色", max_length=30, choices=Role.choices)
    title = models.CharField("职务", max_length=60, blank=True)
    starts_on = models.DateField("起任日")
    ends_on = models.DateField("止任日", null=True, blank=True)
    granted_by = models.CharField("授予人", max_length=60, blank=True)

    class Meta:
        verbose_name = "任职"
        verbose_name_plural = "任职"
        ordering = ["starts_on", "id"]
        constraints = [
            models.CheckConstraint(
                name="post_ends_after_start",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
            ),
            models.UniqueConstraint(
                fields=["person", "unit", "role"],
                condition=Q(ends_on__isnull=True),
                name="post_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.unit} {self.get_role_display()}"


class ApiToken(models.Model):
    """接口令牌:只存摘要,明文只在建立时出现一次。"""

    account = models.ForeignKey(
        Account, verbose_name="账号", on_delete=models.CASCADE, related_name="tokens"
    )
    digest = models.CharField("摘要", max_length=64, unique=True)
    label = models.CharField("用途", max_length=60, blank=True)
    created_at = models.DateTimeField("建立时间")
    expires_at = models.DateTimeField("失效时间", null=True, blank=True)
    revoked_at = models.DateTimeField("撤销时间", null=True, blank=True)

    class Meta:
        verbose_name = "接口令牌"
        verbose_name_plural = "接口令牌"


class Absence(models.Model):
    """离岗:某人自某日至某日(含)不在,待办与通知同时交给代理人看;办事的权限仍只从任职来。"""

    person = models.ForeignKey(
        Person, verbose_name="离岗人", on_delete=models.PROTECT, related_name="absences"
    )
    deputy = models.ForeignKey(
        Person, verbose_name="代理人", on_delete=models.PROTECT, related_name="deputises"
    )
    starts_on = models.DateField("起")
    ends_on = models.DateField("止")
    reason = models.CharField("事由", max_length=100)
    cancelled_at = models.DateTimeField("撤销时间", null=True, blank=True)

    class Meta:
        verbose_name = "离岗"
        verbose_name_plural = "离岗"
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.CheckConstraint(
                name="absence_ends_after_start", condition=Q(ends_on__gte=F("starts_on"))
            ),
            models.CheckConstraint(
                name="absence_deputy_is_other", condition=~Q(person=F("deputy"))
            ),
        ]
        indexes = [
            models.Index(fields=["person", "starts_on", "ends_on"], name="absence_of_person"),
            models.Index(fields=["deputy", "starts_on", "ends_on"], name="absence_of_deputy"),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.starts_on}—{self.ends_on}"
