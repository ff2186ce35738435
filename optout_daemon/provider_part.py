"""Build the identity provider that `[web.oidc]` names; nothing is asked of it yet."""

from __future__ import annotations

from optout_daemon.certificates import check_certificates
from optout_daemon.config import secret
from optout_daemon.config_oidc import OidcSettings
from optout_daemon.edges.oidc import Provider


def build_provider(oidc: OidcSettings) -> Provider:
    """SettingsError for a secret or a file of certificates that is missing or no good."""
    check_certificates(oidc.ca_file, "web.oidc.ca_file")
    return Provider(
        oidc.issuer,
        oidc.client_id,
        secret(oidc.client_secret_file, "web.oidc.client_secret_file"),
        timeout=oidc.timeout.total_seconds(),
        ca_file=oidc.ca_file,
    )
