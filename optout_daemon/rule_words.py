"""What each rule saw, in a sentence: for commands that print for people, and, by the catalogues, for the pages.

A rule's name is the word before the colon of an evidence line. tests/project/test_cli_telling.py holds that every rule
of the code has its words here. Texts only: `scripts/messages.py` takes what TEXTS holds into the pages' catalogues.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

MACHINE_RULES: Final[Mapping[str, str]] = {
    "loop.own_address_is_author": "its author is our own address",
    "loop.own_address_in_x_loop": "it has come through our own address before",
    "bounce.delivery_report": "it has the form of a report on delivery",
    "bounce.failed_recipients": "it names who could not be reached",
    "bounce.mail_system_is_author": "its author is a mail system",
    "bounce.failure_text": "it says that a mail was not delivered",
    "bounce.aggregate_report": "it has the form of a mail system's statistics",
    "bounce.null_return_path": "it was sent so that nobody can answer it",
    "auto_reply.auto_submitted": "its header says that a machine made it",
    "auto_reply.automatic_header": "its header says that a machine answered",
    "auto_reply.suppressed_answer": "its header asks machines not to answer it",
    "auto_reply.vacation_notice": "it says that somebody is away, or that a mail has arrived",
    "bulk.list_header": "its header is that of a mailing list",
    "bulk.precedence": "its header says that it was sent to many",
    "bulk.newsletter": "it is written as a newsletter",
    "spam.spam_header": "our mail server calls it spam",
    "machine.form": "a machine sent it, as web forms do",
    "machine.unsolicited": "it is somebody's advertising",
}
"""What the rules of the machine gate see, by the name of the rule."""

WISH_RULES: Final[Mapping[str, str]] = {
    "nothing_said": "it says nothing of its own",
    "wants_it_back": "it takes an earlier stop back, or asks for more",
    "opt_out": "something of ours is to stop",
    "wants_less": "there is to be less of it, or a pause",
    "correction": "what is on record is to be changed",
    "goes_on": "information is to go on",
    "attached": "what is wanted stands in an attachment",
    "erasure": "what is held about the customer is to be deleted",
    "disclosure": "the customer asks what is held, or how it is used",
    "complaint": "the customer complains",
    "question": "the customer asks something",
    "unsaid_what": "something is to stop, and it is not said what",
    "fields_alone": "it says who writes, and no more",
    "something_else": "it is about something else",
    "stop": "asks to stop",
    "stop_asked": "speaks of a stop asked for earlier",
    "stop_perhaps": "may ask to stop",
    "second_thoughts": "changes its mind",
    "keep": "is to go on",
    "channel_in_doubt": "leaves open which channel is meant",
    "condition": "condition or end",
    "on_behalf": "about somebody else",
    "several": "about several people",
    "second_request": "asks for something else too",
    "resume": "asks for it again",
    "change": "asks for a change",
    "disclose": "asks to know",
    "erase": "asks to delete",
    "follow_up": "an earlier mail was taken into account",
}
"""What the rules of the wish see, by the name of the rule; where a piece of the mail follows, it is quoted."""

DECISION_RULES: Final[Mapping[str, str]] = {
    "our_own_mail": "It has our own address as its author.",
    "one_click": "It carries a sound unsubscribe token of one of our mails. That is enough.",
    "machine_mail": "A machine wrote it. Machines are never answered.",
    "the_same_mail_again": "The same mail was decided before.",
    "nothing_to_read": "There is nothing in it that can be read with certainty.",
    "machine_for_a_person": "A machine sent it, and it may carry a customer's wish: that is never thrown away.",
    "doubtful_sender": "It is not certain who sent it.",
    "not_an_opt_out": "It does not ask for an end to information. A person answers such mail.",
    "not_certain": "Not everything that an opt-out needs is there and certain.",
    "who_it_is": "It is not certain that the customer on record wrote it.",
    "damaged_text": "Characters of it were lost on the way.",
    "certain": "It is certain who writes and what is wanted.",
    "nobody_to_answer": "Nobody could be told that it was done.",
    "staff": "A person decided.",
}
"""Why the decision came out so, by the name of the rule that made it."""

MATCH_RULES: Final[Mapping[str, str]] = {
    "number: names a record": "the customer number is on record",
    "number: no record has it": "no customer on record has the number",
    "number: none is stated": "no customer number is stated",
    "name: the labelled name is the record's": "the name under its label is the one on record",
    "name: the labelled names together are the record's": (
        "the names under their labels are, together, the one on record"
    ),
    "name: a labelled name is not the whole name on record": (
        "the name under its label is only a part of the one on record"
    ),
    "name: a labelled name is another": "the name under its label is another than the one on record",
    "name: a name is given": "a name is stated, and there is no record to compare it with",
    "name: the record's name stands in own words": "the customer's own words state the name on record",
    "name: signed with the record's name": "it is signed with the name on record",
    "name: another name stands in own words": "the customer's own words state a name that is not the one on record",
    "name: a name stands below the text": "a name stands below the text, and there is no record to compare it with",
    "name: no name is stated": "no name is stated",
    "address: a labelled address is the record's": "the address under its label is the one on record",
    "address: the labelled address is not that on record": "the address under its label is not the one on record",
    "address: the record's address stands in own words": "the customer's own words state the address on record",
    "address: the record's address stands below the text": "the address on record stands below the text",
    "address: an address in own words differs from the record": (
        "the customer's own words state an address like the one on record, with a difference"
    ),
    "address: another address stands in own words": (
        "the customer's own words state an address that is not the one on record"
    ),
    "address: no address is stated": "no address is stated",
    "author: writes from the e-mail address on record": "it was written from the e-mail address on record",
    "number not in the directory": "no customer on record has the number",
    "author's address is the one on record": "it was written from the e-mail address on record",
    "author's address is not the one on record": "it was not written from the e-mail address on record",
    "dmarc pass by the trusted host": "the sender's domain vouches for it (DMARC)",
    "dmarc fail by the trusted host": "the sender's domain says that it is not genuine (DMARC)",
}
"""How the mail compares with the record, and what vouches for its sender, by the whole line."""

FIELD_ORIGINS: Final[Mapping[str, str]] = {
    "label in own words": "found under a label, in the customer's own words",
    "numbered in own words": "found by its place in a numbered list, in the customer's own words",
    "prose in own words": "found in a sentence, in the customer's own words",
    "label in a form inside a quotation": "found under a label, in a form inside a quotation",
    "numbered in a form inside a quotation": "found by its place in a numbered list, in a form inside a quotation",
    "prose in a form inside a quotation": "found in a sentence, in a form inside a quotation",
}
"""How a field was found, by what follows `field.NAME: `."""

UNREADABLE: Final = "it could not be read"

TEXTS: Final = (
    UNREADABLE,
    *(
        text
        for table in (MACHINE_RULES, WISH_RULES, DECISION_RULES, MATCH_RULES, FIELD_ORIGINS)
        for text in table.values()
    ),
)
