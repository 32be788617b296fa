package dev.kmmap.internal.diagnostics

/** What only a platform knows of itself: words for a [report]. */
internal class PlatformFacts(
    /** The system's own name, its version and the processor. */
    val system: String,
    /** What runs this code, and its version. */
    val runtime: String,
    /** Where the C code comes from, or why there is none. */
    val library: String,
    /** The SIMD instructions of searches, a level of scan.h; `null` where searches are Kotlin code. */
    val scanLevel: Long?,
    /** Why searches are Kotlin code; `null` where they are not. */
    val scanProblem: String?,
    /** How single elements are accessed while others may close the map. */
    val elementAccess: String,
)

/** What only the platform knows of itself, for [report]. */
internal expect fun platformFacts(): PlatformFacts
