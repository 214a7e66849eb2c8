"""Pipes beside alternatives: `a | b || c` is `a | (b || c)`, which is seldom what was meant."""

from __future__ import annotations

from jmespath import lexer

_OPENING = frozenset({"lparen", "lbracket", "lbrace", "filter"})
_CLOSING = frozenset({"rparen", "rbracket", "rbrace"})
_ENDS = frozenset({"comma", "colon", "eof"}) | _CLOSING


def find_loose_pipe(text: str) -> str:
    """How the first `a | b || c` in an expression is read, with the parentheses that were left out;
    empty if there is none. The text is one that the parser takes.
    """
    begun: list[int] = [0]
    pipes: list[int | None] = [None]
    loose: list[bool] = [False]
    for token in lexer.Lexer().tokenize(text):
        kind = token["type"]
        if kind in _ENDS or kind == "pipe":
            pipe = pipes[-1]
            if loose[-1] and pipe is not None:
                left, right = text[begun[-1] : pipe], text[pipe + 1 : token["start"]]
                return f"{left.strip()} | ({right.strip()})"
            pipes[-1], loose[-1] = (token["start"] if kind == "pipe" else None), False
            if kind != "pipe":
                begun[-1] = token["end"]
        if kind in _OPENING:
            begun.append(token["end"])
            pipes.append(None)
            loose.append(False)
        elif kind in _CLOSING and len(begun) > 1:
            begun.pop()
            pipes.pop()
            loose.pop()
        elif kind == "or" and pipes[-1] is not None:
            loose[-1] = True
    return ""
