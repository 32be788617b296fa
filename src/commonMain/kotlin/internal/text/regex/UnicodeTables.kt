package dev.kmmap.internal.text.regex

/** The general categories of Unicode, in the order of their letters in [CATEGORY_RUNS]. */
private const val CATEGORIES =
    "Cn Cc Cf Co Cs Ll Lm Lo Lt Lu Mc Me Mn Nd Nl No Pc Pd Pe Pf Pi Po Ps Sc Sk Sm So Zl Zp Zs"

private val categories: Map<String, CodeSet> by lazy {
    val names = CATEGORIES.split(' ')
    val builders = names.associateWith { CodeSet.Builder() }
    var next = 0
    var at = 0
    while (at < CATEGORY_RUNS.length) {
        val letter = CATEGORY_RUNS[at++]
        val digits = CATEGORY_RUNS.substring(at).takeWhile { it.isDigit() }
        at += digits.length
        val count = if (digits.isEmpty()) 1 else digits.toInt()
        val name = names[if (letter in 'A'..'Z') letter - 'A' else letter - 'a' + ('Z' - 'A' + 1)]
        builders.getValue(name).add(next, next + count - 1)
        next += count
    }
    builders.mapValues { it.value.build() }
}

/**
 * The characters of a category such as `Lu`, of all that begin with a letter such as `L`, or of `LC`: the letters that
 * have a case. The table is of one version of Unicode, whatever the platform's is.
 */
internal fun categoryClass(name: String): CodeSet? {
    val some = when {
        name == "LC" -> listOf("Lu", "Ll", "Lt")
        name.length == 1 -> categories.keys.filter { it.startsWith(name) }
        else -> listOf(name)
    }
    val sets = some.mapNotNull { categories[it] }
    return if (sets.isEmpty()) null else sets.reduce(CodeSet::plus)
}

/**
 * For each character that differs from another one in case only: what is the same for all of these. One that is not in
 * the map is its own.
 */
internal val caseKeys: Map<Int, Int> by lazy {
    val keys = HashMap<Int, Int>()
    for (run in CASE_RUNS.split(';')) {
        val (first, count, stride, delta) = run.split(',').map { it.toInt() }
        for (i in 0 until count) keys[first + i * stride] = first + i * stride + delta
    }
    keys
}

/** The characters of each key, which is one of them. */
internal val caseGroups: Map<Int, List<Int>> by lazy {
    val groups = HashMap<Int, MutableList<Int>>()
    for ((code, key) in caseKeys) groups.getOrPut(key) { mutableListOf(key) } += code
    groups
}
