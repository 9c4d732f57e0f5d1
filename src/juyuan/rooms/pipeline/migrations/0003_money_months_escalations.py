"""到位资金、月度更新、提级、补充协议、项目关系。凭证、核验、更新、锁账、报告、补充协议只增不改。"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

APPEND_ONLY = (
    "pipeline_voucher",
    "pipeline_vouchercheck",
    "pipeline_progressevent",
    "pipeline_monthlyupdate",
    "pipeline_monthclose",
    "pipeline_escalationreport",
    "pipeline_supplement",
    "pipeline_supplementcheck",
)


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0002_append_only"),
        ("investors", "0002_pending_rows"),
        ("people", "0001_people_and_posts"),
        ("pipeline", "0002_sort_with_nulls_last"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="MonthClose",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("period", models.DateField(unique=True, verbose_name="期")),
                ("closed_at", models.DateTimeField(verbose_name="锁账时间")),
                ("by_name", models.CharField(max_length=60, verbose_name="锁账人")),
                ("figures", models.JSONField(default=dict, verbose_name="各单位数字")),
            ],
            options={
                "verbose_name": "月度锁账",
                "verbose_name_plural": "月度锁账",
                "ordering": ["-period"],
            },
        ),
        migrations.CreateModel(
            name="Escalation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "提级待核实"),
                            ("confirmed", "提级中"),
                            ("closed", "提级办结"),
                            ("lapsed", "提级撤回"),
                        ],
                        default="pending",
                        max_length=10,
                        verbose_name="提级状态",
                    ),
                ),
                ("signed_on", models.DateField(verbose_name="签约日期")),
                ("amount", models.BigIntegerField(verbose_name="提级时合同引资额")),
                ("strategy", models.CharField(max_length=40, verbose_name="引资额口径")),
                ("threshold", models.BigIntegerField(verbose_name="提级门槛")),
                ("parameters", models.JSONField(default=dict, verbose_name="参数版本")),
                ("plan", models.TextField(blank=True, verbose_name="工作方案")),
                (
                    "plan_file_use_id",
                    models.UUIDField(blank=True, null=True, verbose_name="方案文件"),
                ),
                (
                    "plan_file_name",
                    models.CharField(blank=True, max_length=200, verbose_name="方案文件名"),
                ),
                ("opened_at", models.DateTimeField(verbose_name="打开时间")),
                (
                    "confirmed_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="确认时间"),
                ),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="结束时间")),
                (
                    "closed_by_name",
                    models.CharField(blank=True, max_length=60, verbose_name="结束人"),
                ),
                ("close_reason", models.TextField(blank=True, verbose_name="结束理由")),
                ("version", models.PositiveIntegerField(default=1, verbose_name="版本")),
                (
                    "convener",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.person",
                        verbose_name="召集人",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="escalations",
                        to="pipeline.project",
                        verbose_name="项目",
                    ),
                ),
                (
                    "recognition",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pipeline.recognition",
                        verbose_name="签约认定",
                    ),
                ),
            ],
            options={
                "verbose_name": "提级",
                "verbose_name_plural": "提级",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="EscalationMember",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("task", models.CharField(blank=True, max_length=200, verbose_name="分工")),
                (
                    "escalation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="team",
                        to="pipeline.escalation",
                        verbose_name="提级",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.person",
                        verbose_name="人员",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.unit",
                        verbose_name="单位",
                    ),
                ),
            ],
            options={
                "verbose_name": "专班成员",
                "verbose_name_plural": "专班成员",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="EscalationReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("due_on", models.DateField(verbose_name="应报日")),
                ("progress", models.TextField(verbose_name="进展情况")),
                ("problem", models.TextField(blank=True, verbose_name="存在问题")),
                ("next_step", models.TextField(blank=True, verbose_name="下步打算")),
                ("by_name", models.CharField(max_length=60, verbose_name="提交人姓名")),
                ("at", models.DateTimeField(verbose_name="提交时间")),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="提交人",
                    ),
                ),
                (
                    "escalation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reports",
                        to="pipeline.escalation",
                        verbose_name="提级",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.unit",
                        verbose_name="填报单位",
                    ),
                ),
            ],
            options={
                "verbose_name": "提级报告",
                "verbose_name_plural": "提级报告",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="MonthlyUpdate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("period", models.DateField(verbose_name="期")),
                ("revision", models.PositiveSmallIntegerField(default=1, verbose_name="第几稿")),
                ("stage", models.CharField(blank=True, max_length=20, verbose_name="当时所在库")),
                ("progress", models.TextField(blank=True, verbose_name="进展情况")),
                ("problem", models.TextField(blank=True, verbose_name="存在问题")),
                ("next_step", models.TextField(blank=True, verbose_name="下步打算")),
                (
                    "invested_month",
                    models.BigIntegerField(blank=True, null=True, verbose_name="本月完成投资"),
                ),
                (
                    "no_change",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", ""),
                            ("waiting_investor", "等投资方答复"),
                            ("waiting_factor", "等用地用能等要素"),
                            ("waiting_approval", "等审批或上会"),
                            ("season", "季节或停工期"),
                            ("steady", "按计划正常推进"),
                            ("other", "其他"),
                        ],
                        default="",
                        max_length=20,
                        verbose_name="无变化原因",
                    ),
                ),
                ("no_change_note", models.TextField(blank=True, verbose_name="无变化说明")),
                ("substantive", models.BooleanField(default=False, verbose_name="有实质进展")),
                ("events", models.JSONField(default=list, verbose_name="所据事件")),
                ("on_time", models.BooleanField(default=True, verbose_name="按时")),
                ("after_close", models.BooleanField(default=False, verbose_name="锁账后更正")),
                ("reason", models.TextField(blank=True, verbose_name="更正理由")),
                ("parameters", models.JSONField(default=dict, verbose_name="参数版本")),
                (
                    "batch_id",
                    models.CharField(
                        blank=True, default="", max_length=40, verbose_name="导入批次"
                    ),
                ),
                ("by_name", models.CharField(max_length=60, verbose_name="提交人姓名")),
                ("at", models.DateTimeField(verbose_name="提交时间")),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="提交人",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="updates",
                        to="pipeline.project",
                        verbose_name="项目",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.unit",
                        verbose_name="填报单位",
                    ),
                ),
            ],
            options={
                "verbose_name": "月度更新",
                "verbose_name_plural": "月度更新",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="ProgressEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=30, verbose_name="进展种类")),
                ("happened_on", models.DateField(verbose_name="发生日")),
                ("note", models.TextField(blank=True, verbose_name="说明")),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("typed", "填报"),
                            ("move", "阶段移动"),
                            ("evidence", "提交证据"),
                            ("voucher", "到位资金"),
                        ],
                        default="typed",
                        max_length=10,
                        verbose_name="进展来源",
                    ),
                ),
                (
                    "source_id",
                    models.CharField(
                        blank=True, default="", max_length=60, verbose_name="来源对象"
                    ),
                ),
                ("reason", models.TextField(blank=True, verbose_name="撤销理由")),
                (
                    "file_use_id",
                    models.UUIDField(blank=True, null=True, verbose_name="文件使用编号"),
                ),
                (
                    "file_sha256",
                    models.CharField(blank=True, max_length=64, verbose_name="文件摘要"),
                ),
                ("file_name", models.CharField(blank=True, max_length=200, verbose_name="文件名")),
                ("by_name", models.CharField(max_length=60, verbose_name="提交人姓名")),
                ("at", models.DateTimeField(verbose_name="提交时间")),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="提交人",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="progress",
                        to="pipeline.project",
                        verbose_name="项目",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.unit",
                        verbose_name="提交单位",
                    ),
                ),
                (
                    "withdraws",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="withdrawal",
                        to="pipeline.progressevent",
                        verbose_name="撤销",
                    ),
                ),
            ],
            options={
                "verbose_name": "进展事件",
                "verbose_name_plural": "进展事件",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="ProjectRelation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("upgrade", "升格"),
                            ("capital_increase", "增资"),
                            ("new_owner", "换业主"),
                            ("second_phase", "二期"),
                            ("split", "拆分"),
                        ],
                        max_length=20,
                        verbose_name="关系类别",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "待判定"),
                            ("confirmed", "属实"),
                            ("dismissed", "不属实"),
                            ("revoked", "判定撤销"),
                        ],
                        default="proposed",
                        max_length=10,
                        verbose_name="关系状态",
                    ),
                ),
                ("signs", models.JSONField(default=list, verbose_name="迹象")),
                ("proposed_by_name", models.CharField(max_length=60, verbose_name="提出人")),
                ("proposed_at", models.DateTimeField(verbose_name="提出时间")),
                (
                    "settled_by_name",
                    models.CharField(blank=True, max_length=60, verbose_name="判定人"),
                ),
                (
                    "settled_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="判定时间"),
                ),
                (
                    "revoked_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="撤销时间"),
                ),
                ("reason", models.TextField(blank=True, verbose_name="理由")),
                ("version", models.PositiveIntegerField(default=1, verbose_name="版本")),
                (
                    "earlier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="followers",
                        to="pipeline.project",
                        verbose_name="原项目",
                    ),
                ),
                (
                    "later",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="forerunners",
                        to="pipeline.project",
                        verbose_name="后项目",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="提出账号",
                    ),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="判定账号",
                    ),
                ),
            ],
            options={
                "verbose_name": "项目关系",
                "verbose_name_plural": "项目关系",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Supplement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(blank=True, max_length=100, verbose_name="文号")),
                ("title", models.CharField(max_length=200, verbose_name="协议名称")),
                ("signed_on", models.DateField(verbose_name="签订日期")),
                ("changes", models.JSONField(default=dict, verbose_name="改动")),
                ("reason", models.TextField(verbose_name="缘由")),
                (
                    "file_use_id",
                    models.UUIDField(blank=True, null=True, verbose_name="文件使用编号"),
                ),
                (
                    "file_sha256",
                    models.CharField(blank=True, max_length=64, verbose_name="文件摘要"),
                ),
                ("file_name", models.CharField(blank=True, max_length=200, verbose_name="文件名")),
                ("by_name", models.CharField(max_length=60, verbose_name="提交人姓名")),
                ("at", models.DateTimeField(verbose_name="提交时间")),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="提交人",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="supplements",
                        to="pipeline.project",
                        verbose_name="项目",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.unit",
                        verbose_name="提交单位",
                    ),
                ),
            ],
            options={
                "verbose_name": "补充协议",
                "verbose_name_plural": "补充协议",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="SupplementCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("by_name", models.CharField(max_length=60, verbose_name="核验人姓名")),
                ("recorded_at", models.DateTimeField(verbose_name="核验时间")),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="核验人",
                    ),
                ),
                (
                    "recognition",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pipeline.recognition",
                        verbose_name="新认定",
                    ),
                ),
                (
                    "supplement",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="check_row",
                        to="pipeline.supplement",
                        verbose_name="补充协议",
                    ),
                ),
            ],
            options={
                "verbose_name": "补充协议核验",
                "verbose_name_plural": "补充协议核验",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Voucher",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sign", models.SmallIntegerField(default=1, verbose_name="正负")),
                ("kind", models.CharField(max_length=30, verbose_name="凭证种类")),
                ("paid_on", models.DateField(verbose_name="到账日")),
                ("amount", models.BigIntegerField(verbose_name="金额")),
                ("currency", models.CharField(default="CNY", max_length=3, verbose_name="币种")),
                (
                    "foreign_amount",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=18,
                        null=True,
                        verbose_name="原币金额",
                    ),
                ),
                (
                    "rate",
                    models.DecimalField(
                        blank=True, decimal_places=6, max_digits=14, null=True, verbose_name="汇率"
                    ),
                ),
                ("rate_on", models.DateField(blank=True, null=True, verbose_name="汇率日期")),
                (
                    "rate_source",
                    models.CharField(blank=True, max_length=100, verbose_name="汇率来源"),
                ),
                ("payer_name", models.CharField(blank=True, max_length=200, verbose_name="付款人")),
                (
                    "origin",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "未明"),
                            ("local", "市内"),
                            ("outside_city", "市外省内"),
                            ("outside_province", "省外"),
                            ("foreign", "境外"),
                        ],
                        default="",
                        max_length=20,
                        verbose_name="资金来源地",
                    ),
                ),
                ("fiscal", models.BooleanField(default=False, verbose_name="财政资金")),
                ("number", models.CharField(max_length=100, verbose_name="凭证号")),
                ("recognised_bp", models.PositiveIntegerField(default=0, verbose_name="认可比例")),
                ("recognised", models.BigIntegerField(default=0, verbose_name="可认可金额")),
                ("parameters", models.JSONField(default=dict, verbose_name="参数版本")),
                (
                    "file_use_id",
                    models.UUIDField(blank=True, null=True, verbose_name="文件使用编号"),
                ),
                (
                    "file_sha256",
                    models.CharField(blank=True, max_length=64, verbose_name="文件摘要"),
                ),
                ("file_name", models.CharField(blank=True, max_length=200, verbose_name="文件名")),
                ("note", models.TextField(blank=True, verbose_name="说明")),
                ("reason", models.TextField(blank=True, verbose_name="冲回理由")),
                (
                    "batch_id",
                    models.CharField(
                        blank=True, default="", max_length=40, verbose_name="导入批次"
                    ),
                ),
                ("by_name", models.CharField(max_length=60, verbose_name="提交人姓名")),
                ("at", models.DateTimeField(verbose_name="提交时间")),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="提交人",
                    ),
                ),
                (
                    "payer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="investors.investor",
                        verbose_name="出资方",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="vouchers",
                        to="pipeline.project",
                        verbose_name="项目",
                    ),
                ),
                (
                    "reverses",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversal",
                        to="pipeline.voucher",
                        verbose_name="冲回",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.unit",
                        verbose_name="提交单位",
                    ),
                ),
            ],
            options={
                "verbose_name": "到位资金凭证",
                "verbose_name_plural": "到位资金凭证",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="VoucherCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "verdict",
                    models.CharField(
                        choices=[("accepted", "认可"), ("returned", "退回")],
                        max_length=10,
                        verbose_name="核验结论",
                    ),
                ),
                ("recognised", models.BigIntegerField(default=0, verbose_name="认可金额")),
                ("reason", models.TextField(blank=True, verbose_name="理由")),
                ("by_name", models.CharField(max_length=60, verbose_name="核验人姓名")),
                ("recorded_at", models.DateTimeField(verbose_name="核验时间")),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="核验人",
                    ),
                ),
                (
                    "voucher",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="check_row",
                        to="pipeline.voucher",
                        verbose_name="凭证",
                    ),
                ),
            ],
            options={
                "verbose_name": "凭证核验",
                "verbose_name_plural": "凭证核验",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="VoucherKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("number", "凭证号"), ("file", "凭证文件")],
                        max_length=10,
                        verbose_name="键类别",
                    ),
                ),
                ("value", models.CharField(max_length=120, verbose_name="键值")),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="pipeline.project",
                        verbose_name="项目",
                    ),
                ),
                (
                    "voucher",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="pipeline.voucher",
                        verbose_name="凭证",
                    ),
                ),
            ],
            options={
                "verbose_name": "凭据键",
                "verbose_name_plural": "凭据键",
                "ordering": ["id"],
            },
        ),
        migrations.AddIndex(
            model_name="escalation",
            index=models.Index(fields=["state", "-opened_at"], name="escalation_state"),
        ),
        migrations.AddConstraint(
            model_name="escalation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["pending", "confirmed"])),
                fields=("project",),
                name="escalation_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="escalation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at__isnull", True), ("state__in", ["pending", "confirmed"])),
                    models.Q(("closed_at__isnull", False), ("state__in", ["closed", "lapsed"])),
                    _connector="OR",
                ),
                name="escalation_closed_iff_ended",
            ),
        ),
        migrations.AddIndex(
            model_name="monthlyupdate",
            index=models.Index(fields=["period", "unit"], name="update_period_unit"),
        ),
        migrations.AddConstraint(
            model_name="monthlyupdate",
            constraint=models.UniqueConstraint(
                fields=("project", "period", "revision"), name="update_one_per_revision"
            ),
        ),
        migrations.AddConstraint(
            model_name="monthlyupdate",
            constraint=models.CheckConstraint(
                condition=models.Q(("period__day", 1)), name="update_period_is_first_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="monthlyupdate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("invested_month__isnull", True), ("invested_month__gte", 0), _connector="OR"
                ),
                name="update_invested_not_negative",
            ),
        ),
        migrations.AddIndex(
            model_name="progressevent",
            index=models.Index(fields=["project", "-happened_on", "-id"], name="progress_latest"),
        ),
        migrations.AddConstraint(
            model_name="progressevent",
            constraint=models.UniqueConstraint(
                condition=models.Q(("source_id", ""), _negated=True),
                fields=("project", "source", "source_id"),
                name="progress_once_per_source",
            ),
        ),
        migrations.AddIndex(
            model_name="projectrelation",
            index=models.Index(
                condition=models.Q(("state", "confirmed")), fields=["later"], name="relation_later"
            ),
        ),
        migrations.AddConstraint(
            model_name="projectrelation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["proposed", "confirmed"])),
                fields=("earlier", "later"),
                name="relation_one_live",
            ),
        ),
        migrations.AddConstraint(
            model_name="projectrelation",
            constraint=models.CheckConstraint(
                condition=models.Q(("earlier", models.F("later")), _negated=True),
                name="relation_two_projects",
            ),
        ),
        migrations.AddIndex(
            model_name="voucher",
            index=models.Index(fields=["project", "paid_on"], name="voucher_project"),
        ),
        migrations.AddConstraint(
            model_name="voucher",
            constraint=models.CheckConstraint(
                condition=models.Q(("sign__in", [1, -1])), name="voucher_sign"
            ),
        ),
        migrations.AddConstraint(
            model_name="voucher",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="voucher_amount"
            ),
        ),
        migrations.AddConstraint(
            model_name="voucher",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reverses__isnull", True), ("sign", 1)),
                    models.Q(("reverses__isnull", False), ("sign", -1)),
                    _connector="OR",
                ),
                name="voucher_reversal_points",
            ),
        ),
        migrations.AddConstraint(
            model_name="voucher",
            constraint=models.CheckConstraint(
                condition=models.Q(("recognised__gte", 0), ("recognised__lte", models.F("amount"))),
                name="voucher_recognised_within",
            ),
        ),
        migrations.AddIndex(
            model_name="vouchercheck",
            index=models.Index(fields=["recorded_at"], name="voucher_check_when"),
        ),
        migrations.AddConstraint(
            model_name="voucherkey",
            constraint=models.UniqueConstraint(fields=("kind", "value"), name="voucher_key_once"),
        ),
        *(
            migrations.RunSQL(
                f"SELECT ledger_protect('{table}')", f"SELECT ledger_unprotect('{table}')"
            )
            for table in APPEND_ONLY
        ),
    ]
