"""A real OpenID Connect provider (oidc-provider-mock) on a free loopback port, and ways to have it misbehave."""

from __future__ import annotations

import base64
import io
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import httpx
from oidc_provider_mock import User, app
from werkzeug.serving import make_server

USERS = (
    User(sub="s-sato", claims={"email": "Sato@shop.example", "email_verified": True}),
    User(sub="s-twin", claims={"email": "sato@shop.example", "email_verified": True}),
    User(sub="s-loose", claims={"email": "sato@shop.example", "email_verified": False}),
    User(sub="s-nobody", claims={"email": "nobody@shop.example", "email_verified": True}),
)


class Identity:
    """The provider as a WSGI application. `host` and `client` are what it takes itself and the client for at the token
    endpoint, where they are set; `down` makes it answer 503; `requests` holds each form and query it was sent.
    """

    def __init__(self) -> None:
        self.host, self.client, self.down, self.port = "", "", False, 0
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.renew()

    @property
    def issuer(self) -> str:
        return f"http://localhost:{self.port}"

    def renew(self, *, lasting: timedelta = timedelta(hours=1)) -> None:
        """Begin anew, with another key; ID tokens hold for `lasting`."""
        self._app = app(require_nonce=True, access_token_max_age=lasting, user_claims=USERS)

    def authorise(self, address: str, subject: str, *, deny: bool = False) -> str:
        """What a person does there: say who they are, or no; where the browser is sent then."""
        form = {"action": "deny"} if deny else {"sub": subject}
        return httpx.post(address, data=form).headers["location"]

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        path, sent = environ["PATH_INFO"], f"{environ['QUERY_STRING']}&{body.decode()}"
        self.requests.append((path, {name: values[0] for name, values in parse_qs(sent).items()}))
        if self.down:
            start("503 Service Unavailable", [("Content-Type", "text/plain")])
            return [b""]
        if self.host and path == "/oauth2/token":
            environ["HTTP_HOST"] = self.host
        if self.client and path.startswith("/oauth2/"):
            if "HTTP_AUTHORIZATION" in environ:
                credential = base64.b64encode(f"{self.client}:any".encode()).decode()
                environ["HTTP_AUTHORIZATION"] = f"Basic {credential}"
            environ["QUERY_STRING"] = environ["QUERY_STRING"].replace("client_id=desk", f"client_id={self.client}")
            body = body.replace(b"client_id=desk", f"client_id={self.client}".encode())
            environ["CONTENT_LENGTH"] = str(len(body))
        environ["wsgi.input"] = io.BytesIO(body)
        answer: Iterable[bytes] = self._app(environ, start)
        return answer


@contextmanager
def identity_provider() -> Iterator[Identity]:
    """Serve one."""
    identity = Identity()
    server = make_server("localhost", 0, identity, threaded=True)
    identity.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="identity")
    thread.start()
    try:
        yield identity
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
