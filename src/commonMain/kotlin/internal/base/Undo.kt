package dev.kmmap.internal.base

/** What has to be taken back if an operation of several steps fails half-way, the last step first. */
internal class Undo {
    private val steps = ArrayList<() -> Unit>()

    fun onFailure(step: () -> Unit) {
        steps += step
    }

    /** Takes all steps back; one that fails is told by [cause] and does not keep the others from being tried. */
    fun run(cause: Throwable) {
        for (step in steps.asReversed()) {
            try {
                step()
            } catch (e: Exception) {
                cause.addSuppressed(e)
            }
        }
        steps.clear()
    }
}

/** Runs [block]; if it throws, everything it has registered is taken back before the exception goes on. */
internal inline fun <T> undoing(block: (Undo) -> T): T {
    val undo = Undo()
    try {
        return block(undo)
    } catch (e: Throwable) {
        undo.run(e)
        throw e
    }
}
