"""A small random source that is the same for ever; Python's own distributions may change."""

MASK = (1 << 64) - 1


class Random:
    """SplitMix64 (Steele, Lea, Flood 2014), with draws that use integers alone.

    A stream is named: what one part of the city draws never shifts what another part draws.
    """

    def __init__(self, seed, stream):
        state = 0xCBF29CE484222325  # FNV-1a over the name
        for byte in stream.encode():
            state = (state ^ byte) * 0x100000001B3 & MASK
        self.state_ = state ^ seed
        self.state_ = self.next()  # so that neighbouring seeds do not give neighbouring states

    def next(self):
        self.state_ = (self.state_ + 0x9E3779B97F4A7C15) & MASK
        z = self.state_
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & MASK
        z = (z ^ z >> 27) * 0x94D049BB133111EB & MASK
        return z ^ z >> 31

    def between(self, low, high):
        """Both ends included. The bias of the remainder, below 2^-30 here, does no harm."""
        return low + self.next() % (high - low + 1)

    def chance(self, per_mille):
        return self.next() % 1000 < per_mille

    def pick(self, items):
        return items[self.next() % len(items)]

    def shuffled(self, items):
        items = list(items)
        for last in range(len(items) - 1, 0, -1):
            other = self.between(0, last)
            items[last], items[other] = items[other], items[last]
        return items

    def sample(self, items, count):
        return self.shuffled(items)[:count]
