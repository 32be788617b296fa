package dev.kmmap.internal.text.regex

/**
 * What [RegexMatcher] does, one number after the other. `next` is the instruction that follows. A slot is a number that
 * gets its old value back when the matcher goes back.
 */
internal object RegexOp {
    /** The character that follows: one `Char`. */
    const val CHAR = 0

    /** A member of the set. */
    const val SET = 1

    /** All characters of the text. */
    const val TEXT = 2

    /** Goes on at the target. */
    const val JUMP = 3

    /** Goes on at next, and if that fails at the target. */
    const val PUSH = 4

    /** As PUSH, if the next character is in the set; if not, goes on at the target. */
    const val PUSH_IF = 5

    /** Set, minimum, maximum: as many characters as there are, then fewer. */
    const val GREEDY = 6

    /** The same with as few as there must be, then more. */
    const val LAZY = 7

    /** The same with as many as there are, and never fewer. */
    const val POSSESSIVE = 8

    /** Slot: the group begins here, if it ends. */
    const val OPEN = 9

    /** Group, slot of OPEN. */
    const val CLOSE = 10

    /** Slot of a count, which becomes 0; that behind it is where an iteration begins. */
    const val LOOP = 11

    /** Slot, minimum, maximum, end of the loop: one more iteration if there can be one, otherwise the end. */
    const val AGAIN = 12

    /** The same for a loop that ends as soon as it can. */
    const val AGAIN_LAZY = 13

    /** Slot: an iteration begins. Follows both of the above. */
    const val ITERATE = 14

    /** Slot, AGAIN, end of the loop: an iteration has ended; after one of no characters the loop ends. */
    const val ITERATED = 15

    /** Slot of the stack's height, and behind it of the place. */
    const val MARK = 16

    /** Slot of MARK: what can be gone back to since then is forgotten. */
    const val CUT = 17

    /** As CUT, and goes back to the place of MARK. */
    const val CUT_BACK = 18

    /** As MARK, and goes on at the target if what follows fails. */
    const val MARK_NOT = 19

    /** Slot of MARK_NOT: what had to fail has not, so all fails. */
    const val NOT = 20

    /** Slot of MARK, shortest, number of longer ones, BEHIND_LONGER: goes back by the shortest, to try from there. */
    const val BEHIND = 21

    /** Slot of MARK, and this instruction: goes back by one more. */
    const val BEHIND_LONGER = 22

    /** Slot of MARK: fails unless the place is that of MARK. */
    const val BEHIND_END = 23

    /** Number of the anchor. */
    const val AT = 24

    /** Group, number of the folding. */
    const val REFERENCE = 25
    const val MATCH = 26
}

/** An expression, ready to be run; any number of threads may, each by a [RegexMatcher] of its own. */
internal class RegexProgram(
    val code: IntArray,
    val sets: Array<CodeSet>,
    val texts: Array<CharArray>,
    /** The first ones are beginnings and ends of groups, those of the whole match before all. */
    val slotCount: Int,
    val groupCount: Int,
    val groupNames: Map<String, Int>,
    /** What a match begins with, or `null` if it can be empty. */
    val first: CodeSet?,
    /** What holds where a match begins, if that is known. */
    val anchor: Anchor?,
)

internal fun compileRegex(parsed: ParsedRegex): RegexProgram = RegexCompiler(parsed).compile()

private class RegexCompiler(private val parsed: ParsedRegex) {
    private var code = IntArray(64)
    private var size = 0
    private val sets = ArrayList<CodeSet>()
    private val texts = ArrayList<CharArray>()
    private var slots = 2 * (parsed.groupCount + 1)

    fun compile(): RegexProgram {
        emit(parsed.root)
        add(RegexOp.MATCH)
        val root = parsed.root
        val first = if (root.minLength == 0) null else firstOf(root)
        return RegexProgram(
            code.copyOf(size), sets.toTypedArray(), texts.toTypedArray(), slots, parsed.groupCount, parsed.groupNames,
            first, anchorOf(root),
        )
    }

