"""Reports as mail servers of several makes write them, all of them ours, at example.com."""

from __future__ import annotations

from textwrap import dedent

BOUNDARY = "B_1"


def postfix(message_id: str, to: str, *, status: str = "5.1.1", sent_to: str = "") -> bytes:
    """Postfix: three parts, the whole mail returned."""
    code = "550" if status.startswith("5") else "450"
    said = "User unknown in virtual mailbox table" if status == "5.1.1" else "said no"
    return _mail(f"""\
        Return-Path: <>
        Received: by mx.example.com (Postfix)
         id 4Test1; Mon, 23 Nov 2026 09:00:00 +0000 (UTC)
        Date: Mon, 23 Nov 2026 09:00:00 +0000 (UTC)
        From: MAILER-DAEMON@mx.example.com (Mail Delivery System)
        Subject: Undelivered Mail Returned to Sender
        To: {sent_to or "bounces@example.com"}
        Auto-Submitted: auto-replied
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status;
         boundary="{BOUNDARY}"
        Message-Id: <20261123090000.4Test1@mx.example.com>

        This is a MIME-encapsulated message.

        --{BOUNDARY}
        Content-Description: Notification
        Content-Type: text/plain; charset=us-ascii

        This is the mail system at host mx.example.com.

        I'm sorry to have to inform you that your message could not
        be delivered to one or more recipients.

        <{to}>: host mail.example.com[192.0.2.1] said: {code} {status}
            <{to}>: Recipient address rejected: {said} (in reply to
            RCPT TO command)

        --{BOUNDARY}
        Content-Description: Delivery report
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mx.example.com
        X-Postfix-Queue-ID: 4Test1
        X-Postfix-Sender: rfc822; {sent_to or "bounces@example.com"}
        Arrival-Date: Mon, 23 Nov 2026 08:59:58 +0000 (UTC)

        Final-Recipient: rfc822; {to}
        Original-Recipient: rfc822;{to}
        Action: {"failed" if code == "550" else "delayed"}
        Status: {status}
        Remote-MTA: dns; mail.example.com
        Diagnostic-Code: smtp; {code} {status} <{to}>: Recipient address rejected:
            {said}

        --{BOUNDARY}
        Content-Description: Undelivered Message
        Content-Type: message/rfc822

        From: Forum <forum@example.com>
        To: {to}
        Subject: You are registered
        Message-ID: {message_id}

        Dear guest

        --{BOUNDARY}--
        """)


def exim(message_id: str, to: str) -> bytes:
    """Exim of today: a report, but a code that says nothing; the words of the server do."""
    return _mail(f"""\
        Return-path: <>
        X-Failed-Recipients: {to}
        Auto-Submitted: auto-replied
        From: Mail Delivery System <Mailer-Daemon@mx.example.com>
        To: bounces@example.com
        References: {message_id}
        Content-Type: multipart/report; report-type=delivery-status; boundary={BOUNDARY}
        MIME-Version: 1.0
        Subject: Mail delivery failed: returning message to sender

        --{BOUNDARY}
        Content-type: text/plain; charset=us-ascii

        This message was created automatically by mail delivery software.

        A message that you sent could not be delivered to one or more of its
        recipients. This is a permanent error. The following address(es) failed:

          {to}
            host mail.example.com [192.0.2.1]
            SMTP error from remote mail server after RCPT TO:<{to}>:
            550 No such user here

        --{BOUNDARY}
        Content-type: message/delivery-status

        Reporting-MTA: dns; mx.example.com

        Action: failed
        Final-Recipient: rfc822;{to}
        Status: 5.0.0
        Remote-MTA: dns; mail.example.com
        Diagnostic-Code: smtp; 550 No such user here

        --{BOUNDARY}
        Content-type: text/rfc822-headers

        Message-ID: {message_id}
        From: Forum <forum@example.com>
        Subject: You are registered

        --{BOUNDARY}--
        """)


def exim_of_old(message_id: str, to: str) -> bytes:
    """Exim before 4.86: words for people, and a copy of the mail below a line."""
    return _mail(f"""\
        X-Failed-Recipients: {to}
        Auto-Submitted: auto-replied
        From: Mail Delivery System <Mailer-Daemon@mx.example.com>
        To: bounces@example.com
        Subject: Mail delivery failed: returning message to sender

        This message was created automatically by mail delivery software.

        The following address(es) failed:

          {to}
            Unrouteable address

        ------ This is a copy of the message, including all the headers. ------

        Return-path: <bounces@example.com>
        Message-ID:
         {message_id}
        From: Forum <forum@example.com>
        Subject: You are registered

        Dear guest
        """)


