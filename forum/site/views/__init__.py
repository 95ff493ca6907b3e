"""Public views: pages for people, files for browsers and robots."""

from forum.site import blueprint
from forum.site.views import machines, pages

__all__ = ["blueprint", "machines", "pages"]
