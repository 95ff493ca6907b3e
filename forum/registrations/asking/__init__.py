"""The questions of an event as fields of a form: for the public form, a guest's page, the office.

In a view: `sheet = ask(form, questions_for(event_id, type_id), order=event.languages)`, on a POST
`keep_files(event_id, [sheet], sender=sender_of(…), now=now)` before `form.validate()`, then
`sheet.answers()`; in a template `{{ asked(sheet) }}` of registrations/_questions.html.
"""

from forum.registrations.asking.countries import countries, country_name
from forum.registrations.asking.fields import AnswerField
from forum.registrations.asking.files import FileAnswer, keep_files, sender_of
from forum.registrations.asking.saying import said
from forum.registrations.asking.sheets import Sheet, answers_of, ask

__all__ = [
    "AnswerField",
    "FileAnswer",
    "Sheet",
    "answers_of",
    "ask",
    "countries",
    "country_name",
    "keep_files",
    "said",
    "sender_of",
]
