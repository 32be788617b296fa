package dev.kmmap.internal.text.regex

/** Numbers in a frame of the stack. */
private const val FRAME = 3

/** Numbers of GREEDY, LAZY and POSSESSIVE, and of AGAIN and AGAIN_LAZY. */
private const val REPEAT_SIZE = 4
private const val AGAIN_SIZE = 5

/** Numbers that the stack has room for at first, and at most: 16 Mi frames, one for each thing to go back to. */
private const val FIRST_STACK = 16 * FRAME
private const val LARGEST_STACK = (1 shl 24) * FRAME

private val anchors = Anchor.entries
private val foldings = CaseFolding.entries

/**
 * Runs a [program] on a text: goes back on failure, as the expressions of Java and Perl do, but by a stack of its own,
 * so that no text is too long for it. For one thread.
 *
 * A frame of the stack is an instruction to go on at, the place, and for GREEDY and LAZY how far it may still go; or
 * `-1 - slot`, and the value that the slot had.
 */
internal class RegexMatcher(private val program: RegexProgram) {
    private val code = program.code
    private val slots = IntArray(program.slotCount)
    private var stack = IntArray(FIRST_STACK)
    private var height = 0
    private var chars = CharArray(0)
    private var length = 0
    private var isStart = true
    private var isEnd = true

    /** The text of which matches are looked for: [isStart] if nothing is before it, [isEnd] if nothing follows. */
    fun load(chars: CharArray, length: Int, isStart: Boolean = true, isEnd: Boolean = true) {
        this.chars = chars
        this.length = length
        this.isStart = isStart
        this.isEnd = isEnd
    }

    /** Where [group] begins in the match that was found, or -1 if it has no part in it; 0 is the whole. */
    fun start(group: Int): Int = slots[2 * group]

    fun end(group: Int): Int = slots[2 * group + 1]

    /** Whether a match begins between [from] and [last]: the first of them is then the result. */
    fun find(from: Int, last: Int): Boolean {
        val first = program.first
        val anchor = program.anchor
        var at = from
        while (at <= last) {
            if (anchor == Anchor.TEXT_START && at > 0) return false
            if (first != null) {
                at = next(first, at, last)
                if (at < 0) return false
            }
            if ((anchor == null || isAt(anchor, at)) && !isInsidePair(at) && run(at)) return true
            at++
        }
        return false
    }

    private fun next(first: CodeSet, from: Int, last: Int): Int {
        val limit = minOf(last + 1, length)
        for (at in from until limit) {
            val char = chars[at]
            if ((if (char.isHighSurrogate()) codeAt(at) else char.code) in first) return at
        }
        return -1
    }

    private fun isInsidePair(at: Int): Boolean =
        at in 1 until length && chars[at].isLowSurrogate() && chars[at - 1].isHighSurrogate()

    private fun codeAt(at: Int): Int {
        val high = chars[at]
        if (!high.isHighSurrogate() || at + 1 == length || !chars[at + 1].isLowSurrogate()) return high.code
        return codeOf(high, chars[at + 1])
    }

    /** The place one character behind [at]. */
    fun after(at: Int): Int = if (at < length) at + widthOf(codeAt(at)) else at + 1

    /** The place one character before [at]. */
    private fun before(at: Int): Int = if (isInsidePair(at - 1)) at - 2 else at - 1

    private fun push(instruction: Int, place: Int, limit: Int) {
        if (height + FRAME > stack.size) grow()
        stack[height] = instruction
        stack[height + 1] = place
        stack[height + 2] = limit
        height += FRAME
    }

    private fun grow() {
        check(stack.size < LARGEST_STACK) { "the expression goes back to more than 16 Mi places" }
        stack = stack.copyOf(2 * stack.size)
    }

    private fun setSlot(slot: Int, value: Int) {
        // With nothing to go back to, nobody needs the old value.
        if (height > 0) push(-1 - slot, slots[slot], 0)
        slots[slot] = value
    }

