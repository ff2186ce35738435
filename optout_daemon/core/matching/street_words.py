"""The words of western addresses: abbreviations opened, words for a street, words for a flat.

Abbreviations are those of the postal services of the United States, Great Britain, Canada and Australia; which of
two forms counts as the open one does not matter, as both sides of a comparison pass here.
"""

from __future__ import annotations

import re
from typing import Final

from optout_daemon.core.matching.folding import Passage
from optout_daemon.core.matching.variants import bag

_SHORT: Final = (
    "alley aly|avenue ave av avenida avda|block blk|"
    "boulevard blvd bvd|branch br|bridge brg|brook brk|burgs bgs|bypass byp|canyon cyn cnyn|"
    "causeway cswy|center centre ctr|circle cir circ|cliff clf|cliffs clfs|close cl|common cmn|corner cor|"
    "corners cors|course crse|court ct crt|courts cts|cove cv|creek crk|crescent cres cresc|crest crst|crossing xing|"
    "drive dr drv|estate est|estates ests|expressway expy|extension ext|extensions exts|falls fls|ferry fry|"
    "field fld|fields flds|forest frst|forge frg|fork frk|forks frks|fort ft|freeway fwy|garden gdn|gardens gdns|"
    "gateway gtwy|glen gln|green grn|grove grv gr|harbor harbour hbr|haven hvn|heights hts|highway hwy|hill hl|"
    "hills hls|hollow holw|inlet inlt|island is|islands iss|junction jct jctn|knoll knl|knolls knls|lake lk|"
    "lakes lks|landing lndg|lane ln|light lgt|lights lgts|lodge ldg|manor mnr|manors mnrs|meadow mdw|meadows mdws|"
    "mill ml|mills mls|mission msn|motorway mtwy|mount mt|mountain mtn|mountains mtns|neck nck|orchard orch|"
    "overpass opas|park pk|parkway pkwy pky|passage psge|pine pne|pines pnes|place pl|plain pln|plains plns|"
    "plaza plz|point pt|points pts|port prt|ports prts|prairie pr|radial radl|ranch rnch|rapid rpd|rapids rpds|"
    "ridge rdg|ridges rdgs|river riv|road rd|roads rds|route rte|shoal shl|shoals shls|shore shr|shores shrs|"
    "skyway skwy|spring spg|springs spgs|square sq|squares sqs|station sta stn|stravenue stra|stream strm|"
    "street str strasse saint st|streets sts|summit smt|terrace ter terr tce|throughway trwy|trace trce|track trak|"
    "trail trl|tunnel tunl|turnpike tpke|underpass upas|union un|unions uns|valley vly|valleys vlys|viaduct via|"
    "view vw|views vws|village vlg|ville vl|vista vis|walk wlk|well wl|wells wls|north n|south s|east e|west w|"
    "northeast ne|northwest nw|southeast se|southwest sw|apartment apt apartments appartment|suite ste|room rm|"
    "floor fl|building bldg|saints sts|upper upr|lower lwr|1 first|2 second|3 third|4 fourth|5 fifth|"
    "6 sixth|7 seventh|8 eighth|9 ninth|10 tenth|parade pde|circuit cct|quay qy|great gt|little lt"
)
_CITIES: Final = (
    "munchen munich|koln cologne|nurnberg nuremberg|hannover hanover|wien vienna|zurich zuerich|geneve geneva genf|"
    "basel basle|bern berne|milano milan|roma rome|torino turin|firenze florence|venezia venice|napoli naples|"
    "genova genoa|lisboa lisbon|sevilla seville|zaragoza saragossa|bruxelles brussels brussel|antwerpen antwerp|"
    "kobenhavn copenhagen|goteborg gothenburg|praha prague|warszawa warsaw|krakow cracow|athina athens|"
    "bengaluru bangalore|mumbai bombay|chennai madras|kolkata calcutta|mysuru mysore|pune poona|beijing peking"
)
"""Names of cities at home and in English; without accents."""
_OPENED: Final = {word: group.split()[0] for group in _SHORT.split("|") for word in group.split()}
_HOME: Final = {word: group.split()[0] for group in _CITIES.split("|") for word in group.split()}
STREET_WORDS: Final = frozenset(word for word in _OPENED if word.isalpha()) | bag(
    "fall ford forges glens isle loop mall oval parks pass path pike ramp rest row rue run spur spurs summit",
    "trafficway tunnel underpass wall way ways valley dam divide keys key flats harbors grounds groves fords",
    "gardens bend cape dale walks stravenue islands motorway mews drives circles crossroad crossroads brooks",
    "parkways shoals",
)
UNITS: Final = bag("apartment suite flat studio unit room #")
_ORDINAL: Final = re.compile("(?<=[0-9])(?:st|nd|rd|th)$")
"""3rd Avenue is written 3 Avenue as well."""
DIRECTIONS: Final = {
    "north": "n", "south": "s", "east": "e", "west": "w",
    "northeast": "ne", "northwest": "nw", "southeast": "se", "southwest": "sw",
}  # fmt: skip
NUMBERED: Final = re.compile(r"[0-9]+(?:[a-z][0-9]*)?")
"""A house number or a flat: 14, 88a, 3f1; not 5th."""


def words_of(passage: Passage) -> list[str]:
    """The words of a passage with abbreviations opened, index by index as its tokens."""
    return [_opened(token.word) for token in passage.tokens]


def _opened(word: str) -> str:
    known = _OPENED.get(word) or _HOME.get(word)
    if known:
        return known
    if word.endswith("strasse"):  # Lindenstr. for Lindenstraße
        return word.removesuffix("asse")
    return _ORDINAL.sub("", word)


def units(words: list[str], low: int, high: int, passage: Passage | None = None) -> set[str]:
    """Flats, rooms and suites that are named as such among these words: Apt 911, #917, Flat No. 5.

    With the passage of the words also over a hyphen or a space: Unit 6-C, Flat 6 C.
    """
    found: set[str] = set()
    for index in range(low, min(high, len(words) - 1)):
        if words[index] in UNITS:
            after = index + 1
            while after < len(words) - 1 and words[after] in ("no", "number"):
                after += 1
            if NUMBERED.fullmatch(words[after]):
                hung = is_apart(passage, words, after) if passage is not None else ""
                found.update({words[after] + words[after + 1]} if hung else ())
                found.update({words[after]} if hung != "-" else ())
    return {unpadded(number) for number in found}


def is_apart(passage: Passage, words: list[str], at: int) -> str:
    """What stands between a number and its letter, a hyphen or a space: 27-a, 27 A; "" where no letter follows."""
    if at + 1 >= len(words) or len(words[at + 1]) != 1 or not words[at + 1].isalpha() or not words[at].isdigit():
        return ""
    gap = passage.folded[passage.tokens[at].end : passage.tokens[at + 1].start]
    return gap if gap in (" ", "-") else ""


def unpadded(number: str) -> str:
    """A number without leading zeros; zero itself stays."""
    return number.lstrip("0") or number[:1]


def places(words: list[str], wanted: tuple[str, ...]) -> list[int]:
    """Where these words stand in a row."""
    found: list[int] = []
    at = -1
    while len(found) < 40:
        try:
            at = words.index(wanted[0], at + 1)
        except ValueError:
            break
        if tuple(words[at : at + len(wanted)]) == wanted:
            found.append(at)
    return found
