"""From a case to its papers: what the law wants is on them, and what it forbids cannot be printed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Literal
from urllib.parse import unquote

import pytest
from msgspec.structs import replace

from hall.case import Case
from hall.errors import HallError
from hall.facts import PaperKind
from hall.reference import query_code
from hall.verdict import Refusal
from receipts import kinds, sample, templates, values
from receipts.compose import compose
from receipts.document import Document, Seal, texts
from tests.receipts import cases
from tests.receipts.reading import joined, read_text, scan, scan_all

KINDS: tuple[PaperKind, ...] = ("receipt", "notice", "acceptance", "refusal", "promise", "guide")
"""The papers of the first step; the later ones are in ``test_whole_set``."""
PAPERS = cases.every_paper()


def made(name: str) -> Document:
    kind, case = PAPERS[name]
    return compose(kind, case, cases.issued(kind, case))


def said(name: str) -> str:
    """All that a paper says, without blanks."""
    return joined("".join(texts(made(name))))


@pytest.mark.parametrize("name", PAPERS)
def test_every_paper_prints_names_its_case_and_scans_back(paper, name: str) -> None:
    document = made(name)
    printed = paper(document)
    assert printed.missing == ()
    assert scan(printed.pdf)["Code 128"] == document.reference
    assert scan(printed.pdf, printed.pages - 1)["QR Code"] == document.qr
    found = joined(read_text(printed.pdf))
    for text in (document.organisation, document.number, "12345", *document.copies):
        assert joined(text) in found


@pytest.mark.parametrize("name", PAPERS)
def test_no_paper_shows_an_identity_number_or_a_phone_of_a_person_in_full(name: str) -> None:
    for number in ("110101188503120026", "340101189011050030", "13800131234", "13900135678"):
        assert number not in said(name)


@pytest.mark.parametrize("name", PAPERS)
def test_no_placeholder_stays_and_no_sentence_has_a_hole(name: str) -> None:
    found = said(name)
    for hole in ("{", "}", "（）", "，，", "，。", "。。", "None", "于提出", "向申请"):
        assert hole not in found


def test_a_receipt_tells_the_five_working_days_and_that_silence_means_acceptance() -> None:
    found = said("receipt")
    assert "2026年9月24日前（含当日，即收到材料后的五个工作日内）" in found
    assert "自收到申请材料之日起即为受理，本凭证即为受理凭证" in found
    assert "340101********0030" in found
    assert "承诺" not in found


def test_a_receipt_whose_fifth_day_is_not_known_yet_says_how_it_is_counted() -> None:
    assert "自2026年9月18日的次日起五个工作日内" in said("receipt_unknown_year")


@pytest.mark.parametrize("name", ["receipt_noticed", "receipt_partly_supplied"])
def test_a_receipt_beside_a_notice_promises_nothing_else(name: str) -> None:
    """行政许可法 art. 32(4): once told, silence accepts nothing any more."""
    found = said(name)
    assert "已一次性告知需要补正的内容，见《申请材料补正告知书》；补齐之日起受理" in found
    assert "五个工作日" not in found and "即为受理" not in found
    assert "已一次性告知" not in said("receipt")


def test_a_receipt_for_a_promised_paper_says_that_the_case_is_accepted_already() -> None:
    found = said("receipt_promise_kept")
    assert "已自2026年9月18日起受理" in found
    assert "五个工作日" not in found and "补正告知书" not in found


def test_a_receipt_lists_every_material_and_how_it_was_found() -> None:
    found = said("receipt")
    for name, *_ in cases.NAMES:
        assert name in found
    for state in ("已收", "未提交", "不符合要求", "免提交（部门数据共享）", "不适用"):
        assert state in found


def test_a_weekend_receipt_says_from_when_the_days_count() -> None:
    assert "视为2026年9月21日收到，期限自次日起计算" in said("receipt_saturday")
    assert "延时服务" not in said("receipt")


def test_a_notice_names_every_gap_its_remedy_and_until_when() -> None:
    found = said("notice")
    for gap in cases.GAPS:
        assert gap.name in found
        assert gap.problem in found
        assert gap.remedy in found
    assert "共2项" in found
    assert "第三十二条第一款第四项" in found
    assert "请于2026年11月6日前（含当日）补正" in found
    assert "逾期未补正的，视为撤回申请" in found


def test_a_second_notice_gives_its_reason_and_the_first_has_none() -> None:
    assert "再次告知，理由：补交的任命文件未盖章" in said("notice_second")
    assert "再次告知" not in said("notice")


def test_an_acceptance_gives_article_day_and_both_limits() -> None:
    found = said("acceptance")
    for text in (
        "第三十二条第一款第五项",
        "决定自2026年9月18日起受理",
        "法定办结时限20个工作日",
        "承诺办结时限5个工作日",
        "预计于2026年9月28日前（含当日）作出决定",
        "现场核查（不超过5个工作日）的，所需时间不计入",
        "凭本通知书及有效身份证件领取",
    ):
        assert text in found


def test_a_receipt_for_what_was_supplied_says_what_and_on_which_day() -> None:
    """Each hand-in gets its own 收件凭证 (domain.md §9a.4): the day it came, not the day the case began."""
    found = said("receipt_supplied_later")
    assert f"本次于2026年9月21日收到补交材料：{cases.NAMES[3][0]}。" in found
    assert "申请材料已于2026年9月18日收到" in found
    assert "本次于" not in said("receipt")


def test_an_acceptance_of_a_weekend_says_from_when_time_runs() -> None:
    """domain.md §9a.2."""
    assert "视为2026年9月21日收到，期限自次日起计算" in said("acceptance_saturday")
    assert "延时服务" not in said("acceptance")


def test_an_acceptance_completed_on_a_day_off_says_from_when_time_runs() -> None:
    """The day that completed it decides, not the day of the receipt (domain.md §9a.2)."""
    found = said("acceptance_supplemented_saturday")
    assert "自2026年9月19日起受理" in found and "视为2026年9月21日收到，期限自次日起计算" in found
    assert "延时服务" not in said("acceptance_supplemented")
    waited = said("acceptance_supplemented_saturday_from_receipt")
    assert "自收到申请之日起的期限自材料补齐之日起计算" in waited, "it waits for what a notice asked for"
    assert "视为2026年9月21日收到" in waited


@pytest.mark.parametrize("kind", ["promise", "tolerance"])
def test_what_a_weekend_receipt_promises_says_from_when_time_runs(kind: str) -> None:
    assert "视为2026年9月21日收到，期限自次日起计算" in said(f"{kind}_saturday")


@pytest.mark.parametrize(
    ("name", "ground"),
    [
        ("notice", "的申请材料不齐全，且有的不符合法定形式，现"),
        ("notice_missing", "的申请材料不齐全，现"),
        ("notice_unfit", "的申请材料不符合法定形式，现"),
    ],
)
def test_a_notice_says_which_ground_is_true(name: str, ground: str) -> None:
    """行政许可法 art. 32(1)(4) has two; a paper that always names both says of each person what is not so."""
    assert ground in said(name)


def test_each_way_to_acceptance_has_its_own_words() -> None:
    words = {
        "acceptance_supplemented": "经补正，申请材料齐全",
        "acceptance_deemed": "五个工作日内未告知需要补正的内容",
        "acceptance_tolerated": "书面承诺补齐",
        "acceptance_spot": "当场作出决定",
    }
    for name, text in words.items():
        assert [other for other in ("acceptance", *words) if text in said(other)] == [name]
    assert "申请，申请材料齐全、符合法定形式，依据" in said("acceptance")
    assert "当场更正的内容" in said("acceptance_corrected")


def test_the_receipt_of_what_the_law_has_accepted_says_so_and_when_it_is_decided() -> None:
    """行政许可法 art. 32(4): a term to accept or to ask for more has ended with the silence, and is not announced."""
    found = said("receipt_deemed")
    assert "自2026年9月18日起即为受理，本凭证即为受理凭证" in found
    assert "预计于2026年9月28日前（含当日）作出决定（法定期限至2026年10月23日）" in found
    assert "作出受理或者不予受理的决定" not in found and "以受理通知书为准" not in found
    assert "即为受理，本凭证" not in said("receipt_promise_kept")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("receipt_deemed_late", "承诺的办结期限为2026年9月15日，已过；法定期限至2026年10月13日。"),
        ("acceptance_deemed_late", "承诺的办结期限为2026年9月15日，已过；法定期限至2026年10月13日。"),
        ("restart_after_the_promise", "承诺的办结期限为2026年9月15日，已过；法定期限至2026年10月13日。"),
        (
            "extension_after_the_promise",
            "法定期限至2026年10月23日（含当日）；承诺的办结期限延长后为2026年9月17日，已过。",
        ),
        ("procedure_after_the_promise", "承诺的办结期限（2026年9月15日）在该程序开始前届满，不因该程序顺延。"),
    ],
)
def test_no_paper_expects_a_decision_on_a_day_that_is_past(name: str, words: str) -> None:
    """The promised day is then told as what it is, beside the law's."""
    found = said(name)
    assert words in found and "法定期限" in found
    assert "预计于" not in found