def exchange(message_id: str, to: str) -> bytes:
    """Exchange: HTML and text inside, a report, headers of the mail at the end."""
    return _mail(f"""\
        MIME-Version: 1.0
        From: <postmaster@example.com>
        To: <bounces@example.com>
        Content-Type: multipart/report; report-type=delivery-status;
         boundary="{BOUNDARY}"
        Content-Language: en-US
        In-Reply-To: {message_id}
        References: {message_id}
        Subject: Undeliverable: You are registered
        Auto-Submitted: auto-replied

        --{BOUNDARY}
        Content-Type: multipart/alternative; differences=Content-Type;
         boundary="inner"

        --inner
        Content-Type: text/plain; charset="utf-8"
        Content-Transfer-Encoding: quoted-printable

        Your message to {to} couldn=E2=80=99t be delivered.

        --inner
        Content-Type: text/html; charset="utf-8"

        <html><body>Your message couldn't be delivered.</body></html>

        --inner--

        --{BOUNDARY}
        Content-Type: message/delivery-status

        Reporting-MTA: dns;exchange.example.com
        Received-From-MTA: dns;mx.example.com
        Arrival-Date: Mon, 23 Nov 2026 09:00:00 +0000

        Final-Recipient: rfc822;{to}
        Action: failed
        Status: 5.1.10
        Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup

        --{BOUNDARY}
        Content-Type: message/rfc822

        Message-ID: {message_id}
        From: Forum <forum@example.com>

        --{BOUNDARY}--
        """)  # noqa: E501 - Exchange does not fold this line


def gmail(message_id: str, to: str, *, status: str = "5.2.2") -> bytes:
    """Gmail: a report whose first part holds pictures, by default for a full mailbox."""
    return _mail(f"""\
        Return-Path: <>
        From: Mail Delivery Subsystem <mailer-daemon@example.com>
        To: bounces@example.com
        Auto-Submitted: auto-replied
        Subject: Delivery Status Notification (Failure)
        References: {message_id}
        In-Reply-To: {message_id}
        X-Failed-Recipients: {to}
        Content-Type: multipart/report; boundary="{BOUNDARY}"; report-type=delivery-status

        --{BOUNDARY}
        Content-Type: multipart/related; boundary="inner"

        --inner
        Content-Type: text/plain; charset="UTF-8"

        ** Address problem **
        Your message wasn't delivered to {to}.

        --inner
        Content-Type: image/png; name="icon.png"
        Content-Transfer-Encoding: base64
        Content-Disposition: attachment; filename="icon.png"

        iVBORw0KGgo=
        --inner--

        --{BOUNDARY}
        Content-Type: message/delivery-status

        Reporting-MTA: dns; example.com
        Final-Recipient: rfc822; {to}
        Action: failed
        Status: {status}
        Remote-MTA: dns; mail.example.com. (192.0.2.1, the server for the domain example.com.)
        Diagnostic-Code: smtp; 552-{status} The recipient's inbox is out of storage space. Please
         552 {status} direct them to the help of their provider.
        Last-Attempt-Date: Mon, 23 Nov 2026 01:00:00 -0800 (PST)

        --{BOUNDARY}
        Content-Type: message/rfc822

        Message-ID: {message_id}
        From: Forum <forum@example.com>

        ----- Message truncated -----
        --{BOUNDARY}--
        """)


def out_of_office(message_id: str, sent_to: str) -> bytes:
    """A note that somebody is away: an answer to the envelope sender (RFC 3834)."""
    return _mail(f"""\
        Return-Path: <>
        From: Ada Guest <guest@example.com>
        To: {sent_to}
        Subject: Out of office: You are registered
        In-Reply-To: {message_id}
        Auto-Submitted: auto-replied
        Precedence: bulk
        Content-Type: text/plain; charset=utf-8

        I am away. Your user unknown is not known to me: 550 5.1.1
        """)


def in_a_circle(message_id: str, sent_to: str) -> bytes:
    """One of our own mails, come home by a forwarding that goes round."""
    return _mail(f"""\
        Received: from a.example.com by b.example.com
        Received: from b.example.com by a.example.com
        From: Forum <forum@example.com>
        To: {sent_to}
        Subject: You are registered
        Message-ID: {message_id}
        Auto-Submitted: auto-generated

        Dear guest
        """)


def _mail(written: str) -> bytes:
    """Return a mail as it goes over the line; a continued header begins with a blank."""
    return dedent(written).replace("\n", "\r\n").encode()
