"""Public views: pages for people, files for browsers and robots."""

from forum.site import blueprint
from forum.site.views import changes, machines, pages, programme, sharing, sign_up, signs

__all__ = ["blueprint", "changes", "machines", "pages", "programme", "sharing", "sign_up", "signs"]