def test_no_decision_is_expected_before_the_procedure_that_has_to_come_first() -> None:
    """The promise ends after the paper's day, but before the procedure begins; of a date that did not move no more is
    unsure than was before."""
    promised = dt.date(2026, 9, 28)
    begins = promised + dt.timedelta(days=1)
    late = cases.announced(due=promised, starts=begins, statutory=dt.date(2027, 1, 4), provisional=True)
    case = cases.told(cases.accepted(), late)
    found = "".join(texts(compose("procedure", case, cases.issued("procedure", case))))
    assert "承诺的办结期限（2026年9月28日）在该程序开始前届满，不因该程序顺延。" in found
    assert "法定期限相应至2027年1月4日（暂按周末推算）（含当日）。" in found
    assert "预计于" not in found


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("acceptance_waived", "申请材料齐全（另有1项不适用，见下）、符合法定形式"),
        ("acceptance_waived_later", "经补正，申请材料齐全（另有1项不适用，见下）、符合法定形式"),
        ("acceptance_waived_tolerated", "主要材料齐全（另有1项不适用，见下）、符合法定形式"),
    ],
)
def test_an_acceptance_names_each_mandatory_paper_that_was_waived_and_why(name: str, words: str) -> None:
    found = said(name)
    assert words in found and "材料齐全、" not in found
    assert "不适用的材料" in found and "不适用（申请人本人到场办理）" in found
    assert "不适用" not in said("acceptance")


