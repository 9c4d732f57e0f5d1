"""封存与核验:定局的才封,晚提交的不漏;改、删、插、截尾都说得出是哪里。"""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from juyuan.foundation.ledger import anchors, canonical, keys
from juyuan.foundation.ledger.actions import Entry, record, record_many
from juyuan.foundation.ledger.jobs import keep, seal
from juyuan.foundation.ledger.models import Event, Seal
from juyuan.foundation.ledger.verifying import verify
from juyuan.kernel.actor import Actor
from juyuan.kernel.verdict import RuleBroken
from tests.cast import NOW

KEY, OTHER = "k" * 32, "o" * 32


@pytest.fixture(autouse=True)
def key(settings):
    settings.JUYUAN_AUDIT_KEY = KEY


def write(count=1, **more):
    with transaction.atomic():
        record_many(
            [
                Entry("test.done", "unit", str(n), after={"份额": n / 3, "名": "甲", "无": None})
                for n in range(count)
            ],
            actor=Actor.console(),
            now=NOW,
            group=None,
            **more,
        )
    return list(Event.objects.order_by("id").values_list("id", flat=True))


@pytest.fixture
def tampered(as_owner):
    """`tampered(sql)`:库的所有者停了触发器再改(防的正是他)。"""

    def change(sql, *args):
        with as_owner() as cursor:
            for table in ("ledger_event", "ledger_seal"):
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER append_only")
            cursor.execute(sql, args)
            for table in ("ledger_event", "ledger_seal"):
                cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER append_only")

    return change


def rules(report):
    return [(found.field, found.rule) for found in report.findings]


# ───────── 规范写法 ─────────


def test_canonical_bytes_never_change():
    """这一行的字节与记号写死在这里:换了版本的程序,旧封存仍对得上。"""
    row = dict.fromkeys(canonical.FIELDS[1], "")
    row |= {"id": 7, "at": NOW, "actor_id": None, "before": None, "group": None}
    row |= {"after": {"乙": [1, 2.5, True], "a": {"c": "“”", "b": None}}}
    written = canonical.row_bytes(row, 1)
    assert written.decode() == (
        '[7,"' + canonical.moment(NOW) + '","",null,"","","","","","","","",null,'
        '{"a":{"b":null,"c":"“”"},"乙":[1,2.5,true]},"","","","",null]\n'
    )
    made = canonical.seal_digest(b"k" * 32, canonical.START, b"head\n", [b"row\n"])
    assert made == "b2223bd92c8d4c5c452dda51ccd2a2dbd6c4fd7cdaefeab1989d45f9b85533ce"
    assert keys.key_id(b"k" * 32) == "322bdc122c974ac6"


def test_every_column_is_in_the_newest_version():
    columns = {field.attname for field in Event._meta.concrete_fields}
    assert set(canonical.FIELDS[canonical.VERSION]) == columns


@given(st.dictionaries(st.text(), st.one_of(st.none(), st.integers(), st.text()), max_size=5))
def test_order_of_keys_does_not_matter(value):
    shuffled = dict(reversed(value.items()))
    assert canonical.canonical(value) == canonical.canonical(shuffled)


# ───────── 封存 ─────────


def test_seals_are_chained_and_running_twice_is_once(db):
    write(3)
    assert (seal(now=NOW).rows, seal(now=NOW).rows) == (3, 0)
    write(2)
    assert seal(now=NOW).rows == 2
    report = verify()
    assert (report.seals, report.rows, report.tail, report.findings) == (2, 5, 0, [])
    assert report.as_dict()["verified"] is True
    write(4)
    assert verify().tail == 4


def test_long_runs_are_cut_into_batches(db, monkeypatch):
    monkeypatch.setattr("juyuan.foundation.ledger.jobs.BATCH", 10)
    write(25)
    assert seal(now=NOW).seals == 3
    assert [s.count for s in Seal.objects.all()] == [10, 10, 5]
    assert verify().as_dict()["verified"] is True


