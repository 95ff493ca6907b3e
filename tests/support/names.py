"""A real DNS server on the loopback that knows the TXT records it is given."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
from dns.resolver import Resolver

LONGEST_STRING = 255


class _Handler(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        raw, line = self.request
        server = self.server
        assert isinstance(server, _Server)
        if server.silent:
            return
        query = dns.message.from_wire(raw)
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        (asked,) = query.question
        name = asked.name.to_text(omit_final_dot=True)
        texts = server.texts.get(name)
        if texts is None:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        else:
            quoted = [
                " ".join(
                    f'"{text[at : at + LONGEST_STRING]}"'
                    for at in range(0, len(text), LONGEST_STRING)
                )
                for text in texts
            ]
            answer.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", "TXT", *quoted))
        line.sendto(answer.to_wire(), self.client_address)


class _Server(socketserver.ThreadingUDPServer):
    texts: Mapping[str, Sequence[str]]
    silent: bool


@contextmanager
def name_server(texts: Mapping[str, Sequence[str]], *, silent: bool = False) -> Iterator[int]:
    """Run the server until the block ends and give its port; a silent one never answers."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.texts, server.silent = texts, silent
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def resolver_at(port: int) -> Resolver:
    """Return a resolver that asks this server alone."""
    resolver = Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], port
    return resolver
