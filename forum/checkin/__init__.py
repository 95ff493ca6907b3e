"""The door: checkpoints, paired devices, scans, who is in, and the page that helpers hold.

Emits checkin.admitted and checkin.undone; listens to nothing.
"""
