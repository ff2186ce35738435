"""The words files and how they are read: what a phrase may be, what a wrong file gets, a third language in one file."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optout_daemon.core.decision import decide
from optout_daemon.core.matching.keys import search_keys
from optout_daemon.core.matching.match import match
from optout_daemon.core.model import Category, Customer, Decision, Disposition, Policy, ReplyKind
from optout_daemon.core.reading import Reader, words
from optout_daemon.core.reading.folding import Folded, fold
from optout_daemon.core.reading.lexicon import Lexicon, Phrases, WordsError, expand
from optout_daemon.core.reading.settings import ReaderSettings
from optout_daemon.core.reply import NoReply, ReplyPlan, plan

# Enough of Esperanto to be left alone in it.
ESPERANTO = """
name = "eo"
order = "predicate_first"
common = ["mi", "vi", "la", "kaj", "ne", "bonvolu", "al", "de", "mia", "estas"]

[labels]
customer_number = ["klientnumero"]
name = ["nomo"]
address = ["adreso"]
inquiry = ["peto"]

[channels]
email = ["retpoŝto(jn|j|n|)", "retletero(jn|j|n|)"]
print = ["katalogo(jn|j|n|)", "letero(jn|j|n|)"]

[wish]
sending = ["informoj(n|)", "reklamo(jn|j|n|)"]
halt = ["ĉesu sendi", "ne plu sendu"]
keep = ["daŭre sendu"]
"""


def reader() -> Reader:
    languages = [words.load("ja"), words.load("en"), words.parse(ESPERANTO, "eo")]
    return Reader(ReaderSettings(languages=("ja", "en", "eo")), languages=languages)


def mail(body: str) -> bytes:
    return f"From: a@example.org\nSubject: peto\nContent-Type: text/plain; charset=utf-8\n\n{body}".encode()


def test_a_third_language_is_one_words_file() -> None:
    """Nothing but data tells the reader a language."""
    reading = reader().read(
        mail(
            "Klientnumero: 12345678\nNomo: Johano Forĝisto\nAdreso: Strato 12, Leeds LS1 2AB\n"
            "Peto: Bonvolu ne plu sendu al mi la katalogojn.\n"
        )
    )

    assert Category.OPT_OUT is reading.wish.category
    assert reading.wish.channels == ("print",)
    assert reading.language == "eo"
    assert reading.numbers == ("12345678",)
    assert [field.value for field in reading.fields if field.label == "nomo"] == ["Johano Forĝisto"]


JOHANO = Customer("12345678", "Johano Forĝisto", "Strato 12, Leeds LS1 2AB")


def decided(peto: str, languages: tuple[str, ...]) -> tuple[Decision, ReplyPlan | NoReply]:
    """The whole way of one mail at a desk of these languages, from its bytes to who is answered in which language."""
    form = f"Klientnumero: 12345678\nNomo: Johano Forĝisto\nAdreso: Strato 12, Leeds LS1 2AB\nPeto: {peto}\n"
    reading, policy = reader().read(mail(form)), Policy(languages=languages)
    found = {number: JOHANO for number in search_keys(reading).numbers if number == JOHANO.number}
    decision = decide(reading, match(reading, found), policy)
    return decision, plan(decision, reading, policy, ())


@pytest.mark.parametrize(
    ("peto", "disposition", "channels", "category"),
    [
        ("Bonvolu ne plu sendu al mi la katalogojn.", Disposition.APPLIED, ("print",), Category.OPT_OUT),
        ("Ĉesu sendi informojn.", Disposition.APPLIED, ("email", "print"), Category.OPT_OUT),
        ("Ĉesu sendi katalogojn, daŭre sendu retpoŝton.", Disposition.APPLIED, ("print",), Category.OPT_OUT),
        ("Daŭre sendu la katalogojn.", Disposition.HELD, (), Category.OPT_IN),
        ("Kie estas mia pakaĵo?", Disposition.HELD, (), Category.UNCLEAR),
    ],
)
def test_an_opt_out_in_a_third_language_is_applied(
    peto: str, disposition: Disposition, channels: tuple[str, ...], category: Category
) -> None:
    """Reading, matching and deciding know no language: the channels are the named ones, and what goes on is no stop."""
    told, _ = decided(peto, ("ja", "en", "eo"))

    assert (disposition, channels, category) == (told.disposition, told.channels, told.category)
    assert (JOHANO.number if channels else None) == told.customer_number


@pytest.mark.parametrize(
    ("languages", "answered"),
    [
        (("ja", "en", "eo"), ("eo",)),
        (("ja", "en"), ("ja", "en")),
        (("en", "ja"), ("en",)),
        (("ja",), ("ja", "en")),
    ],
)
def test_a_reply_is_in_the_language_of_the_wish_or_in_the_desk_s_and_english(
    languages: tuple[str, ...], answered: tuple[str, ...]
) -> None:
    """Policy, section 5."""
    told, reply = decided("Bonvolu ne plu sendu al mi la katalogojn.", languages)

    assert "eo" == told.language
    assert isinstance(reply, ReplyPlan)
    assert (ReplyKind.CONFIRMED, answered) == (reply.kind, reply.languages)


@pytest.mark.parametrize(
    "text",
    [
        "Bonvolu ne plu sendu al mi la katalogojn.",
        "Sehr geehrte Damen und Herren, bitte senden Sie mir keine Werbung mehr.",
        "Bonjour, je ne veux plus recevoir vos catalogues. Merci.",
    ],
)
def test_a_mail_in_a_language_that_the_desk_does_not_name_is_a_person_s(text: str) -> None:
    """Nothing is guessed from words that look alike, and the answer is in the desk's first language and English."""
    reading = Reader(ReaderSettings(languages=("ja", "en"))).read(mail(text))
    told = decide(reading, match(reading, {}), Policy())
    reply = plan(told, reading, Policy(), ())

    assert (Disposition.HELD, "") == (told.disposition, told.language)
    assert isinstance(reply, ReplyPlan)
    assert ("ja", "en") == reply.languages


