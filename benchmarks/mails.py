"""The mails that are timed: 5 kB each, written and sent as customers' mail really is.

Real mail has as many bytes of headers as of text: every hop adds its Received, and the hosts on the way sign and say
what they checked. So each mail has the header set of its kind, and the text fills what is left of 5 kB, with no
sentence twice. Of each kind there are as many mails as customers, each with another beginning of the talk, so that
nothing is gained from having seen a mail before.
"""

from __future__ import annotations

import base64
import quopri
from collections.abc import Callable
from itertools import islice
from typing import Final

from optout_daemon.core.model import Customer

SIZE: Final = 5_000
JAPANESE: Final = (
    Customer("20000001", "青木 美里", "東京都杉並区阿佐谷北3-12-5", name_kana="アオキ ミサト"),
    Customer("20000017", "黒田 健一", "大阪府豊中市本町2-7-14", name_kana="クロダ ケンイチ"),
    Customer("20000023", "藤原 佳代子", "北海道札幌市中央区南三条西5-1-8", name_kana="フジワラ カヨコ"),
    Customer("20000038", "西村 亮", "愛知県岡崎市康生通東1-22", name_kana="ニシムラ リョウ"),
    Customer("20000044", "小野寺 春香", "宮城県仙台市青葉区国分町3-4-19", name_kana="オノデラ ハルカ"),
    Customer("20000059", "安田 昭", "広島県尾道市土堂2-8-3", name_kana="ヤスダ アキラ"),
    Customer("20000065", "三浦 千鶴", "神奈川県鎌倉市長谷1-9-27", name_kana="ミウラ チヅル"),
    Customer("20000072", "原田 俊介", "福岡県福岡市早良区西新4-6-11", name_kana="ハラダ シュンスケ"),
)
ENGLISH: Final = (
    Customer("20000102", "Harold Pennington", "14 Orchard Lane, Bristol BS6 5QT"),
    Customer("20000119", "Margaret Whitlock", "7 Mill Street, Oxford OX2 0AJ"),
    Customer("20000124", "Desmond Carraway", "221 Station Road, York YO24 1AB"),
    Customer("20000131", "Philippa Thorne", "3 Castle Close, Exeter EX4 3LS"),
    Customer("20000146", "Rupert Ellison", "88 Willow Avenue, Leeds LS8 2PD"),
    Customer("20000153", "Beatrice Holloway", "19 Church Road, Norwich NR2 4TE"),
    Customer("20000168", "Edmund Farraday", "52 Bridge Street, Chester CH1 1NG"),
    Customer("20000175", "Cordelia Vance", "6 Meadow Lane, Durham DH1 4PS"),
)