    /** Forgets what can be gone back to above [mark], but for the values of slots. */
    private fun cut(mark: Int) {
        var kept = mark
        for (frame in mark until height step FRAME) {
            if (stack[frame] >= 0) continue
            stack[kept] = stack[frame]
            stack[kept + 1] = stack[frame + 1]
            kept += FRAME
        }
        height = kept
    }

    /** Takes the values of slots back, down to [mark]. */
    private fun unwind(mark: Int) {
        while (height > mark) {
            height -= FRAME
            if (stack[height] < 0) slots[-1 - stack[height]] = stack[height + 1]
        }
    }

    private fun run(from: Int): Boolean {
        slots.fill(-1)
        height = 0
        var pc = 0
        var at = from
        while (true) {
            val end = if (at < 0) at else proceed(pc, at)
            if (end >= 0) {
                slots[0] = from
                slots[1] = end
                return true
            }
            // Goes back to the last thing that can be done in another way.
            do {
                if (height == 0) return false
                height -= FRAME
                pc = stack[height]
                at = stack[height + 1]
                if (pc < 0) slots[-1 - pc] = at
            } while (pc < 0)
            val limit = stack[height + 2]
            if (limit >= 0) {
                at = if (code[pc] == RegexOp.GREEDY) fewer(pc, at, limit) else more(pc, at, limit)
                pc += REPEAT_SIZE
            }
        }
    }

    /** One character fewer for GREEDY, or as many as it takes to get to the one that has to follow. */
    private fun fewer(pc: Int, from: Int, limit: Int): Int {
        var at = before(from)
        val next = when (code[pc + REPEAT_SIZE]) {
            RegexOp.CHAR -> code[pc + REPEAT_SIZE + 1]
            RegexOp.TEXT -> program.texts[code[pc + REPEAT_SIZE + 1]][0].code
            else -> -1
        }
        if (next >= 0) while (at > limit && (at == length || chars[at].code != next)) at = before(at)
        if (at > limit) push(pc, at, limit)
        return at
    }

    /** One character more for LAZY, of [left] ones; -1 if there is none. */
    private fun more(pc: Int, from: Int, left: Int): Int {
        val at = one(program.sets[code[pc + 1]], from)
        if (at >= 0 && left > 1) push(pc, at, if (left == UNBOUNDED) left else left - 1)
        return at
    }

    /** The place behind the character at [at], if there is one and it is in [set]; otherwise -1. */
    private fun one(set: CodeSet, at: Int): Int {
        if (at >= length) return -1
        val char = chars[at]
        if (!char.isHighSurrogate()) return if (char.code in set) at + 1 else -1
        val code = codeAt(at)
        return if (code in set) at + widthOf(code) else -1
    }

