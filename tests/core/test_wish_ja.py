"""Wishes in Japanese: one sentence or two a case, as people write them, and what a careful clerk would make of each."""

from __future__ import annotations

import pytest

from tests.core.wishes import judged, short

STOPS = [
    # plain
    ("ご案内の停止をお願いいたします。", "all"),
    ("今後の案内は一切不要です。", "all"),
    ("案内を送らないでください。", "all"),
    ("もう何も送らないでください", "all"),
    ("配信停止を希望します。", "all"),
    ("配信停止希望", "all"),
    ("退会はしませんが、お知らせの類はすべて止めてください。", "all"),
    ("商品やサービスに関する情報の提供は今後結構です。", "all"),
    ("宣伝はいらないです", "all"),
    ("名簿から私の名前を外してください。", "all"),
    ("発送リストから削除をお願いします。", "all"),
    ("御社からの各種ご案内につきまして、今後はご遠慮させていただきたく存じます。", "all"),
    ("今後のご案内はお控えくださいますようお願い申し上げます。", "all"),
    ("お知らせの配信登録を解除してください。", "all"),
    ("貴社からのダイレクトメール及び電子メールによる広告宣伝を拒否します。", "all"),
    ("オプトアウトを希望します", "all"),
    ("情報提供の停止を申し込みます。", "all"),
    ("案内はもう間に合っていますので、止めていただけますか。", "all"),
    ("お便りを頂戴しておりますが、以後はご無用に願います。", "all"),
    ("もう案内とか送ってこないで。", "all"),
    ("案内やめて", "all"),
    ("いつも案内ありがとうございます。もう高齢ですので、これからは送っていただかなくて結構でございます。", "all"),
    ("メールも郵便も、どちらももう要りません。", "all"),
    ("メールとハガキの両方を止めてください。", "all"),
    ("電子メール・郵送とも停止願います", "all"),
    # e-mail
    ("メルマガを解除してください", "email"),
    ("メールマガジンの購読をやめたいです。", "email"),
    ("メルマガ不要", "email"),
    ("毎日届くメールがうっとうしいので止めてほしいです。", "email"),
    ("メール配信の停止をお願いします。", "email"),
    ("ニュースレターの購読解除をお願いいたします。", "email"),
    ("広告メールはお断りします。", "email"),
    ("メルマガはもう結構です。", "email"),
    ("メールはもういいです。", "email"),
    ("メールでのお知らせは不要です。", "email"),
    ("スマホに届くメールを全部とめて", "email"),
    ("メールは一切送らないでください。", "email"),
    ("Eメールでの案内を今後停止していただきたく、ご連絡いたしました。", "email"),
    ("メルマガの登録を抹消してください。", "email"),
    ("セールのお知らせメールが多すぎます。もう送らないで下さい。", "email"),
    ("メールマガジンの配信リストから外していただけないでしょうか。", "email"),
    ("めるまがていししてください", "email"),
    ("ﾒｰﾙﾏｶﾞｼﾞﾝ ｶｲｼﾞｮ ｵﾈｶﾞｲｼﾏｽ", "email"),
    # print
    ("カタログの送付を中止してください。", "print"),
    ("DMはもういりません。", "print"),
    ("ダイレクトメールの停止をお願いします", "print"),
    ("ハガキが毎月届きますが不要です。", "print"),
    ("パンフレットを送るのをやめていただけませんか。", "print"),
    ("紙の案内は要らないです。", "print"),
    ("冊子の郵送をストップしてください。", "print"),
    ("郵送物の停止希望", "print"),
    ("毎号カタログを頂戴しておりますが、置き場所もなく、今後はご辞退申し上げます。", "print"),
    ("チラシをポストに入れないでください", "print"),
    ("郵便での案内はお断りします", "print"),
    ("封書のご案内は見合わせていただきたくお願いします。", "print"),
    ("メール便で届くカタログを止めてください。", "print"),
    ("年賀状や暑中見舞いなどの葉書は今後遠慮いたします。", "print"),
    ("通販カタログ、いつも見ずに捨ててしまってもったいないので、もう送らないでください。", "print"),
    ("だいれくとめーるはいりません", "print"),
    ("カタログは重くて捨てるのも大変なので打ち切ってください。", "print"),
    ("会報誌の発送を差し止めていただきますようお願いいたします。", "print"),
    # one stops, the other goes on
    ("カタログは止めてください。メールは今まで通りで構いません。", "print"),
    ("メールは続けてほしいですが、郵送の案内は不要です。", "print"),
    ("メールは止めて、カタログは続けてください。", "email"),
    ("メルマガだけ解除してください。カタログは引き続きお願いします。", "email"),
    ("郵送のみ停止、メールは継続でお願いします。", "print"),
    ("メール以外は停止してください。", "print"),
    ("カタログ以外の案内はいりません。", "email"),
    ("紙のDMは不要ですが、メルマガは楽しみにしているのでそのままでお願いします。", "print"),
    ("メールはこのまま送ってもらって大丈夫です。紙のほうだけやめてください。", "print"),
    ("カタログではなく、メールの方を止めてください。", "email"),
    ("案内はがきはもう要りませんが、メールは届いてもOKです", "print"),
    ("郵便物は結構です。メールだけで十分です。", "print"),
    ("メルマガ停止。カタログはそのまま。", "email"),
    # thanks, complaints and threats around it
    (
        "何度もお願いしているのに、また今日もカタログが届きました。いい加減にしてください。今すぐ停止してください。",
        "print",
    ),
    ("長年お世話になりました。高齢になり買い物もしなくなりましたので、カタログの送付は今後ご不要です。", "print"),
    ("これ以上メールを送るなら消費者センターに通報します。直ちに配信を停止しろ。", "email"),
    ("登録した覚えがないのにメルマガが届きます。解除してください。", "email"),
    ("マイページから解除できませんでした。そちらでメルマガの停止をお願いします。", "email"),
    ("停止していただけないでしょうか、カタログです。", "print"),
    ("10年間お世話になりましたが、案内の送付を停止してください。", "all"),
    ("先月も停止をお願いしましたが、まだメルマガが届いています。", "email"),
    ("停止の手続きが完了しましたらメールでお知らせください。止めてほしいのはカタログです。", "print"),
    ("メールにて失礼いたします。カタログの送付停止をお願いいたします。ご返信は不要です。", "print"),
    ("お忙しいところ恐れ入りますが、メルマガの配信を停止してください。なお、返信は結構です。", "email"),
    ("通知がうるさいのでメルマガ解除お願いします！", "email"),
    # dialects, plain speech, old style
    ("もう案内いらんけん、送らんでよかです。", "all"),
    ("カタログもう送らんといて", "print"),
    ("メール、もうええわ。止めてんか。", "email"),
    ("案内状は無用に願いたく候。", "print"),
    ("はがき、もういらねえから送んなよ", "print"),
    ("案内なんて要らねえよ。送ってくんな。", "all"),
    ("パンフレットはもう送らんでつかあさい。", "print"),
    ("メルマガ止めてちょ", "email"),
    ("ご案内の儀、今後はお見合わせいただきたく。", "all"),
    ("カタログ、おくらないでね。", "print"),
    ("お手紙はもう結構でございますので、どうぞお気遣いなきようお願いいたします。", "print"),
    ("今後、一切の連絡・広告を送付しないよう求めます。", "all"),
    # a second request
    ("メルマガを停止してください。あわせて住所変更もお願いします。新住所は下記のとおりです。", "email +follow_up"),
    ("案内を止めてください。また、私の個人情報をすべて削除してください。", "all +follow_up"),
    ("カタログはもう不要です。それと、先日注文した商品がまだ届きません。", "print +follow_up"),
    ("DMの停止をお願いします。電話での勧誘もやめてください。", "print +follow_up"),
    ("メルマガ解除希望です。あと、ポイントの残高を教えてください。", "email +follow_up"),
    ("案内は一切不要です。返金の手続きについても早くしてください。", "all +follow_up"),
]