FORM: Final = (
    "お客様番号：{number}\nお名前：{name}\nご住所：{address}\nお問い合わせ内容：カタログの送付を停止してください。\n\n"
)
PROSE: Final = (
    "{address}の{name}と申します。お客様番号は{number}です。\nカタログの送付を停止していただけますでしょうか。\n\n"
)
SAID: Final = (
    "お世話になっております。{name}です。\nお客様番号は{number}、住所は{address}です。\n"
    "カタログはもう送らないでください。よろしくお願いいたします。\n\n"
    "2026年11月2日(月) 9:12 お客様窓口 <desk@example.com>:\n"
)
TALK: Final = (
    "いつもお世話になっております。\n先日は丁寧なご案内をいただき、ありがとうございました。\n"
    "このたび住まいを片づけることになり、置き場所がなくなってしまいました。\n"
    "届くたびに封を開けずに積んでしまい、申し訳なく思っております。\n"
    "最近は近くの店で間に合うことが多く、注文することもめっきり減りました。\n"
    "目も悪くなり、細かい字を追うのがつらくなってきたということもございます。\n"
    "春に買ったお茶碗は今も毎日使っていて、たいへん気に入っています。\n"
    "秋の展示会には、友人を誘って一度うかがったことがあります。\n"
    "そのときに応対してくださった方がとても親切で、よく覚えております。\n"
    "手続きに日数がかかるようでしたら、次の号までは届いてもかまいません。\n"
    "行き違いでもう発送されていましたら、どうぞご容赦ください。\n"
    "勝手なお願いばかりで恐縮ですが、どうぞよろしくお願いいたします。\n"
    "季節の変わり目ですので、皆様もお体に気をつけてお過ごしください。\n"
    "また落ち着きましたら、お店のほうに顔を出したいと思います。\n"
    "長々と書きましたが、本当に長いあいだありがとうございました。\n"
    "駅前の桜も散って、こちらはすっかり初夏の陽気になりました。\n"
    "昔の号は近所の図書館が引き取ってくれることになりました。\n"
    "捨てるには惜しい写真が多かったので、ほっとしているところです。\n"
    "庭の梅も今年はたくさん実をつけ、近所に分けてまわりました。\n"
    "以前いただいた風呂敷は、旅先でも重宝しております。\n"
    "先月は久しぶりに京都まで足をのばし、紅葉を楽しみました。\n"
    "若いころは陶芸を習っていて、窯元を訪ね歩いたものです。\n"
    "台所の棚には、これまでに集めた小皿が並んでいます。\n"
    "雨の多い年でしたので、野菜の値段には驚かされます。\n"
    "町内の集まりでは、皆で昔の写真を見て笑い合いました。\n"
    "冬に備えて、早めに毛布を出しておいたほうがよさそうです。\n"
    "窓辺の鉢植えが、今年も小さな花をつけました。\n"
    "夕方になると、遠くの寺の鐘がかすかに聞こえてきます。\n"
    "朝晩はずいぶん冷えこむようになり、湯たんぽが手放せません。\n"
    "孫が春から小学校に上がり、にぎやかな毎日を過ごしています。\n"
    "先週は庭の柿を干して、軒先につるしました。\n"
    "長年通った俳句の会も、年が明けたら一区切りにするつもりです。\n"
    "近所の川沿いを歩くのが、このごろの日課になりました。\n"
    "古い食器棚は、知り合いの若い夫婦に譲りました。\n"
    "晩酌の徳利は、亡くなった父の形見を使っています。\n"
    "雪が積もると坂道が心配で、外出を控えてしまいます。\n"
    "味噌を仕込む季節になると、祖母の台所を思い出します。\n"
    "今年の正月は、久しぶりに兄弟が顔をそろえました。\n"
    "眼鏡を新しくしたところ、針仕事がずいぶん楽になりました。\n"
    "それでは、皆様のご健康を心よりお祈り申し上げます。\n"
)
ANSWER: Final = (
    "Hello,\n\nThank you for getting back to me so quickly. My customer number is {number}, my name is\n"
    "{name} and I live at {address}. Please stop sending me the\n"
    "printed catalogue. I moved into a much smaller flat last spring and there is no room for it.\n"
    "The tea set that I bought two years ago is still in daily use, so no hard feelings at all.\n\n"
    "Kind regards,\n{name}\n\nOn Mon, 2 Nov 2026 09:12, Customer Desk <desk@example.com> wrote:\n"
)
QUOTED: Final = (
    "> Dear customer,\n>\n> Thank you for your message. So that we can look into it, please tell us four things:\n"
    "> your customer number, your name, your address as we have it, and what we can do for you.\n"
    "> The number stands on every invoice and on the back cover of every catalogue.\n"
    "> We answer within three working days. Should you have moved, give us both addresses.\n"
    "> Our shop in the old town is open from ten to six, except on Wednesdays.\n"
    "> The autumn exhibition opens on the second Saturday of the month; admission is free.\n"
    "> Visitors who come by train will find a bus from the east exit of the station.\n"
    "> The order that you placed in September left our warehouse on the following day.\n"
    "> If anything arrived broken, keep the wrapping until the carrier has seen it.\n"
    "> Parcels above five kilograms are delivered on weekdays only.\n"
    "> Gift wrapping is free of charge; write the occasion into the field for remarks.\n"
    "> Vouchers are valid for three years from the day on which they were bought.\n"
    "> Our potters take part in the fair on the river bank again this year.\n"
    "> A glaze may differ in colour from the picture, since every piece is fired by hand.\n"
    "> Pieces of a set can be bought one by one as long as the pattern is made.\n"
    "> For repairs with gold lacquer please allow eight weeks.\n"
    "> Wooden bowls should be dried at once and never be put into a dishwasher.\n"
    "> The workshop shows visitors around every Friday afternoon.\n"
    "> Groups of more than ten people are asked to book ahead.\n"
    "> There is a small car park behind the building.\n"
    "> The tea room on the upper floor serves sweets of the season.\n"
    "> Members receive an invitation to the preview of each exhibition.\n"
    "> You will find the care instructions for lacquer ware on a leaflet in the box.\n"
    "> The cafe by the kiln has new opening hours from December on.\n"
    "> A small booklet about the history of the house lies at the counter.\n"
    "> Lost property is kept for half a year at the cloakroom.\n"
    "> Dogs are welcome in the garden as long as they are on a lead.\n"
    "> Photographs may be taken everywhere but in the vault.\n"
    "> The bridge is closed for repairs, so please walk around the pond.\n"
    "> Children under twelve pay nothing when they come with their grandparents.\n"
    "> The lecture on tea bowls begins at half past two in the small hall.\n"
    "> Umbrellas can be borrowed at the gate against a deposit.\n"
    "> With kind regards\n> Customer Desk\n"
)

