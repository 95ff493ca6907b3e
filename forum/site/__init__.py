"""Public pages that mix rooms: home, events, programme, speakers, calendar, a guest's booking."""

from flask import Blueprint

blueprint = Blueprint("site", __name__)
