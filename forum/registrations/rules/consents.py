"""For what data may be used, and how a consent came in."""

from __future__ import annotations

from enum import StrEnum

from forum.core.errors import Conflict
from forum.core.i18n import sentence

LONGEST_WORDING = 2000


class ConsentPurpose(StrEnum):
    """What a statement or a consent is about.

    COLLECTION and PRIVACY are statements that were shown; the others are asked for and may be
    withdrawn (Personal Data (Privacy) Ordinance, Cap. 486, DPP 1 and Part 6A).
    """

    COLLECTION = "collection"
    PRIVACY = "privacy"
    MARKETING = "marketing"
    PARTNER = "partner"
    PHOTO = "photo"


ASKED_FOR = frozenset({ConsentPurpose.MARKETING, ConsentPurpose.PARTNER, ConsentPurpose.PHOTO})
"""Purposes with a box of their own, never ticked beforehand."""


class ConsentSource(StrEnum):
    """Where a consent was given or withdrawn; REPLACED: with the person who had given it."""

    FORM = "form"
    OWN_PAGE = "own_page"
    MAIL = "mail"
    OFFICE = "office"
    IMPORT = "import"
    REPLACED = "replaced"


class OnlyThemselves(Conflict):
    """Who has an address of their own agrees by their own link, and nobody else for them."""

    code = "only_themselves"
    says = sentence("Only they themselves can agree, by the link in their own mail.")
