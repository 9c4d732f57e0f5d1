"""只增不改:触发器拒绝 UPDATE、DELETE、TRUNCATE,表的所有者也不例外。

各房间的只增表在自己的迁移里调用 `SELECT ledger_protect('表名')`(反向 `ledger_unprotect`),
运行角色的授权(foundation.ledger.roles)由触发器认出这些表,不另列名单。
"""

from django.db import migrations

FUNCTIONS = """
CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION '「%」只增不改,拒绝 %;更正请另记一行', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'insufficient_privilege';
END
$body$;

CREATE FUNCTION ledger_protect(target regclass) RETURNS void LANGUAGE plpgsql AS $body$
BEGIN
    EXECUTE format(
        'CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %s'
        ' FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()', target);
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER append_only', target);
END
$body$;

CREATE FUNCTION ledger_unprotect(target regclass) RETURNS void LANGUAGE plpgsql AS $body$
BEGIN
    EXECUTE format('DROP TRIGGER append_only ON %s', target);
END
$body$;
"""

DROP_FUNCTIONS = """
DROP FUNCTION ledger_unprotect(regclass);
DROP FUNCTION ledger_protect(regclass);
DROP FUNCTION ledger_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_events")]

    operations = [
        migrations.RunSQL(FUNCTIONS, DROP_FUNCTIONS),
        migrations.RunSQL(
            "SELECT ledger_protect('ledger_event')", "SELECT ledger_unprotect('ledger_event')"
        ),
    ]
