"""What guests and organisers type about registrations."""

from forum.registrations.forms.guests import (
    CapacityForm,
    ChangeForm,
    NoPlacesForm,
    PlacesForm,
    RegistrationForm,
)

__all__ = ["CapacityForm", "ChangeForm", "NoPlacesForm", "PlacesForm", "RegistrationForm"]
