"""Who can act alone and for others, by age in full years (民法典 art. 17-20): what is said before anything is taken in.

Nothing is refused on it: whether a child's act needs its guardian is a question of the act (art. 19, 22), and the law
of each matter may say more.
"""

from __future__ import annotations

from typing import Final

ADULT: Final = 18
"""Full age (art. 17)."""
CAPABLE: Final = 8
"""From here on one can do something by oneself; below, the guardian acts (art. 19, 20)."""
OWN_DATA: Final = 14
"""From here on no guardian has to consent to the use of one's data (个人信息保护法 art. 31)."""


def caution_of_applicant(age: int, *, agent_allowed: bool) -> str:
    """What is said of an applicant of this age, ``""`` for an adult and where the age is not known (-1).

    ``agent_allowed``: whether the matter lets somebody else come.
    """
    if not 0 <= age < ADULT:
        return ""
    if not agent_allowed:
        said = "申请人未满18周岁，请核对能不能由本人申请"
    elif age < CAPABLE:
        said = "申请人未满8周岁：由监护人代为申请（民法典第二十条），请核对来办的是不是监护人"
    else:
        said = "申请人未满18周岁：由监护人代为申请，或者经监护人同意（民法典第十九条）"
    return f"{said}；未满14周岁的，处理个人信息要监护人同意" if age < OWN_DATA else said


def caution_of_agent(age: int) -> str:
    """What is said of an agent of this age, ``""`` for an adult and where the age is not known (-1)."""
    return "代理人未满18周岁，请由完全民事行为能力人代办（民法典第十七条至第二十条）" if 0 <= age < ADULT else ""
