"""What a clerk does with the keyboard, step by step: moving house, and opening a restaurant."""

from __future__ import annotations

from tests.clerk_tui.screens.conftest import Clerk

PERSON = "110101188001010011"
PHONE = "13800001234"


async def find_migration(clerk: Clerk) -> None:
    """户口迁移, by its initials."""
    await clerk.type("hkqy")
    await clerk.press("enter")


async def answer_spouse(clerk: Clerk) -> None:
    """Into this city, to the spouse, from the same province, without children."""
    await clerk.type("1122")


async def fill_in_person(clerk: Clerk, name: str = "张三", number: str = PERSON) -> None:
    """Number, name, phone."""
    for value in (number, name, PHONE):
        await clerk.type(value)
        await clerk.press("enter")


async def fill_in_the_rest(clerk: Clerk) -> None:
    """The matter's own fields, as few characters as they take."""
    while clerk.app.focused is not None and clerk.app.focused.id == "form":
        item = clerk.app.focused.active  # type: ignore[attr-defined]
        if item.options:
            await clerk.type("1")
        else:
            await clerk.type("人民路1号")
            await clerk.press("enter")


async def at_the_desk(clerk: Clerk) -> None:
    """Everything up to the checklist."""
    await find_migration(clerk)
    await answer_spouse(clerk)
    await fill_in_person(clerk)
    await fill_in_the_rest(clerk)


async def confirm(clerk: Clerk) -> None:
    """F9, look, Enter."""
    await clerk.press("f9")
    assert clerk.asks, clerk.text
    await clerk.press("enter")