def test_a_citizen_is_addressed_as_a_person_and_a_company_as_a_unit() -> None:
    assert "你于2026年9月18日" in said("acceptance_citizen")
    assert "你单位于2026年9月18日" in said("acceptance")
    assert "110101********0026" in said("acceptance_citizen")
    assert "91990100MA0000015X" in said("acceptance")


def test_a_date_in_a_year_without_calendar_is_marked_as_provisional() -> None:
    case = cases.told(cases.accepted(due=replace(cases.DUE, promised=dt.date(2027, 1, 5), provisional=True)))
    found = joined("".join(texts(compose("acceptance", case, cases.issued("acceptance", case)))))
    assert "2027年1月5日（暂按周末推算）" in found


def test_a_refusal_gives_its_branch_its_reason_and_both_remedies() -> None:
    articles = {"refusal_not_needed": "第一项", "refusal_not_authority": "第二项"}
    for name, number in articles.items():
        assert f"第三十二条第一款{number}" in said(name)
    assert "第三十二条第一款" not in said("refusal_other"), "no third ground: another law's article stands there"
    assert "依据《中华人民共和国食品安全法》第一百三十五条，决定不予受理" in said("refusal_other")
    for name in (*articles, "refusal_other"):
        assert "不予受理的理由" in said(name)
        assert "六十日内向示例市人民政府申请行政复议" in said(name)
        assert "六个月内向示例市人民法院提起行政诉讼" in said(name)
    for text in ("邻县市场监督管理局", "邻县人民路2号政务服务中心", "0991-5550000"):
        assert text in said("refusal_not_authority")


