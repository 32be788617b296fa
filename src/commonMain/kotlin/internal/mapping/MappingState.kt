package dev.kmmap.internal.mapping

import dev.kmmap.internal.memory.Rights
import dev.kmmap.internal.system.Failure
import kotlin.concurrent.Volatile

/** What a map and its views have in common. */
internal class MappingState(
    /** What may be done now; ranges that are mapped later get it too. */
    @Volatile
    var rights: Rights,
) {
    @Volatile
    var flushFailure: Failure? = null

    @Volatile
    var poisoning: Failure? = null
}