HELD = [
    ("来年3月まで、カタログの発送を止めてください。", "held conditional"),
    ("入院中の間だけ、案内を止めてもらえますか。", "held conditional"),
    ("しばらくの間メルマガを停止してください。", "held conditional"),
    (
        "メルマガの回数を減らしてください。多すぎて読めないので、月に1回だけにしてください。毎日のものは止めてください。",
        "held conditional",
    ),
    ("旅行以外の案内は不要です。", "held conditional"),
    ("セール情報だけ欲しいので、他の案内は止めてください。", "held conditional"),
    ("カタログを一時停止してください。", "held conditional"),
    ("4月から配信を停止してください。", "held conditional"),
    ("海外赴任中は案内を停止してください。", "held conditional"),
    ("母が亡くなりましたので、母宛ての案内を止めてください。", "held on_behalf"),
    ("父の代理で連絡しております。父へのカタログを停止してください。", "held on_behalf"),
    ("亡き夫宛のダイレクトメールをお止めください。", "held on_behalf"),
    ("娘の者ですが、高齢の母にカタログを送らないでください。", "held on_behalf"),
    ("先月退職した社員宛てのメールマガジンを停止してください。", "held on_behalf"),
    ("夫婦2名分の案内を停止してください。", "held several"),
    ("私と妻の二人分、カタログを止めてください。", "held several"),
    ("家族全員分のメルマガを解除してください。", "held several"),
]

