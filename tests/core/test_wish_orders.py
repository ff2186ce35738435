"""What is halted is an order, or a sending at one address only: near in words to an opt-out, and none."""

from __future__ import annotations

import pytest

from tests.core.wishes import short

NONE_OF_OURS = [
    "昨日の注文を取り消し、発送を止めてください。間に合いますか？",
    "注文をキャンセルしたいので、発送を止めてください。",
    "注文した品の発送を止めてください。",
    "昨日頼んだ布団ですが、発送を止めてもらえますか。",
    "先ほど注文しました。住所が違うので発送を止めてください。",
    "注文番号1234の発送を止めてください。",
    "予約をキャンセルします。チケットの発送を止めてください。",
    "購入を取り消しますので送らないでください。",
]

ELSEWHERE = [
    "メルマガの配信先を新しいアドレスに変更してください。古いアドレスへの配信は停止で構いません。",
    "旧アドレスへのメルマガ配信を停止し、新しいアドレスに送ってください。",
    "今のアドレスへのメルマガは止めて、下記のアドレスに送ってください。",
    "携帯のアドレスへのメルマガをやめて、パソコンのアドレスに送ってください。",
    "カタログの送り先を新住所に変更してください。旧住所への送付は止めてください。",
]

CASES = [
    ("個人情報が心配です。送付を止めてください。", "stop all"),
    ("旅行にはもう行けません。送付を止めてください。", "stop all"),
    ("発送を止めてください。", "stop all"),
    ("先日注文してからカタログが届きます。発送を止めてください。", "stop print"),
    ("以前注文して以来案内が届きます。送付を止めてください。", "stop all"),
    ("注文はキャンセルしません。カタログの発送を止めてください。", "stop print +follow_up"),
    ("新商品のご案内の送付を止めてください。", "stop all"),
    ("先日届いた布団を返品したいです。カタログは不要です。", "stop print +follow_up"),
    ("古いアドレスにもメルマガが届いています。どちらのアドレスも配信停止してください。", "stop email"),
    ("会社のアドレスへのメルマガを停止してください。", "stop email"),
    ("引っ越しました。旧住所へのカタログの送付を停止してください。", "stop print"),
    ("しばらくの間じゃなくて、もうずっとメルマガを送らないでください。", "stop email"),
    ("当分ではなく永久に案内を送らないでください。", "stop all"),
    ("ずっとではなく、しばらくの間カタログを止めてください。", "held conditional"),
    ("もしまだメルマガの登録が残っているようでしたら、削除願います。", "stop email"),
    ("もし有料になるようでしたら、メルマガを停止してください。", "held conditional"),
    ("毎日のメールは多すぎるので、月に数回にしてほしいです。", "held conditional"),
    ("主人と私の両方にカタログが来ます。私の分を止めてください。主人の分はそのままで。", "stop print"),
    ("妻へのカタログを止めてください。", "held on_behalf"),
    ("妻へのプレゼントを買ってから届くカタログを止めてください。", "stop print"),
    ("資料の類はもう間に合っておりますので、お送りいただくには及びません。", "stop all"),
]


@pytest.mark.parametrize("text", NONE_OF_OURS)
def test_an_order_that_is_not_to_be_sent_out_stops_no_information(text: str) -> None:
    """Someone who takes back an order has not asked to hear no more of us."""
    assert not short(text).startswith("stop")


@pytest.mark.parametrize("text", ELSEWHERE)
def test_a_sending_that_shall_go_to_another_address_is_for_staff(text: str) -> None:
    """It is to stop at one address and to go on at another: a stop of the whole would be wrong."""
    assert "held conditional" == short(text)


@pytest.mark.parametrize(("text", "verdict"), CASES)
def test_their_neighbours_are_read_as_they_are_meant(text: str, verdict: str) -> None:
    """The same words a little otherwise: what is ours still stops."""
    assert verdict == short(text)
