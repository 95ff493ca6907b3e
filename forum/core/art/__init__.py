"""An event's own colours and pictures: palette, cover art, share image, people's tiles."""
