"""Not accepting an application: on which ground, by which article, and who has to answer for it.

行政许可法 art. 32 knows two grounds on which an application is turned away at receipt: no licence is needed (item 1),
or it is not this organ's power (item 2, the right organ told). Everything else a clerk may think of is either a gap,
which a notice tells (item 4), or a question of substance, which is decided after acceptance with reasons and remedies
(art. 34, 38). ``other`` is therefore only for what another law says of the application itself (食品安全法 art. 135: not
allowed to apply for five years; 行政许可法 art. 78: 不予受理), so it names that article, and, unless the catalogue's
own exit states it, the one in charge answers for it; supervisors are told of it in any case. To turn away a complete
application is what art. 72(1) punishes: that is always told to supervisors, with the clerk's explanation.
"""

from __future__ import annotations

from msgspec import Struct

from hall.catalogue.model import LICENCE, Exit, Place, RefusalGround
from hall.errors import BadInput
from hall.names import says_something

ACT = "《中华人民共和国行政许可法》"


class Refusal(Struct, frozen=True, omit_defaults=True):
    """Why and, under art. 32(2), where to go instead. ``typed``: the reason is not from the catalogue.

    ``basis``: the article that ground ``other`` stands on, as printed. ``exit``: the code of the catalogue's exit that
    the answers led to, empty when a clerk stated it. ``why``: why a complete application is turned away; not printed.
    """

    ground: RefusalGround
    reason: str
    where: Place | None = None
    typed: bool = False
    basis: str = ""
    exit: str = ""
    why: str = ""

    @property
    def beyond_the_act(self) -> bool:
        """Whether a clerk goes beyond items 1 and 2 of 行政许可法 art. 32: the one in charge answers for it."""
        return self.ground == "other" and not self.exit


def item(number: str, kind: str = LICENCE) -> str:
    """Item ``number`` (a Chinese numeral) of 行政许可法 art. 32, as a paper of a matter of ``kind`` cites it.

    The Act binds licences. Halls receive other matters by the same steps, by analogy, and their papers say so:
    citing the Act as if it applied would be a wrong basis (行政复议法 art. 64: 适用的依据不合法).
    """
    cited = f"{ACT}第三十二条第一款第{number}项"
    return cited if kind == LICENCE else f"参照{cited}"


def refusal_article(refusal: Refusal, kind: str = LICENCE) -> str:
    """The article a refusal stands on, as printed."""
    if refusal.ground == "other":
        return refusal.basis.strip()
    return item("一" if refusal.ground == "not_needed" else "二", kind)


def refusal_error(refusal: Refusal) -> BadInput | None:
    """What a refusal lacks: its reason (art. 72(7)), the right organ (art. 32(2)), the article that allows it."""
    if not says_something(refusal.reason):
        hint = "写明依据什么事实、不符合哪一条"
        return BadInput("needs_reason", "不予受理必须说明理由", field="refusal.reason", hint=hint)
    if refusal.ground == "not_authority" and (refusal.where is None or not says_something(refusal.where.organ)):
        return BadInput(
            "needs_organ",
            "不属于本机关职权的，必须告知向哪个机关申请",
            field="refusal.where.organ",
            hint="写明机关的名称，最好也写地址和电话",
        )
    if refusal.ground == "other" and not says_something(refusal.basis):
        return BadInput(
            "needs_basis",
            "其他理由不予受理的，必须写明法律依据",
            field="refusal.basis",
            hint="写到哪部法的哪一条；不符合许可条件的，应当受理后依法作出不予的决定",
        )
    return None


def exit_refusal(way_out: Exit) -> Refusal:
    """The refusal that the answers themselves lead to."""
    return Refusal(way_out.ground, way_out.reason, way_out.where, basis=way_out.basis, exit=way_out.code)