def test_without_a_key_nothing_is_sealed_and_nothing_claimed(db, settings):
    settings.JUYUAN_AUDIT_KEY, settings.DEMO = "", False
    write(1)
    assert seal(now=NOW).keyless
    assert verify().unverifiable == "台账还没有封存过:没有密钥"
    assert anchors.head(now=NOW) is None
    with pytest.raises(RuleBroken, match="没有 JUYUAN_AUDIT_KEY"):
        anchors.export(actor=Actor.console(), now=NOW)
    assert not Seal.objects.exists()


def test_a_short_key_is_refused(settings):
    settings.JUYUAN_AUDIT_KEY = "short"
    with pytest.raises(RuleBroken, match="太短"):
        keys.ring(keys.AUDIT)


def test_demo_makes_its_own_key_once(settings, tmp_path):
    settings.JUYUAN_AUDIT_KEY, settings.JUYUAN_HOME = "", tmp_path
    assert keys.ring(keys.AUDIT).current is None
    made = keys.ring(keys.AUDIT, make=True)
    path = tmp_path / "keys" / "audit"
    assert path.stat().st_mode & 0o777 == 0o600
    assert not made.given
    assert keys.ring(keys.AUDIT, make=True).keys == made.keys
    assert [p.name for p in path.parent.iterdir()] == ["audit"]


def test_seals_cannot_be_changed(db, as_owner):
    write(1)
    seal(now=NOW)
    for sql in ("UPDATE ledger_seal SET count = 2", "DELETE FROM ledger_seal"):
        with pytest.raises(Exception, match="只增不改"), as_owner() as cursor:
            cursor.execute(sql)


def in_thread(work):
    def run():
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.django_db(transaction=True)
def test_a_row_committed_late_is_not_lost():
    """甲先取编号后提交;乙的编号大却先提交:甲了结之前不封,了结之后一并封上。"""
    written, go_on = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            record(event="slow", actor=Actor.console(), obj_type="unit", obj_id="a", now=NOW)
            written.set()
            go_on.wait(60)

    thread = in_thread(slow)
    assert written.wait(60)
    write(1)
    first = seal(now=NOW, patience=0.2)
    assert (first.rows, first.waiting) == (0, 1)
    go_on.set()
    thread.join()
    assert seal(now=NOW).rows == 2
    assert [e.event for e in Event.objects.order_by("id")] == ["slow", "test.done"]
    assert verify().as_dict()["verified"] is True


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_gap_holds_nothing_up():
    write(1)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        record(event="gone", actor=Actor.console(), obj_type="unit", obj_id="a", now=NOW)
        1 / 0  # noqa: B018
    ids = write(1)
    assert ids[1] - ids[0] == 2
    assert seal(now=NOW).rows == 2
    assert verify().findings == []


@pytest.mark.django_db(transaction=True)
def test_writers_and_two_sealers_at_once_seal_every_row_exactly_once():
    """六个写入者(长短不一、有回滚)与两个封存者同时跑:每一行恰在一封里,链核得过。"""
    until, last = time.monotonic() + 4, time.monotonic() + 60
    written: list[int] = []

    def going():
        """写四秒;机器慢的,写到封成几次为止。"""
        now = time.monotonic()
        return now < until or (now < last and Seal.objects.count() <= 3)

    def writer(n):
        def work():
            turn = 0
            while going():
                turn += 1
                try:
                    with transaction.atomic():
                        for _ in range(n):
                            record(
                                event="w", actor=Actor.console(), obj_type="unit",
                                obj_id=str(n), now=NOW,
                            )  # fmt: skip
                            time.sleep(0.003 * n)
                        if turn % 4 == 0:
                            raise RuntimeError
                    written.append(n)
                except RuntimeError:
                    pass

        return work

    def sealer():
        while going():
            seal(now=NOW, patience=1)
            time.sleep(0.05)

    threads = [in_thread(writer(n)) for n in range(1, 7)]
    threads += [in_thread(sealer), in_thread(sealer)]
    for thread in threads:
        thread.join()
    during = Seal.objects.count()
    assert seal(now=NOW).waiting == 0
    assert during > 3, "写入不停,封存也要做得成"
    report = verify()
    assert report.findings == []
    assert report.rows == Event.objects.count() == sum(written)
    sealed = [n for s in Seal.objects.all() for n in canonical.marks(bytes(s.index))]
    assert sorted(sealed) == list(Event.objects.order_by("id").values_list("id", flat=True))