_SIGNED: Final = "\r\n\t ".join(["9aB3xQ7/" * 8 + "kP1"] * 5)
_HOPS: Final = (
    "Received: from mx.example.com (mx.example.com [192.0.2.{0}])\r\n\tby store.example.com (Postfix) with LMTP id "
    "4C7A1B2D3{0}\r\n\tfor <desk@example.com>; Mon,  2 Nov 2026 10:00:0{0} +0900 (JST)\r\n",
    "Received: from out.example.org (out.example.org [198.51.100.{0}])\r\n\t(using TLSv1.3 with cipher "
    "TLS_AES_256_GCM_SHA384 (256/256 bits)\r\n\t key-exchange X25519 server-signature RSA-PSS (2048 bits))\r\n"
    "\t(No client certificate requested)\r\n\tby mx.example.com (Postfix) with ESMTPS id 4C7A1B2D3{0}\r\n"
    "\tfor <desk@example.com>; Mon,  2 Nov 2026 10:00:0{0} +0900 (JST)\r\n",
    "Received: from relay.example.org (relay.example.org [203.0.113.{0}])\r\n\tby out.example.org (Postfix) with "
    "ESMTP id 7D1E2F3A4{0}\r\n\tfor <desk@example.com>; Mon,  2 Nov 2026 10:00:0{0} +0900 (JST)\r\n",
    "Received: from [192.168.1.{0}] (host-{0}.example.net [203.0.113.9{0}])\r\n\tby relay.example.org (Postfix) with "
    "ESMTPSA id 1A2B3C4D5{0}\r\n\tfor <desk@example.com>; Mon,  2 Nov 2026 10:00:0{0} +0900 (JST)\r\n",
)
_CHECKED: Final = (
    "mx.example.com;\r\n\tdkim=pass header.d=example.org header.s=s1 header.b=9aB3xQ7/;\r\n\tspf=pass (mx.example.com: "
    "domain of writer@example.org designates 198.51.100.2 as permitted sender)\r\n\tsmtp.mailfrom=writer@example.org;"
    "\r\n\tdmarc=pass (policy=quarantine) header.from=example.org\r\n"
)
_ARC: Final = (
    f"ARC-Seal: i=1; a=rsa-sha256; t=1793494801; cv=none; d=example.org; s=arc;\r\n\tb={_SIGNED}\r\n"
    "ARC-Message-Signature: i=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=arc;\r\n"
    f"\th=to:subject:message-id:date:from:mime-version;\r\n\tb={_SIGNED}\r\n"
    f"ARC-Authentication-Results: i=1; {_CHECKED}"
)


def header(author: str, subject: str, more: str, *, arc: bool = False) -> bytes:
    """The header set that a mail has when it arrives."""
    return (
        "Return-Path: <writer@example.org>\r\nX-Original-To: desk@example.com\r\nDelivered-To: desk@example.com\r\n"
        + "".join(hop.format(number) for number, hop in enumerate(_HOPS, 1))
        + f"Authentication-Results: {_CHECKED}"
        + (_ARC if arc else "")
        + "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=s1;\r\n"
        f"\th=from:to:subject:date:message-id:mime-version:content-type;\r\n\tb={_SIGNED}\r\n"
        f"From: {author} <writer@example.org>\r\nTo: desk@example.com\r\nSubject: {subject}\r\n"
        "Date: Mon, 2 Nov 2026 10:00:00 +0900\r\nMessage-ID: <5f3a9c1e7b2d@example.org>\r\nMIME-Version: 1.0\r\n"
        f"X-Mailer: Example Mail 12.4\r\n{more}"
    ).encode("ascii")


