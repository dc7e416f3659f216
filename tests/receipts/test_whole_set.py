"""The whole set of papers: each prints, reads and scans back with every name, and none goes out incomplete."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from hall import facts as f
from hall.case import Case
from hall.catalogue.model import Place
from hall.errors import HallError
from hall.facts import Language, PaperKind
from hall.telling import OTHER_PAPERS, PAPER_LETTERS, PAPER_NAMES
from hall.verdict import Tick
from receipts import kinds, samples, templates
from receipts.compose import compose
from receipts.document import Document, Flow, Notice, Seal, Signatures, Table, texts
from receipts.fonts import FontSet
from receipts.forms import SLIPS
from receipts.layout import MARGIN_BOTTOM, MARGIN_TOP, MARGIN_X, PAGE_HEIGHT, PAGE_WIDTH, Page, layout
from receipts.needs import NEEDS, SEALED, SIGNED
from receipts.ops import Ring, Text
from receipts.render import Rendered
from receipts.sample_case import AGENT, ALL_IN, APPLICANT, FOREIGNER, HALL, MATTER
from receipts.samples import sample, variants
from receipts.setter import CELL, Setter
from receipts.slip import slip
from receipts.slip_parts import LEFT, WIDTH
from receipts.tables import no_widow
from receipts.wording import citations
from tests.receipts import cases
from tests.receipts.golden import KINDS, document_of, every_sample
from tests.receipts.reading import joined, read_text, read_text_pdfium, scan_all

Printer = Callable[[Document], Rendered]
SAMPLES = every_sample()
RARE = "欧阳𬱖䶮"
LONG = "阿卜杜勒艾则孜·麦麦提图尔荪·阿卜杜热合曼伊明江古丽"
COMPANY = ("示例市" + "新时代高质量发展综合农产品仓储物流配送与餐饮服务管理" * 2 + "有限责任公司")[:54] + "有限责任公司"
PHONE = "0990-5550105转8001、0990-5550106转8002（节假日 12345）"
NAMES = {"plane 2": RARE, "26 with ·": LONG, "60 of a company": COMPANY}


def made(name: str) -> Document:
    return document_of(*SAMPLES[name])


def said(document: Document) -> str:
    return joined("".join(texts(document)))


def named(kind: PaperKind, name: str, language: Language = "") -> Document:
    """The sample paper of somebody called ``name``, from a clerk called so; a guide's matter is called that."""
    who = replace(APPLICANT, name=name, legal_person=name)
    place = Place(organ=HALL.name, address=HALL.address, phone=PHONE)
    matter = replace(MATTER, place=place, name=name if kind == "guide" else MATTER.name)
    case, issued = sample(kind, language=language, applicant=who, agent=replace(AGENT, name=name), matter=matter)
    return compose(kind, case, replace(issued, clerk=name), qr=issued.replica)


def test_the_names_are_as_hard_as_they_say() -> None:
    assert (len(LONG), len(COMPANY)) == (26, 60)
    assert any(ord(char) > 0xFFFF for char in RARE)