# ───────── 核验 ─────────


def test_a_changed_row_is_named(db, tampered):
    ids = write(5)
    seal(now=NOW)
    tampered(
        'UPDATE ledger_event SET after = \'{"名": "乙"}\' WHERE id = ANY(%s)', [ids[3], ids[1]]
    )
    report = verify()
    assert rules(report) == [
        (f"ledger_event:{ids[1]}", "changed"),
        (f"ledger_event:{ids[3]}", "changed"),
    ]
    assert f"台账 {ids[1]} 被改过" in report.findings[0].message


def test_a_removed_row_is_named(db, tampered):
    ids = write(5)
    seal(now=NOW)
    tampered("DELETE FROM ledger_event WHERE id = %s", ids[4])
    assert rules(verify()) == [(f"ledger_event:{ids[4]}", "removed")]


def test_an_inserted_row_is_named(db, tampered):
    ids = write(1)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        write(1)
        1 / 0  # noqa: B018
    write(1)
    seal(now=NOW)
    tampered(
        "INSERT INTO ledger_event SELECT (jsonb_populate_record(e, jsonb_build_object('id', e.id + 1))).*"
        " FROM ledger_event e WHERE id = %s",
        ids[0],
    )
    assert rules(verify()) == [(f"ledger_event:{ids[0] + 1}", "inserted")]


def test_the_first_bad_row_is_the_first_even_across_seals(db, tampered):
    first = write(2)
    seal(now=NOW)
    ids = write(2)
    seal(now=NOW)
    tampered("UPDATE ledger_event SET reason = 'x' WHERE id = ANY(%s)", [ids[3], first[0]])
    assert [place for place, _ in rules(verify())] == [
        f"ledger_event:{first[0]}", f"ledger_event:{ids[3]}"]  # fmt: skip


@pytest.mark.parametrize("column", [
    "count = count + 1", "at = at + interval '1 day'", "digest = repeat('a', 64)",
    "first_id = first_id - 1",
])  # fmt: skip
def test_a_changed_seal_is_named(db, tampered, column):
    write(2)
    seal(now=NOW)
    tampered(f"UPDATE ledger_seal SET {column} WHERE no = 1")
    assert ("ledger_seal:1", "seal_changed") in rules(verify())


def test_a_row_deleted_together_with_its_mark_does_not_pass(db, tampered):
    ids = write(3)
    seal(now=NOW)
    tampered("DELETE FROM ledger_event WHERE id = %s", ids[1])
    tampered(
        "UPDATE ledger_seal SET count = 2,"
        " index = substring(index from 1 for 16) || substring(index from 33)"
    )
    assert rules(verify()) == [("ledger_seal:1", "seal_changed")]


def test_a_removed_seal_is_named(db, tampered):
    for _ in range(3):
        write(1)
        seal(now=NOW)
    tampered("DELETE FROM ledger_seal WHERE no = 2")
    assert ("ledger_seal:2", "seal_removed") in rules(verify())


def test_a_chain_rebuilt_with_another_key_does_not_pass(db, tampered, settings):
    ids = write(2)
    seal(now=NOW)
    tampered("DELETE FROM ledger_seal")
    tampered("UPDATE ledger_event SET reason = '改写' WHERE id = %s", ids[0])
    settings.JUYUAN_AUDIT_KEY = OTHER
    seal(now=NOW)
    settings.JUYUAN_AUDIT_KEY = KEY
    assert rules(verify()) == [("ledger_seal:1", "seal_key")]


