"""A customer's answer read together with the mail it answers (policy, section 6)."""

from __future__ import annotations

from optout_daemon.core.combine import combine
from optout_daemon.core.model import Category, Field, FieldName, Origin, Part, Segment, SegmentKind, Span, Wish
from tests.builders import reading, wish

NAME, ADDRESS = FieldName.NAME, FieldName.ADDRESS


def test_fields_given_now_fill_what_was_missing_then():
    """The earlier number and name stay, the newer address is added."""
    earlier = reading(fields=(Field(NAME, "Anna Arden", Origin.LABEL, Span(Part.TEXT, 9, 19)),), numbers=("20000001",))
    newer = reading(
        text="1 Birch Lane", fields=(Field(ADDRESS, "1 Birch Lane", Origin.PROSE),), numbers=(), wish=Wish()
    )
    both = combine(earlier, newer)

    assert [field.name for field in both.fields] == [ADDRESS, NAME]
    assert both.numbers == ("20000001",)
    assert both.wish.category is Category.OPT_OUT


def test_the_newer_mails_own_fields_win():
    """A corrected number replaces the first one."""
    earlier = reading(fields=(Field(NAME, "Ana", Origin.LABEL),), numbers=("20000009",))
    newer = reading(fields=(Field(NAME, "Anna", Origin.LABEL),), numbers=("20000001",))
    both = combine(earlier, newer)

    assert [field.value for field in both.fields] == ["Anna"]
    assert both.numbers == ("20000001",)


def test_what_the_newer_mail_quotes_is_left_out():
    """Its quotation is our own reply or the customer's earlier mail."""
    newer = reading(fields=(Field(NAME, "Our Desk", Origin.LABEL, quoted=True),))
    both = combine(reading(fields=()), newer)

    assert both.fields == ()


def test_spans_and_segments_of_the_earlier_mail_point_behind_the_newer_text():
    """They must name the same characters in the joined text."""
    earlier = reading(
        subject="stop",
        text="Anna Arden",
        segments=(Segment(SegmentKind.OWN, 0, 10),),
        fields=(Field(NAME, "Anna Arden", Origin.LABEL, Span(Part.TEXT, 0, 10)),),
    )
    newer = reading(text="1 Birch Lane", segments=(Segment(SegmentKind.OWN, 0, 12),), fields=())
    both = combine(earlier, newer)

    [field] = both.fields
    assert field.span is not None
    assert both.text[field.span.start : field.span.end] == "Anna Arden"
    assert [both.text[s.start : s.end] for s in both.segments] == ["1 Birch Lane", "Anna Arden", "stop"]


def test_a_span_into_the_earlier_subject_is_dropped():
    """There is only one subject, the newer mail's."""
    earlier = reading(fields=(Field(NAME, "Anna", Origin.PROSE, Span(Part.SUBJECT, 0, 4)),))
    [field] = combine(earlier, reading(fields=())).fields

    assert field.span is None


def test_the_earlier_quotation_and_signature_stay_out():
    """They were not the customer's statement then either."""
    earlier = reading(segments=(Segment(SegmentKind.OWN, 0, 5), Segment(SegmentKind.SIGNATURE, 5, 20)), fields=())
    kinds = [segment.kind for segment in combine(earlier, reading()).segments]

    assert SegmentKind.SIGNATURE not in kinds


def test_a_form_filled_in_inside_the_earlier_quotation_stays_in():
    """It was the customer's statement, and the match looks for it there."""
    earlier = reading(
        segments=(Segment(SegmentKind.QUOTATION, 0, 5),), fields=(Field(NAME, "Anna", Origin.LABEL, quoted=True),)
    )
    kinds = [segment.kind for segment in combine(earlier, reading(segments=(), fields=())).segments]

    assert kinds == [SegmentKind.QUOTATION, SegmentKind.OWN]


def test_a_new_wish_wins_and_brings_its_language():
    """ "On second thoughts, keep sending" must not be read as the earlier stop."""
    newer = reading(wish=wish(category=Category.OPT_IN), language="ja")
    both = combine(reading(language="en"), newer)

    assert both.wish.category is Category.OPT_IN
    assert both.language == "ja"
    assert combine(reading(language="ja"), reading(wish=Wish(), language="en")).language == "ja"


def test_doubts_of_either_mail_stay():
    """Several people, somebody else's wish, a lost character: not healed by an answer."""
    assert combine(reading(wish=wish(several=True)), reading()).wish.several
    assert combine(reading(wish=wish(on_behalf=True)), reading()).wish.on_behalf
    assert not combine(reading(confident=False), reading()).confident
    assert combine(reading(), reading(wish=wish(several=True))).wish.several


def test_an_empty_answer_is_readable_where_the_earlier_mail_was():
    """Only an empty one: an encrypted answer says something that we cannot read."""
    empty = reading(readable=False, unreadable_because="empty")

    assert combine(reading(), empty).readable
    assert not combine(reading(), reading(readable=False, unreadable_because="encrypted")).readable
    assert not combine(empty, empty).readable
    assert combine(empty, reading()).readable


def test_it_is_the_newer_mail_that_is_decided():
    """Digest, author and machine verdict are the newer mail's."""
    earlier, newer = reading(digest="a" * 64), reading(digest="b" * 64)
    both = combine(earlier, newer)

    assert both.digest == newer.digest
    assert both.hits[-1].rule == "follow_up"


def test_a_bare_number_answers_the_question_for_it_whatever_it_is_called():
    """ "It's on the invoice: 20000001": taken where no customer number was given, and only if it is the only one."""
    earlier, newer = reading(numbers=()), reading(numbers=(), unclaimed_numbers=("20000001",))

    assert combine(earlier, newer).numbers == ("20000001",)
    assert combine(earlier, reading(numbers=(), unclaimed_numbers=("20000001", "20000002"))).numbers == ()
    assert combine(reading(numbers=("20000009",)), newer).numbers == ("20000009",)


def test_small_talk_in_the_answer_leaves_the_earlier_wish():
    """ "Found it!" is no new wish; a question beside it is a second request; "keep sending" is a new wish."""
    for category, follow_up in ((Category.OTHER, False), (Category.QUESTION, True), (Category.DISCLOSURE, True)):
        both = combine(reading(), reading(wish=wish(category=category)))

        assert (both.wish.category, both.wish.follow_up) == (Category.OPT_OUT, follow_up)
    assert combine(reading(), reading(wish=wish(category=Category.UNCLEAR))).wish.category is Category.UNCLEAR
    assert combine(reading(wish=Wish()), reading()).wish.category is Category.OPT_OUT
    assert combine(reading(wish=wish(category=Category.OTHER)), reading(wish=Wish())).wish.category is Category.OTHER


def test_an_answer_that_takes_back_what_was_asked_for_leaves_nothing_certain():
    """ "Disregard my mail" with the missing address is no completion; a repeated opt-out is one."""
    both = combine(reading(), reading(wish=Wish(), withdraws=True))

    assert both.wish.contradictory
    assert both.wish.category is Category.UNCLEAR
    assert combine(reading(), reading(withdraws=True)).wish.category is Category.OPT_OUT