def test_every_paper_of_the_trade_is_there() -> None:
    listed = kinds()
    assert [info.kind for info in listed] == [*KINDS, *OTHER_PAPERS]
    assert all(info.law and info.copies and info.title for info in listed)
    titles = {info.title for info in listed}
    for title in (
        "收件凭证", "申请材料补正告知书", "受理通知书", "不予受理通知书", "容缺受理承诺书", "容缺受理通知书",
        "容缺候补通知书", "特别程序期限告知书", "延长办理期限通知书", "准予决定书", "不予决定书", "送达回证",
        "缴费通知书", "物料流转单", "取件单",
        "退件通知单", "检查核对单", "补办件重新启动通知单", "办事指南",
    ):  # fmt: skip
        assert title in titles
    assert set(PAPER_NAMES) == set(PAPER_LETTERS) == set(KINDS)
    assert len(set(PAPER_LETTERS.values())) == len(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_paper_is_called_on_every_screen_what_is_printed_on_it(kind: PaperKind) -> None:
    printed = next(info.title for info in kinds() if info.kind == kind)
    assert PAPER_NAMES[kind].startswith(printed)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_paper_reads_back_in_two_readers_and_scans_at_203_dpi(paper: Printer, name: str) -> None:
    document = made(name)
    printed = paper(document)
    assert printed.missing == ()
    # A picture that fills its page has of a step's English the name alone: who and how long stand there in Chinese.
    boxes = [box for block in document.blocks if isinstance(block, Flow) for box in block.boxes]
    told_elsewhere = {box.second.partition("\n")[2] for box in boxes}
    for read in (read_text, read_text_pdfium):
        found = joined(read(printed.pdf))
        # A cell of several lines may be read line by line between its neighbours: its lines are looked for alone.
        lines = [line for text in texts(document) for line in text.split("\n") if text not in ("无", "无 none")]
        lines = [line for line in lines if line not in told_elsewhere]
        lost = [line for line in lines if joined(line) not in found]
        assert [line for line in lost if len(line) < 8] == []
        assert all(joined(line)[:6] in found for line in lost)
    last = printed.pages // len(document.copies) - 1
    assert document.reference in scan_all(printed.pdf)
    assert {document.qr, *filter(None, [document.link])} <= set(scan_all(printed.pdf, last))


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_name_prints_in_full_on_every_paper(paper: Printer, kind: PaperKind, name: str) -> None:
    printed = paper(named(kind, name))
    assert printed.missing == ()
    for read in (read_text, read_text_pdfium):
        assert name in joined(read(printed.pdf))


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
@pytest.mark.parametrize("language", ["", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_no_name_pushes_anything_over_the_margin_or_over_another_text(
    fonts: FontSet, kind: PaperKind, language: Language, name: str
) -> None:
    document = named(kind, fonts.clean(name), language)
    inside(document, fonts)
    if kind in SLIPS:
        on_the_head(document, fonts)


@pytest.mark.parametrize("name", SAMPLES)
def test_no_paper_draws_outside_its_margins_or_over_itself(fonts: FontSet, name: str) -> None:
    inside(made(name), fonts)
    if SAMPLES[name][1].kind in SLIPS:
        on_the_head(made(name), fonts)


@pytest.mark.parametrize(
    "organ", ["示例市市场监督管理局", "示例市自然资源和规划局", "示例自治县住房和城乡建设局", COMPANY]
)
@pytest.mark.parametrize("label", ["（专用印章）", "（专用印章）\nSeal"])
def test_an_organs_name_stands_within_the_ring_of_its_seal_or_apart_from_all_else(
    fonts: FontSet, organ: str, label: str
) -> None:
    paper = made("fee")
    seal = Seal(organ=organ, date="2026年9月18日", label=label)
    document = replace(paper, blocks=(*paper.blocks[:-1], seal))
    inside(document, fonts)
    for page in (layout(document, fonts)[0], slip(replace(document, kind="receipt"), fonts)[0]):
        (ring,) = (op for op in page.ops if isinstance(op, Ring))
        lines = [op for op in page.ops if isinstance(op, Text) and len(op.text) > 2 and op.text in organ
                 and abs(op.y - ring.y) < ring.radius]  # fmt: skip
        assert "".join(op.text for op in lines) == organ
        if organ != COMPANY:
            for op in lines:
                half = fonts.width(op.text, op.size) / 2
                assert half**2 + (ring.y - op.y + op.size / 2) ** 2 < ring.radius**2


def inside(document: Document, fonts: FontSet) -> None:
    for page in layout(document, fonts):
        for op in page.ops:
            if isinstance(op, Text):
                assert op.x >= MARGIN_X - 8, op.text
                assert right_of(op, fonts) <= PAGE_WIDTH - MARGIN_X + 8, op.text
                assert MARGIN_TOP <= op.y <= PAGE_HEIGHT - MARGIN_BOTTOM + 1, op.text
        apart(page, fonts)


def on_the_head(document: Document, fonts: FontSet) -> None:
    for page in slip(document, fonts):
        for op in page.ops:
            if isinstance(op, Text):
                assert op.x >= LEFT - 0.01, op.text
                assert right_of(op, fonts) <= LEFT + WIDTH + 0.01, op.text
        apart(page, fonts)


def right_of(op: Text, fonts: FontSet) -> float:
    return op.x + fonts.width(op.text, op.size, op.bold) + op.spacing * (len(op.text) - 1)


def apart(page: Page, fonts: FontSet) -> None:
    """No text stands on another; the white that every character brings may."""
    boxes = [(op.x, right_of(op, fonts), op.y - 0.8 * op.size, op.y + 0.05 * op.size, op.text)
             for op in page.ops if isinstance(op, Text) and op.text.strip()]  # fmt: skip
    boxes.sort(key=itemgetter(2))
    for index, (left, right, _, bottom, text) in enumerate(boxes):
        for other in boxes[index + 1 :]:
            if other[2] >= bottom:
                break
            assert min(right, other[1]) - max(left, other[0]) < 0.5, (text, other[4])


@pytest.mark.parametrize("name", SAMPLES)
def test_no_sentence_has_a_hole(name: str) -> None:
    found = said(made(name)).replace("无None", "")  # what is to be paid: 无, None
    for hole in ("{", "}", "（）", "，，", "，。", "。。", "None", "于提出", "因，", "经于", "()"):
        assert hole not in found


@pytest.mark.parametrize("name", SAMPLES)
def test_identity_numbers_are_masked_everywhere_and_phones_but_where_they_are_checked(name: str) -> None:
    found = said(made(name))
    for number in ("110101188503120026", "340101189011050030", FOREIGNER.id_number):
        assert number not in found
    if SAMPLES[name][1].kind != "checking":
        assert "13800131234" not in found
        assert "13900135678" not in found


def test_the_applicant_checks_what_is_typed_in_full_and_signs() -> None:
    found = said(made("checking"))
    for text in ("13800131234", "示例市商贸路12号", "经营场所示例市商贸路12号一层", "当场更正", "申请人（签字）"):
        assert text in found


@pytest.mark.parametrize("kind", sorted(SEALED))
def test_papers_with_legal_effect_carry_the_place_of_the_seal_the_organ_and_a_date(kind: PaperKind) -> None:
    seals = [block for block in made(kind).blocks if isinstance(block, Seal)]
    assert seals
    assert seals[-1].organ
    assert seals[-1].date.endswith("日")


@pytest.mark.parametrize("kind", sorted(SIGNED))
def test_papers_to_be_signed_have_where_to_sign(kind: PaperKind) -> None:
    assert any(isinstance(block, Signatures) for block in made(kind).blocks)


@pytest.mark.parametrize("kind", sorted(SEALED | SIGNED))
def test_a_centres_own_text_cannot_lose_the_seal_or_the_signature(tmp_path: Path, kind: PaperKind) -> None:
    packaged = (templates.PACKAGED / f"{kind}.toml").read_text(encoding="utf-8")
    head, *blocks = packaged.split("[[block]]")
    dropped = "seal" if kind in SEALED else "sign"
    kept = [block for block in blocks if f'type = "{dropped}"' not in block]
    assert len(kept) < len(blocks)
    (tmp_path / f"{kind}.toml").write_text("[[block]]".join([head, *kept]), encoding="utf-8")
    case, issued = SAMPLES[kind]
    with pytest.raises(HallError) as caught:
        compose(kind, case, issued, texts=tmp_path)
    assert caught.value.code == "bad_paper_text"
    assert f"{kind}.toml" in caught.value.message


@pytest.mark.parametrize("kind", sorted(SEALED))
@pytest.mark.parametrize("date", ["（日期略）", "年　月　日", "{matter}"])
def test_a_centres_own_text_cannot_lose_the_day_under_the_seal(tmp_path: Path, kind: PaperKind, date: str) -> None:
    packaged = (templates.PACKAGED / f"{kind}.toml").read_text(encoding="utf-8")
    undated = packaged.replace('type = "seal"\n', f'type = "seal"\ndate = "{date}"\n')
    assert undated != packaged
    (tmp_path / f"{kind}.toml").write_text(undated, encoding="utf-8")
    case, issued = SAMPLES[kind]
    with pytest.raises(HallError) as caught:
        compose(kind, case, issued, texts=tmp_path)
    assert caught.value.code == "bad_paper_text" and "印章和日期的位置" in caught.value.message


@pytest.mark.parametrize(
    ("said_there", "instead"),
    [
        ('type = "form"\n', 'type = "form"\ncolumns = 0\n'),
        ('type = "form"\n', 'type = "form"\ncolumns = -1\n'),
        ('type = "form"\n', 'type = "form"\ncolumns = 500\n'),
        ('type = "sign"\n', 'type = "sign"\ncolumns = 0\n'),
        ('type = "table"\n', 'type = "table"\ntall = 9000.0\n'),
        ('type = "table"\n', 'type = "table"\ntall = -1.0\n'),
        ('type = "table"\n', 'type = "table"\ntall = nan\n'),
        ('[[block]]\n', '[[block]]\ntype = "table"\nrows = "materials"\ncolumns = []\n[[block]]\n'),
        ('[[block]]\n', '[[block]]\ntype = "table"\nrows = "materials"\ncolumns = [["名", -5.0, "left", "{name}"]]\n'
         '[[block]]\n'),
        ('[[block]]\n', '[[block]]\ntype = "table"\nrows = "materials"\ncolumns = [["名", inf, "left", "{name}"]]\n'
         '[[block]]\n'),
        ('title = "', 'title = ""\nlaw = "'),
    ],
)  # fmt: skip
def test_a_measure_that_no_paper_can_have_is_told_before_a_case_is_written(
    tmp_path: Path, said_there: str, instead: str
) -> None:
    packaged = (templates.PACKAGED / "notice.toml").read_text(encoding="utf-8")
    assert said_there in packaged
    if instead.startswith("title"):
        packaged = "\n".join(line for line in packaged.split("\n") if not line.startswith("law = "))
    (tmp_path / "notice.toml").write_text(packaged.replace(said_there, instead, 1), encoding="utf-8")
    with pytest.raises(HallError) as caught:
        templates.load_template("notice", tmp_path)
    assert caught.value.code == "bad_paper_text" and "notice.toml" in caught.value.message


@pytest.mark.parametrize(("kind", "value"), [(kind, need.value) for kind, needs in NEEDS.items() for need in needs])
def test_a_centres_own_text_cannot_leave_out_what_the_law_wants(tmp_path: Path, kind: PaperKind, value: str) -> None:
    packaged = (templates.PACKAGED / f"{kind}.toml").read_text(encoding="utf-8")
    assert f"{{{value}" in packaged
    cut = packaged.replace(f"{{{value}!b}}", "某").replace(f"{{{value}}}", "某")
    (tmp_path / f"{kind}.toml").write_text(cut, encoding="utf-8")
    case, issued = SAMPLES[kind]
    with pytest.raises(HallError) as caught:
        compose(kind, case, issued, texts=tmp_path)
    assert caught.value.code == "bad_paper_text"


@pytest.mark.parametrize(
    ("kind", "said_there", "instead", "missing"),
    [
        ("notice", "申请人（签字）", "经办人（签字）", "申请人签字的位置"),
        ("notice", '["申请人（签字）", ""]', '["申请人（签字）", "{clerk}"]', "申请人签字的位置"),
        ("promise", "承诺人（签字或盖章）", "收件人（签字）", "承诺人签字的位置"),
        ("returned", "领回人（签字）", "领回人", "签字的位置"),
        ("notice", "现{on_article}", "现", "依据的条款"),
        ("acceptance", "{on_article}", "依法", "依据的条款"),
        ("refusal", "{on_article}", "依法", "依据的条款"),
        ("refusal", "六十日内", "及时", "六十日"),
        ("denial", "六个月内", "及时", "六个月"),
        ("terminated", "六十日内", "160日内", "六十日"),
    ],
)
def test_a_centres_own_text_cannot_lose_whose_signature_it_is_by_what_article_or_until_when_one_can_object(
    tmp_path: Path, kind: PaperKind, said_there: str, instead: str, missing: str
) -> None:
    packaged = (templates.PACKAGED / f"{kind}.toml").read_text(encoding="utf-8")
    assert said_there in packaged
    (tmp_path / f"{kind}.toml").write_text(packaged.replace(said_there, instead), encoding="utf-8")
    case, issued = SAMPLES[kind]
    with pytest.raises(HallError) as caught:
        compose(kind, case, issued, texts=tmp_path)
    assert caught.value.code == "bad_paper_text" and missing in caught.value.message


CANNOT_BE_LOST: dict[PaperKind, tuple[str, ...]] = {
    "receipt": ("食品安全规章制度目录清单",),
    "notice": ("食品安全规章制度目录清单", "任命文件未加盖公章", "请按样表补齐"),
    "acceptance": ("主要设备设施、经营布局、操作流程文件",),
    "refusal": ("经营场所不在示例市行政区域内", "邻县市场监督管理局", "示例市人民政府", "示例市人民法院"),
    "promise": ("食品安全规章制度目录清单", "2026年9月23日", "视为撤回申请"),
    "tolerance": ("食品安全规章制度目录清单", "2026年9月23日", "视为撤回申请"),
    "tolerance_due": ("食品安全规章制度目录清单", "2026年9月23日", "视为撤回申请"),
    "restart": ("食品安全规章制度目录清单",),
    "procedure": ("现场核查", "5个工作日", "《食品经营许可和备案管理办法》第十九条"),
    "extension": ("现场核查需要会同消防部门共同进行", "郑和平", "10个工作日", "2026年10月15日", "2026年11月5日"),
    "grant": ("第三十三条",),
    "denial": ("食品处理区与厕所未分隔", "第三十三条", "示例市人民政府", "示例市人民法院"),
    "served": ("食品安全风险告知书", "2026年9月28日"),
    "fee": ("不动产登记费", "550.00元", "发改价格规〔2016〕2559号", "2026年9月30日", "示例市财政局"),
    "transfer": ("租赁合同", "陈晨"),
    "returned": ("补正期限届满未补正", "主要设备设施、经营布局、操作流程文件"),
    "terminated": ("逾期未补齐", "主要设备设施、经营布局、操作流程文件", "示例市人民政府"),
    "checking": ("示例市商贸路12号一层", "任命文件"),
}
"""What the law, or whoever signs, wants on a paper, as the samples say it."""


@pytest.mark.parametrize("kind", CANNOT_BE_LOST)
def test_without_any_one_block_a_paper_says_all_of_it_or_is_not_made(tmp_path: Path, kind: PaperKind) -> None:
    packaged = (templates.PACKAGED / f"{kind}.toml").read_text(encoding="utf-8")
    head, *blocks = packaged.split("[[block]]")
    case, issued = SAMPLES[kind]
    made = 0
    for left_out in range(len(blocks)):
        kept = [block for place, block in enumerate(blocks) if place != left_out]
        (tmp_path / f"{kind}.toml").write_text("[[block]]".join([head, *kept]), encoding="utf-8")
        templates._load.cache_clear()
        try:
            found = said(compose(kind, case, issued, texts=tmp_path))
        except HallError as error:
            assert error.code == "bad_paper_text"
            continue
        made += 1
        assert [text for text in CANNOT_BE_LOST[kind] if text not in found] == []
    assert made < len(blocks)


def refused(kind: PaperKind, case: Case, **changes: Any) -> HallError:
    """The error that keeps a paper from being made: it says where and what to do."""
    issued = replace(SAMPLES[kind][1], **changes)
    with pytest.raises(HallError) as caught:
        compose(kind, case, issued)
    assert caught.value.field
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize("kind", KINDS)
def test_no_paper_without_a_date(kind: PaperKind) -> None:
    assert refused(kind, SAMPLES[kind][0], day=None).code == "paper_undated"


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("guide", "checking")])
def test_no_paper_without_its_number(kind: PaperKind) -> None:
    assert refused(kind, SAMPLES[kind][0], number=" ").code == "paper_without_number"


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("receipt", "guide", "checking")])
def test_no_paper_of_a_step_that_was_not_taken(kind: PaperKind) -> None:
    assert refused(kind, SAMPLES["receipt"][0]).code == "paper_not_due"