OTHERS = [
    ("カタログを止めないでください。", "opt_in"),
    ("停止をお願いした覚えはありません。引き続き送ってください。", "opt_in"),
    ("メルマガの配信を再開してください。", "opt_in"),
    ("以前停止してもらいましたが、また送ってください。", "opt_in"),
    ("停止を解除してください。", "opt_in"),
    ("メルマガを登録したいです。", "opt_in"),
    ("これからもカタログを送ってくださいね。", "opt_in"),
    ("解除しないでください", "opt_in"),
    ("登録されている私の情報を書面で教えてください。", "disclosure"),
    ("私の個人データを手紙で知らせてください。", "disclosure"),
    ("保有している私の個人データの開示を請求します。", "disclosure"),
    ("登録している住所を変更してください。", "disclosure"),
    ("私の個人情報をどこから入手したのですか。", "disclosure"),
    ("次のツアーの出発日を教えてください。", "question"),
    ("注文した商品はいつ届きますか？", "question"),
    ("配信停止の方法を教えてください。", "question"),
    ("届いたお皿が割れていました。とても残念です。", "complaint"),
    ("店員の態度がひどかった。抗議します。", "complaint"),
    ("先日の旅行、とても楽しかったです。ありがとうございました。", "other"),
    ("旅行をやめることにしました。ツアーをキャンセルします。", "other"),
    ("販売を中止するのはなぜですか？", "question"),
    ("バスは途中で停車しますか。", "question"),
    ("メルマガを停止してください。でもやっぱりメルマガは楽しみなので送ってください。", "unclear"),
    ("", "nothing"),
    ("よろしくお願いいたします。", "nothing"),
]


@pytest.mark.parametrize(("text", "scope"), STOPS)
def test_an_opt_out_is_read_with_its_channels(text: str, scope: str) -> None:
    """Named channels are stopped and no others; none named means every channel (policy, section 3)."""
    assert f"stop {scope}" == short(text)


@pytest.mark.parametrize(("text", "verdict"), HELD)
def test_a_wish_with_a_condition_or_for_others_is_marked(text: str, verdict: str) -> None:
    """What is bound to a time, a part or another person is for staff."""
    assert verdict == short(text)


@pytest.mark.parametrize(("text", "verdict"), OTHERS)
def test_what_is_no_opt_out_is_none(text: str, verdict: str) -> None:
    """A word of stopping is not yet a wish to be left alone."""
    assert verdict == short(text)


def test_the_subject_alone_can_carry_the_wish() -> None:
    """A phone mail often has a body of nothing but its signature."""
    assert short("iPhoneから送信", "メルマガ停止") == "stop email"


def test_the_subject_of_a_reply_is_not_the_customers() -> None:
    """A newsletter's own subject may speak of stopping."""
    assert short("次の発売日はいつですか？", "Re: 配信停止のお手続きについて") == "question"


def test_the_language_of_a_japanese_wish_under_english_labels_is_japanese() -> None:
    """The reply goes out in the language of the wish, not of the form."""
    assert judged("Customer No.: 12345678\nName: 山田 花子\nInquiry: 案内の停止").language == "ja"