def test_a_promise_says_what_is_missing_until_when_and_what_follows() -> None:
    found = said("promise")
    for text in (
        "食品安全规章制度目录清单",
        "2026年9月25日",
        "补齐前，不出具办理结果",
        "视为撤回申请",
        "信用记录",
        "授权委托书",
    ):
        assert text in found


def test_the_applicant_promises_on_one_paper_and_the_hall_accepts_on_another() -> None:
    assert "起容缺受理" not in said("promise")
    assert not [block for block in made("promise").blocks if isinstance(block, Seal)], "the applicant signs it"
    kind: PaperKind = "tolerance"
    notice = compose(kind, PAPERS["promise"][1], cases.issued(kind, PAPERS["promise"][1]))
    assert "起容缺受理" in joined("".join(texts(notice)))
    assert isinstance(notice.blocks[-1], Seal)


def test_a_guide_needs_no_applicant_and_tells_materials_way_time_fee_and_place() -> None:
    found = said("guide")
    for text in (
        "食品经营许可申请书",
        "餐饮服务",
        "办理流程图",
        "现场核查市场监管局5个工作日（不计入时限）",
        "5个工作日",
        "20个工作日",
        "不收费",
        "示例市人民路1号",
    ):
        assert text in found


@pytest.mark.parametrize("name", ["guide_not_needed", "guide_elsewhere", "guide_not_now"])
def test_a_guide_for_somebody_whom_the_matter_is_not_for_asks_for_nothing(name: str) -> None:
    """行政许可法 art. 32(1), 32(2): who needs no licence, or needs it elsewhere, is not sent to gather papers."""
    found = said(name)
    assert "需要带的材料" in said("guide") and "需要带的材料" not in found
    assert not [title for title, *_ in cases.NAMES if title in found]
    assert "不是不予受理决定" in found and "不是不予受理决定" not in said("guide")


def test_a_guide_with_questions_open_does_not_promise_everything() -> None:
    """行政许可法 art. 30: who is told that this is all must not be sent home for more."""
    found, whole = said("guide_open"), said("guide")
    assert "全部材料，窗口不再要求" in whole and "全部材料，窗口不再要求" not in found
    assert (
        "以上不是全部" in found
        and "没有回答的2个问题" in found
        and "是否设置自动售货设备；是否承包学校、托幼机构食堂" in found
    )
    assert "可能还需要的材料" in found and "可能还需要的材料" not in whole
    for each in cases.STILL_OPEN.perhaps:
        assert each.row.name in found and each.when in found
    assert "不需要办理本事项，或者不由本部门办理" in found


def test_a_guide_says_why_the_matter_is_not_for_them_and_where_to_go() -> None:
    assert "不需要办理本事项" in said("guide_not_needed") and cases.NOT_NEEDED in said("guide_not_needed")
    assert "到哪里办" not in said("guide_not_needed")
    elsewhere = said("guide_elsewhere")
    for text in ("经营场所不在示例市", "邻县市场监督管理局", "邻县人民路2号政务服务中心", "0991-5550000"):
        assert text in elsewhere


@pytest.mark.parametrize("kind", KINDS)
def test_papers_that_are_signed_for_come_in_two_copies(kind: PaperKind) -> None:
    printed = next(info for info in kinds() if info.kind == kind)
    assert len(printed.copies) == (1 if kind == "guide" else 2)


