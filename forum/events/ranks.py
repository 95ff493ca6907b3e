"""In which order the organisations behind an event stand: by role, within a role by tier."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from forum.core.text import Text
from forum.events.rules import PartnerRole, reordered

HOSTS = (PartnerRole.ORGANISER, PartnerRole.CO_HOST, PartnerRole.CO_ORGANISER)
"""Who holds the event; the others support it."""

_ROLES = tuple(PartnerRole)


class Ranked(Protocol):
    """What decides where a partner stands."""

    role: PartnerRole
    tier: Text


Partner = TypeVar("Partner", bound=Ranked)


@dataclass(frozen=True, slots=True)
class Rank(Generic[Partner]):
    """Partners of one role and tier, in their order."""

    role: PartnerRole
    tier: Text
    partners: Sequence[Partner]


def ranks_of(partners: Iterable[Partner]) -> list[Rank[Partner]]:
    """Return the partners as guests see them.

    Roles have a fixed order; the tiers of a role stand in the order of each one's first partner,
    and a partner without a tier has a rank of its own among them.
    """
    found: list[tuple[Partner, list[Partner]]] = []
    for one in partners:
        for first, others in found:
            if first.role is one.role and _same(first.tier, one.tier):
                others.append(one)
                break
        else:
            found.append((one, [one]))
    found.sort(key=lambda rank: _ROLES.index(rank[0].role))
    return [Rank(first.role, first.tier, others) for first, others in found]


def moved_in_rank(partners: Iterable[Partner], which: Partner, step: int) -> list[Partner]:
    """Return all partners in order, one of them moved by a step among those of its rank."""
    order: list[Partner] = []
    for rank in ranks_of(partners):
        mine = which in rank.partners
        order += (
            reordered(rank.partners, list(rank.partners).index(which), step)
            if mine
            else rank.partners
        )
    return order


def moved_rank(partners: Iterable[Partner], which: Partner, step: int) -> list[Partner]:
    """Return all partners in order, the tier of one of them moved by a step within its role."""
    ranks = ranks_of(partners)
    here = next(place for place, rank in enumerate(ranks) if which in rank.partners)
    same = [place for place, rank in enumerate(ranks) if rank.role is which.role]
    first = same[0]
    moved = reordered([ranks[place] for place in same], here - first, step)
    ranks[first : same[-1] + 1] = moved
    return [one for rank in ranks for one in rank.partners]


def _same(one: Text, other: Text) -> bool:
    """Say whether two tiers are the same: none at all, or the same word in any language."""
    if not one or not other:
        return not one and not other
    return any(
        word.casefold() == other.get(key).casefold() for key, word in one.by_language.items()
    )
