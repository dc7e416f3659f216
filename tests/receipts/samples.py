"""Papers as data for the tests; the people are fictional."""

from __future__ import annotations

from receipts.document import (
    Block,
    Column,
    Document,
    Heading,
    KeyValues,
    Notice,
    Seal,
    Signatures,
    Slot,
    Table,
    paragraph,
)

REFERENCE = "990100-A1-00012-7"
QR_TEXT = "https://zwfw.example.gov.cn/q/990100-A1-00012-7"
COLUMNS = (Column("序号", 5.0, "center"), Column("材料名称", 24.0), Column("问题", 24.0), Column("补正要求", 40.0))


def table(rows: int) -> Table:
    """A table of numbered rows, each telling its own number twice."""
    return Table(
        COLUMNS,
        tuple((str(n), f"材料甲{n:02d}号", "未提交", f"请提交原件一份，注明第{n:02d}行。") for n in range(1, rows + 1)),
    )


def document(*blocks: Block, **changes: object) -> Document:
    """A notice with the given blocks."""
    values: dict[str, object] = {
        "kind": "notice",
        "title": "一次性告知书",
        "organisation": "示例市政务服务中心",
        "reference": REFERENCE,
        "qr": QR_TEXT,
        "copies": ("存根联", "回执联"),
        "footer": ("窗口电话：0990-1234567　监督电话：12345",),
        "blocks": blocks or full_blocks(),
    }
    return Document(**(values | changes))  # type: ignore[arg-type]


def full_blocks(name: str = "张三") -> tuple[Block, ...]:
    """One block of each kind."""
    return (
        paragraph(f"{name}：", indent=False, bold=True),
        paragraph("你（单位）提出的申请收悉。经审查，申请材料不齐全，现一次性告知需要补正的全部内容如下：" * 2),
        KeyValues((("申请人", name), ("联系电话", "138****1234"), ("收件日期", "2026年9月18日"))),
        Heading("需要补正的材料"),
        table(12),
        Notice(("请于2026年10月30日前一次补齐。", "逾期未补正的，视为撤回申请。"), "补正期限"),
        Signatures((Slot("签收人"), Slot("签收日期"), Slot("经办人", "李四"))),
        Seal("示例市市场监督管理局", "2026年9月18日"),
    )
