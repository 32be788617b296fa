package dev.kmmap.internal.access

import dev.kmmap.MMap

/** Of which map a view shows which part. */
internal class Parent(val map: MMap, val offset: Long, val length: Long)
