"""A small grammar for formulas in a criteria set: + - * / ( ) min max over named variables, exactly.

Pure and never ``eval``: text is read into a tree, the tree is worked out in Fractions.

    sum     = product { ("+" | "-") product }
    product = factor { ("*" | "/") factor }
    factor  = number | name | "-" factor | "(" sum ")" | ("min" | "max") "(" sum { ";" sum } ")"

"×", "÷" and "−" may stand for "*", "/" and "-". A number that could mean thousands ("1.500") is refused.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from .exact import may_be_thousands

LONGEST = 300
DEEPEST = 20

_TOKEN = re.compile(r"\s*(?:(\d+(?:[.,]\d+)?)|([A-Za-z_][A-Za-z0-9_]*)|([-+*/();×÷−]))", re.ASCII)
_SIGNS = {"*": "×", "-": "−", "/": "/", "+": "+"}
_TYPED_SIGNS = {"×": "*", "÷": "/", "−": "-"}
_CHOOSING = {"min", "max"}


class FormulaError(ValueError):
    """The formula can't be read or worked out; the text is a Vietnamese sentence."""


class _Node(Protocol):
    def value(self, values: Mapping[str, Fraction]) -> Fraction: ...


@dataclass(frozen=True)
class _Number:
    number: Fraction

    def value(self, values: Mapping[str, Fraction]) -> Fraction:
        return self.number


@dataclass(frozen=True)
class _Name:
    name: str

    def value(self, values: Mapping[str, Fraction]) -> Fraction:
        return values[self.name]


@dataclass(frozen=True)
class _Binary:
    sign: str
    left: _Node
    right: _Node

    def value(self, values: Mapping[str, Fraction]) -> Fraction:
        return _WORK[self.sign](self.left.value(values), self.right.value(values))


@dataclass(frozen=True)
class _Choose:
    name: str
    parts: tuple[_Node, ...]

    def value(self, values: Mapping[str, Fraction]) -> Fraction:
        worked = [part.value(values) for part in self.parts]
        return min(worked) if self.name == "min" else max(worked)


def _divide(left: Fraction, right: Fraction) -> Fraction:
    if right == 0:
        raise FormulaError("Mẫu số bằng 0 nên không tính được. Hãy kiểm tra lại số liệu.")
    return Fraction(left, right)


_WORK: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": _divide,
}


@dataclass(frozen=True)
class Formula:
    """A formula that was read: ``names`` are its variables in order of first use."""

    text: str
    names: tuple[str, ...]
    root: _Node
    tokens: tuple[str, ...]

    def value(self, values: Mapping[str, Fraction]) -> Fraction:
        """The exact result. ``values`` must hold every name. Raises FormulaError on division by zero."""
        return self.root.value(values)

    def with_values(self, shown: Mapping[str, str]) -> str:
        """The formula with its names replaced by ``shown``: "x / y * 2" as "47 / 50 × 2"."""
        words = [shown.get(token) or _word(token) for token in self.tokens]
        text = " ".join(words).replace("( ", "(").replace(" )", ")").replace(" ;", ";")
        return text.replace("min (", "min(").replace("max (", "max(")


def _word(token: str) -> str:
    if token.lower() in _CHOOSING:
        return token.lower()
    return _SIGNS.get(token, token.replace(".", ","))


def read_formula(text: str) -> Formula:
    """``text`` as a Formula. Raises FormulaError with a sentence that names the place."""
    if len(text) > LONGEST:
        raise FormulaError(f"Công thức dài quá {LONGEST} ký tự.")
    tokens = _tokens(text)
    reader = _Reader(tokens)
    root = reader.sum()
    if reader.next:
        raise FormulaError(f"Công thức thừa “{reader.next}”.")
    return Formula(text=text, names=tuple(reader.names), root=root, tokens=tuple(tokens))


def _tokens(text: str) -> list[str]:
    tokens, position = [], 0
    while text[position:].strip():
        found = _TOKEN.match(text, position)
        if not found:
            raise FormulaError(_unreadable(text[position:].strip()[:10]))
        token = found[0].strip()
        tokens.append(_TYPED_SIGNS.get(token, token))
        position = found.end()
    return tokens


def _unreadable(rest: str) -> str:
    if rest.startswith(","):
        return (
            f"Công thức có dấu phẩy ở “{rest}”. Trong min và max, hãy ngăn các phần bằng dấu chấm phẩy (;)."
        )
    return f"Công thức có ký tự không dùng được ở “{rest}”."


def _number(word: str) -> _Number:
    if may_be_thousands(word):
        whole, shown = word.replace(".", ""), word.replace(".", ",")
        raise FormulaError(f"Công thức có “{word}”, có thể đọc là {whole} hoặc {shown}. Hãy viết lại số này.")
    return _Number(Fraction(word.replace(",", ".")))


class _Reader:
    """Reads tokens from left to right; one method for each line of the grammar."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.position = 0
        self.depth = 0
        self.names: dict[str, None] = {}

    @property
    def next(self) -> str:
        return self.tokens[self.position] if self.position < len(self.tokens) else ""

    def take(self) -> str:
        token = self.next
        self.position += 1
        return token

    def expect(self, token: str) -> None:
        if self.next != token:
            raise FormulaError(f"Công thức thiếu “{token}” ở phần tử thứ {self.position + 1}.")
        self.position += 1

    def sum(self) -> _Node:
        left = self.product()
        while self.next in {"+", "-"}:
            left = _Binary(self.take(), left, self.product())
        return left

    def product(self) -> _Node:
        left = self.factor()
        while self.next in {"*", "/"}:
            left = _Binary(self.take(), left, self.factor())
        return left

    def factor(self) -> _Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise FormulaError(f"Công thức lồng quá {DEEPEST} tầng.")
        node = self.inner(self.take())
        self.depth -= 1
        return node

    def inner(self, word: str) -> _Node:
        if word == "-":
            return _Binary("-", _Number(Fraction(0)), self.factor())
        if word == "(":
            return self.closed(self.sum())
        if word.lower() in _CHOOSING:
            return self.choose(word.lower())
        if word[:1].isdigit():
            return _number(word)
        if word[:1].isalpha() or word[:1] == "_":
            self.names[word] = None
            return _Name(word)
        raise FormulaError("Công thức dừng giữa chừng." if not word else f"Công thức có “{word}” sai chỗ.")

    def choose(self, name: str) -> _Node:
        self.expect("(")
        parts = [self.sum()]
        while self.next == ";":
            self.take()
            parts.append(self.sum())
        return self.closed(_Choose(name, tuple(parts)))

    def closed(self, node: _Node) -> _Node:
        self.expect(")")
        return node