_FROM: Final = "=?ISO-2022-JP?B?GyRCQERMWhsoQiAbJEJIfk4kGyhC?="
_STOP: Final = "=?ISO-2022-JP?B?GyRCR1s/LkRkO18kTiQqNGokJBsoQg==?="


def _encoded(text: str, charset: str) -> bytes:
    return text.replace("\n", "\r\n").encode(charset)


def plain(text: str) -> bytes:
    """A text/plain mail in Japanese, as mail programs there have always sent it."""
    more = "Content-Type: text/plain; charset=iso-2022-jp\r\nContent-Transfer-Encoding: 7bit\r\n\r\n"
    return header(_FROM, _STOP, more) + _encoded(text, "iso-2022-jp")


def modern(text: str) -> bytes:
    """A text/plain mail in Japanese, as telephones send it."""
    more = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return header(_FROM, _STOP, more) + _base64(text)


def answer(text: str) -> bytes:
    """The same, to a mail of the desk."""
    more = (
        "In-Reply-To: <desk.1@example.com>\r\nReferences: <desk.1@example.com>\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    )
    return header(_FROM, f"Re: {_STOP}", more) + _base64(text)


def page(text: str) -> bytes:
    """HTML alone, quoted-printable."""
    more = "Content-Type: text/html; charset=UTF-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    return header(_FROM, _STOP, more) + quopri.encodestring(_encoded(f'<div dir="ltr">{_rows(text)}</div>', "utf-8"))


def alternative(text: str) -> bytes:
    """A webmail's: text and HTML in base64, in UTF-8, forwarded under ARC."""
    parts = b""
    for kind, content in (("plain", text), ("html", f'<div dir="ltr">{_rows(text)}</div>')):
        parts += (
            f'--000000000000ab12cd\r\nContent-Type: text/{kind}; charset="UTF-8"\r\n'
            "Content-Transfer-Encoding: base64\r\n\r\n"
        ).encode() + _base64(content)
    more = 'Content-Type: multipart/alternative; boundary="000000000000ab12cd"\r\n\r\n'
    return header(_FROM, _STOP, more, arc=True) + parts + b"--000000000000ab12cd--\r\n"


def reply(text: str) -> bytes:
    """An answer in English."""
    more = (
        "In-Reply-To: <desk.1@example.com>\r\nReferences: <desk.1@example.com>\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\n"
    )
    return header("Harold Pennington", "Re: Your message", more) + _encoded(text, "utf-8")


def _base64(text: str) -> bytes:
    return base64.encodebytes(_encoded(text, "utf-8")).replace(b"\n", b"\r\n")


def _rows(text: str) -> str:
    return "".join(f"<div>{line or '<br>'}</div>" for line in text.split("\n"))


def _filled(make: Callable[[str], bytes], text: str, lines: list[str]) -> bytes:
    """The mail of a text with as many of these lines below it as 5 kB hold."""
    raw = make(text)
    for count in range(1, len(lines)):
        longer = make(text + "".join(islice(lines, count)))
        if len(longer) > SIZE:
            break
        raw = longer
    return raw


def _mails(
    make: Callable[[str], bytes], words: str, lines: str, people: tuple[Customer, ...]
) -> list[tuple[bytes, Customer]]:
    """One mail of each customer, the lines turned by some for each."""
    found = []
    split = lines.splitlines(keepends=True)
    for turn, one in enumerate(people):
        text = words.format(number=one.number, name=one.name, address=one.address)
        at = turn * len(split) // len(people)
        found.append((_filled(make, text, [*split[at:], *split[:at]]), one))
    return found


def shapes() -> dict[str, list[tuple[bytes, Customer]]]:
    """Kind to mails, each with the customer who wrote it."""
    quoted = "".join(f"> {line}" for line in TALK.splitlines(keepends=True))
    return {
        "a form, ISO-2022-JP": _mails(plain, FORM, TALK, JAPANESE),
        "prose, ISO-2022-JP": _mails(plain, PROSE, TALK, JAPANESE),
        "prose, UTF-8 in base64": _mails(modern, PROSE, TALK, JAPANESE),
        "an answer above a quotation, UTF-8": _mails(answer, SAID, quoted, JAPANESE),
        "HTML alone, UTF-8": _mails(page, FORM, TALK, JAPANESE),
        "text and HTML, UTF-8": _mails(alternative, FORM, TALK, JAPANESE),
        "an English reply": _mails(reply, ANSWER, QUOTED, ENGLISH),
    }
