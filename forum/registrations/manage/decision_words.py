"""Texts to begin a message with, in three languages, for who is approved or declined."""

from __future__ import annotations

from dataclasses import dataclass

from forum.core.i18n import Sentence, sentence
from forum.core.text import Text


@dataclass(frozen=True, slots=True)
class Template:
    """A text to begin with: its name in the list, its words."""

    label: Sentence
    words: Text


APPROVING = {
    "welcome": Template(
        sentence("Looking forward to meeting you"),
        Text(
            {
                "en": "We look forward to meeting you.",
                "zh-Hant": "我們期待與你會面。",
                "zh-Hans": "我们期待与你会面。",
            }
        ),
    ),
    "identity": Template(
        sentence("Bring an identity document"),
        Text(
            {
                "en": "Bring a business card or your press card: it is asked for at the"
                " registration desk.",
                "zh-Hant": "請帶備名片或記者證，登記處會查閱。",
                "zh-Hans": "请带备名片或记者证，登记处会查阅。",
            }
        ),
    ),
}

DECLINING = {
    "full": Template(
        sentence("The seats are gone"),
        Text(
            {
                "en": "More people asked to come than the hall can seat, and we could not keep a"
                " seat for everybody.",
                "zh-Hant": "申請出席的人數超出場地座位，我們未能為每位申請人預留座位。",
                "zh-Hans": "申请出席的人数超出场地座位，我们未能为每位申请人预留座位。",
            }
        ),
    ),
    "audience": Template(
        sentence("For another audience"),
        Text(
            {
                "en": "These tickets are for another audience. You are welcome to register for"
                " another kind of ticket on the event’s page.",
                "zh-Hant": "此類入場券只供指定嘉賓申請。歡迎在活動網頁登記其他類別的入場券。",
                "zh-Hans": "此类入场券只供指定嘉宾申请。欢迎在活动网页登记其他类别的入场券。",
            }
        ),
    ),
    "recording": Template(
        sentence("Point to the recording"),
        Text(
            {
                "en": "The recording and the slides will be on the event’s page afterwards.",
                "zh-Hant": "活動結束後，錄影及簡報會上載至活動網頁。",
                "zh-Hans": "活动结束后，录像及简报会上传至活动网页。",
            }
        ),
    ),
}
