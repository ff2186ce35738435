"""Wishes in English: British, American and learned late, and what a careful clerk would make of each."""

from __future__ import annotations

import pytest

from tests.core.wishes import judged, short

STOPS = [
    # plain
    ("Please stop sending me information.", "all"),
    ("Please remove me from your mailing list.", "all"),
    ("Kindly take my name off all of your lists.", "all"),
    ("I would like to opt out of all marketing.", "all"),
    ("I no longer wish to receive any communications from your company.", "all"),
    ("Do not contact me again.", "all"),
    ("Unsubscribe", "all"),
    ("unsubscribe me pls", "all"),
    ("Leave me alone.", "all"),
    ("I hereby withdraw my consent to marketing.", "all"),
    ("I object to the processing of my personal data for direct marketing purposes.", "all"),
    ("Please cease all correspondence.", "all"),
    ("No more offers, thank you.", "all"),
    ("Could you please delete me from your distribution list?", "all"),
    ("Would you mind not sending me anything else?", "all"),
    ("I am not interested in your offers any more. Please stop them.", "all"),
    ("Stop all mailings with immediate effect.", "all"),
    ("I want nothing more from you, by e-mail or by post.", "all"),
    ("Please stop both the letters and the emails.", "all"),
    ("I don't want to get any advertising from you, neither on paper nor electronically.", "all"),
    ("We have moved abroad, so please take us off your mailing list.", "all"),
    ("Please discontinue sending me advertisement.", "all"),
    ("Drop me from your list.", "all"),
    ("Please do not send me any informations about your products.", "all"),
    ("I never signed up for this. Take me off your list or I will complain to the authorities.", "all"),
    ("Quit sending me stuff", "all"),
    ("Cancel my subscription to your updates please", "all"),
    ("I'd be grateful if you would refrain from contacting me in future.", "all"),
    ("Please update your records: I do not wish to be contacted for marketing.", "all"),
    # e-mail
    ("Please unsubscribe me from your newsletter.", "email"),
    ("Stop emailing me.", "email"),
    ("stop the emails", "email"),
    ("I don't want your e-mails anymore.", "email"),
    ("Please remove my email address from your email list.", "email"),
    ("I get your newsletter every day and it is too much for me. Please stop it.", "email"),
    ("No more emails please!", "email"),
    ("Can you stop sending the mail magazine to me?", "email"),
    ("How many times do I have to ask? Stop sending me e-mails!", "email"),
    ("I've tried the unsubscribe link three times and it doesn't work. Please take me off the newsletter.", "email"),
    ("I wish to cancel the e-newsletter.", "email"),
    ("kindly stop all promotional emails to this address", "email"),
    ("Your emails keep coming although I unsubscribed last month. Please stop them now.", "email"),
    ("Please turn off the weekly email.", "email"),
    ("I would like the newsletters stopped, please.", "email"),
    ("Do not send me any more emails.", "email"),
    ("My inbox is overflowing. Take me off your e-mail list, would you?", "email"),
    # print
    ("Please stop sending me the catalogue.", "print"),
    ("No more catalogs.", "print"),
    ("I don't need the printed brochures any longer.", "print"),
    ("Please cancel the catalogue.", "print"),
    ("Stop the direct mail.", "print"),
    ("Please take me off your postal mailing list.", "print"),
    ("We never read your brochures, they go straight in the recycling. Please stop posting them.", "print"),
    ("Please do not send me anything by post.", "print"),
    ("I would prefer not to receive letters and leaflets from you.", "print"),
    ("Your catalog arrives every month and I throw it away. Please discontinue it.", "print"),
    ("Would you kindly stop the flyers through my door?", "print"),
    ("Please cease sending paper mail to my address.", "print"),
    ("I'm trying to cut down on paper. Could you stop the mailshots?", "print"),
    ("Please remove me from the catalogue mailing list.", "print"),
    ("Please don't post me any more catalogues.", "print"),
    # one stops, the other goes on
    ("Stop the catalogues, but keep the emails coming.", "print"),
    ("Please stop the newsletter. I'd still like to get the catalogue.", "email"),
    ("No more paper please, e-mail is fine.", "print"),
    ("I'm happy to receive emails but please stop the brochures.", "print"),
    ("Please stop all mailings except the e-mail newsletter.", "print"),
    ("Unsubscribe me from the newsletter only; the catalogue can continue.", "email"),
    ("Emails are OK, letters are not. Please stop the letters.", "print"),
    ("Please keep sending the printed catalogue, but stop the emails.", "email"),
    ("I don't mind the e-mails, it's the catalogues I want stopped.", "print"),
    ("Post is fine. E-mail: stop, please.", "email"),
    ("Please stop the emails. Do not stop the catalogue.", "email"),
    # complaints, threats and thanks around it
    ("This is harassment. If I get one more letter I will call my lawyer. Take me off every list you have.", "all"),
    (
        "Thank you for the lovely tours over the years. I'm too old to travel now, so please stop sending brochures.",
        "print",
    ),
    ("Are you deaf? UNSUBSCRIBE ME FROM YOUR EMAILS!!!", "email"),
    (
        "I was told last week this had been dealt with, yet another catalogue arrived today. Please stop it for good.",
        "print",
    ),
    ("Please stop the newsletter. Let me know by e-mail when it is done.", "email"),
    ("Please confirm by email that you have removed me from the catalogue list.", "print"),
    # written by people who learned English late
    ("Please stop to send me the mail magazine.", "email"),
    ("I want to stop the information by e-mail and post.", "all"),
    ("I do not need catalog. Please do not send.", "print"),
    ("Please delete my name from the list of sending.", "all"),
    ("I am sorry, but I don't need your information any more.", "all"),
    ("Please stop of delivery of newsletter.", "email"),
    ("I hope to stop receiving your direct mail.", "print"),
    # a second request
    ("Please stop the emails. Also, where is my order?", "email +follow_up"),
    ("Stop all marketing and delete all my personal data.", "all +follow_up"),
    ("Please stop the catalogue and update my address: I have moved.", "print +follow_up"),
    ("Unsubscribe me from the newsletter. And please refund my deposit.", "email +follow_up"),
    ("Take me off all your lists and stop calling me.", "all +follow_up"),
    ("Please stop the brochures. Can you tell me when my parcel will arrive?", "print +follow_up"),
]