EXTENSION = samples._EXTENDED
DECISION = samples._DENIED
SERVICE = samples._SERVED


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"approver": " "}, "extension_without_approver"),
        ({"reason": ""}, "extension_without_reason"),
        ({"days": 11}, "extension_too_long"),
        ({"days": 0}, "extension_too_long"),
        ({"days": 16, "joint": True}, "extension_too_long"),
    ],
)
def test_an_extension_names_approver_and_reason_and_stays_within_article_42(changes: dict[str, Any], code: str) -> None:
    case = replace(SAMPLES["extension"][0], extension=replace(EXTENSION, **changes))
    assert refused("extension", case).code == code


def test_joint_handling_may_be_extended_by_fifteen_days() -> None:
    assert "十五" not in said(made("extension_joint"))
    assert "第四十二条第二款" in said(made("extension_joint"))
    assert "15个工作日" in said(made("extension_joint"))


def test_a_denial_gives_reasons_and_both_remedies() -> None:
    case = SAMPLES["denial"][0]
    found = said(made("denial"))
    assert "六十日内向示例市人民政府申请行政复议" in found
    assert "六个月内向示例市人民法院提起行政诉讼" in found
    assert refused("denial", replace(case, decision=replace(DECISION, reason=" "))).code == "denial_without_reason"
    for name in ("reconsideration", "court"):
        hall = replace(case.matter.hall, **{name: ""})
        assert refused("denial", replace(case, matter=replace(case.matter, hall=hall))).code == "paper_incomplete"
    bare = replace(case, matter=replace(case.matter, basis=()), decision=replace(DECISION, basis=""))
    assert refused("denial", bare).field == "decision.basis"


