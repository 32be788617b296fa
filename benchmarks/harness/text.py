"""Text that looks like a large source tree: prose in comments, code, numbers; words as frequent as Zipf's law says."""

import random

# The commonest words of English prose and of source text, the most frequent first.
COMMON = (
    "the of to and a in is for that it as be this with are by on not or if an from have at was can which will all but "
    "value return has its one when no other any must used size file name set function than only number type may were "
    "line data into first they each there byte same been start end more time new also such then string should index "
    "call so two after error where length default given buffer pointer key list object class result before state "
    "address null memory page offset option structure make between process array path without until read write field "
    "count called table length input output true false current last way part does both because next thread map node "
    "test case use left right event some these most many over see don't cannot long short large small open close"
).split()

# Made-up rarer words, so that there are as many different ones as in a real project.
RARER = 5000
ONSETS = "b br c ch cl d dr f fl g gr h j k l m n p pl pr qu r s sc sh sp st str t th tr v w x z".split()
VOWELS = "a e i o u ai ea ee io ou".split()
ENDS = ["", "", "", "b", "ct", "d", "l", "ll", "m", "n", "nd", "ng", "nt", "p", "r", "rt", "s", "ss", "st", "t", "x"]

# Lines of code, with W for a word and 9 for a number. Every printable character occurs somewhere, some of them rarely.
CODE = [
    ("    W = W(W, W);", 10), ("    if (W != NULL) {", 6), ("    }", 10), ("        return W;", 6), ("", 9),
    ("#include <W/W.h>", 1), ("    int W = 9;", 4), ("    for (W = 0; W < W; W++) {", 2), ("        W->W = W;", 4),
    ("static W_W(struct W *W, int W)", 2), ("{", 2), ("}", 2), ("        val W = W.W(W) ?: return W", 2),
    ("def W(self, W, W=None):", 2), ("        self.W = W[9]", 2), ('        print("W W: %d" % W)', 1),
    ("    const uint_t W_W = 0x9;", 1), ("    W |= W & ~(W << 9);", 1), ("@W(W = \"W\", W = 'W')", 1),
    ("| W | W | 9 | W |", 1), ("    `W` W ${W} \\n", 0.2), ("        W ^= W % 9;", 0.3), ("- [W](W/W.md): W, W!", 1),
]
PROSE = 30

# Different lines; the text is made of them, each as often as chance has it.
LINES = 200_000


def words_and_weights(rng):
    words = list(COMMON)
    while len(words) < RARER:
        syllables = rng.choice((1, 2, 2, 2, 3, 3))
        words.append("".join(rng.choice(ONSETS) + rng.choice(VOWELS) for _ in range(syllables)) + rng.choice(ENDS))
    return words, [1 / (rank + 3) for rank in range(len(words))]


def different_lines(rng):
    words, weights = words_and_weights(rng)
    templates, template_weights = zip(*CODE, (None, PROSE))
    pool = iter(rng.choices(words, weights, k=12 * LINES))
    for template in rng.choices(templates, template_weights, k=LINES):
        if template is None:
            sentence = " ".join(next(pool) for _ in range(rng.randint(4, 11)))
            yield rng.choice((" * ", "# ", "    // ", "", "")) + sentence[0].upper() + sentence[1:] + rng.choice(".,;.")
        else:
            yield "".join(
                next(pool) if c == "W" else str(rng.randrange(1000)) if c == "9" else c for c in template
            )


def text(size, seed):
    """`size` bytes in pieces, each of whole lines but the last."""
    rng = random.Random(seed)
    lines = [line.encode() + b"\n" for line in different_lines(rng)]
    while size > 0:
        piece = b"".join(rng.choices(lines, k=50_000))[:size]
        size -= len(piece)
        yield piece
