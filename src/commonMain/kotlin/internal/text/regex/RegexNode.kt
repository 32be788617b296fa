package dev.kmmap.internal.text.regex

/** No upper bound of a repetition or of a length. */
internal const val UNBOUNDED = Int.MAX_VALUE

/** Which letters are the same, where case is ignored. */
internal enum class CaseFolding { NONE, ASCII, UNICODE }

internal enum class RepeatMode { GREEDY, LAZY, POSSESSIVE }

/** Where in the text an expression stands; the `UNIX` ones know no line terminator but `\n`. */
internal enum class Anchor {
    TEXT_START, TEXT_END,
    LINE_START, LINE_START_UNIX,
    LINE_END, LINE_END_UNIX,
    LAST_LINE_END, LAST_LINE_END_UNIX,
    WORD_BOUNDARY, NO_WORD_BOUNDARY,
}

/** A regular expression, as [RegexParser] reads it and [RegexCompiler] compiles it. */
internal sealed class RegexNode {
    /** Characters that are matched, from [minLength] to [maxLength] code points. */
    abstract val minLength: Int
    abstract val maxLength: Int

    class One(val set: CodeSet) : RegexNode() {
        override val minLength: Int get() = 1
        override val maxLength: Int get() = 1
    }

    class Sequence(val parts: List<RegexNode>) : RegexNode() {
        override val minLength: Int = parts.fold(0) { sum, part -> sum plus part.minLength }
        override val maxLength: Int = parts.fold(0) { sum, part -> sum plus part.maxLength }
    }

    class Choice(val branches: List<RegexNode>) : RegexNode() {
        override val minLength: Int = branches.minOf { it.minLength }
        override val maxLength: Int = branches.maxOf { it.maxLength }
    }

    class Group(val number: Int, val body: RegexNode) : RegexNode() {
        override val minLength: Int get() = body.minLength
        override val maxLength: Int get() = body.maxLength
    }

    class Repeat(val body: RegexNode, val min: Int, val max: Int, val mode: RepeatMode) : RegexNode() {
        override val minLength: Int = body.minLength times min
        override val maxLength: Int = body.maxLength times max
    }

    class Atomic(val body: RegexNode) : RegexNode() {
        override val minLength: Int get() = body.minLength
        override val maxLength: Int get() = body.maxLength
    }

    class Look(val body: RegexNode, val isBehind: Boolean, val isNegative: Boolean) : RegexNode() {
        override val minLength: Int get() = 0
        override val maxLength: Int get() = 0
    }

    class Reference(val group: Int, val folding: CaseFolding) : RegexNode() {
        override val minLength: Int get() = 0
        override val maxLength: Int get() = UNBOUNDED
    }

    class At(val anchor: Anchor) : RegexNode() {
        override val minLength: Int get() = 0
        override val maxLength: Int get() = 0
    }
}

private infix fun Int.plus(other: Int): Int = if (this > UNBOUNDED - other) UNBOUNDED else this + other

private infix fun Int.times(other: Int): Int {
    val product = toLong() * other
    return if (product > UNBOUNDED) UNBOUNDED else product.toInt()
}
