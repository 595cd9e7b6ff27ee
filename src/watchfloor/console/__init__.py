"""The page shell: layout, navigation, components, keyboard, languages; the addresses and the server entry."""
