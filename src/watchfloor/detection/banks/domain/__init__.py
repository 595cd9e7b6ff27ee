"""Pure parts of banks: values and their normal forms, what a match is worth, when a flood is one."""