    private fun add(vararg numbers: Int) {
        if (size + numbers.size > code.size) code = code.copyOf(2 * code.size + numbers.size)
        numbers.copyInto(code, size)
        size += numbers.size
    }

    /** Adds an instruction whose last number is a target that is not known yet; [land] tells it. */
    private fun addJump(vararg numbers: Int): Int {
        add(*numbers, -1)
        return size - 1
    }

    private fun land(target: Int) {
        code[target] = size
    }

    private fun slots(count: Int): Int = slots.also { slots += count }

    private fun set(set: CodeSet): Int = sets.size.also { sets += set }

    private fun emit(node: RegexNode) {
        when (node) {
            is RegexNode.One -> emitOne(node.set)
            is RegexNode.Sequence -> emitSequence(node.parts)
            is RegexNode.Choice -> emitChoice(node.branches)
            is RegexNode.Group -> {
                val slot = slots(1)
                add(RegexOp.OPEN, slot)
                emit(node.body)
                add(RegexOp.CLOSE, node.number, slot)
            }
            is RegexNode.Repeat -> emitRepeat(node)
            is RegexNode.Atomic -> {
                val slot = slots(2)
                add(RegexOp.MARK, slot)
                emit(node.body)
                add(RegexOp.CUT, slot)
            }
            is RegexNode.Look -> emitLook(node)
            is RegexNode.Reference -> add(RegexOp.REFERENCE, node.group, node.folding.ordinal)
            is RegexNode.At -> add(RegexOp.AT, node.anchor.ordinal)
        }
    }

    private fun emitOne(set: CodeSet) {
        val code = set.single
        if (code >= 0 && set.isNarrow) add(RegexOp.CHAR, code) else add(RegexOp.SET, set(set))
    }

    /** Characters that can only be themselves become one text. */
    private fun emitSequence(parts: List<RegexNode>) {
        var i = 0
        while (i < parts.size) {
            val text = StringBuilder()
            val begin = i
            while (i < parts.size) {
                val single = (parts[i] as? RegexNode.One)?.set?.single ?: -1
                if (single < 0) break
                appendCode(text, single)
                i++
            }
            if (i - begin > 1) {
                add(RegexOp.TEXT, texts.size)
                texts += text.toString().toCharArray()
            } else {
                if (i == begin) i++
                emit(parts[i - 1])
            }
        }
    }

    private fun emitChoice(branches: List<RegexNode>) {
        val ends = ArrayList<Int>()
        for (branch in branches.dropLast(1)) {
            val next = if (branch.minLength == 0) addJump(RegexOp.PUSH) else
                addJump(RegexOp.PUSH_IF, set(firstOf(branch)))
            emit(branch)
            ends += addJump(RegexOp.JUMP)
            land(next)
        }
        emit(branches.last())
        ends.forEach(::land)
    }

    private fun emitRepeat(node: RegexNode.Repeat) {
        val body = node.body
        when {
            node.max == 0 -> Unit
            node.min == 1 && node.max == 1 && node.mode != RepeatMode.POSSESSIVE -> emit(body)
            body is RegexNode.One -> {
                val op = when (node.mode) {
                    RepeatMode.GREEDY -> RegexOp.GREEDY
                    RepeatMode.LAZY -> RegexOp.LAZY
                    RepeatMode.POSSESSIVE -> RegexOp.POSSESSIVE
                }
                add(op, set(body.set), node.min, node.max)
            }
            // What one iteration has matched is not gone back to either.
            node.mode == RepeatMode.POSSESSIVE ->
                emit(RegexNode.Atomic(RegexNode.Repeat(RegexNode.Atomic(body), node.min, node.max, RepeatMode.GREEDY)))
            node.min == 0 && node.max == 1 -> {
                val end = emitPush(node.mode)
                emit(body)
                land(end)
            }
            node.min <= 1 && node.max == UNBOUNDED && body.minLength > 0 -> emitSimpleLoop(node)
            else -> emitLoop(node)
        }
    }

