"""Questions that are asked again and again, in three languages, to be taken over and changed."""

from __future__ import annotations

from dataclasses import dataclass, field

from forum.core.text import Text
from forum.registrations.rules.questions import YES, DataClass, QuestionKind

SOON, MONTH, YEAR = 14, 30, 365
"""Days after the event for which answers are kept."""


@dataclass(frozen=True, slots=True)
class ReadyQuestion:
    """A question as it is taken over; `follow` is asked after one of `opened_by`.

    `opened_by` holds "yes", or the places of options in their order; `short` is what the library
    calls one whose question is long.
    """

    key: str
    kind: QuestionKind
    label: Text
    hint: Text = field(default_factory=Text)
    options: tuple[Text, ...] = ()
    required: bool = False
    data_class: DataClass = DataClass.ORDINARY
    keep_days: int = YEAR
    follow: ReadyQuestion | None = None
    opened_by: tuple[str | int, ...] = ()
    short: Text = field(default_factory=Text)

    @property
    def name(self) -> Text:
        """What it is called in the library."""
        return self.short or self.label


def _text(english: str, traditional: str, simplified: str) -> Text:
    return Text({"en": english, "zh-Hant": traditional, "zh-Hans": simplified})


OTHER = _text("Other", "其他", "其他")

JOB_TITLE = ReadyQuestion(
    "job_title", QuestionKind.TEXT, _text("Job title", "職銜", "职务"), required=True
)

INDUSTRY = ReadyQuestion(
    "industry",
    QuestionKind.ONE,
    _text("Industry", "行業", "行业"),
    options=(
        _text("Manufacturing", "製造業", "制造业"),
        _text("Technology and innovation", "科技及創新", "科技与创新"),
        _text("Trade and logistics", "貿易及物流", "贸易与物流"),
        _text("Finance and professional services", "金融及專業服務", "金融与专业服务"),
        _text("Government or public body", "政府或公營機構", "政府或公共机构"),
        _text("University or research", "大學或研究機構", "大学或研究机构"),
        _text("Chamber or association", "商會或協會", "商会或协会"),
        _text("Media", "傳媒", "媒体"),
        OTHER,
    ),
)

DIETARY_NEEDS = ReadyQuestion(
    "dietary_needs",
    QuestionKind.SEVERAL,
    _text("Dietary needs", "飲食需要", "饮食需要"),
    _text(
        "Only the organiser and the kitchen see this.",
        "只有主辦機構及廚房會看到。",
        "只有主办机构和厨房会看到。",
    ),
    options=(
        _text("Vegetarian", "素食", "素食"),
        _text("Vegan", "全素（不含蛋奶）", "纯素（不含蛋奶）"),
        _text("Halal", "清真", "清真"),
        _text("No beef", "不吃牛肉", "不吃牛肉"),
        _text("No gluten", "不含麩質", "不含麸质"),
        _text("Nut allergy", "堅果過敏", "坚果过敏"),
        _text("Seafood allergy", "海鮮過敏", "海鲜过敏"),
        OTHER,
    ),
    data_class=DataClass.SENSITIVE,
    keep_days=SOON,
    follow=ReadyQuestion(
        "dietary_details",
        QuestionKind.TEXT,
        _text("What should the kitchen know?", "請告訴廚房要注意的事項", "请告诉厨房要注意的事项"),
        required=True,
        data_class=DataClass.SENSITIVE,
        keep_days=SOON,
    ),
    opened_by=(7,),
)

ACCESS_NEEDS = ReadyQuestion(
    "access_needs",
    QuestionKind.YES_NO,
    _text(
        "Do you need any arrangement so that you can take part fully?",
        "你參加活動時是否需要特別安排？",
        "你参加活动时是否需要特别安排？",
    ),
    _text(
        "For example a space for a wheelchair, a way in without steps, sign language or captions.",
        "例如輪椅位、無梯級通道、手語傳譯或字幕。",
        "例如轮椅位、无台阶通道、手语翻译或字幕。",
    ),
    data_class=DataClass.SENSITIVE,
    keep_days=SOON,
    follow=ReadyQuestion(
        "access_details",
        QuestionKind.LONG_TEXT,
        _text("What do you need?", "你需要甚麼安排？", "你需要什么安排？"),
        _text(
            "The organiser will write to you about it.",
            "主辦機構會就此與你聯絡。",
            "主办机构会就此与你联系。",
        ),
        required=True,
        data_class=DataClass.SENSITIVE,
        keep_days=SOON,
    ),
    opened_by=(YES,),
    short=_text("Access needs", "無障礙安排", "无障碍安排"),
)

HEADSET = ReadyQuestion(
    "headset",
    QuestionKind.ONE,
    _text(
        "Do you need a headset for simultaneous interpretation?",
        "你是否需要即時傳譯耳機？",
        "你是否需要同声传译耳机？",
    ),
    options=(
        _text("No", "不需要", "不需要"),
        _text("Yes, English", "需要，英語", "需要，英语"),
        _text("Yes, Cantonese", "需要，廣東話", "需要，粤语"),
        _text("Yes, Putonghua", "需要，普通話", "需要，普通话"),
    ),
    keep_days=MONTH,
    short=_text("Interpretation headset", "傳譯耳機", "传译耳机"),
)

HOW_HEARD = ReadyQuestion(
    "how_heard",
    QuestionKind.ONE,
    _text("How did you hear about the event?", "你從何得知這項活動？", "你从哪里得知这项活动？"),
    options=(
        _text(
            "Invitation or email from the organiser", "主辦機構的邀請或電郵", "主办机构的邀请或邮件"
        ),
        _text("Colleague or friend", "同事或朋友", "同事或朋友"),
        _text("Chamber or association", "商會或協會", "商会或协会"),
        _text("Social media", "社交媒體", "社交媒体"),
        _text("News", "新聞報道", "新闻报道"),
        _text("Search on the web", "網上搜尋", "网上搜索"),
        OTHER,
    ),
    short=_text("How they heard of it", "得知途徑", "得知途径"),
)

MOBILE = ReadyQuestion(
    "mobile",
    QuestionKind.PHONE,
    _text("Mobile", "流動電話", "手机"),
    _text("For messages on the day only.", "只用於活動當日聯絡。", "只用于活动当日联系。"),
    data_class=DataClass.CONTACT,
    keep_days=MONTH,
)

READY = {
    one.key: one
    for one in (JOB_TITLE, INDUSTRY, MOBILE, DIETARY_NEEDS, ACCESS_NEEDS, HEADSET, HOW_HEARD)
}
