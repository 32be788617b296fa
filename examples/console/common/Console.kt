package dev.kmmap.examples.console

import kotlinx.io.IOException

/** The program has done what it was asked for. */
internal const val DONE = 0

/** It has not, or has not found what it was to look for. */
internal const val FAILED = 1

/** The words of its command line are not such as it knows. */
internal const val MISUSED = 2

/** Writes [text] to the standard output at once, in UTF-8. Throws [IOException] if nobody takes it. */
internal expect fun printOut(text: String)

/** Writes [line] and a line feed to the standard error. */
internal expect fun printError(line: String)

/** Ends the process. */
internal expect fun end(status: Int): Nothing

/** What is wrong with the words of a command line; the program says how it is used. */
internal class WrongUsage(message: String? = null) : IllegalArgumentException(message)

/**
 * What an example program does for the user of a command line: runs [block], which returns the status, and says what has
 * failed in a line to [printError], not in a stack trace.
 */
internal fun statusOf(
    program: String,
    usage: String,
    printError: (String) -> Unit,
    failed: Int = FAILED,
    block: () -> Int,
): Int = try {
    block()
} catch (e: WrongUsage) {
    e.message?.let { printError("$program: $it") }
    printError(usage)
    MISUSED
} catch (e: IllegalArgumentException) {
    printError("$program: ${e.message}")
    failed
} catch (e: IllegalStateException) {
    printError("$program: ${e.message}")
    failed
} catch (e: IOException) {
    printError("$program: ${e.message}")
    failed
}
