"""Public pages that mix rooms: home, events, programme, speakers, calendar, a guest's booking."""

from flask import Blueprint

from forum.core.prose import prose

blueprint = Blueprint("site", __name__)
blueprint.add_app_template_filter(prose, "prose")
