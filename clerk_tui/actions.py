"""One registry of everything a key does: it feeds bindings, the key line, the help screen and the README.

F-keys, Enter, Esc, arrows and Ctrl-chords that terminals really send work everywhere. Letters, digits and the space
bar act only inside lists, because Chinese input methods own them while text is typed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from clerk_tui.i18n import N_

if TYPE_CHECKING:
    from textual.binding import Binding


@dataclass(frozen=True)
class Action:
    """One thing a key does. ``keys`` are Textual's names, ``shown`` is what is printed on the keyboard.

    ``short`` is the word in the key line (empty: not shown there), ``tooltip`` the sentence in the help. ``group`` says
    where it works; ``inside`` marks keys that a list handles itself. Of keys that do not fit into the key line those
    with the highest ``rank`` are left to the help.
    """

    id: str
    keys: tuple[str, ...]
    shown: str
    short: str
    tooltip: str
    group: str
    inside: bool = False
    rank: int = 0


def _a(
    id: str, keys: str, shown: str, short: str, tooltip: str, group: str, *, inside: bool = False, rank: int = 0
) -> Action:
    return Action(id, tuple(keys.split()), shown, short, tooltip, group, inside, rank)


GROUPS: dict[str, str] = {
    "anywhere": N_("随处可用"),
    "sign_in": N_("签到"),
    "queue": N_("排队叫号"),
    "calling": N_("叫号屏"),
    "paused": N_("暂停服务"),
    "closing": N_("日结"),
    "home": N_("取事项"),
    "intake": N_("收件"),
    "materials": N_("材料清单中"),
    "result": N_("办理结果"),
    "supplement": N_("补正收件"),
    "lookup": N_("查办件"),
    "case": N_("办件详情"),
    "steps": N_("下一步"),
    "step": N_("办下一步"),
    "paper": N_("凭证上的办件"),
    "outbox": N_("上传"),
    "station": N_("取号机"),
    "dialog": N_("对话框"),
    "training": N_("培训"),
    "board": N_("看板"),
    "display": N_("大厅屏"),
}

ACTIONS: tuple[Action, ...] = (
    _a("help", "f1", "F1", N_("帮助"), N_("这一屏能按哪些键、每项是什么意思"), "anywhere", rank=1),
    _a("search", "f2", "F2", N_("取事项"), N_("回到取事项：为下一位办理"), "anywhere", rank=3),
    _a("lookup", "f5", "F5", N_("查办件"), N_("按编号、姓名、证件号或电话查办件"), "anywhere", rank=3),
    _a("outbox", "f12", "F12", N_("上传"), N_("未上传的记录和被退回的记录"), "anywhere", rank=4),
    _a("theme", "ctrl+t", "Ctrl+T", "", N_("换配色：浅色、深色、高对比度"), "anywhere"),
    _a("leave", "ctrl+q", "Ctrl+Q", "", N_("退出工作站，未完成的收件会先问"), "anywhere"),
    _a("lock", "ctrl+l", "Ctrl+L", "", N_("锁屏或换人，录入的内容还在"), "anywhere"),
    _a("pause", "ctrl+p", "Ctrl+P", "", N_("暂停服务：写明原因，等候的人看得到"), "anywhere"),
    _a("close_day", "ctrl+r", "Ctrl+R", "", N_("日结：看还剩什么，出具日结单"), "anywhere"),
    _a(
        "alarm",
        "ctrl+backslash",
        "Ctrl+\\",
        "",
        N_("静默求助：屏幕没有任何变化，负责人马上知道"),
        "anywhere",
        inside=True,
    ),
    _a("back", "escape", "Esc", N_("返回"), N_("回到上一屏；有未保存的内容会先问"), "anywhere", rank=1),
    _a("sign_in", "enter", "Enter", N_("签到"), N_("到下一格；填完就签到"), "sign_in", inside=True),
    _a("next_box", "tab up down", "Tab", N_("换格"), N_("在工号和密码之间换"), "sign_in", inside=True),
    _a("call_next", "ctrl+n", "Ctrl+N", "", N_("叫下一位：先办结现在这位；没来的问是否过号"), "queue"),
    _a("recall", "ctrl+g", "Ctrl+G", "", N_("再叫一次还没有来的人"), "queue"),
    _a("calling", "ctrl+o", "Ctrl+O", "", N_("叫号屏：谁在等，暂放、过号、转走、先叫某一位"), "queue"),
    _a("call_this", "enter", "Enter", N_("叫这张"), N_("暂放的接着办，其他的写明理由先叫"), "calling", inside=True),
    _a("choose", "up down", "↑ ↓", N_("选择"), N_("选一张号"), "calling", inside=True),
    _a("here", "s", "s", N_("到了"), N_("人已到窗口，开始办理"), "calling", inside=True),
    _a("pass", "p", "p", N_("过号"), N_("叫了没来，写明原因"), "calling", inside=True),
    _a("hold", "h", "h", N_("暂放"), N_("先放一放：去复印、填表，写明原因"), "calling", inside=True),
    _a("send_on", "t", "t", N_("转走"), N_("转到别的业务或窗口，号码和先后不变"), "calling", inside=True),
    _a("end", "e", "e", N_("办结"), N_("这位办完了，不叫下一位"), "calling", inside=True),
    _a("put_back", "b", "b", N_("放回"), N_("暂放的号放回队里原来的位置"), "calling", inside=True),
    _a("resume", "enter", "Enter", N_("恢复服务"), N_("接着服务；本厅设了人员的先签到"), "paused"),
    _a("choose", "up down", "↑ ↓", N_("选择"), N_("选一样还没有办完的"), "closing", inside=True),
    _a("repair", "enter", "Enter", N_("去办"), N_("去把选中的办完：上传、打印、确认、接着办"), "closing", inside=True),
    _a("explain", "m", "m", N_("写原因"), N_("写明为什么留着；原因印在日结单上"), "closing", inside=True),
    _a("confirm", "f9", "F9", N_("日结"), N_("都办完或写明原因后，出具日结单"), "closing"),
    _a("open", "enter", "Enter", N_("打开"), N_("打开选中的事项或办件"), "home", inside=True),
    _a("choose", "up down", "↑ ↓", N_("选择"), N_("在结果中上下选择"), "home", inside=True),
    _a("form", "f3", "F3", N_("情形"), N_("到情形问题和申请人"), "intake"),
    _a("materials", "f4", "F4", N_("材料"), N_("到材料清单"), "intake"),
    _a("take_known", "f6", "F6", N_("采用已知"), N_("采用该申请人以前办件中的信息"), "intake"),
    _a("inquire", "f7", "F7", N_("只咨询"), N_("不收件，打印一次性告知的办事指南"), "intake"),
    _a("other", "f8", "F8", N_("其他结论"), N_("不予受理、当场更正、容缺等依法可选的结论"), "intake"),
    _a("confirm", "f9", "F9", N_("确认"), N_("按结论办理：先列出要点，再按 Enter 确认"), "intake"),
    _a("check", "f10", "F10", N_("核对单"), N_("打印检查核对单：申请人核对录入的内容，不收件"), "intake", rank=2),
    _a("next_field", "enter", "Enter", "", N_("到下一个还要填的地方"), "intake", inside=True),
    _a("pick", "1 2 3 4 5 6 7 8 9", "1-9", "", N_("选择问题的答案并到下一题"), "intake", inside=True),
    _a(
        "mark_present",
        "space enter 1",
        N_("空格 1"),
        N_("有"),
        N_("在桌上且合格，并到下一项"),
        "materials",
        inside=True,
    ),
    _a("mark_missing", "2", "2", N_("缺"), N_("没有带来，并到下一项"), "materials", inside=True),
    _a("mark_unacceptable", "3", "3", N_("不合格"), N_("带来了但不合格，选原因"), "materials", inside=True),
    _a("mark_held", "4", "4", N_("已有"), N_("本厅已有，不必提交"), "materials", inside=True),
    _a(
        "mark_promised",
        "5",
        "5",
        N_("承诺"),
        N_("容缺：承诺某日前补齐；申请人有失信记录也在这里记"),
        "materials",
        inside=True,
    ),
    _a("mark_not_applicable", "6", "6", N_("不适用"), N_("此人不需要这份材料"), "materials", inside=True),
    _a("mark_clear", "0 backspace", "0", "", N_("取消标记"), "materials", inside=True),
    _a("mark_all", "a", "a", N_("全有"), N_("没有标记的全部记为有"), "materials", inside=True),
    _a("row_up", "up", "↑", "", N_("上一项"), "materials", inside=True),
    _a("row_down", "down", "↓", "", N_("下一项"), "materials", inside=True),
    _a("page_up", "pageup", "PgUp", "", N_("上一页"), "materials", inside=True),
    _a("page_down", "pagedown", "PgDn", "", N_("下一页"), "materials", inside=True),
    _a("next_person", "enter", "Enter", N_("下一位"), N_("为下一位办理；有号时办结并叫下一位"), "result"),
    _a("another", "m", "m", "", N_("同一位再办一件事，号还在本窗口"), "result", inside=True),
    _a("end", "e", "e", "", N_("办结这张号，不叫下一位"), "result", inside=True),
    _a("reprint", "p", "p", N_("补打"), N_("把选中的凭证再打印一份，标明补打；看不见的先翻到"), "result", inside=True),
    _a("elsewhere", "o", "o", "", N_("没有打出的凭证改送别处打印"), "result", inside=True),
    _a("return_materials", "t", "t", "", N_("登记更正后不再需要的材料已经退还"), "result", inside=True),
    _a("choose", "up down", "↑ ↓", "", N_("选凭证，翻到看得见；过了最后一份接着往下看"), "result", inside=True),
    _a("page", "pageup pagedown", "PgUp PgDn", "", N_("上一页、下一页"), "result", inside=True),
    _a("form", "f3", "F3", N_("上次告知"), N_("到上次告知的内容"), "supplement"),
    _a("materials", "f4", "F4", N_("材料"), N_("到材料清单"), "supplement"),
    _a("other", "f8", "F8", N_("其他结论"), N_("依法可选的其他结论"), "supplement"),
    _a("confirm", "f9", "F9", N_("确认"), N_("按结论办理：先列出要点，再按 Enter 确认"), "supplement"),
    _a("open", "enter", "Enter", N_("打开"), N_("看办件的经过、时限和凭证"), "lookup", inside=True),
    _a("choose", "up down", "↑ ↓", N_("选择"), N_("在结果中上下选择"), "lookup", inside=True),
    _a("supplement", "f4", "F4", N_("补正"), N_("审查只收件的材料，收下补正或承诺补齐的材料"), "case"),
    _a("reprint", "p", "p", N_("补打"), N_("把选中的凭证再打印一份，标明补打；看不见的先翻到"), "case", inside=True),
    _a("elsewhere", "o", "o", "", N_("没有打出的凭证改送别处打印"), "case", inside=True),
    _a("return_materials", "t", "t", "", N_("登记更正后不再需要的材料已经退还"), "case", inside=True),
    _a("choose", "up down", "↑ ↓", "", N_("选凭证，翻到看得见；过了最后一份接着往下看"), "case", inside=True),
    _a("page", "pageup pagedown", "PgUp PgDn", "", N_("上一页、下一页"), "case", inside=True),
    _a(
        "next_steps",
        "f8",
        "F8",
        N_("下一步"),
        N_("现在依法能办的：延期、决定、送达、缴费、取件等"),
        "case",
    ),
    _a("reveal", "f10", "F10", N_("全部信息"), N_("显示完整的个人信息：要写理由，并留下记录"), "case"),
    _a("open", "1 2 3 4 5 6 7 8 9 enter", "1-9 Enter", N_("办这一步"), N_("打开这一步的表单"), "steps", inside=True),
    _a("choose", "up down", "↑ ↓", N_("选择"), N_("上下选择，不能办的写明为什么"), "steps", inside=True),
    _a("next_field", "enter", "Enter", N_("下一格"), N_("到下一个还要填的地方；填完了就核对确认"), "step", inside=True),
    _a("pick", "1 2 3 4 5 6 7 8 9", "1-9", "", N_("选择；可选几项的再按一次取消"), "step", inside=True),
    _a("confirm", "f9", "F9", N_("确认"), N_("先列出要点，再按 Enter 确认"), "step"),
    _a("go_on", "enter", "Enter", N_("续办"), N_("核对证件，打开补正收件"), "paper", inside=True),
    _a("choose", "up down", "↑ ↓", N_("选择"), N_("选一条被退回、搁置的记录或全厅的办件"), "outbox", inside=True),
    _a(
        "settle",
        "enter",
        "Enter",
        N_("哪边算数"),
        N_("看两边，选哪边算数；存疑、遗失的写明查到什么"),
        "outbox",
        inside=True,
    ),
    _a("correct", "m", "m", N_("更正"), N_("写明正确的内容，记入这个办件"), "outbox", inside=True),
    _a("resend", "r", "r", N_("重办"), N_("请中心把退回、搁置的记录重办（负责人签到后）"), "outbox", inside=True),
    _a("hand_over", "h", "h", N_("交负责人"), N_("写明情况，交给负责人：在他的 F12 里看得到"), "outbox", inside=True),
    _a(
        "choose",
        "1 2 3 4 5 6 7 8 9",
        "1-9",
        N_("选业务"),
        N_("选业务取号，或选所列的一项；点一下也行"),
        "station",
        inside=True,
    ),
    _a("code", "0", "0", N_("预约、补正、查号"), N_("扫或输入预约码、收件编号、号票、身份证"), "station", inside=True),
    _a("priority", "enter", "Enter", N_("优先取号"), N_("先选优先的理由，再选业务"), "station", inside=True),
    _a("turn", "right left", "→ ←", N_("下一页"), N_("业务多于九个时翻页"), "station", inside=True),
    _a("done", "escape", "Esc", N_("完成"), N_("回到第一屏，给下一位用"), "station", inside=True),
    _a("yes", "enter", "Enter", N_("确认"), N_("照所列的办"), "dialog", inside=True),
    _a("no", "escape", "Esc", N_("返回"), N_("什么也不做"), "dialog"),
    _a("exercise", "ctrl+x", "Ctrl+X", N_("练习"), N_("看题目、交卷、换一道练习"), "training", inside=True),
    _a("page", "left right", "← →", N_("换页"), N_("上一页、下一页"), "board", inside=True),
    _a("direct", "1 2 3 4 5 6 7 8", "1-8", "", N_("直接到这一页"), "board", inside=True),
    _a("choose", "up down pageup pagedown", "↑ ↓", N_("选择"), N_("在各行之间上下移动"), "board", inside=True),
    _a("open", "enter", "Enter", N_("展开"), N_("看选中一行的细目"), "board", inside=True),
    _a("back", "escape", "Esc", N_("返回"), N_("回到上一层"), "board", inside=True),
    _a("theme", "ctrl+t", "Ctrl+T", N_("配色"), N_("换配色：浅色、深色、高对比度"), "board", inside=True, rank=1),
    _a("leave", "ctrl+q", "Ctrl+Q", N_("退出"), N_("退出看板，要退出码"), "board", inside=True, rank=2),
    _a("theme", "ctrl+t", "Ctrl+T", "", N_("换配色：浅色、深色、高对比度"), "display", inside=True),
    _a("leave", "ctrl+q", "Ctrl+Q", "", N_("退出叫号屏；设了退出码的要退出码"), "display", inside=True),
)


@cache
def group(name: str) -> tuple[Action, ...]:
    """The actions of one group, in the order of the registry."""
    return tuple(action for action in ACTIONS if action.group == name)


@cache
def list_keys(name: str) -> dict[str, str]:
    """Key to action id for the keys that a list handles itself; a blank is both ``"space"`` and ``" "``."""
    keys = {key: action.id for action in group(name) if action.inside for key in action.keys}
    return keys | ({" ": keys["space"]} if "space" in keys else {})


def bindings(*groups: str) -> list[Binding]:
    """Textual bindings of these groups; keys that lists handle are left to them."""
    from textual.binding import Binding

    return [
        Binding(",".join(action.keys), f"do('{action.id}')", action.short, id=f"{name}.{action.id}", show=False)
        for name in groups
        for action in group(name)
        if not action.inside
    ]