@pytest.mark.parametrize("name", [name for name in PAPERS if not name.startswith(("guide", "promise"))])
def test_papers_under_article_32_carry_the_place_of_the_seal_and_a_date(name: str) -> None:
    seal = made(name).blocks[-1]
    assert isinstance(seal, Seal)
    assert seal.date == "2026年9月18日"
    assert "章" in seal.label


def refuse(case: Case, kind: PaperKind, **changes: object) -> str:
    """The code of the error that keeps a paper from being composed."""
    with pytest.raises(HallError) as caught:
        compose(kind, case, cases.issued(kind, case, **changes))
    return caught.value.code


def test_a_refusal_without_the_right_organ_cannot_be_composed() -> None:
    case = PAPERS["refusal_not_authority"][1]
    assert case.refusal is not None
    for where in (None, replace(cases.ELSEWHERE, organ="  ")):
        assert refuse(replace(case, refusal=replace(case.refusal, where=where)), "refusal") == "refusal_without_organ"


@pytest.mark.parametrize("ground", ["not_needed", "not_authority", "other"])
def test_a_refusal_without_a_reason_cannot_be_composed(ground) -> None:
    case = PAPERS["refusal_other"][1]
    for nothing in (" ", "\u200b", "\u2060", ".", "—"):
        empty = Refusal(ground, nothing, cases.ELSEWHERE)
        assert refuse(replace(case, refusal=empty), "refusal") == "refusal_without_reason", repr(nothing)


@pytest.mark.parametrize("name", PAPERS)
def test_an_undated_paper_cannot_be_composed(name: str) -> None:
    kind, case = PAPERS[name]
    assert refuse(case, kind, day=None) == "paper_undated"


def test_a_paper_without_its_number_cannot_be_composed() -> None:
    assert refuse(PAPERS["acceptance"][1], "acceptance", number="") == "paper_without_number"


@pytest.mark.parametrize("kind", ["notice", "acceptance", "refusal", "promise"])
def test_a_paper_of_a_step_that_was_not_taken_cannot_be_composed(kind: PaperKind) -> None:
    assert refuse(cases.told(), kind) == "paper_not_due"


def test_a_paper_without_its_applicant_cannot_be_composed() -> None:
    erased = replace(PAPERS["acceptance"][1], applicant=None)
    assert refuse(erased, "acceptance") == "paper_incomplete"


def test_a_reprint_is_the_same_paper_with_its_mark(paper) -> None:
    kind, case = PAPERS["notice"]
    issued = cases.issued(kind, case)
    again = compose(kind, case, issued, reprint=1)
    assert again != compose(kind, case, issued)
    assert replace(again, reprint=0) == compose(kind, case, issued)
    assert "补打1" in joined(read_text(paper(again).pdf))


def test_texts_and_values_know_the_same_names() -> None:
    for kind, case in PAPERS.values():
        content = values.content_of(case, cases.issued(kind, case))
        assert set(content.values) | {"copies"} == values.VALUES
        assert content.flags <= values.FLAGS
        assert set(content.tables) == set(values.TABLES)
        for name, rows in content.tables.items():
            assert all(set(row) == values.TABLES[name] for row in rows)


@pytest.mark.parametrize(
    ("changed", "to", "where"),
    [
        ("{you}于", "{yuo}于", "block[1].text"),
        ('when = "second"', 'when = "secnd"', "block[5].when"),
        ('rows = "gaps"', 'rows = "gap"', "block[3].rows"),
        ("{problem}", "{problm}", "block[3].columns[2]"),
        ("?lapse:", "?laps:", "block[4].lines[1]"),
        ("{you}于", "{you于", "block[1].text"),
        ('type = "seal"', 'type = "stamp"', ""),
        ("indent = false", "indnet = false", ""),
        ('title = "申请材料补正告知书"', "title = 5", ""),
    ],
)
def test_a_wrong_text_says_file_and_key(tmp_path: Path, changed: str, to: str, where: str) -> None:
    packaged = (templates.PACKAGED / "notice.toml").read_text(encoding="utf-8")
    assert changed in packaged
    (tmp_path / "notice.toml").write_text(packaged.replace(changed, to, 1), encoding="utf-8")
    with pytest.raises(HallError) as caught:
        templates.load_template("notice", tmp_path)
    assert caught.value.code == "bad_paper_text"
    assert "notice.toml" in caught.value.message
    assert where in (caught.value.field or "")