    /** Goes on with what follows, or first with what the result lands at. */
    private fun emitPush(mode: RepeatMode): Int {
        if (mode == RepeatMode.GREEDY) return addJump(RegexOp.PUSH)
        add(RegexOp.PUSH, size + 4)
        return addJump(RegexOp.JUMP)
    }

    private fun emitSimpleLoop(node: RegexNode.Repeat) {
        val again = size
        if (node.min == 0) {
            val end = emitPush(node.mode)
            emit(node.body)
            add(RegexOp.JUMP, again)
            land(end)
        } else {
            emit(node.body)
            val end = emitPush(node.mode)
            add(RegexOp.JUMP, again)
            land(end)
        }
    }

    private fun emitLoop(node: RegexNode.Repeat) {
        val slot = slots(2)
        add(RegexOp.LOOP, slot)
        val again = size
        val op = if (node.mode == RepeatMode.LAZY) RegexOp.AGAIN_LAZY else RegexOp.AGAIN
        val end = addJump(op, slot, node.min, node.max)
        add(RegexOp.ITERATE, slot)
        emit(node.body)
        val emptyEnd = addJump(RegexOp.ITERATED, slot, again)
        land(end)
        land(emptyEnd)
    }

    private fun emitLook(node: RegexNode.Look) {
        val slot = slots(3)
        val failed = if (node.isNegative) addJump(RegexOp.MARK_NOT, slot) else -1
        if (!node.isNegative) add(RegexOp.MARK, slot)
        val body = node.body
        if (node.isBehind) {
            add(RegexOp.BEHIND, slot, body.minLength, body.maxLength - body.minLength, size + 7)
            add(RegexOp.JUMP, size + 4)
            add(RegexOp.BEHIND_LONGER, slot)
        }
        emit(body)
        if (node.isBehind) add(RegexOp.BEHIND_END, slot)
        add(if (node.isNegative) RegexOp.NOT else RegexOp.CUT_BACK, slot)
        if (node.isNegative) land(failed)
    }
}

private fun appendCode(text: StringBuilder, code: Int) {
    if (widthOf(code) == 1) {
        text.append(code.toChar())
    } else {
        text.append(Char.MIN_HIGH_SURROGATE + ((code - 0x10000) ushr 10))
        text.append(Char.MIN_LOW_SURROGATE + (code and 0x3ff))
    }
}

private val NOTHING = CodeSet.Builder().build()

/** What the characters that [node] matches can begin with, if it matches any. */
private fun firstOf(node: RegexNode): CodeSet = when (node) {
    is RegexNode.One -> node.set
    is RegexNode.Sequence -> {
        val some = node.parts.takeWhile { it.minLength == 0 }.size
        node.parts.take(some + 1).fold(NOTHING) { set, part -> set + firstOf(part) }
    }
    is RegexNode.Choice -> node.branches.fold(NOTHING) { set, branch -> set + firstOf(branch) }
    is RegexNode.Group -> firstOf(node.body)
    is RegexNode.Repeat -> firstOf(node.body)
    is RegexNode.Atomic -> firstOf(node.body)
    is RegexNode.Look, is RegexNode.At -> NOTHING
    is RegexNode.Reference -> CodeSet.ALL
}

private fun anchorOf(node: RegexNode): Anchor? = when (node) {
    is RegexNode.At -> node.anchor
    is RegexNode.Sequence -> node.parts.firstOrNull()?.let(::anchorOf)
    is RegexNode.Choice -> node.branches.map(::anchorOf).distinct().singleOrNull()
    is RegexNode.Group -> anchorOf(node.body)
    is RegexNode.Atomic -> anchorOf(node.body)
    else -> null
}
