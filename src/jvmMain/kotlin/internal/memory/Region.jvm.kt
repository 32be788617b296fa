package dev.kmmap.internal.memory

import dev.kmmap.internal.ffm.MemorySegmentRegion

internal actual typealias Region = MemorySegmentRegion
