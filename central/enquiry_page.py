"""The page on which applicants ask how their case stands: HTML made here, one request, nothing from anywhere else.

It works without a script, on a narrow screen, for a screen reader, at any size of letters, and weighs a few kilobytes.
"""

from __future__ import annotations

import datetime as dt
from base64 import b64encode
from hashlib import sha256
from html import escape
from typing import Final

from central.enquiry import Answer

STYLE: Final = """
*{box-sizing:border-box}
body{margin:0;background:#f4f6f7;color:#17232d;font:17px/1.65 system-ui,"Noto Sans SC","Microsoft YaHei",sans-serif}
main{max-width:34rem;margin:0 auto;padding:1.25rem 1rem 2.5rem}
h1{font-size:1.3rem;line-height:1.4;margin:.25rem 0 1.25rem}
h2{font-size:1.05rem;margin:0 0 .5rem}
section,form{background:#fff;border:1px solid #d8dfe4;border-radius:10px;padding:1rem 1.1rem;margin:0 0 1rem}
p{margin:.35rem 0}
label{display:block;font-weight:600;margin:0 0 .3rem}
input{width:100%;font:inherit;padding:.65rem .75rem;border:1px solid #74838f;border-radius:8px;margin:0 0 1.1rem;
background:#fff;color:inherit;text-transform:uppercase}
button{width:100%;font:inherit;font-weight:600;padding:.8rem;border:0;border-radius:8px;background:#0b5f73;color:#fff}
:focus-visible{outline:3px solid #f0a500;outline-offset:2px}
.state{font-size:1.75rem;font-weight:700;margin:0;color:#0b5f73}
.number{font-variant-numeric:tabular-nums;color:#4a5a66;margin:0 0 .6rem;overflow-wrap:anywhere}
.wrong{border-left:5px solid #b3261e}
dl{display:grid;grid-template-columns:6.5rem 1fr;gap:.35rem .75rem;margin:0}
dt{color:#4a5a66}dd{margin:0}
ul{margin:.25rem 0 0;padding-left:1.2rem}li{margin:.25rem 0}
small{color:#4a5a66;font-size:.88rem}
a{color:#0b5f73}
"""
_DIGEST: Final = b64encode(sha256(STYLE.encode()).digest()).decode()
HEADERS: Final = {
    "Content-Security-Policy": f"default-src 'none'; img-src data:; style-src 'sha256-{_DIGEST}'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}
_WRONG: Final = "没有查到。请对照凭证核对收件编号和查询码；刚收的件，窗口联网后才能查到。"


def form(reference: str = "", wrong: str = "") -> str:
    """The page that asks; ``wrong`` says what was not found."""
    told = f'<section class="wrong" role="alert"><p>{escape(wrong)}</p></section>' if wrong else ""
    return _page(
        "办件进度查询",
        f"{told}<form method=post action=''>"
        "<label for=r>收件编号</label>"
        f'<input id=r name=reference value="{escape(reference)}" maxlength=40 required autocomplete=off'
        " autocapitalize=characters spellcheck=false inputmode=text>"
        "<label for=c>查询码</label>"
        "<input id=c name=code maxlength=12 required autocomplete=off autocapitalize=characters spellcheck=false>"
        "<button>查询</button></form>"
        "<p><small>两样都印在窗口交给您的凭证下方，扫凭证上的查询二维码不用填写。"
        "这里只显示办理状态、日期和还缺的材料，不显示姓名和证件号码。</small></p>",
    )


def not_found(reference: str, hint: str) -> str:
    """The page that asks, after a reference or code that fits nothing."""
    return form(reference, f"{hint}。{_WRONG}" if hint else _WRONG)


def too_often(wait_s: int) -> str:
    """The page for an address that asks too often."""
    return form(wrong=f"查得太频繁，请 {wait_s} 秒后再试。")


def result(answer: Answer) -> str:
    """How the case stands."""
    dates = "".join(
        f"<dt>{escape(label)}</dt><dd>{_day(day)}{'（暂定）' if moves else ''}</dd>"
        for label, day, moves in answer.dates
    )
    missing = "".join(f"<li>{escape(name)}：{escape(what)}</li>" for name, what in answer.missing)
    fee = (
        f"<p><strong>还要缴费 {answer.fee_open / 100:.2f} 元</strong>，见《缴费通知书》。</p>"
        if answer.fee_open
        else ""
    )
    where = (("地点", answer.hall), ("地址", answer.address), ("时间", answer.hours), ("电话", answer.phone))
    places = "".join(f"<dt>{label}</dt><dd>{escape(text)}</dd>" for label, text in where if text)
    return _page(
        "办件进度",
        f"<section><p class=number>{escape(answer.reference)}</p><p class=state>{escape(answer.state)}</p>"
        f"<p>{escape(answer.next)}</p>{fee}"
        f"<p><small>{escape(answer.matter)} · {escape(answer.department)}</small></p></section>"
        + (f"<section><h2>还缺 {len(answer.missing)} 项</h2><ul>{missing}</ul></section>" if missing else "")
        + f"<section><h2>日期</h2><dl>{dates}</dl></section><section><h2>到哪里办</h2><dl>{places}</dl></section>"
        + f"<p><small>截至 {answer.now:%Y-%m-%d %H:%M} 中心收到的情况；窗口断网时办的，恢复后才显示。"
        "日期以交给您的凭证为准。</small></p>",
    )


def _day(day: dt.date) -> str:
    return f"<time datetime={day.isoformat()}>{day.year}年{day.month}月{day.day}日</time>"


def _page(title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<link rel=icon href="data:,"><style>{STYLE}</style></head>'
        f"<body><main><h1>{title}</h1>{body}</main></body></html>"
    )
