"""What people look like: skin, hair, brows, lashes, teeth, glasses and hats, from files or made."""