def test_no_grant_and_nothing_to_collect_while_a_promise_is_open() -> None:
    promises = SAMPLES["tolerance"][0].promises
    for kind in ("grant", "pickup"):
        assert refused(kind, replace(SAMPLES[kind][0], promises=promises)).code == "promise_open"


def test_a_special_procedure_is_told_with_its_name_time_and_basis() -> None:
    case = SAMPLES["procedure"][0]
    told = case.announced[-1]
    found = said(made("procedure"))
    for text in ("现场核查", "5个工作日", "第四十五条", "不计入办理期限", "2026年9月21日"):
        assert text in found
    for field in ("name", "basis"):
        bare = replace(case, announced=(replace(told, **{field: ""}),))
        assert refused("procedure", bare).field == f"procedure.{field}"


@pytest.mark.parametrize(
    ("how", "missing"), [("proxy", "served.proxy"), ("proxy", "served.relation"), ("proxy", "served.reason"),
                         ("refused", "served.witness"), ("refused", "served.reason")],
)  # fmt: skip
def test_a_proxy_and_a_refusal_to_take_are_told_whole(how: Any, missing: str) -> None:
    case = SAMPLES[f"served_{how}"][0]
    service = case.services[-1]
    name = missing.removeprefix("served.")
    if name in ("proxy", "witness"):
        service = replace(service, **{name: ""})
    else:
        service = replace(service, told=replace(service.told, **{name: " "}))
    error = refused("served", replace(case, services=(service,)))
    assert (error.code, error.field) == ("service_incomplete", missing)


