"""Say whether a name that was found in running Japanese text begins and ends there.

Japanese puts no blanks between words, so the characters beside a hit must tell: 大森翼 holds 森翼 and is another
name. In doubt the answer is no.
"""

from __future__ import annotations

from typing import Final

from optout_daemon.core.matching.folding import Passage
from optout_daemon.core.matching.kana import KANA, KANJI

_BEFORE_KANJI: Final = ("名前", "氏名", "姓名", "会員", "会員名", "契約者", "登録者", "本人", "名義", "宛名", "当方",
                        "私", "様", "号", "室", "番地", "階", "棟")  # fmt: skip
_AFTER_KANJI: Final = ("様", "殿", "氏", "本人", "住所", "番号", "会員", "顧客", "客", "宛", "電話", "連絡", "用件",
                       "内容", "名義", "拝", "〒")  # fmt: skip
BEFORE_KANA: Final = ("ハ", "ノ", "ナマエ", "シメイ", "バンゴウ", "ゴウ", "ワタシ", "デス", "マス")
AFTER_KANA: Final = ("デス", "デゴザ", "トモウ", "トイ", "サマ", "サン", "チャン", "ダ", "ノ", "ハ", "ガ", "ヨリ",
                      "モ", "ニ", "カラ", "ト")  # fmt: skip


def stands_alone_before(passage: Passage, at: int) -> bool:
    """Whether what stands in front cannot belong to the name: 大森翼 is not 森翼, さいとうゆい is not いとうゆい."""
    text = passage.squeezed
    if at == 0:
        return True
    first, before = text[at], text[at - 1]
    if passage.broken_before(at):
        # 大　森　翼: single characters set apart are one name.
        spaced = passage.broken_before(at - 1) and passage.broken_before(at + 1)
        return not (spaced and KANJI.match(first) and KANJI.match(before))
    if KANA.match(first):
        return not (KANA.match(before) or KANJI.match(before)) or text.endswith(BEFORE_KANA + _BEFORE_KANJI, 0, at)
    return before not in "ケ々" and (not KANJI.match(before) or text.endswith(_BEFORE_KANJI, 0, at))


def stands_alone_after(passage: Passage, end: int) -> bool:
    """Whether what follows cannot belong to the name: 山田幹夫 is not 山田幹, 林まりこ is not 林まり."""
    text = passage.squeezed
    if passage.broken_before(end):
        return True
    last, after = text[end - 1], text[end]
    if KANJI.match(after):
        return text.startswith(_AFTER_KANJI, end)
    return not (KANA.match(last) and KANA.match(after)) or text.startswith(AFTER_KANA, end)
