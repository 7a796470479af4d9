"""Money as whole fen (a hundredth of a yuan), never as a fraction."""

YUAN = 100


def text(fen):
    """Fen as yuan with two decimals."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def apportion(total, weights):
    """Splits `total` by the weights into parts that sum to it exactly; the last takes the rest."""
    parts = [total * weight // sum(weights) for weight in weights[:-1]]
    return parts + [total - sum(parts)]


def per_mille(amount, rate):
    return amount * rate // 1000
