"""月历。"""

from datetime import date

from juyuan.foundation.ui.months import Mark, Note, build


def test_a_month_starts_on_monday_and_marks_its_days():
    month = build(
        2026,
        11,
        today=date(2026, 11, 18),
        marks=[
            Mark(date(2026, 11, 13), "逾期 1 件", "/late/", "late"),
            Mark(date(2026, 11, 18), "今天", "/now/"),
        ],
        notes=[Note(date(2026, 11, 20), "截止", "3.2c")],
    )
    assert month.label == "2026 年 11 月"
    assert [c.day for c in month.weeks[0]] == [26, 27, 28, 29, 30, 31, 1]
    cells = {c.day: c for week in month.weeks for c in week if "out" not in c.css}
    assert cells[13].css == "late" and cells[13].url == "/late/"
    assert cells[13].label == "11 月 13 日，逾期 1 件"
    assert cells[18].today and "today" in cells[18].css
    assert "off" in cells[14].css and "off" not in cells[16].css
    assert month.notes[0].weekday == "周五"


def test_days_off_follow_the_calendar_given():
    month = build(2026, 10, today=date(2026, 10, 1), off_days={date(2026, 10, 1)})
    cells = {c.day: c for week in month.weeks for c in week if "out" not in c.css}
    assert "off" in cells[1].css
    assert "off" not in cells[10].css  # 调休上班的星期六
