"""An independent reading of the problems: from English to numbers, without the code that wrote them."""

import re

SIGNS = {
    "+": r"finds (\d) more|brings (\d)|buys another (\d)|(\d) people get on|(\d) more come|adds (\d)|"
    r"costs (\d) dollars more",
    "-": r"loses (\d)|gives away (\d)|(\d) of the|(\d) people get off|(\d) of them leave|takes off (\d)|"
    r"saves (\d)",
    "*": r"has (\d) times|multiplied by (\d)|(\d) times as|multiplies the bill by (\d)",
    "/": r"one part in (\d)|among (\d)|one person in (\d)|divided by (\d)|divides the bill by (\d)",
}


def answer(family: str, text: str) -> int:
    """Return the answer of a problem."""
    return READERS[family](text)


def chain(family: str, text: str) -> str:
    """Return the operations of a problem in the order in which they are worked."""
    return CHAINS[family](text)


def _expression(text: str) -> str:
    return re.search(r"[\d(][\d()+*/-]*", text).group().strip(".?")


def _equation(text: str) -> tuple[str, int]:
    left, right = re.search(r"([x(][x\d()+*/-]*)=(\d+)", text).groups()
    return left, int(right)


def _solve(text: str) -> int:
    """Try every number there is."""
    left, right = _equation(text)
    return next(x for x in range(100) if abs(eval(left, {"x": x}) - right) < 1e-9)


def _operation(sentence: str) -> str:
    for sign, pattern in SIGNS.items():
        if found := re.search(pattern, sentence):
            return sign + next(filter(None, found.groups()))
    return ""


def _story(text: str) -> str:
    first, *sentences = re.split(r"(?<=[.?]) ", text)
    start = re.search(r"\d+", first).group()
    price = re.search(r"at (\d) dollars each", first)
    return start + (f"*{price[1]}" if price else "") + "".join(map(_operation, sentences))


def _flat(text: str) -> str:
    return re.sub(r"[()]", "", _expression(text))


def _undone(text: str) -> str:
    left, right = _equation(text)
    signs = re.findall(r"[+*/-]\d", left)
    return str(right) + "".join("+-*/"["-+/*".index(sign)] + digit for sign, digit in reversed(signs))


def _follow(written: str) -> int:
    value, *operations = re.findall(r"^\d+|[+*/-]\d", written)
    for operation in operations:
        exact = eval(value + operation)
        assert exact == int(exact)
        value = str(int(exact))
    return int(value)


CHAINS = {"expressions": _flat, "equations": _undone} | dict.fromkeys(("word", "travel", "shopping"), _story)

READERS = dict.fromkeys(("word", "travel", "shopping"), lambda text: _follow(_story(text))) | {
    "expressions": lambda text: int(eval(_expression(text))),
    "equations": _solve,
}