def test_a_new_key_in_front_of_the_old_one_continues_the_chain(db, settings):
    write(1)
    seal(now=NOW)
    settings.JUYUAN_AUDIT_KEY = f"{OTHER},{KEY}"
    write(1)
    seal(now=NOW)
    assert verify().as_dict()["verified"] is True
    assert len({s.key for s in Seal.objects.all()}) == 2


def test_without_the_key_it_says_so_and_still_counts(db, tampered, settings):
    ids = write(3)
    seal(now=NOW)
    settings.JUYUAN_AUDIT_KEY, settings.DEMO = "", False
    report = verify()
    assert report.unverifiable == "1 封没有密钥(只核对了编号与行数)"
    assert report.findings == []
    assert report.as_dict()["verified"] is None
    tampered("DELETE FROM ledger_event WHERE id = %s", ids[0])
    assert rules(verify()) == [(f"ledger_event:{ids[0]}", "removed")]


# ───────── 锚点 ─────────


def exported():
    seal(now=NOW)
    return anchors.export(actor=Actor.console(), now=NOW)


def checked(anchor):
    return verify(anchors.read(anchor, keys.ring(keys.AUDIT)))


def test_a_cut_tail_is_noticed_only_with_an_anchor(db, tampered):
    write(2)
    seal(now=NOW)
    ids = write(2)
    anchor = exported()
    assert checked(anchor).findings == []
    tampered("DELETE FROM ledger_event WHERE id >= %s", ids[2])
    tampered("DELETE FROM ledger_seal WHERE no = 2")
    assert verify().findings == []
    report = checked(anchor)
    assert rules(report) == [("ledger_seal:2", "tail_cut")]
    assert "尾部被截" in report.findings[0].message


def test_a_tail_cut_and_written_on_is_noticed(db, tampered):
    write(2)
    seal(now=NOW)
    ids = write(2)
    anchor = exported()
    tampered("DELETE FROM ledger_event WHERE id >= %s", ids[2])
    tampered("DELETE FROM ledger_seal WHERE no = 2")
    write(5)
    seal(now=NOW + timedelta(hours=1))
    assert verify().findings == []
    assert rules(checked(anchor)) == [("ledger_seal:2", "rewritten")]


def test_later_rows_do_not_disturb_an_old_anchor(db):
    write(2)
    anchor = exported()
    write(3)
    seal(now=NOW)
    assert checked(anchor).findings == []


@pytest.mark.parametrize("change", [{"no": 9}, {"digest": "0" * 64}, {"mac": "00"}, {"rows": 1}])
def test_a_changed_anchor_is_refused(db, change):
    write(2)
    with pytest.raises(RuleBroken, match="锚点文件被改过"):
        checked(exported() | change)


@pytest.mark.parametrize("body", [None, [], {}, {"format": anchors.FORMAT}, "x"])
def test_what_is_not_an_anchor_is_refused(body):
    with pytest.raises(RuleBroken, match="不是聚源的锚点"):
        anchors.read(body, keys.Ring())


def test_the_daily_job_seals_verifies_and_leaves_a_trace(db, tampered):
    ids = write(2)
    assert keep(today=NOW.date(), now=NOW)["verified"] is True
    assert Event.objects.filter(event="ledger.audit.verified", obj_label="相符").count() == 1
    tampered("UPDATE ledger_event SET reason = 'x' WHERE id = %s", ids[0])
    with pytest.raises(ValueError, match=f"台账 {ids[0]} 被改过"):
        keep(today=NOW.date(), now=NOW)
    assert Event.objects.filter(event="ledger.audit.verified", obj_label="不符").count() == 1


def test_verification_reads_in_batches_not_row_by_row(db, django_assert_max_num_queries):
    write(300)
    seal(now=NOW)
    with django_assert_max_num_queries(8):
        verify()