def test_one_proof_of_service_lists_several_documents() -> None:
    found = said(made("served"))
    for document in SERVICE.documents:
        assert joined(document.name) in found
    assert "共3件" in found
    assert "见证人" not in found
    assert "代收" not in found
    assert "见证人赵六见证下" in said(made("served_refused"))
    assert "代收人：李四，与受送达人的关系：配偶" in said(made("served_proxy"))


def test_a_fee_stands_on_published_law_and_is_written_in_capitals() -> None:
    case = SAMPLES["fee"][0]
    assert case.fee is not None
    found = said(made("fee"))
    assert "共计560.00元（大写：伍佰陆拾元整）" in found
    first = case.fee.charges[0]
    for change, code in (({"basis": " "}, "fee_without_basis"), ({"fen": 0}, "fee_not_positive")):
        fee = replace(case.fee, charges=(replace(first, **change),))
        assert refused("fee", replace(case, fee=fee)).code == code


def test_originals_travel_from_hand_to_hand_with_a_place_to_sign_for_each() -> None:
    case = SAMPLES["transfer_back"][0]
    found = said(made("transfer_back"))
    for text in (
        "租赁合同",
        "综合窗口3号周敏",
        "市场监管局食品科陈晨",
        "2026年9月24日16:05",
        "交出人签字",
        "接收人签字",
    ):
        assert text in found
    signed = [row for block in made("transfer_back").blocks if isinstance(block, Table) for row in block.rows]
    of_contract = [row for row in signed if "租赁合同（1份）" in row]
    assert len(of_contract) == 2, "out and back, each hand signs for it"
    more = replace(case.handovers[0], items=(f.Original(name="样品"),), to_place="检测室", return_by=None)
    later = said(compose("transfer", replace(case, handovers=(*case.handovers, more)), SAMPLES["transfer_back"][1]))
    assert later.count("样品") == 2 and "检测室" in later and "归还期限2026年9月24日" in later
    nobody = replace(case.handovers[0], giver="")
    assert refused("transfer", replace(case, handovers=(nobody,))).code == "handover_without_hand"


def test_a_return_gives_its_reason_and_only_what_was_handed_in() -> None:
    case = SAMPLES["returned"][0]
    assert case.closed is not None
    found = said(made("returned"))
    assert "补正期限届满未补正" in found
    assert "营业执照" not in found
    bare = replace(case, closed=replace(case.closed, reason=""))
    assert refused("returned", bare).code == "return_without_reason"


def test_a_case_is_restarted_only_when_everything_has_come() -> None:
    case = SAMPLES["restart"][0]
    assert "食品安全规章制度目录清单" in said(made("restart"))
    assert refused("restart", replace(case, gaps=SAMPLES["notice"][0].gaps)).code == "paper_not_due"


def test_what_is_no_licence_is_not_called_one() -> None:
    assert made("grant").title == "准予行政许可决定书"
    assert made("grant_other").title == "准予决定书"
    assert "行政许可法" not in said(made("denial_other")).replace("行政许可法第四十条", "")


