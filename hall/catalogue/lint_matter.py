"""What one matter must keep to."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from difflib import get_close_matches
from typing import get_args

import msgspec

from hall.catalogue.conditions import parse
from hall.catalogue.model import ApplicantKind, Exit, Limit, Material, Matter, Question, RefusalReason
from hall.errors import BadCatalogue
from hall.names import forbidden_kind
from hall.replica_limits import MAX_ANSWER, MAX_ANSWERS, MAX_MATTER, MAX_ROWS

Report = Callable[[str, str, str], None]

_CATCH_ALL = re.compile(
    r"(其他|其它|其余)(相关|有关|必要|所需|应当提交的?|需要提交的?)*(的)?(材料|资料|文件|证明|证件)|等(相关|有关)?(材料|资料|文件)$"
    r"|(法律|法规|规章)[^，。]*规定的其[他它]|要求(提供|提交)的其[他它]|(认为|视情况)需要"
)
_CONDITION = re.compile(
    r"(不符合|不具备|不满足)[^，。；]*(条件|资格|要求)|不得(?![^，。；]*申请)|不予(登记|许可|备案|批准|核准|给付|发放|确认)"
    r"|(未|不)(满|到|足)[^，。；]*(年|月|岁|龄)|(须|应当)具备"
)
_DECIDED_LATER = "不符合条件的，应当受理后决定不予：写到 denial_reasons"
_KEPT = re.compile("留|复印件|电子件")
_UNUSUAL = re.compile(
    r"[^\x20-\x7e\u00b7\u2014\u2018-\u201d\u2026\u3000-\u3163\u3165-\u9fff\uff01-\uff9f\uffe0-\uffe6]"
)


def check_matter(matter: Matter, problems: Collection[str] | None, report: Report) -> None:
    """Report everything that is wrong with one matter by itself.

    ``problems`` are the common problems' codes, ``None`` when they are not known.
    """
    _check_texts(matter, report)
    _check_limits(matter, report)
    _check_people(matter, report)
    _check_questions(matter, report)
    _check_conditions(matter, report)
    _check_materials(matter, problems, report)
    _check_fields(matter, report)
    _check_exits(matter, report)
    _check_code(matter, report)


def calendar_days(limit: Limit) -> float:
    """The fewest calendar days a limit can take, to compare limits of different units."""
    if limit.unit == "on_the_spot":
        return 0
    if limit.unit == "calendar_day":
        return limit.days
    return limit.days + 2 * max(0, (int(-(-limit.days // 1)) - 1) // 5)


def _check_limits(matter: Matter, report: Report) -> None:
    """A promise is never longer than the statute (优化营商环境条例 art. 37)."""
    for name, limit in (("promised", matter.limits.promised), ("statutory", matter.limits.statutory)):
        if limit is None:
            continue
        where = f"limits.{name}"
        if limit.unit == "on_the_spot" and limit.days != 0:
            report(f"{where}.days", "当场办结不写天数", "去掉 days，或改 unit")
        elif limit.unit != "on_the_spot" and not 0 < limit.days <= 3650:
            report(f"{where}.days", "天数要大于0且不超过3650", '当场办结写 unit = "on_the_spot"')
    promised, statutory = matter.limits.promised, matter.limits.statutory
    if statutory is not None and _longer(promised, statutory):
        report("limits.promised", "承诺时限长于法定时限", f"法定时限是{_words(statutory)}，承诺的是{_words(promised)}")
    for procedure in matter.special_procedures:
        if procedure.days <= 0:
            report(
                f"special_procedures[{procedure.name}].days", "天数要大于0", "行政许可法第四十五条要求书面告知所需时间"
            )


def _longer(one: Limit, other: Limit) -> bool:
    if one.unit == other.unit:
        return one.days > other.days
    return calendar_days(one) > calendar_days(other)


def _words(limit: Limit) -> str:
    units = {"working_day": "个工作日", "calendar_day": "日", "on_the_spot": "当场"}
    return units["on_the_spot"] if limit.unit == "on_the_spot" else f"{limit.days:g}{units[limit.unit]}"


def _check_people(matter: Matter, report: Report) -> None:
    for key, message in (
        ("materials", "没有材料"),
        ("results", "没有办理结果"),
        ("serves", "没有服务对象"),
        ("basis", "没有设定依据"),
    ):
        if not getattr(matter, key):
            report(key, message, "行政许可法第三十条要求公示，补上")
    for key in ("key", "name"):
        if not str(getattr(matter, key)).strip():
            report(key, f"“{key}”不能为空", "")
    if matter.fee.fen < 0:
        report("fee.fen", "费用不能小于0", "单位是分")
    if matter.fee.fen > 0 and not matter.fee.basis.strip():
        report("fee.basis", "收费必须写明依据", "行政许可法第五十八条、第五十九条：只按法律、行政法规规定收费")
    if matter.effective and matter.ends and matter.ends <= matter.effective:
        report("ends", f"停用日{matter.ends}不晚于生效日{matter.effective}", "")
    if matter.visits < 0:
        report("visits", "到场次数不能小于0", "")
    if matter.key in matter.after:
        report("after", "事项不能以自己为前置", "去掉")
    _check_process(matter, report)


def _check_process(matter: Matter, report: Report) -> None:
    """Who does each step and how long: together what is promised."""
    promised = matter.limits.promised
    for number, step in enumerate(matter.process):
        where = f"process[{number}]"
        if not step.name.strip() or not step.who.strip():
            report(where, "办理步骤要写明做什么（name）和谁来办（who）", '例如 { name = "受理", who = "综合窗口" }')
        if step.days is not None and (step.days <= 0 or step.unit == "on_the_spot"):
            report(
                f"{where}.days", "步骤的天数不对", '当场办的写 unit = "on_the_spot"，不写 days；没有承诺时间的都不写'
            )
    counted = [step for step in matter.process if step.counted and step.days is not None]
    if promised.unit == "on_the_spot":
        if counted:
            report("process", "承诺当场办结的，步骤里不能有天数", "去掉 days，或改承诺时限")
    elif counted and {step.unit for step in counted} == {promised.unit}:
        total = sum(step.days or 0 for step in counted)
        if total != promised.days:
            report("process", f"计时的步骤共{total:g}日，与承诺的{promised.days:g}日不符", "改步骤的 days 或承诺时限")


def _check_questions(matter: Matter, report: Report) -> None:
    _unique(report, "questions", [question.code for question in matter.questions], "问题")
    _unique(report, "situations", [situation.code for situation in matter.situations], "情形")
    for question in matter.questions:
        where = f"questions[{question.code}]"
        if not question.code.isidentifier() or question.code in (
            "agent",
            "applicant",
            "situation",
            "and",
            "or",
            "not",
            "in",
        ):
            report(
                f"{where}.code", f"问题代码“{question.code}”不能用在条件里", "用小写英文字母、数字和下划线，字母开头"
            )
        if question.kind == "yesno" and question.options:
            report(f"{where}.options", "是非题不写选项", "去掉 options，答案是 yes 和 no")
        if question.kind != "yesno" and len(question.options) < 2:
            report(f"{where}.options", "选择题至少要有两个选项", "写成 options = [{ code = …, label = … }, …]")
        _unique(report, f"{where}.options", [option.code for option in question.options], "选项")
        if any("," in option.code for option in question.options):
            report(f"{where}.options", "选项代码不能有逗号", "逗号用来分隔多个选项")


def _check_conditions(matter: Matter, report: Report) -> None:
    questions = {question.code: question for question in matter.questions}
    earlier: dict[str, Question] = {}
    for question in matter.questions:
        # Only what was asked before can decide whether a question is asked; situations come after all questions.
        _check_condition(f"questions[{question.code}].when", question.when, earlier, (), report, later=questions)
        earlier[question.code] = question
    for situation in matter.situations:
        where = f"situations[{situation.code}].when"
        if not situation.when.strip():
            report(where, "情形要有条件", "写明由哪些答案得出")
        _check_condition(where, situation.when, questions, (), report)
    situations = [situation.code for situation in matter.situations]
    for name, items in (
        ("materials", matter.materials),
        ("fields", matter.fields),
        ("exits", matter.exits),
        ("denial_reasons", matter.denial_reasons),
    ):
        for item in items:
            _check_condition(f"{name}[{item.code}].when", item.when, questions, situations, report)


def _check_condition(
    where: str,
    text: str,
    questions: dict[str, Question],
    situations: Sequence[str],
    report: Report,
    later: Collection[str] = (),
) -> None:
    try:
        condition = parse(text)
    except BadCatalogue as error:
        report(where, error.message, error.hint)
        return
    for name in condition.names:
        if name in questions:
            continue
        if name in later:
            report(where, f"条件用到的问题“{name}”排在后面，那时还没有答案", "把它移到前面")
        else:
            report(where, f"条件用到的问题“{name}”不存在", _nearest(name, [*questions, "agent"]))
    for code in condition.situations:
        if code not in situations:
            report(
                where,
                f"条件用到的情形“{code}”不存在",
                _nearest(code, situations) or "情形只能用在材料、字段和出口的条件里",
            )
    for name, value in condition.constants:
        allowed = list(get_args(ApplicantKind)) if name == "applicant.kind" else _answers(questions.get(name))
        if allowed is not None and value not in allowed:
            report(where, f"“{name}”没有选项“{value}”，条件永远不会成立", _nearest(value, allowed))
    for name in condition.compared:
        if name in questions and questions[name].kind == "multi":
            report(where, f"“{name}”是多选，不能用 == 或列表比较", f"写成 '选项' in {name}")
    for name in condition.searched:
        if name in questions and questions[name].kind != "multi":
            report(where, f"“{name}”不是多选，不能写在 in 的右边", f"写成 {name} == '选项'")


def _answers(question: Question | None) -> list[str] | None:
    if question is None:
        return None
    return ["yes", "no"] if question.kind == "yesno" else [option.code for option in question.options]


def _check_materials(matter: Matter, problems: Collection[str] | None, report: Report) -> None:
    _unique(report, "materials", [material.code for material in matter.materials], "材料")
    for material in matter.materials:
        where = f"materials[{material.code}]"
        if _CATCH_ALL.search(material.name):
            report(f"{where}.name", f"“{material.name}”是兜底条款", "一次性告知要说清每一份材料，逐项列出名称")
        for key in ("name", "why", "source", "form"):
            if not str(getattr(material, key)).strip():
                report(f"{where}.{key}", f"“{key}”不能为空", "申请人要知道为什么交、从哪里来、什么形式")
        if material.copies < 0:
            report(f"{where}.copies", "份数不能小于0", "")
        if material.copies == 0 and not material.shared and not material.form.startswith("电子"):
            report(f"{where}.copies", "份数是0，但不是共享或电子材料", "写份数，或写 shared = true")
        _check_reuse(material, where, report)
        _check_problems(material, where, problems, report)


def _check_reuse(material: Material, where: str, report: Report) -> None:
    """Only what the hall keeps can be used again."""
    key = f"{where}.reusable_days"
    if not 0 <= material.reusable_days <= 3650:
        report(key, "天数在0到3650之间", "0 表示每次都要交")
    elif material.reusable_days and (material.shared or not material.copies):
        report(key, "本厅不收这份材料，没有可以再用的", "去掉，或写留存的份数")
    elif material.reusable_days and "核验" in material.form and not _KEPT.search(material.form):
        report(key, f"“{material.form}”看过就退还，本厅没有留存", "去掉，或在 form 里写明留存什么")


def _check_problems(material: Material, where: str, problems: Collection[str] | None, report: Report) -> None:
    for code in material.problems:
        if problems is not None and code not in problems:
            report(f"{where}.problems", f"没有常见原因“{code}”", _nearest(code, list(problems)))
    _unique(report, f"{where}.own_problems", [*material.problems, *(p.code for p in material.own_problems)], "原因")


def _check_fields(matter: Matter, report: Report) -> None:
    _unique(report, "fields", [field.code for field in matter.fields], "字段")
    for field in matter.fields:
        where = f"fields[{field.code}]"
        if field.kind == "choice" and not field.options:
            report(f"{where}.options", "选择字段没有选项", "写成 options = [{ code = …, label = … }, …]")
        if field.kind != "choice" and field.options:
            report(f"{where}.options", '只有 kind = "choice" 的字段才有选项', "")
        _unique(report, f"{where}.options", [option.code for option in field.options], "选项")
        if not field.min <= field.max:
            report(f"{where}.min", "最小值大于最大值", "改 min 或 max")
        if (field.min, field.max) != (0, 1e12) and field.kind not in ("number", "money"):
            report(f"{where}.min", "只有数和金额才有最小值、最大值", "去掉 min 和 max")
        if not 1 <= field.max_length <= 2000:
            report(f"{where}.max_length", "最大长度在1到2000之间", "")
        try:
            pattern = re.compile(field.pattern)
        except (re.error, RecursionError, OverflowError) as error:
            report(f"{where}.pattern", f"不是正确的正则表达式：{error}", "")
        else:
            if field.pattern and field.example and not pattern.fullmatch(field.example):
                report(f"{where}.example", f"例子“{field.example}”不合 pattern", "改例子或改 pattern")


def _check_exits(matter: Matter, report: Report) -> None:
    _unique(report, "exits", [way_out.code for way_out in matter.exits], "出口")
    codes = [reason.code for reason in matter.refusal_reasons] + [reason.code for reason in matter.denial_reasons]
    _unique(report, "refusal_reasons", codes, "理由")
    for way_out in matter.exits:
        where = f"exits[{way_out.code}]"
        if not way_out.when.strip():
            report(f"{where}.when", "没有条件，这个事项就永远不能受理", "写明什么情形下不予受理")
        _check_ground(way_out, way_out.reason, where, "reason", report)
    for stated in matter.refusal_reasons:
        _check_ground(stated, stated.text, f"refusal_reasons[{stated.code}]", "text", report)
    for denial in matter.denial_reasons:
        if not denial.text.strip():
            report(f"denial_reasons[{denial.code}].text", "不予的决定必须说明理由", "行政许可法第三十八条第二款")


def _check_ground(stated: Exit | RefusalReason, reason: str, where: str, key: str, report: Report) -> None:
    """What turning away at receipt needs (行政许可法 art. 32(1), (2), 72(7)); see ``hall.refusal``."""
    if not reason.strip():
        report(f"{where}.{key}", "不予受理必须说明理由", "行政许可法第七十二条第七项")
    if stated.ground == "not_authority" and (stated.where is None or not stated.where.organ.strip()):
        report(
            f"{where}.where",
            "不属于本机关职权的，必须写明向哪个机关申请",
            "行政许可法第三十二条第一款第二项：写 where = { organ, address, phone }",
        )
    if stated.ground == "other" and not stated.basis.strip():
        report(f"{where}.basis", "其他理由不予受理的，必须写明法律依据", _DECIDED_LATER)
    if stated.ground == "other" and (condition := _CONDITION.search(reason)):
        report(
            f"{where}.{key}",
            f"“{condition[0]}”是实体条件，收件时不能据此不予受理（行政许可法第三十二条、第三十四条）",
            _DECIDED_LATER + "，要在申请前提醒的在那里写 when",
        )


def _check_texts(matter: Matter, report: Report) -> None:
    for where, text in _texts(msgspec.to_builtins(matter), ""):
        if "\n" not in text and not _UNUSUAL.search(text):
            continue
        name = where.rpartition(".")[2]
        for char in dict.fromkeys(text):
            if char == "\n" and name not in ("name", "label", "code", "key", "short"):
                continue
            if kind := forbidden_kind(char):
                report(where, f"文字里有{kind} U+{ord(char):04X}", "删掉这个字符")
    if len(matter.name) > 100:
        report("name", "事项名称超过100个字", "用规范名称")


def _check_code(matter: Matter, report: Report) -> None:
    """What the code on a paper must hold, or another window cannot go on from it (``hall.replica_limits``)."""
    beyond = "凭证上的码放不下，别的窗口扫不了"
    if len(matter.key) > MAX_MATTER:
        report("key", f"事项代号超过{MAX_MATTER}个字符", beyond)
    if len(matter.questions) > MAX_ANSWERS:
        report("questions", f"问题超过{MAX_ANSWERS}个", beyond)
    for question in matter.questions:
        where = f"questions[{question.code}]"
        if len(question.code) > MAX_ANSWER:
            report(f"{where}.code", f"问题代码超过{MAX_ANSWER}个字符", beyond)
        for option in question.options:
            if len(option.code) > MAX_ANSWER:
                report(f"{where}.options[{option.code}]", f"选项代码超过{MAX_ANSWER}个字符", beyond)
    if sum(not material.when.strip() for material in matter.materials) > MAX_ROWS:
        report("materials", f"每次都要的材料超过{MAX_ROWS}份", beyond)


def _texts(value: object, path: str) -> Iterator[tuple[str, str]]:
    match value:
        case str():
            yield path, value
        case dict():
            for key, inner in value.items():
                yield from _texts(inner, f"{path}.{key}" if path else str(key))
        case list() | tuple():
            for number, inner in enumerate(value, 1):
                name = inner.get("code", number) if isinstance(inner, dict) else number
                yield from _texts(inner, f"{path}[{name}]")


def _unique(report: Report, where: str, codes: Sequence[str], what: str) -> None:
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        report(f"{where}[{code}]", f"{what}代码“{code}”用了不止一次", "每个只能用一次")
    if any(not code.strip() for code in codes):
        report(where, f"{what}代码不能为空", "")


def _nearest(word: str, known: Collection[str]) -> str:
    near = get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"是不是“{near[0]}”？" if near else ("可用：" + "、".join(known) if known else "")