    /** Executes the instructions from [begin] on: the end of a match, or -1. */
    private fun proceed(begin: Int, place: Int): Int {
        var pc = begin
        var at = place
        while (true) {
            when (code[pc]) {
                RegexOp.CHAR -> {
                    if (at == length || chars[at].code != code[pc + 1]) return -1
                    at++
                    pc += 2
                }
                RegexOp.SET -> {
                    at = one(program.sets[code[pc + 1]], at)
                    if (at < 0) return -1
                    pc += 2
                }
                RegexOp.TEXT -> {
                    val text = program.texts[code[pc + 1]]
                    if (!isTextAt(text, at)) return -1
                    at += text.size
                    pc += 2
                }
                RegexOp.JUMP -> pc = code[pc + 1]
                RegexOp.PUSH -> {
                    push(code[pc + 1], at, -1)
                    pc += 2
                }
                RegexOp.PUSH_IF -> {
                    if (one(program.sets[code[pc + 1]], at) < 0) {
                        pc = code[pc + 2]
                    } else {
                        push(code[pc + 2], at, -1)
                        pc += 3
                    }
                }
                RegexOp.GREEDY, RegexOp.LAZY, RegexOp.POSSESSIVE -> {
                    at = repeat(pc, at)
                    if (at < 0) return -1
                    pc += REPEAT_SIZE
                }
                RegexOp.OPEN -> {
                    setSlot(code[pc + 1], at)
                    pc += 2
                }
                RegexOp.CLOSE -> {
                    val group = code[pc + 1]
                    setSlot(2 * group, slots[code[pc + 2]])
                    setSlot(2 * group + 1, at)
                    pc += 3
                }
                RegexOp.LOOP -> {
                    setSlot(code[pc + 1], 0)
                    pc += 2
                }
                RegexOp.AGAIN -> pc = again(pc, at)
                RegexOp.AGAIN_LAZY -> pc = againLazily(pc, at)
                RegexOp.ITERATE -> {
                    val slot = code[pc + 1]
                    setSlot(slot, slots[slot] + 1)
                    setSlot(slot + 1, at)
                    pc += 2
                }
                RegexOp.ITERATED -> pc = if (slots[code[pc + 1] + 1] == at) code[pc + 3] else code[pc + 2]
                RegexOp.AT -> {
                    if (!isAt(anchors[code[pc + 1]], at)) return -1
                    pc += 2
                }
                RegexOp.REFERENCE -> {
                    at = behindCopy(code[pc + 1], foldings[code[pc + 2]], at)
                    if (at < 0) return -1
                    pc += 3
                }
                RegexOp.MATCH -> return at
                else -> {
                    at = look(pc, at)
                    if (at < 0) return -1
                    pc += sizeOfLook(pc)
                }
            }
        }
    }

    private fun isTextAt(text: CharArray, at: Int): Boolean {
        if (length - at < text.size) return false
        for (i in text.indices) if (chars[at + i] != text[i]) return false
        return true
    }

    /** The place behind the characters that GREEDY, LAZY or POSSESSIVE begin with; -1 if there are too few. */
    private fun repeat(pc: Int, from: Int): Int {
        val set = program.sets[code[pc + 1]]
        val min = code[pc + 2]
        val max = code[pc + 3]
        var at = from
        repeat(min) {
            at = one(set, at)
            if (at < 0) return -1
        }
        if (max == min) return at
        if (code[pc] == RegexOp.LAZY) {
            push(pc, at, if (max == UNBOUNDED) max else max - min)
            return at
        }
        val limit = at
        at = behindAll(set, at, if (max == UNBOUNDED) max else max - min)
        if (code[pc] == RegexOp.GREEDY && at > limit) push(pc, at, limit)
        return at
    }

    /** The place behind all characters of [set] from [from] on, at most [most] of them. */
    private fun behindAll(set: CodeSet, from: Int, most: Int): Int {
        val latin1 = set.latin1
        var at = from
        var left = most
        while (left > 0 && at < length) {
            val char = chars[at].code
            if (char < latin1.size) {
                if (!latin1[char]) break
                at++
            } else {
                val next = one(set, at)
                if (next < 0) break
                at = next
            }
            left--
        }
        return at
    }

    private fun again(pc: Int, at: Int): Int {
        val count = slots[code[pc + 1]]
        val end = code[pc + 4]
        if (count >= code[pc + 2]) {
            if (count >= code[pc + 3]) return end
            push(end, at, -1)
        }
        return pc + AGAIN_SIZE
    }

    private fun againLazily(pc: Int, at: Int): Int {
        val count = slots[code[pc + 1]]
        if (count < code[pc + 2]) return pc + AGAIN_SIZE
        if (count < code[pc + 3]) push(pc + AGAIN_SIZE, at, -1)
        return code[pc + 4]
    }

