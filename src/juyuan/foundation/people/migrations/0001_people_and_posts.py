import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Account",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                ),
                ("username", models.CharField(max_length=60, unique=True, verbose_name="账号")),
                ("is_active", models.BooleanField(default=True, verbose_name="启用")),
                (
                    "must_change_password",
                    models.BooleanField(default=False, verbose_name="须改密码"),
                ),
                (
                    "password_changed_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="口令更改时间"),
                ),
                ("created_at", models.DateTimeField(verbose_name="建立时间")),
                ("version", models.PositiveIntegerField(default=1, verbose_name="版本")),
            ],
            options={
                "verbose_name": "账号",
                "verbose_name_plural": "账号",
                "ordering": ["username"],
            },
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=50, verbose_name="姓名")),
                ("code", models.SlugField(max_length=60, unique=True, verbose_name="人员代码")),
                ("disabled_on", models.DateField(blank=True, null=True, verbose_name="离任日")),
            ],
            options={
                "verbose_name": "人员",
                "verbose_name_plural": "人员",
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True, verbose_name="摘要")),
                ("label", models.CharField(blank=True, max_length=60, verbose_name="用途")),
                ("created_at", models.DateTimeField(verbose_name="建立时间")),
                (
                    "expires_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="失效时间"),
                ),
                (
                    "revoked_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="撤销时间"),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tokens",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="账号",
                    ),
                ),
            ],
            options={
                "verbose_name": "接口令牌",
                "verbose_name_plural": "接口令牌",
            },
        ),
        migrations.AddField(
            model_name="account",
            name="person",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="account",
                to="people.person",
                verbose_name="人员",
            ),
        ),
        migrations.CreateModel(
            name="Unit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.SlugField(max_length=60, unique=True, verbose_name="单位代码")),
                ("name", models.CharField(max_length=100, verbose_name="单位名称")),
                ("short_name", models.CharField(blank=True, max_length=40, verbose_name="简称")),
                (
                    "aliases",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=100),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="别名",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("government", "政府"),
                            ("department", "部门"),
                            ("party", "党委部门"),
                            ("zone", "开发区"),
                            ("town", "乡镇街道"),
                            ("office", "内设机构"),
                            ("network", "外联机构"),
                            ("enterprise", "企业"),
                        ],
                        max_length=20,
                        verbose_name="单位类别",
                    ),
                ),
                ("function", models.CharField(blank=True, max_length=40, verbose_name="职能代码")),
                ("path", models.CharField(max_length=300, unique=True, verbose_name="路径")),
                ("adcode", models.CharField(blank=True, max_length=12, verbose_name="区划代码")),
                ("is_county", models.BooleanField(default=False, verbose_name="可作承载地")),
                ("order", models.IntegerField(default=0, verbose_name="排序")),
                ("origin", models.CharField(blank=True, max_length=20, verbose_name="来源")),
                ("disabled_on", models.DateField(blank=True, null=True, verbose_name="停用日")),
                ("version", models.PositiveIntegerField(default=1, verbose_name="版本")),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="people.unit",
                        verbose_name="上级单位",
                    ),
                ),
            ],
            options={
                "verbose_name": "单位",
                "verbose_name_plural": "单位",
                "ordering": ["order", "code"],
            },
        ),
        migrations.CreateModel(
            name="Post",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("chief_convenor", "总召集人"),
                            ("convenor", "召集人"),
                            ("lead_convenor", "分管副市长"),
                            ("clerk", "经办"),
                            ("head", "主要负责同志"),
                            ("verifier", "核验人"),
                            ("chain_lead", "链长"),
                            ("chain_secretary", "服务秘书"),
                            ("specialist", "审批专员"),
                            ("adviser", "招商顾问"),
                            ("chamber", "商会"),
                            ("reader_finance", "财政查阅"),
                            ("reader_org", "组织查阅"),
                            ("reader_audit", "审计查阅"),
                            ("sysadmin", "系统管理员"),
                            ("secadmin", "安全管理员"),
                            ("auditadmin", "审计管理员"),
                        ],
                        max_length=30,
                        verbose_name="角色",
                    ),
                ),
                ("title", models.CharField(blank=True, max_length=60, verbose_name="职务")),
                ("starts_on", models.DateField(verbose_name="起任日")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="止任日")),
                ("granted_by", models.CharField(blank=True, max_length=60, verbose_name="授予人")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="posts",
                        to="people.person",
                        verbose_name="人员",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="posts",
                        to="people.unit",
                        verbose_name="单位",
                    ),
                ),
            ],
            options={
                "verbose_name": "任职",
                "verbose_name_plural": "任职",
                "ordering": ["starts_on", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on__isnull", True),
                            ("ends_on__gte", models.F("starts_on")),
                            _connector="OR",
                        ),
                        name="post_ends_after_start",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ends_on__isnull", True)),
                        fields=("person", "unit", "role"),
                        name="post_one_open",
                    ),
                ],
            },
        ),
    ]
