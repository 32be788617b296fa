package dev.kmmap.internal

import dev.kmmap.MMap

/** Of which map a view shows which part. */
internal class ViewOf(val map: MMap, val offset: Long, val length: Long)