def test_a_centre_can_have_its_own_words(tmp_path: Path) -> None:
    packaged = (templates.PACKAGED / "receipt.toml").read_text(encoding="utf-8")
    own = packaged.replace('title = "收件凭证"', 'title = "接收回执"')
    (tmp_path / "receipt.toml").write_text(own, encoding="utf-8")
    case = PAPERS["receipt"][1]
    issued = cases.issued("receipt", case)
    assert compose("receipt", case, issued, texts=tmp_path).title == "接收回执"
    assert compose("receipt", case, issued).title == "收件凭证"
    notice = PAPERS["notice"][1]
    assert compose("notice", notice, cases.issued("notice", notice), texts=tmp_path).title == "申请材料补正告知书"


def test_a_name_that_looks_like_a_placeholder_or_markup_is_printed_as_it_is(paper) -> None:
    name = "李{hall!b}[/b]<b>四</b>"
    case = cases.told(cases.accepted(), who=replace(cases.CITIZEN, name=name))
    document = compose("acceptance", case, cases.issued("acceptance", case))
    assert joined(name) in joined(read_text(paper(document).pdf))


@pytest.mark.parametrize("kind", ["receipt", "notice", "acceptance"])
@pytest.mark.parametrize("language", ["", "en"])
def test_two_codes_stand_side_by_side_and_say_for_whom_each_is(
    paper, kind: PaperKind, language: Literal["", "en"]
) -> None:
    case, issued = sample(kind, language=language)
    code = "CLK1:" + "6BFOXN%TSMAHN-H/S8F*2:WJC.U1+$" * 20
    link, coded = compose(kind, case, issued), compose(kind, case, issued, qr=code)
    address = f"{case.matter.hall.query_url}/{case.reference}?c={query_code(case.case_id)}"
    assert (link.qr, link.link, coded.qr, coded.link) == (address, "", code, address)
    assert (link.qr_caption[0], coded.qr_caption[0], coded.link_caption[0]) == ("本人用", "窗口用", "本人用")
    printed = paper(coded)
    assert printed.missing == ()
    assert {code, address} <= set(scan_all(printed.pdf, printed.pages - 1))
    text = joined(read_text(printed.pdf))
    assert all(
        each in text for each in (case.matter.hall.query_url, query_code(case.case_id), "扫码续办", "扫码查进度")
    )


@pytest.mark.parametrize("length", [120, 700, 1400, 2300])
def test_both_codes_scan_however_much_the_window_needs(paper, length: int) -> None:
    case, issued = sample("notice")
    code = ("CLK1:" + "6BFOXN%TSMAHN-H/S8F*2:WJC.U1+$" * 80)[:length]
    made = compose("notice", case, issued, qr=code)
    printed = paper(replace(made, copies=("",)))
    assert {code, made.link} <= set(scan_all(printed.pdf, printed.pages - 1))


def test_the_address_on_a_paper_names_nobody() -> None:
    case, issued = sample("acceptance")
    assert case.applicant is not None
    link = compose("acceptance", case, issued).qr
    for secret in (case.applicant.name, case.applicant.id_number, case.applicant.phone, case.case_id):
        assert secret not in unquote(link)
    assert query_code("another case") != query_code(case.case_id)


def test_a_hall_without_an_address_prints_none_beside_a_code() -> None:
    case, issued = sample("notice")
    hall = replace(case.matter.hall, query_url="")
    silent = replace(case, matter=replace(case.matter, hall=hall))
    assert "查询网址" not in "".join(texts(compose("notice", silent, issued, qr="CLK1:AB")))