def test_the_collection_slip_names_what_is_still_to_be_paid() -> None:
    assert "应缴费用无" in said(made("pickup"))
    assert "应缴费用560.00元，缴至示例市财政局（非税收入专户）" in said(made("pickup_to_pay"))
    paid = said(made("pickup_paid"))
    assert "应缴费用无" in paid and "已缴费用560.00元（2026年9月24日，扫码，票据号9901260000012345）" in paid


def test_nothing_that_was_refused_is_valid_until_a_day() -> None:
    denied = said(made("pickup_denied"))
    assert "不予行政许可决定书" in denied
    assert "有效期" not in denied
    assert "有效期至2031年9月23日" in said(made("pickup"))


@pytest.mark.parametrize("name", ["notice_waived", "promise_waived", "tolerance_waived", "acceptance_waived"])
def test_a_list_of_materials_accounts_for_those_that_do_not_apply(name: str) -> None:
    assert "委托书及代理人身份证不适用（申请人本人到场办理）" in said(made(name))


def test_a_withdrawal_a_lapse_and_a_termination_each_say_what_ended_the_case() -> None:
    assert "已于2026年9月22日撤回" in said(made("returned_withdrawn"))
    assert "2026年11月" not in said(made("returned_withdrawn"))
    assert "视为撤回申请" in said(made("returned_lapsed"))
    ended = said(made("terminated"))
    assert "自2026年9月28日起终止办理" in ended and "示例市人民政府" in ended and "示例市人民法院" in ended
    case = SAMPLES["terminated"][0]
    assert case.closed is not None
    for change, code in (({"reason": " "}, "return_without_reason"), ({"basis": ""}, "paper_incomplete")):
        assert refused("terminated", replace(case, closed=replace(case.closed, **change))).code == code


@pytest.mark.parametrize("kind", KINDS)
def test_every_fixed_word_of_a_paper_has_its_english(kind: PaperKind) -> None:
    words = templates.load_words()
    template = templates.load_template(kind)
    short = [template.title, *template.copies, *template.footer[:1]]
    for block in template.block:
        match block:
            case templates.TextBlock():
                assert block.en or block.text == "{applicant!b}：", block.text
            case templates.NoticeBlock():
                # A box that holds nothing but the case's own reason has nothing to translate.
                assert block.en or all(line.startswith("{") and line.endswith("}。") for line in block.lines)
                short += [block.title] if block.title else []
            case templates.HeadingBlock():
                short.append(block.text)
            case templates.FormBlock():
                short += [label for label, _ in block.pairs if not label.startswith("{")]
            case templates.TableBlock():
                short += [title for title, *_ in block.columns]
            case templates.SignBlock():
                short += [label for label, _ in block.slots]
            case templates.SealBlock():
                short.append(block.label)
    assert [text for text in short if text not in words and "{decision_object}" not in text] == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_bilingual_paper_says_all_that_the_chinese_one_says(kind: PaperKind) -> None:
    case, issued = sample(kind)
    chinese = compose(kind, case, issued)
    both = compose(kind, replace(case, language="en"), issued)
    assert both.title == chinese.title
    assert both.second_title
    lines = {line for text in texts(both) for line in text.split("\n")}
    missing = [text for text in texts(chinese) for line in text.split("\n") if line not in lines]
    assert [text for text in missing if not any(text in line for line in lines)] == []


def test_a_foreign_name_stands_in_full_beside_english_dates_and_articles(paper: Printer) -> None:
    document = made("acceptance:en")
    printed = joined(read_text(paper(document).pdf))
    assert joined(FOREIGNER.name) in printed
    assert joined("Article 32, paragraph 1, item 5 of the Administrative Licensing Law") in printed
    assert joined("24 September 2026") in printed


def test_the_guide_draws_the_flow_with_who_and_how_long() -> None:
    flow = next(block for block in made("guide").blocks if isinstance(block, Flow))
    inspection = next(box for box in flow.boxes if box.name == "现场核查")
    assert inspection.who == "市场监管局"
    assert "5个工作日" in inspection.time
    assert "不计入时限" in inspection.time
    assert not any(box.critical for box in flow.boxes)


def test_the_guide_of_a_project_draws_its_stages_and_the_critical_path() -> None:
    own, flow = (block for block in made("guide_project").blocks if isinstance(block, Flow))
    assert [box.name for box in own.boxes][:2] == ["收件", "受理"]
    assert len(flow.bands) == 4
    assert [box.name.split()[0] for box in flow.boxes if box.critical] == [
        "企业投资项目备案", "建设用地规划许可证核发", "建设工程设计方案审查", "建设工程规划许可证核发",
        "建设项目环境影响报告表审批", "建筑工程施工许可证核发（首次）", "特殊建设工程消防验收", "建设工程竣工联合验收",
        "房屋建筑和市政基础设施工程竣工验收备案",
    ]  # fmt: skip
    assert [box.name for box in flow.boxes if "（本事项）" in box.name] == ["特殊建设工程消防设计审查\n（本事项）"]
    assert "共46个工作日" in flow.caption


def test_a_case_keeps_its_language_and_old_facts_have_none() -> None:
    assert sample("receipt")[0].language == ""
    assert sample("receipt", language="en")[0].language == "en"


