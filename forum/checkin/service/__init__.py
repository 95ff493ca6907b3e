"""What can be done at the door, one use case a module."""

from __future__ import annotations

from forum.checkin.service.checkpoints import (
    add_checkpoint,
    change_checkpoint,
    main_checkpoint,
)
from forum.checkin.service.pairing import (
    NewPairingLink,
    PairedDevice,
    lock_device,
    make_pairing_link,
    pair_device,
    pairing_offer,
    sign_off,
)
from forum.checkin.service.scans import record_scan
from forum.checkin.service.searching import count, search
from forum.checkin.service.undoing import undo, undo_by_organiser
from forum.checkin.service.working import hello, working_device

__all__ = [
    "NewPairingLink",
    "PairedDevice",
    "add_checkpoint",
    "change_checkpoint",
    "count",
    "hello",
    "lock_device",
    "main_checkpoint",
    "make_pairing_link",
    "pair_device",
    "pairing_offer",
    "record_scan",
    "search",
    "sign_off",
    "undo",
    "undo_by_organiser",
    "working_device",
]