HELD = [
    ("Please stop the catalogue until next spring.", "held conditional"),
    ("Could you pause the newsletter while I am on maternity leave?", "held conditional"),
    ("Please stop the emails for the next three months.", "held conditional"),
    ("Please send fewer emails. Stop the daily ones.", "held conditional"),
    ("Stop everything unless it is about wine.", "held conditional"),
    ("Please stop the emails except those about travel.", "held conditional"),
    ("Once I have received my refund, please take me off your list.", "held conditional"),
    ("Please temporarily stop all mailings.", "held conditional"),
    ("From January please stop sending the catalogue.", "held conditional"),
    ("Only send me news about tea, and stop the rest of the mailings.", "held conditional"),
    ("I am writing on behalf of my mother. Please take her off your list.", "held on_behalf"),
    ("My husband passed away in May. Please stop sending him catalogues.", "held on_behalf"),
    ("Please remove my late father from your mailing list.", "held on_behalf"),
    ("The previous tenant does not live here any more, please stop sending catalogues.", "held on_behalf"),
    ("Please stop the newsletters to both of us.", "held several"),
    ("My wife and I no longer want your catalogues.", "held several"),
]

OTHERS = [
    ("Please do not stop my newsletter.", "opt_in"),
    ("I did not ask to be unsubscribed.", "opt_in"),
    ("Please put me back on the mailing list.", "opt_in"),
    ("Please resume the catalogue.", "opt_in"),
    ("I'd like to subscribe to your newsletter.", "opt_in"),
    ("Please keep sending me the catalogue.", "opt_in"),
    ("I unsubscribed by mistake, please sign me up again.", "opt_in"),
    ("What personal data do you hold about me?", "disclosure"),
    ("Please delete all my personal data.", "disclosure"),
    ("Please change my address in your records.", "disclosure"),
    ("Does the bus stop at Kanazawa?", "question"),
    ("How do I unsubscribe?", "question"),
    ("When will the autumn catalogue come out?", "question"),
    ("Can I cancel my booking without a fee?", "question"),
    ("The teapot arrived broken. I am very disappointed.", "complaint"),
    ("Stop ignoring my messages about the refund!", "complaint"),
    ("Thank you for a wonderful trip.", "other"),
    ("We stopped at a lovely inn and enjoyed the food.", "other"),
    ("Please stop the newsletter. Actually no, please keep sending the newsletter.", "unclear"),
    ("Kind regards", "nothing"),
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


@pytest.mark.parametrize("text", ["Bitte senden Sie mir keine Werbung mehr zu, vielen Dank", "不要再给我发邮件"])
def test_a_language_without_a_words_file_has_no_name(text: str) -> None:
    """The reply then goes out in the desk's first language and in English (policy, section 5)."""
    assert judged(text).language == ""