def test_an_unknown_kind_is_told_with_the_known_ones() -> None:
    with pytest.raises(HallError) as caught:
        sample("invoice")  # type: ignore[arg-type]
    assert caught.value.code == "unknown_paper_kind"
    assert "receipt" in (caught.value.hint or "")


def test_later_facts_of_the_samples_fit_their_cases() -> None:
    for case, _ in SAMPLES.values():
        assert [line.text for line in case.timeline if line.misfit] == []


def test_a_second_reprint_leaves_the_samples_alone() -> None:
    case, issued = sample("grant")
    assert replace(compose("grant", case, issued, reprint=2), reprint=0) == compose("grant", case, issued)


def test_a_date_beyond_the_published_calendar_is_called_provisional() -> None:
    ticks: dict[str, Tick] = ALL_IN
    told = replace(samples._ANNOUNCED, due=dt.date(2027, 1, 12), provisional=True)
    case = samples.told(ticks, (samples._ACCEPTED, told))
    document = compose("procedure", case, SAMPLES["procedure"][1])
    assert "2027年1月12日（暂按周末推算）" in said(document)


def test_variants_are_of_known_kinds() -> None:
    assert {issued.kind for _, issued in variants().values()} <= set(KINDS)
    assert f.CaseDecided(granted=True, day=dt.date(2026, 9, 25)).result_copies == 1


def test_only_what_was_handed_over_in_person_has_been_received() -> None:
    assert "已经收到" in said(made("served")) and "已经收到" in said(made("served_proxy"))
    posted, sent = said(made("served_posted")), said(made("served_electronic"))
    assert "已经收到" not in posted + sent
    assert "EZ990100015CN" in posted and "交邮" in posted and "综合窗口" not in posted
    assert "电子方式送达" in sent


def test_a_posted_service_without_a_waybill_and_any_other_without_a_place_is_no_proof() -> None:
    posted, direct = SAMPLES["served_posted"][0], SAMPLES["served"][0]
    for case in (posted, direct):
        service = case.services[-1]
        bare = replace(service, told=replace(service.told, place="", waybill=""))
        assert refused("served", replace(case, services=(bare,))).code == "paper_incomplete"


def test_what_is_posted_is_checked_for_the_post_and_nobody_signs_for_being_there() -> None:
    posted, fetched = said(made("pickup_posted")), said(made("pickup"))
    assert "寄出时请核对" in posted and "□邮寄单号已核对" in posted and "EZ990100015CN" in posted
    assert "本人领取" not in posted and "可以领取" not in posted and "领取时请核对" not in posted
    assert "本人领取" in fetched and "可以领取" in fetched and "邮寄单号" not in fetched
    assert "寄出人（签字）" in posted and "领取人（签字）" not in posted
    assert "领取人（签字）" in fetched and "寄出" not in fetched


def test_a_collection_slip_speaks_of_rating_where_the_hall_has_an_address_for_it_and_shows_that() -> None:
    case, issued = SAMPLES["pickup"]
    rated = made("pickup")
    assert rated.link == f"https://pj.example.invalid/r?no={case.reference}"
    assert rated.link_caption[0] == "评价用" and "评价自愿" in said(rated)
    nowhere = replace(case, matter=replace(case.matter, hall=replace(HALL, rating_url="")))
    silent = compose("pickup", nowhere, issued)
    assert (silent.qr, silent.link) == (rated.qr, "")
    assert "评价" not in said(silent)
    alone = replace(case, matter=replace(case.matter, hall=replace(HALL, query_url="")))
    assert compose("pickup", alone, issued).qr == rated.link


@pytest.mark.parametrize("name", ["grant_other", "denial_other", "extension_joint", "returned_withdrawn"])
def test_a_sample_is_decided_within_its_limit_and_sealed_on_its_day(name: str) -> None:
    case, issued = SAMPLES[name]
    ended = case.decision or case.closed or case.extension
    assert ended is not None and ended.day == issued.day
    assert case.due.promised and issued.day <= case.due.promised


def test_what_several_authorities_do_together_has_the_longer_limit_of_the_law() -> None:
    assert "45个工作日" in said(made("extension_joint"))


def test_a_flow_without_a_marked_step_does_not_explain_the_mark() -> None:
    marked, plain = said(made("guide")), said(made("guide_project"))
    assert "标“不计入时限”的" in marked and "标“不计入时限”的" not in plain


def test_a_notice_cannot_lose_what_follows_when_nothing_is_supplied(tmp_path: Path) -> None:
    packaged = (templates.PACKAGED / "notice.toml").read_text(encoding="utf-8")
    kept = [line for line in packaged.splitlines() if "?lapse:逾期" not in line]
    (tmp_path / "notice.toml").write_text("\n".join(kept), encoding="utf-8")
    case, issued = SAMPLES["notice"]
    with pytest.raises(HallError, match="逾期未补正的后果"):
        compose("notice", case, issued, texts=tmp_path)


def test_a_guide_cannot_lose_what_is_still_open(tmp_path: Path) -> None:
    """A hall's own text that knows of no open question would pass what is not all for all."""
    packaged = (templates.PACKAGED / "guide.toml").read_text(encoding="utf-8")
    (tmp_path / "guide.toml").write_text(packaged.replace("：{still_open}", ""), encoding="utf-8")
    case = cases.inquiry(still_open=cases.STILL_OPEN)
    with pytest.raises(HallError, match="没有回答的问题"):
        compose("guide", case, cases.issued("guide", case), texts=tmp_path)
    whole = cases.inquiry()
    assert compose("guide", whole, cases.issued("guide", whole), texts=tmp_path)


