"""What a catalogue must keep to beyond its shape: the law's rules and references that lead somewhere.

Each rule names its source where it has one. The result is in order of file and place; empty means fit for use.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from difflib import get_close_matches

from hall.catalogue.businesses import check_businesses
from hall.catalogue.findings import Finding
from hall.catalogue.lint_matter import check_matter
from hall.catalogue.model import Catalogue, Matter
from hall.check_digits import uscc_check_char
from hall.replica_limits import MAX_VERSION

CODE_PATTERN = r"[0-9A-HJ-NPQRTUWXY]{18}[1-6][0-9A-Z]{12}([0-9]{2})?"
"""Credit code, level (国家级 1 … 村级 6), basic code; two more digits for a 业务办理项 (GB/T 36114, C0109)."""

Report = Callable[[str, str, str], None]
"""Called with key, message and hint."""


def check(
    catalogue: Catalogue,
    matter_files: Sequence[str] = (),
    code_pattern: str = CODE_PATTERN,
    *,
    complete: bool = True,
) -> tuple[Finding, ...]:
    """Everything that is wrong with ``catalogue``.

    ``matter_files`` names the file of each matter, in the order of ``catalogue.matters``; ``code_pattern`` is what
    the whole of a matter's printed code must match. With ``complete=False`` (some files could not be read) nothing is
    said about references to other entries.
    """
    files = list(matter_files) or [f"matters/{matter.key}.toml" for matter in catalogue.matters]
    shared = Counter(files)
    findings = [*_check_hall(catalogue, complete), *_check_departments(catalogue), *_check_problems(catalogue)]
    findings += [*_check_english(catalogue), *check_businesses(catalogue, complete)]
    if complete:
        findings += _check_bundles(catalogue)
    try:
        pattern: re.Pattern[str] | None = re.compile(code_pattern)
    except re.error as error:
        pattern = None
        findings.append(Finding("catalogue.toml", "code_pattern", f"不是正确的正则表达式：{error}"))
    departments = {department.key for department in catalogue.departments}
    problems = {problem.code for problem in catalogue.problems}
    keys = {matter.key for matter in catalogue.matters}
    bundles = {bundle.key for bundle in catalogue.bundles}
    for matter, file in zip(catalogue.matters, files, strict=True):
        prefix = f"matter[{matter.key}]." if shared[file] > 1 else ""
        out: list[Finding] = []

        def report(
            key: str, message: str, hint: str = "", out: list[Finding] = out, file: str = file, prefix: str = prefix
        ) -> None:
            out.append(Finding(file, prefix + key, message, hint))

        _check_code(matter, pattern, report)
        if complete:
            _known("department", [matter.department], departments, "部门", report)
            _known("partners", matter.partners, departments, "部门", report)
            _known("after", matter.after, keys, "事项", report)
            _known("bundle", [matter.bundle] if matter.bundle else [], bundles, "一件事", report)
        check_matter(matter, problems if complete else None, report)
        findings += out
    findings += _check_unique(catalogue.matters, files) + _check_cycles(catalogue.matters, files)
    return tuple(findings)


def _known(key: str, words: Iterable[str], known: Collection[str], what: str, report: Report) -> None:
    for word in words:
        if word in known:
            continue
        near = get_close_matches(word, list(known), n=1, cutoff=0.5)
        report(key, f"没有{what}“{word}”", f"是不是“{near[0]}”？" if near else f"先登记这个{what}")


def _check_code(matter: Matter, pattern: re.Pattern[str] | None, report: Report) -> None:
    if pattern is None:
        return
    if not pattern.fullmatch(matter.code):
        report(
            "code", f"实施编码“{matter.code}”不合编码规则", "信用代码18位＋层级1位＋基本编码12位（业务办理项再加2位）"
        )
    elif pattern.pattern == CODE_PATTERN and uscc_check_char(matter.code[:17]) != matter.code[17]:
        report("code", "实施编码开头的统一社会信用代码校验位不对", "核对部门的统一社会信用代码")


def _check_hall(catalogue: Catalogue, complete: bool) -> Iterator[Finding]:
    if not catalogue.version.strip():
        yield Finding("catalogue.toml", "version", "版本不能为空", "例如 2026.11.1")
    if len(catalogue.version) > MAX_VERSION:
        yield Finding("catalogue.toml", "version", f"版本超过{MAX_VERSION}个字符", "凭证上的码放不下，别的窗口扫不了")
    if not re.fullmatch(r"\d{6}", catalogue.hall.region):
        yield Finding("hall.toml", "region", "行政区划代码应当是6位数字", "例如 990100")
    for key in ("name", "region_name", "address", "phone", "reconsideration", "court"):
        if not str(getattr(catalogue.hall, key)).strip():
            yield Finding("hall.toml", key, f"“{key}”不能为空", "文书要印这一项")
    if complete and not catalogue.matters:
        yield Finding("matters/", "", "一个事项也没有", "每个事项一个文件，放在 matters/ 下")


def _check_departments(catalogue: Catalogue) -> Iterator[Finding]:
    file = "departments.toml"
    yield from _repeats(file, "department", (d.key for d in catalogue.departments), "代号")
    for department in catalogue.departments:
        where = f"department[{department.key}]"
        code = department.uscc
        if not re.fullmatch(r"[0-9A-HJ-NPQRTUWXY]{18}", code) or uscc_check_char(code[:17]) != code[17]:
            yield Finding(
                file, f"{where}.uscc", f"统一社会信用代码“{code}”不对（位数、字符或校验位）", "照登记证书核对18位"
            )
        for key in ("name", "short", "address", "phone"):
            if not str(getattr(department, key)).strip():
                yield Finding(file, f"{where}.{key}", f"“{key}”不能为空", "文书要印这一项")


def _check_problems(catalogue: Catalogue) -> Iterator[Finding]:
    yield from _repeats("problems.toml", "problem", (problem.code for problem in catalogue.problems), "代码")
    for problem in catalogue.problems:
        if not problem.text.strip():
            yield Finding("problems.toml", f"problem[{problem.code}].text", "原因不能为空", "写申请人看得懂的话")


def _check_english(catalogue: Catalogue) -> Iterator[Finding]:
    file = "english.toml"
    yield from _repeats(file, "english", (each.zh for each in catalogue.english), "原文")
    for number, each in enumerate(catalogue.english, 1):
        for key, text in (("zh", each.zh), ("en", each.en)):
            if not text.strip():
                yield Finding(file, f"english[{number}].{key}", "不能为空", "不需要英文的，整条删去")


def _check_bundles(catalogue: Catalogue) -> Iterator[Finding]:
    file = "bundles.toml"
    yield from _repeats(file, "bundle", (bundle.key for bundle in catalogue.bundles), "代号")
    departments = {department.key for department in catalogue.departments}
    keys = {matter.key for matter in catalogue.matters}
    for bundle in catalogue.bundles:
        where = f"bundle[{bundle.key}]"
        found: list[Finding] = []

        def report(key: str, message: str, hint: str, found: list[Finding] = found, where: str = where) -> None:
            found.append(Finding(file, f"{where}.{key}", message, hint))

        _known("lead", [bundle.lead], departments, "部门", report)
        _known("matters", bundle.matters, keys, "事项", report)
        if len(set(bundle.matters)) < 2:
            report("matters", "一件事至少要有两个不同的事项", "只有一个事项的不必成套")
        if bundle.key in keys:
            report("key", f"代号“{bundle.key}”已经是一个事项的代号", "换一个")
        yield from found


def _repeats(file: str, name: str, words: Iterable[str], what: str) -> Iterator[Finding]:
    for word, times in Counter(words).items():
        if times > 1:
            yield Finding(file, f"{name}[{word}]", f"{what}“{word}”用了{times}次", "每个只能用一次")


def _check_unique(matters: Sequence[Matter], files: Sequence[str]) -> list[Finding]:
    findings: list[Finding] = []
    for what, name in (("key", "代号"), ("code", "实施编码")):
        first: dict[str, str] = {}
        for matter, file in zip(matters, files, strict=True):
            word = getattr(matter, what)
            if word in first:
                findings.append(
                    Finding(file, what, f"{name}“{word}”与 {first[word]} 里的事项重复", "每个事项只能有一个")
                )
            first.setdefault(word, file)
    return findings


def _check_cycles(matters: Sequence[Matter], files: Sequence[str]) -> list[Finding]:
    """``after`` must not run in a circle: none of its matters could ever be decided."""
    after = {matter.key: matter.after for matter in matters}
    file_of = dict(zip((matter.key for matter in matters), files, strict=True))
    done: set[str] = set()
    findings: list[Finding] = []
    for start in after:
        path: list[str] = []
        stack = [(start, 0)]
        while stack:
            key, depth = stack.pop()
            del path[depth:]
            if key in path:
                circle = path[path.index(key) :]
                findings.append(
                    Finding(
                        file_of[circle[0]],
                        "after",
                        "前置事项绕成了圈：" + " → ".join([*circle, key]),
                        "去掉其中一个 after",
                    )
                )
                continue
            if key in done or key not in after:
                continue
            path.append(key)
            done.add(key)
            stack += [(before, depth + 1) for before in after[key]]
    return findings
