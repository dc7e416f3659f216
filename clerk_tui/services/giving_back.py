"""What the hall took in and a corrected answer made unneeded goes back to the applicant."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from clerk_tui.services.handing import person_name, require_case
from clerk_tui.services.proceeding import commit, required
from clerk_tui.services.recording import Action
from clerk_tui.services.result import Result
from clerk_tui.services.rights import needs
from clerk_tui.services.workspace import Workspace
from hall import facts as f
from hall.case import Case
from hall.errors import BadDate, BadInput, Unlawful
from hall.roles import Permission


@needs(Permission.HAND_OVER)
def return_materials(
    ws: Workspace,
    reference: str,
    *,
    materials: tuple[str, ...] | None = None,
    how: Literal["direct", "proxy", "posted"] = "direct",
    day: dt.date | None = None,
    receiver: str = "",
    relation: str = "",
    waybill: str = "",
) -> Result:
    """What a corrected answer made unneeded was given back: ``materials`` by their codes, all of it if not given.

    ``proxy``: the ``receiver`` took it for the applicant, with the ``relation``; ``posted``: under a ``waybill``.
    Raises as ``proceeding.commit``.
    """

    def step(case: Case, action: Action) -> None:
        require_case(case, "退还材料")
        lying = [row.code for row in case.to_return]
        if not lying:
            raise Unlawful(
                "nothing_to_return",
                "没有应退还的材料",
                field="reference",
                hint="更正收件时的回答后不再需要的材料，才在这里登记退还",
            )
        chosen = tuple(lying) if materials is None else materials
        if not chosen:
            raise BadInput(
                "value_missing", "没有写明退还哪些材料", field="materials", hint="写材料的代码；全部退还的不必写"
            )
        for number, code in enumerate(chosen):
            if code not in lying:
                raise BadInput(
                    "unknown_material",
                    "这项材料不在应退还的里面，或者已经退还",
                    field=f"materials[{number}]",
                    hint="应退还的：" + "、".join(f"{row.code}（{row.name}）" for row in case.to_return),
                )
        back = day or action.today
        if not case.received <= back <= action.today:
            raise BadDate("bad_date", "退还日期不对", field="day", hint=f"在 {case.received} 和今天之间")
        proxy = how == "proxy"
        who = {"returned.receiver": person_name(receiver, "receiver", "代领人")} if proxy else {}
        action.add(
            f.MaterialsReturned(
                codes=tuple(code for code in lying if code in chosen),
                day=back,
                how=how,
                relation=required(relation, "relation", "代领人与申请人的关系") if proxy else "",
                waybill=required(waybill, "waybill", "邮寄单号") if how == "posted" else "",
                window=ws.config.hall.window,
                clerk=ws.clerk.name,
            ),
            f.Personal(fields=who) if who else None,
        )

    return commit(ws, reference, step)
