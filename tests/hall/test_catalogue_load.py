"""Reading a catalogue: every mistake is named with its file, its key and the way out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hall.catalogue.findings import CatalogueProblems, Finding
from hall.catalogue.load import load_catalogue
from hall.errors import BadCatalogue
from tests.factories import COMPANY_TOML, catalogue_files, make_catalogue, sample_catalogue_files


def problems(**changes: str | bytes | None) -> tuple[Finding, ...]:
    """What is found when files (``a__b`` stands for ``a/b.toml``, ``a`` for ``a.toml``) are replaced or removed."""
    files = sample_catalogue_files()
    for name, content in changes.items():
        path = name.replace("__", "/") + ".toml"
        if content is None:
            del files[path]
        else:
            files[path] = content.encode() if isinstance(content, str) else content
    with pytest.raises(CatalogueProblems) as caught:
        load_catalogue(files)
    return caught.value.problems


def one(**changes: str | bytes | None) -> Finding:
    found = problems(**changes)
    assert len(found) == 1, found
    return found[0]


def test_a_good_catalogue_is_read_whole() -> None:
    catalogue = load_catalogue(sample_catalogue_files())
    assert catalogue.version == "2026.11.1"
    assert [matter.key for matter in catalogue.matters] == ["company", "seal"]
    assert [department.short for department in catalogue.departments] == ["市场监管局", "公安局"]
    assert catalogue.bundles[0].matters == ("company", "seal")


def test_several_matters_may_stand_in_one_file() -> None:
    generated = make_catalogue(3)
    files = catalogue_files(generated)
    texts = [files.pop(path).decode() for path in sorted(files) if path.startswith("matters/")]
    files["matters/all.toml"] = "".join("[[matter]]\n" + text for text in texts).encode()
    assert {m.key for m in load_catalogue(files).matters} == {m.key for m in generated.matters}


def test_what_is_written_is_what_is_read() -> None:
    generated = make_catalogue(20)
    assert set(load_catalogue(catalogue_files(generated)).matters) == set(generated.matters)


def test_a_byte_order_mark_does_no_harm() -> None:
    files = sample_catalogue_files()
    files["hall.toml"] = b"\xef\xbb\xbf" + files["hall.toml"]
    assert load_catalogue(files).hall.region == "990100"


def test_an_unknown_key_names_file_path_and_the_nearest_key() -> None:
    found = one(matters__company=COMPANY_TOML.replace("tolerable = true\nwhen", "tolarable = true\nwhen"))
    assert found.file == "matters/company.toml"
    assert found.key == "materials[proof].tolarable"
    assert "“tolerable”" in found.hint


def test_a_misspelt_required_key_is_one_mistake() -> None:
    found = one(matters__company=COMPANY_TOML.replace('kind = "行政许可"', 'kindd = "行政许可"'))
    assert (found.key, found.hint) == ("kindd", "是不是“kind”？")


def test_a_missing_key_is_named() -> None:
    found = one(matters__company=COMPANY_TOML.replace('why = "公司设立要有章程"\n', ""))
    assert found.key == "materials[charter].why"
    assert "缺少" in found.message


@pytest.mark.parametrize(
    ("old", "new", "key", "words"),
    [
        ('name = "公司章程"', "name = 5", "materials[charter].name", "文字"),
        ("tolerable = true", 'tolerable = "是"', "materials[premises].tolerable", "是否"),
        ("max_length = 60", 'max_length = "60"', "fields[company_name].max_length", "整数"),
        ("days = 0.5", 'days = "0.5"', "limits.promised.days", "数字"),
        ('serves = ["company"]', 'serves = "company"', "serves", "列表"),
        ('serves = ["company"]', 'serves = ["compny"]', "serves[1]", "取值"),
        ('kind = "yesno"', 'kind = "yes-no"', "questions[foreign].kind", "取值"),
        ('results = [{ name = "营业执照" }]', 'results = ["营业执照"]', "results[1]", "一组键"),
        ('kind = "行政许可"', 'kind = "行政许可"\neffective = "2026-11"', "effective", "日期"),
    ],
)
def test_a_wrong_type_is_told_in_plain_words(old: str, new: str, key: str, words: str) -> None:
    assert old in COMPANY_TOML
    found = one(matters__company=COMPANY_TOML.replace(old, new, 1))
    assert found.file == "matters/company.toml"
    assert found.key == key
    assert words in found.message


def test_a_syntax_error_names_line_and_column() -> None:
    found = one(hall='name = "示例"\nregion 990100\n')
    assert found.file == "hall.toml"
    assert found.key.startswith("第2行第")
    assert "“=”" in found.message
    assert "region 990100" in found.hint


def test_a_file_in_another_encoding_says_so() -> None:
    found = one(hall='name = "甲"\nregion = "示例市"'.encode("gb18030"))
    assert found.key == "第1行"
    assert "UTF-8" in found.message


def test_missing_and_superfluous_files_are_named() -> None:
    found = problems(hall=None, department="x = 1")
    assert {finding.file for finding in found} == {"hall.toml", "department.toml"}


def test_all_mistakes_of_all_files_are_told_at_once() -> None:
    found = problems(
        hall="name = ",
        problems='[[problem]]\ncode = 1\ntext = "a"\n',
        matters__company=COMPANY_TOML.replace('form = "复印件"\n', "form = 1\n").replace("days = 0.5", "days = 5"),
        matters__broken="[",
    )
    assert {finding.file for finding in found} >= {
        "hall.toml",
        "problems.toml",
        "matters/company.toml",
        "matters/broken.toml",
    }


def test_rules_are_also_checked_while_another_file_cannot_be_read() -> None:
    found = problems(
        matters__company=COMPANY_TOML.replace("days = 0.5", "days = 5"), problems="[[problem]]\ncode = 1\n"
    )
    assert [finding.key for finding in found if finding.file == "matters/company.toml"] == ["limits.promised"]


def test_a_foreign_schema_version_is_refused() -> None:
    found = one(catalogue='version = "1"\neffective = 2026-11-01\nschema = 2\n')
    assert found.key == "schema"


def test_the_error_speaks_for_the_first_and_counts_the_rest() -> None:
    files = sample_catalogue_files()
    files["matters/company.toml"] = b"a = 1\nb = 2\n"
    with pytest.raises(BadCatalogue) as caught:
        load_catalogue(files)
    assert caught.value.code == "bad_catalogue"
    assert caught.value.field == "matters/company.toml: a"
    assert "处问题" in caught.value.message
    assert caught.value.hint


@given(
    st.sampled_from(sorted(sample_catalogue_files())),
    st.one_of(
        st.binary(max_size=60),
        st.tuples(st.sampled_from(COMPANY_TOML.splitlines()), st.text(max_size=20)).map(
            lambda pair: COMPANY_TOML.replace(*pair).encode("utf-8", "surrogatepass")
        ),
    ),
)
def test_no_content_crashes_the_reader(path: str, content: bytes) -> None:
    files = {**sample_catalogue_files(), path: content}
    try:
        load_catalogue(files)
    except CatalogueProblems as error:
        assert error.problems
        assert all(finding.file and finding.message for finding in error.problems)
