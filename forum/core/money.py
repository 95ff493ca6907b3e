"""Amounts of money: a whole number of a currency's smallest unit, never a float."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

_CURRENCY = re.compile(r"[A-Z]{3}")
WITHOUT_CENTS = frozenset({"BIF", "CLP", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF", "XPF"})
"""Currencies of ISO 4217 that have no smaller unit."""


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in the smallest unit (cents), and the currency's three letters (ISO 4217)."""

    minor: int
    currency: str = "HKD"

    def __post_init__(self) -> None:
        """Refuse what is no currency's name, and less than nothing."""
        if not _CURRENCY.fullmatch(self.currency):
            message = f"not the three letters of a currency: {self.currency!r}"
            raise ValueError(message)
        if self.minor < 0:
            message = f"an amount below nothing: {self.minor}"
            raise ValueError(message)

    @property
    def is_free(self) -> bool:
        """Whether nothing is to be paid."""
        return self.minor == 0

    @property
    def amount(self) -> Decimal:
        """The amount in whole units of the currency."""
        return Decimal(self.minor) / (1 if self.currency in WITHOUT_CENTS else 100)

    def written(self) -> str:
        """Return the amount as people write it, without the currency: 380 or 380.50."""
        whole = self.amount == self.amount.to_integral_value()
        return f"{self.amount:f}" if not whole else str(int(self.amount))

    def __str__(self) -> str:
        """Return HKD 1,200.00, and JPY 1,200 where the currency has no smaller unit."""
        places = 0 if self.currency in WITHOUT_CENTS else 2
        return f"{self.currency} {self.amount:,.{places}f}"


NOTHING = Money(0)


def money_of(typed: str, currency: str = "HKD") -> Money:
    """Return the amount that somebody typed, such as 380, 1,200.50 or HK$ 380; 0 for nothing.

    Raises ValueError for what is no amount of this currency.
    """
    plain = unicodedata.normalize("NFKC", typed).upper().replace(",", "").replace(" ", "")
    plain = plain.removeprefix(currency).removesuffix(currency)
    plain = plain.removeprefix("HK").removeprefix("US").removeprefix("$") or "0"
    cents = 0 if currency in WITHOUT_CENTS else 2
    if not re.fullmatch(rf"[0-9]{{1,9}}(\.[0-9]{{0,{cents}}})?" if cents else r"[0-9]{1,9}", plain):
        message = f"not an amount in {currency}: {typed!r}"
        raise ValueError(message)
    return Money(int(Decimal(plain) * 10**cents), currency)
