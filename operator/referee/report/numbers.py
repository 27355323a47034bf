"""Numbers as people read them, the same in tables, pages, lines and messages."""

NOTHING = "-"
_FEW_DIGITS = 1e-3
_MANY_DIGITS = 1e5
_SECOND = 1.0


def number(value: float | None) -> str:
    """Three decimals, which is what a score and its error need; very small and large ones by their exponent."""
    if value is None:
        return NOTHING
    if value == 0 or _FEW_DIGITS <= abs(value) < _MANY_DIGITS:
        return f"{value:.3f}"
    return f"{value:.2e}"


def with_error(value: float, stderr: float | None) -> str:
    """A value and how far it may be off."""
    return number(value) if stderr is None else f"{number(value)} ± {number(stderr)}"


def interval(low: float | None, high: float | None, method: str | None) -> str:
    """Both ends and in a word how they were found (all of it stands in the resource); else that there is none."""
    if low is None or high is None:
        return NOTHING
    return f"[{number(low)}, {number(high)}] {(method or '').partition(',')[0]}".rstrip()


def count(value: float | None) -> str:
    """A whole number with its thousands apart."""
    return NOTHING if value is None else f"{value:,.0f}"


def percent(part: float, whole: float) -> str:
    """A share."""
    return NOTHING if not whole else f"{100 * part / whole:.1f} %"


def signed(value: float | None) -> str:
    """A difference; its sign is never left out."""
    return NOTHING if value is None else ("+" if value > 0 else "") + number(value)


def seconds(value: float | None) -> str:
    """A span of time."""
    if value is None:
        return NOTHING
    return f"{1000 * value:.0f} ms" if value < _SECOND else f"{value:.1f} s"
