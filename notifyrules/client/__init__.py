"""
A client of the decision service that goes on deciding when the service is away.

    client = Client("https://rules.example", Token("sender", secret), fallback=notifyrules.load("slack"))
    if client.decide("slack", facts): ...

It is for Python; other languages find what they need in `docs/service.md`.
"""

from notifyrules.client.answers import Answer, Away, Refused
from notifyrules.client.credentials import Credentials, Signature, Token
from notifyrules.client.doors import AsyncClient, Client

__all__ = ["Answer", "AsyncClient", "Away", "Client", "Credentials", "Refused", "Signature", "Token"]