    /** The instructions of atomic groups and of what looks around: the place to go on at, or -1. */
    private fun look(pc: Int, at: Int): Int {
        val slot = code[pc + 1]
        when (code[pc]) {
            RegexOp.MARK, RegexOp.MARK_NOT -> {
                val mark = height
                if (code[pc] == RegexOp.MARK_NOT) push(code[pc + 2], at, -1)
                setSlot(slot, mark)
                setSlot(slot + 1, at)
            }
            RegexOp.CUT -> cut(slots[slot])
            RegexOp.CUT_BACK -> {
                val place = slots[slot + 1]
                cut(slots[slot])
                return place
            }
            RegexOp.NOT -> {
                unwind(slots[slot])
                return -1
            }
            RegexOp.BEHIND -> return behind(at, code[pc + 2], code[pc + 3], slot, code[pc + 4])
            RegexOp.BEHIND_LONGER -> return behind(at, 1, slots[slot + 2] - 1, slot, pc)
            RegexOp.BEHIND_END -> if (at != slots[slot + 1]) return -1
            else -> error("instruction ${code[pc]}")
        }
        return at
    }

    private fun sizeOfLook(pc: Int): Int = when (code[pc]) {
        RegexOp.MARK_NOT -> 3
        RegexOp.BEHIND -> 5
        else -> 2
    }

    /** The place [count] characters before [from]; if that fails, up to [longer] ones more. */
    private fun behind(from: Int, count: Int, longer: Int, slot: Int, instruction: Int): Int {
        var at = from
        repeat(count) {
            if (at == 0) return -1
            at = before(at)
        }
        if (longer > 0) {
            setSlot(slot + 2, longer)
            push(instruction, at, -1)
        }
        return at
    }

    /** The place behind a copy of [group] at [from], or -1. */
    private fun behindCopy(group: Int, folding: CaseFolding, from: Int): Int {
        val end = slots[2 * group + 1]
        if (end < 0) return -1
        var at = from
        var i = slots[2 * group]
        while (i < end) {
            if (at >= length) return -1
            val one = codeAt(i)
            val other = codeAt(at)
            if (!isSame(one, other, folding)) return -1
            i += widthOf(one)
            at += widthOf(other)
        }
        return at
    }

    private fun isAt(anchor: Anchor, at: Int): Boolean = when (anchor) {
        Anchor.TEXT_START -> at == 0 && isStart
        Anchor.TEXT_END -> at == length && isEnd
        // As in Perl, no line begins at the very end.
        Anchor.LINE_START -> at < length && (if (at == 0) isStart else isBehindTerminator(at))
        Anchor.LINE_START_UNIX -> at < length && (if (at == 0) isStart else chars[at - 1] == '\n')
        Anchor.LINE_END -> if (at == length) isEnd else isTerminator(at)
        Anchor.LINE_END_UNIX -> if (at == length) isEnd else chars[at] == '\n'
        Anchor.LAST_LINE_END -> isEnd && (at == length || isTerminator(at) && at + terminatorSize(at) == length)
        Anchor.LAST_LINE_END_UNIX -> isEnd && (at == length || at == length - 1 && chars[at] == '\n')
        Anchor.WORD_BOUNDARY -> isWord(at - 1) != isWord(at)
        Anchor.NO_WORD_BOUNDARY -> isWord(at - 1) == isWord(at)
    }

    private fun isWord(at: Int): Boolean = at in 0 until length && chars[at].code in WORD_CHARACTERS

    private fun isBehindTerminator(at: Int): Boolean =
        chars[at - 1].code in LINE_TERMINATORS && !(chars[at - 1] == '\r' && chars[at] == '\n')

    /** Whether a line ends at [at]: not between the two characters of one end. */
    private fun isTerminator(at: Int): Boolean =
        chars[at].code in LINE_TERMINATORS && !(chars[at] == '\n' && at > 0 && chars[at - 1] == '\r')

    private fun terminatorSize(at: Int): Int =
        if (chars[at] == '\r' && at + 1 < length && chars[at + 1] == '\n') 2 else 1
}
