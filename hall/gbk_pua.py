"""Where the private-use characters of old GBK and GB 18030-2000 live today.

Identity-card chips, old databases and CPython's ``gb18030`` codec still deliver U+E815-U+E864 for characters that
have had standard code points since GB 18030-2005 and 2022 (䶮 arrives as U+E863). Source: the mapping of
GB 18030-2022 as listed in whatwg/encoding#27.
"""

from __future__ import annotations

from typing import Final

GBK_PUA: Final[dict[int, str]] = {
    0xE815: "\u2e81",  # ⺁
    0xE816: "\U00020087",  # 𠂇
    0xE817: "\U00020089",  # 𠂉
    0xE818: "\U000200cc",  # 𠃌
    0xE819: "\u2e84",  # ⺄
    0xE81A: "\u3473",  # 㑳
    0xE81B: "\u3447",  # 㑇
    0xE81C: "\u2e88",  # ⺈
    0xE81D: "\u2e8b",  # ⺋
    0xE81E: "\u9fb4",  # 龴
    0xE81F: "\u359e",  # 㖞
    0xE820: "\u361a",  # 㘚
    0xE821: "\u360e",  # 㘎
    0xE822: "\u2e8c",  # ⺌
    0xE823: "\u2e97",  # ⺗
    0xE824: "\u396e",  # 㥮
    0xE825: "\u3918",  # 㤘
    0xE826: "\u9fb5",  # 龵
    0xE827: "\u39cf",  # 㧏
    0xE828: "\u39df",  # 㧟
    0xE829: "\u3a73",  # 㩳
    0xE82A: "\u39d0",  # 㧐
    0xE82B: "\u9fb6",  # 龶
    0xE82C: "\u9fb7",  # 龷
    0xE82D: "\u3b4e",  # 㭎
    0xE82E: "\u3c6e",  # 㱮
    0xE82F: "\u3ce0",  # 㳠
    0xE830: "\u2ea7",  # ⺧
    0xE831: "\U000215d7",  # 𡗗
    0xE832: "\u9fb8",  # 龸
    0xE833: "\u2eaa",  # ⺪
    0xE834: "\u4056",  # 䁖
    0xE835: "\u415f",  # 䅟
    0xE836: "\u2eae",  # ⺮
    0xE837: "\u4337",  # 䌷
    0xE838: "\u2eb3",  # ⺳
    0xE839: "\u2eb6",  # ⺶
    0xE83A: "\u2eb7",  # ⺷
    0xE83B: "\U0002298f",  # 𢦏
    0xE83C: "\u43b1",  # 䎱
    0xE83D: "\u43ac",  # 䎬
    0xE83E: "\u2ebb",  # ⺻
    0xE83F: "\u43dd",  # 䏝
    0xE840: "\u44d6",  # 䓖
    0xE841: "\u4661",  # 䙡
    0xE842: "\u464c",  # 䙌
    0xE843: "\u9fb9",  # 龹
    0xE844: "\u4723",  # 䜣
    0xE845: "\u4729",  # 䜩
    0xE846: "\u477c",  # 䝼
    0xE847: "\u478d",  # 䞍
    0xE848: "\u2eca",  # ⻊
    0xE849: "\u4947",  # 䥇
    0xE84A: "\u497a",  # 䥺
    0xE84B: "\u497d",  # 䥽
    0xE84C: "\u4982",  # 䦂
    0xE84D: "\u4983",  # 䦃
    0xE84E: "\u4985",  # 䦅
    0xE84F: "\u4986",  # 䦆
    0xE850: "\u499f",  # 䦟
    0xE851: "\u499b",  # 䦛
    0xE852: "\u49b7",  # 䦷
    0xE853: "\u49b6",  # 䦶
    0xE854: "\u9fba",  # 龺
    0xE855: "\U000241fe",  # 𤇾
    0xE856: "\u4ca3",  # 䲣
    0xE857: "\u4c9f",  # 䲟
    0xE858: "\u4ca0",  # 䲠
    0xE859: "\u4ca1",  # 䲡
    0xE85A: "\u4c77",  # 䱷
    0xE85B: "\u4ca2",  # 䲢
    0xE85C: "\u4d13",  # 䴓
    0xE85D: "\u4d14",  # 䴔
    0xE85E: "\u4d15",  # 䴕
    0xE85F: "\u4d16",  # 䴖
    0xE860: "\u4d17",  # 䴗
    0xE861: "\u4d18",  # 䴘
    0xE862: "\u4d19",  # 䴙
    0xE863: "\u4dae",  # 䶮
    0xE864: "\u9fbb",  # 龻
}
"""Private-use code point to the standard character, ready for ``str.translate``."""
