"""Objects and scenes in pictures, and the visual blocks made of them (eq 4-6 and 11)."""