def test_a_third_language_changes_nothing_for_the_first() -> None:
    """Languages do not get into each other's way."""
    reading = reader().read(mail("カタログの送付を停止してください。"))

    assert reading.language == "ja"
    assert reading.wish.channels == ("print",)


@pytest.mark.parametrize(
    ("phrase", "forms"),
    [
        ("a(b|c)d", ["abd", "acd"]),
        ("e(-|)mail(s|)", ["e-mails", "e-mail", "emails", "email"]),
        ("(a|b(c|d))", ["a", "bc", "bd"]),
        ("plain", ["plain"]),
    ],
)
def test_alternatives_are_written_out(phrase: str, forms: list[str]) -> None:
    """One line of a words file stands for all spellings of a phrase."""
    assert forms == expand(phrase)


@pytest.mark.parametrize("phrase", ["a(b", "a)b", "a|b", "(" + "|".join("abcdefgh") + ")" + "(a|b|c|d|e|f|g|h|i)" * 4])
def test_a_phrase_that_cannot_be_meant_is_refused(phrase: str) -> None:
    """A bracket forgotten would else be a phrase that never matches."""
    with pytest.raises(WordsError):
        expand(phrase)


@pytest.mark.parametrize(
    "text",
    [
        "order = 'sideways'",
        "wish = 3",
        "[wish]\nhalt = ['(stop|)']",
        "[grammar]\nboundary = '('",
        "[grammar]\nbounds = ','",
        "nome = 'x'",
        "[wish",
    ],
)
def test_a_wrong_words_file_is_refused_with_its_name(text: str) -> None:
    """Who adds a language is told what is wrong, not left with one that understands nothing."""
    with pytest.raises(WordsError, match=r"^xx: "):
        words.parse(text, "xx")


def test_a_language_that_does_not_ship_is_named() -> None:
    """A typing error in the settings."""
    with pytest.raises(WordsError, match="klingon"):
        words.load("klingon")


def test_the_longest_phrase_wins_and_latin_ones_are_whole_words() -> None:
    """That is how the words files write exceptions."""
    found = Lexicon({"めーる": "email", "めーる便": "neutral", "stop": "halt", "bus stop": "neutral", "?": "question"})

    tokens = found.scan("めーる便とめーる, bus stop? nonstop stop")

    assert [(token.kind, token.text) for token in tokens] == [
        ("neutral", "めーる便"),
        ("email", "めーる"),
        ("neutral", "bus stop"),
        ("question", "?"),
        ("halt", "stop"),
    ]


def test_texts_scanned_together_are_scanned_each_by_itself() -> None:
    """No phrase reaches from the end of a sentence into the next."""
    found = Lexicon({"停止": "halt", "止": "other"})

    scanned = found.scan_all(["配信停", "止め", "", "停止"])

    assert [[token.text for token in some] for some in scanned] == [[], ["止"], [], ["停止"]]


def test_phrases_answer_for_a_line() -> None:
    """A yes or no, and where one ends that a line begins with."""
    phrases = Phrases(["sent from", "sent from my", "iphoneから送信"])

    assert phrases.holds("this was sent from home")
    assert not phrases.holds("resent fromage")
    assert phrases.begins("sent from my phone") == len("sent from my")
    assert phrases.begins("it was sent from") == 0
    assert not Phrases([]).holds("anything")


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("メールマガジン", "めーるまがじん"),
        ("ﾒｰﾙﾏｶﾞｼﾞﾝ ﾃｲｼ", "めーるまがじん ていし"),
        ("ＤＭ・１２３", "dm・123"),
        ("ハ\u3099ンコ\u3099ウ", "ばんごう"),
        ("8−5‐4―3－2", "8-5-4-3-2"),
        ("don’t “stop”", 'don\'t "stop"'),
        ("15\u200b43\ufeff9204", "15439204"),
        ("É\u00a0Ô", "é ô"),
    ],
)
def test_spellings_of_the_same_fold_together(written: str, folded: str) -> None:
    """Width, kana, dashes, quotation marks and what cannot be seen make no difference to a reader."""
    assert folded == fold(written)


@given(st.text())
def test_each_folded_character_knows_where_it_came_from(text: str) -> None:
    """Spans point into the text as it is stored."""
    folded = Folded(text)
    origins = [folded.origin(index) for index in range(len(folded.text) + 1)]

    assert sorted(origins) == origins
    assert origins[-1] == len(text)
    assert fold(folded.text) == fold(text)


@pytest.mark.parametrize("name", ["ja", "en"])
def test_the_words_that_ship_can_be_loaded(name: str) -> None:
    """They are written by hand; each has all that the reader asks for."""
    language = words.load(name)

    assert language.name == name
    assert language.channels == ("email", "print")
    assert {"stop", "halt", "keep", "resume", "sending"} <= set(language.wish.kinds.values())
    assert {"wrote", "header", "company", "disclaimer", "footer", "sample"} <= set(language.quoting)