@pytest.mark.parametrize("name", ["extension", "extension_joint"])
def test_an_extension_never_leads_to_a_day_before_the_law_s_own(name: str) -> None:
    case = SAMPLES[name][0]
    assert case.extension is not None and case.extension.statutory and case.due.statutory
    assert case.extension.statutory > case.due.statutory
    assert case.extension.due and case.due.promised and case.extension.due > case.due.promised
    found = said(made(name))
    for day in (case.extension.statutory, case.extension.due):
        assert (
            f"{day.year}年{day.month}月{day.day}日（含当日）" in found
            or f"{day.month}月{day.day}日前（含当日）" in found
        )


def test_a_bilingual_paper_says_in_english_what_the_catalogue_lists() -> None:
    notice = said(made("notice:en"))
    for text in (
        "List of food safety rules", "The appointment is not sealed", "Complete it as in the sample",
        "Shili Administration for Market Regulation", "Food business licence (new, catering)",
        "Shili Government Service Centre",
    ):  # fmt: skip
        assert joined(text) in notice
    fee = said(made("fee:en"))
    assert joined("CNY 560.00 in all") in fee and joined("元 in all") not in fee
    assert joined("If not paid in time: the result is withheld") in fee
    assert joined("Food business licence (valid for 5 years)") in said(made("acceptance:en"))
    guide = next(block for block in made("guide:en").blocks if isinstance(block, Flow))
    assert all(box.second for box in guide.boxes) and "5 working days" in guide.second


def test_the_remedy_of_an_organ_led_from_above_is_the_organ_above_it() -> None:
    case = SAMPLES["denial"][0]
    tax = replace(case.matter.department, name="示例市税务局", reconsideration="示例省税务局")
    found = said(compose("denial", replace(case, matter=replace(case.matter, department=tax)), SAMPLES["denial"][1]))
    assert "六十日内向示例省税务局申请行政复议" in found
    assert "六个月内向示例市人民法院提起行政诉讼" in found


def test_the_basis_of_a_decision_reads_as_a_sentence() -> None:
    bare = replace(SAMPLES["grant"][0], decision=replace(samples._GRANTED, basis=""))
    found = said(compose("grant", bare, SAMPLES["grant"][1]))
    assert "和《食品安全法》第三十三条、第三十五条，决定准予" in found
    assert (
        citations("食品安全法第三十三条；《行政许可法》第三十八条")
        == "《食品安全法》第三十三条、《行政许可法》第三十八条"
    )


def test_a_bilingual_refusal_says_why_and_where_in_english_and_leaves_out_what_has_none() -> None:
    case, issued = sample("refusal", language="en")
    (why,) = (block for block in compose("refusal", case, issued).blocks if isinstance(block, Notice))
    assert why.second == ("The premises are not within the administrative area of Shili.",)
    said = "\n".join(texts(compose("refusal", case, issued)))
    assert "Please apply to the market regulator of the neighbouring county." in said
    assert "The market regulator of the neighbouring county" in said, "in its own cell it begins with a capital"
    assert case.refusal is not None
    typed = replace(case, refusal=replace(case.refusal, reason="另有原因"))
    (why,) = (block for block in compose("refusal", typed, issued).blocks if isinstance(block, Notice))
    assert (why.lines, why.second) == (("另有原因。",), ()), "what was typed is not said twice"


@pytest.mark.parametrize("kind", ["receipt", "acceptance", "refusal"])
@pytest.mark.parametrize("id_type", ["foreign_permanent", "foreign_permanent_15"])
def test_the_name_of_a_foreigners_card_stands_on_one_line(fonts: FontSet, kind: PaperKind, id_type: str) -> None:
    case, issued = sample(kind, language="en")
    assert case.applicant is not None
    holder = replace(case, applicant=replace(case.applicant, id_type=id_type))
    pages = layout(compose(kind, holder, issued), fonts)
    lines = [op.text for page in pages for op in page.ops if isinstance(op, Text)]
    assert "外国人永久居留身份证" in lines, "what is behind it in brackets has a line of its own"


@pytest.mark.parametrize("name", SAMPLES)
def test_no_row_of_a_table_stands_alone_on_a_page(fonts: FontSet, name: str) -> None:
    table = next((block for block in made(name).blocks if isinstance(block, Table) and len(block.rows) > 2), None)
    if table is None:
        return
    heads = [column.title.split("\n")[0] for column in table.columns]
    numbers = [str(n) for n in range(1, len(table.rows) + 1)]
    for page in layout(made(name), fonts):
        texts_there = [op.text for op in page.ops if isinstance(op, Text)]
        if all(head in texts_there for head in heads):
            assert len([number for number in numbers if number in texts_there]) != 1


def test_a_cell_leaves_no_character_alone_in_its_last_line(fonts: FontSet) -> None:
    setter = Setter(fonts, 0.0, 400.0)
    text = "主要设备设施、经营布局、操作流程文件"
    room = fonts.width(text[:-1], CELL) + 0.1
    assert len(setter.wrap(text, CELL, room)[-1]) == 1
    lines = no_widow(setter, text, CELL, room)
    assert len(lines) == 2 and len(lines[-1]) > 2 and "".join(lines) == text
