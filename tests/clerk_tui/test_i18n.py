"""Screen texts: Chinese is the source, other languages follow without touching code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from clerk_tui import i18n
from clerk_tui.i18n import N_, _, named
from clerk_tui.po import read_po
from tests.i18n_extract import PACKAGE, TEMPLATE, calls, template
from tests.i18n_said import templates

HEADER = 'msgid ""\nmsgstr ""\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n'
CATALOGUES = sorted(i18n.LOCALE_DIR.glob("*/LC_MESSAGES/clerk.po"))


@pytest.fixture
def french(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A language that only this test knows."""
    folder = tmp_path / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    text = (
        f'{HEADER}\nmsgid "收件"\nmsgstr "réception"\n\n#, fuzzy\nmsgid "取件"\nmsgstr "?"\n\nmsgid "出件"\nmsgstr ""\n'
        '\nmsgid "第一行\\n"\n"第二行"\nmsgstr "un\\n"\n"deux"\n'
        '\nmsgid "{who}有{n}件"\nmsgid_plural "{who}有{n}件"\n'
        'msgstr[0] "{n} dossier de {who}"\nmsgstr[1] "{n} dossiers de {who}"\n'
    )
    (folder / "clerk.po").write_text(text, encoding="utf-8")
    monkeypatch.setattr(i18n, "LOCALE_DIR", tmp_path)


def test_chinese_is_what_the_code_says() -> None:
    assert i18n.install() == "zh"
    assert _("收件") == "收件"


@pytest.mark.usefixtures("french")
def test_a_text_is_translated_when_it_is_shown() -> None:
    label = N_("收件")
    assert i18n.install("fr") == "fr"
    assert (label, _(label)) == ("收件", "réception")
    assert _("第一行\n第二行") == "un\ndeux"


@pytest.mark.usefixtures("french")
def test_a_form_goes_with_the_number_whether_the_text_is_filled_here_or_comes_filled() -> None:
    i18n.install("fr")
    here = [_("{who}有{n}件").format(who="张三", n=count) for count in (1, 2, "1", 0.5)]
    assert here == ["1 dossier de 张三", "2 dossiers de 张三", "1 dossier de 张三", "0.5 dossiers de 张三"]
    assert [_(f"张三有{count}件") for count in (1, 12)] == ["1 dossier de 张三", "12 dossiers de 张三"]


@pytest.mark.usefixtures("french")
def test_what_has_no_translation_or_a_doubtful_one_stays_chinese() -> None:
    i18n.install("fr")
    assert [_("取件"), _("出件"), _("办结")] == ["取件", "出件", "办结"]


@pytest.mark.usefixtures("french")
@pytest.mark.parametrize(
    ("variable", "language"),
    [("fr_CA.UTF-8:en", "fr"), ("de:fr", "fr"), ("zh_CN:fr", "zh"), ("de", "zh"), ("", "zh"), ("../fr", "zh")],
)
def test_auto_takes_the_first_language_of_the_environment_that_there_is(
    monkeypatch: pytest.MonkeyPatch, variable: str, language: str
) -> None:
    monkeypatch.setenv("LANGUAGE", variable)
    assert i18n.install("auto") == language


@pytest.mark.usefixtures("french")
def test_only_auto_listens_to_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "fr")
    assert i18n.install("zh") == "zh"
    assert i18n.languages() == ["zh", "fr"]


def test_a_broken_catalogue_names_its_line() -> None:
    with pytest.raises(ValueError, match="msgid 收件"):
        read_po("msgid 收件\n")


def test_the_template_has_every_text_of_the_code() -> None:
    assert TEMPLATE.read_text(encoding="utf-8") == template(), "run `make messages`"


def test_the_template_can_be_read_back() -> None:
    assert "Plural-Forms" in str(read_po(template())[""])


def test_only_literal_texts_are_given_to_the_translator() -> None:
    """``_(f"…")`` would never be found in a catalogue, and ``_(name)`` only where ``N_`` marked the name's text."""
    formatted = [
        f"{path.relative_to(PACKAGE)}:{line}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for line, key, plain in calls(path.read_text(encoding="utf-8"))
        if key is None and not plain
    ]
    assert not formatted


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parent.parent.name)
def test_a_translation_keeps_the_placeholders_and_knows_only_texts_of_the_code(path: Path) -> None:
    known = set(re.findall(r'^msgid "(.+)"$', template(), re.M))
    for source, translated in read_po(path.read_text(encoding="utf-8")).items():
        if not source:
            continue
        assert source in {text.replace("\\n", "\n").replace('\\"', '"') for text in known}
        for form in [translated] if isinstance(translated, str) else translated:
            assert placeholders(form) == placeholders(source), source


def placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"%\(?\w*\)?[ds]|\{\w*[^}]*\}", text.replace(":_}", "}")))


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("还缺2项：租赁合同、身份证", "2 missing: 租赁合同、身份证"),
        ("办件现在是“补正中”，不能撤回", 'The case is "Noticed" and cannot be withdrawn'),
        (
            "参照《中华人民共和国行政许可法》第三十二条第一款第四项",
            "Cf. Administrative Licensing Law art. 32(1)(4)",
        ),
        (
            "补交材料1项、不合格2项，尚未补齐；已过补正期限，仍收下的原因：路远",
            "Supplied: 1, Not acceptable: 2, not complete yet; taken after the day of the notice, because: 路远",
        ),
        (
            "写这条记录时工号0815可能没有“收件、受理和告知”的权限，等负责人核实",
            "When this was written, number 0815 may have had no right to receive, accept and notify; "
            "a supervisor has to look",
        ),
        (
            "打印取号台不能写这种记录，等负责人核实",
            "Print station: such a device writes no records of this kind; a supervisor has to look",
        ),
        ("设备代码A1已被另一台设备使用", "Device code A1 belongs to another device"),
        ("受理时才说的一句话", "受理时才说的一句话"),
        ("备注：受理", "Note: 受理"),
    ],
)
def test_what_the_rules_say_is_recognised_and_what_people_said_stays(said: str, shown: str) -> None:
    """Texts of the rules reach the screen filled in, some from the journal, from another process or from the centre."""
    assert i18n.install("en") == "en"
    assert _(said) == shown


def test_what_a_rule_says_is_read_from_its_code() -> None:
    source = (
        'raise BadInput("x", f"还缺{len(gaps)}项：{names}" + ("等" if more else ""), hint="可选：" + "、".join(known))'
    )
    assert templates(source) == ["还缺{n}项：{names}{part}", "可选：{listed}"]


def test_names_of_the_hall_are_its_catalogues_and_only_on_an_english_screen() -> None:
    words = [("户籍与出入境", "Household Registration and Travel")]
    i18n.install("en")
    i18n.say_hall(words)
    assert named("户籍与出入境") == "Household Registration and Travel"
    assert named("没有英文的业务") == "没有英文的业务" and named("老年人") != "老年人", "else what the program knows"
    i18n.install("zh")
    i18n.say_hall(words)
    assert named("户籍与出入境") == "户籍与出入境"


def test_several_roles_of_which_one_will_do_are_said_in_the_language_of_the_screen() -> None:
    i18n.install("en")
    assert _("请负责人来办") == "Ask: " + _("负责人")
    told = _("请窗口人员或审批人员或负责人来办")
    assert told == f"Ask: {_('窗口人员')} or {_('审批人员')} or {_('负责人')}"
    assert _("户口簿或别的什么") == "户口簿或别的什么", "a word of sentences parts only what is known"
