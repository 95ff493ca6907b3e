"""The interface in Chinese: one catalogue a language, and the tool that keeps them whole."""
