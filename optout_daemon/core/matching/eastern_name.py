"""Know family names and given names of China, Korea and Vietnam in Latin letters, and where a given name goes on.

Such a name stands family name first, and its given name is often of two words: Kim Su Min is not Kim Su.
"""

from __future__ import annotations

import re
from typing import Final

from optout_daemon.core.matching.folding import Passage
from optout_daemon.core.matching.variants import bag

FAMILIES: Final = bag(
    "nguyen tran le pham huynh hoang phan vu vo dang bui do ho ngo duong ly dinh trinh doan mai truong luong dao",
    "cao ta luu thai kieu quach thach diep trieu tang lai nghiem phung to ninh",
    "kim park choi jung jeong kang cho yoon yun jang lim im han oh seo shin kwon hwang ahn an song yoo yu hong",
    "lee yi rhee bae baek paik nam moon son sohn choe ko koo gu ha heo huh bang byun na noh roh min sung seong eom cha",
    "joo jin pyo chae shim sim suh woo chun pak",
    "wang li zhang liu chen yang zhao huang zhou wu xu sun hu zhu gao lin he guo ma luo chan wong cheung lam leung",
    "deng xie feng cao peng zeng xiao tian dong pan yuan cai jiang ye su lu ding shen yao wei tan lau ng chow kwok",
    "hsu hsieh tsang fung ip chu mak yip teo goh koh ong chua toh chang cheng chiang chin chiu yeo",
    "tsai ang chia seah tay",
)
"""Family names that stand in front on record; of names in three words and more they are told from given names."""
EASTERN: Final = FAMILIES | bag("huong jing linh mei minh ming tuan xiu yan young")
"""Names of East Asia, of which English-speaking countries have some as well: they do not make a name a Western one."""
_SYLLABLE: Final = re.compile(
    "(?:[bcdfghjklmnpqrstvwxyz]|[czskptg]h|n[gh]|tr|qu|kw|hw)?[yw]?(?:[aeiou]{1,3}|y)(?:n|ng|nh|m|k|l|p|t|c|ch|o|i|y)?"
)
_SENTENCE: Final = bag(
    "a all am an and as at but by can do does for from get go had has have he hello her here hi him his how i if in is",
    "it just let like look love me more my need no not now of off on or our out so some stop take that the them then",
    "they this to too until up us want was we what when who why will with you your yet yes",
    "am pm id tel fax mail cell box apt",
)
"""Words that may stand behind a name and look like a syllable."""


def goes_on(passage: Passage, start: int, end: int) -> bool:
    """Whether a name in this range of `folded` goes on: behind one blank a syllable, with a capital if it has one."""
    behind = passage.tokens_between(end + 1, end + 2)
    return (
        passage.folded[end : end + 1] == " "
        and bool(behind)
        and _SYLLABLE.fullmatch(behind[0].word) is not None
        and behind[0].word not in _SENTENCE
        and not passage.folded.startswith("-", behind[0].end)  # Chuo-ku
        and (passage.is_capital(end + 1) or not passage.is_capital(start))
    )
