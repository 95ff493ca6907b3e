"""Wordings to begin with: what an organiser would have to say anyway, to be read before use.

Direct marketing and passing data on follow the Personal Data (Privacy) Ordinance, Cap. 486,
Part 6A: what data, for what, to whom, free to refuse, free to stop. Values stand as %(name)s:
`organisation`, `partner`, `event`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from forum.core.i18n import sentence
from forum.core.languages import KEYS
from forum.core.text import Text
from forum.registrations.rules.consents import ConsentPurpose

PURPOSE_WORDS = {
    ConsentPurpose.COLLECTION: sentence("Collection statement"),
    ConsentPurpose.PRIVACY: sentence("Privacy notice"),
    ConsentPurpose.MARKETING: sentence("Direct marketing"),
    ConsentPurpose.PARTNER: sentence("Passing data to a partner"),
    ConsentPurpose.PHOTO: sentence("Photos and recordings"),
}
"""What each purpose is called."""

PURPOSE_HINTS = {
    ConsentPurpose.COLLECTION: sentence(
        "Shown on the form: what is asked for, for what, who gets it, how long it is kept."
    ),
    ConsentPurpose.PRIVACY: sentence(
        "Shown below it: how people see, correct or erase what is kept of them."
    ),
    ConsentPurpose.MARKETING: sentence(
        "A box of its own, never ticked beforehand. Nobody has to tick it to come."
    ),
    ConsentPurpose.PARTNER: sentence(
        "One box for each partner, by its name. Where you get anything in return for the data, "
        "the words have to say so."
    ),
    ConsentPurpose.PHOTO: sentence(
        "A box of its own, for pictures in which a guest is recognised."
    ),
}
"""What an organiser should know before writing one."""

READY: Mapping[ConsentPurpose, Text] = {
    ConsentPurpose.COLLECTION: Text(
        {
            "en": "%(organisation)s uses your name, organisation and email address to run "
            "“%(event)s”: to keep your seat, send your ticket and tell you of changes. Its staff "
            "and the people at the door see them. Without them no seat can be kept for you. They "
            "are kept until %(organisation)s erases them, which you may ask for at any time.",
            "zh-Hant": "%(organisation)s使用你的姓名、機構及電郵地址，以舉辦「%(event)s」："
            "保留座位、"
            "發送入場券及通知變更。其職員及登記處人員可看到這些資料。如不提供，便無法為你保留座位。"
            "資料會保留至%(organisation)s將其刪除為止，你可隨時提出要求。",
            "zh-Hans": "%(organisation)s使用你的姓名、机构及邮箱地址，以举办“%(event)s”：保留座位、"
            "发送入场券及通知变更。其职员及登记处人员可看到这些资料。如不提供，便无法为你保留座位。"
            "资料会保留至%(organisation)s将其删除为止，你可随时提出要求。",
        }
    ),
    ConsentPurpose.PRIVACY: Text(
        {
            "en": "You may ask %(organisation)s at any time to see what it keeps of you, and to "
            "correct or erase it. What you agree to below is of your own free will: you can come "
            "without it, and withdraw it at any time on the page of your registration.",
            "zh-Hant": "你可隨時要求%(organisation)s讓你查閱、更正或刪除其保存的你的資料。"
            "以下各項均屬自願：不同意亦可出席，並可隨時在你的登記頁面撤回。",
            "zh-Hans": "你可随时要求%(organisation)s让你查阅、更正或删除其保存的你的资料。"
            "以下各项均属自愿：不同意亦可出席，并可随时在你的登记页面撤回。",
        }
    ),
    ConsentPurpose.MARKETING: Text(
        {
            "en": "%(organisation)s may use my name and email address to tell me by email about "
            "its later events, reports and services. I can stop this at any time, free of charge.",
            "zh-Hant": "%(organisation)s可使用我的姓名及電郵地址，以電郵向我介紹其日後的活動、"
            "報告及"
            "服務。我可隨時免費要求停止。",
            "zh-Hans": "%(organisation)s可使用我的姓名及邮箱地址，通过邮件向我介绍其日后的活动、"
            "报告及"
            "服务。我可随时免费要求停止。",
        }
    ),
    ConsentPurpose.PARTNER: Text(
        {
            "en": "%(organisation)s may pass my name, organisation and email address to "
            "%(partner)s, which may tell me by email about its own events, publications and "
            "services. I can withdraw this at any time, free of charge.",
            "zh-Hant": "%(organisation)s可將我的姓名、機構及電郵地址轉交%(partner)s，供其以電郵向我"
            "介紹其活動、刊物及服務。我可隨時免費撤回。",
            "zh-Hans": "%(organisation)s可将我的姓名、机构及邮箱地址转交%(partner)s，供其通过邮件"
            "向我介绍其活动、刊物及服务。我可随时免费撤回。",
        }
    ),
    ConsentPurpose.PHOTO: Text(
        {
            "en": "%(organisation)s may publish photos and recordings of “%(event)s” in which I "
            "can be recognised, on its website and in its reports. I can withdraw this at any "
            "time for what is not published yet.",
            "zh-Hant": "%(organisation)s可在其網站及報告中發布「%(event)s」中可辨認我的照片及錄影。"
            "對尚未發布的，我可隨時撤回。",
            "zh-Hans": "%(organisation)s可在其网站及报告中发布“%(event)s”中可辨认我的照片及录影。"
            "对尚未发布的，我可随时撤回。",
        }
    ),
}


def ready_words(purpose: ConsentPurpose, named: Callable[[str, str], str]) -> Text:
    """Return the wording to begin with; `named` gives a value's words in a language."""
    return Text({key: _filled(READY[purpose].get(key), key, named) for key in KEYS})


def _filled(words: str, key: str, named: Callable[[str, str], str]) -> str:
    for value in ("organisation", "partner", "event"):
        words = words.replace(f"%({value})s", named(value, key))
    return words
