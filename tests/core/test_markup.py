"""HTML to the lines that a person sees."""

from __future__ import annotations

import pytest

from optout_daemon.core.reading.elements import nesting
from optout_daemon.core.reading.markup import render, strip_tags

CASES = [
    ("<p>one</p><p>two<br>three</p>", "one\n\ntwo\nthree"),
    ("<div>one</div><div><br></div><div>two</div>", "one\n\ntwo"),
    ("<table><tr><td>お名前</td><td>山田 太郎</td></tr></table>", "お名前 | 山田 太郎"),
    ("<table><tr><th>Name<td><b>A</b> <i>B</i></table>", "Name | A B"),
    (
        "<table><tr><td>ご住所</td><td>東京都千代田区<br>1-1-1 <p>ビル2F</p></td></tr></table>",
        "ご住所 | 東京都千代田区 / 1-1-1 / ビル2F",
    ),
    ("<table><tr><td>only</td><td> &nbsp; </td></tr><tr><td>one</td></tr></table>", "only\none"),
    (
        "<table><tr><td>nav</td><td><table><tr><td>Name</td><td>Anna</td></tr></table></td></tr></table>",
        "nav\n\nName | Anna",
    ),
    (f"<table><tr><td>a</td><td>{'long ' * 100}</td></tr></table>", "a\n" + ("long " * 100).strip()),
    (
        "<dl><dt>Name</dt><dd>Anna</dd><dt>Address</dt><dd>5 Kirby Isle</dd><dd>Daybury</dd></dl>",
        "Name | Anna\nAddress | 5 Kirby Isle / Daybury",
    ),
    ("<dl><dt>alone</dt></dl><dl><dd>value</dd></dl>", "alone\n\nvalue"),
    ("<ol><li>12345678</li><li>Anna</li></ol>", "1. 12345678\n2. Anna"),
    ('<ol start="3"><li>x</li></ol>', "3. x"),
    ("<ul><li>12345678<li>Anna<ul><li>inner</ul></ul>", "12345678\nAnna\ninner"),
    ("<h1>Title</h1>text", "Title\n\ntext"),
    ("<blockquote>old<blockquote>older</blockquote></blockquote>new", "> old\n>\n> > older\n\nnew"),
    ("a<hr>b", "a\n\n----------\nb"),
    ("<pre>a  b\n c</pre>", "a  b\n c"),
    ("a\n  b &amp; c&nbsp;d &#x1F60A;", "a b & c d 😊"),
    ("東京都\n  千代田区", "東京都千代田区"),
    ("1543&#8203;9204", "15439204"),
    ("", ""),
]


@pytest.mark.parametrize(("source", "lines"), CASES)
def test_lines_are_those_that_a_person_sees(source: str, lines: str) -> None:
    """The field rules read lines; what was a table must still pair label and value."""

    assert lines == render(source).text


HIDDEN = [
    "<style>p{}</style>", "<script>x()</script>", "<!-- x -->", "<template>x</template>",
    '<span style="display:none">x</span>', '<p style="color:red; DISPLAY : none ">x</p>', "<div hidden>x</div>",
    '<i style="visibility: hidden">x</i>', '<i style="font-size:0">x</i>', '<i style="font-size:0px;color:red">x</i>',
    '<i style="mso-hide:all">x</i>', '<table><tr style="display:none"><td>x</td><td>y</td></tr></table>',
]  # fmt: skip


@pytest.mark.parametrize("hidden", HIDDEN)
def test_hidden_text_is_not_read(hidden: str) -> None:
    """Nobody saw it, so nobody meant it."""

    assert "seen" == render(f"<html><head><title>t</title></head><body>{hidden}seen</body></html>").text


def test_small_type_is_not_hidden() -> None:
    """Only a size of nothing hides."""

    assert "seen" == render('<p style="font-size:0.8em">seen</p>').text


def test_deep_markup_is_only_stripped() -> None:
    """The parser is quadratic on nesting; the text is kept for staff, and not judged."""
    deep = render("<div>" * 600 + "text" + "</div>" * 600)

    assert ("text", False) == (deep.text, deep.complete)
    assert render("<div>" * 400 + "text").complete


def test_nesting_counts_what_stays_open() -> None:
    """A closing tag of another name closes nothing, and table cells end by themselves."""

    assert (2, 100, 0) == (
        nesting("<div><b></b></div><div></div>"),
        nesting("<i></b>" * 100),
        nesting("<p><br><li>" * 99),
    )


def test_a_picture_inside_the_markup_does_not_fill_the_limit() -> None:
    """Web mailers send photos as data in the source."""
    source = f'<img src="data:image/png;base64,{"A" * 600_000}"><p>stop</p>'

    assert ("stop", True) == (render(source).text, render(source).complete)


def test_stripping_tags_is_linear() -> None:
    """It is the way out for markup that nothing else may touch."""

    assert "a b" == strip_tags("<" * 100_000 + "p>a<b>b").replace("  ", " ")
