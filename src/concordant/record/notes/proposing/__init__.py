"""What a language model proposes about a note: asked for, checked by the rules of the reader, and offered. Never a fact."""
