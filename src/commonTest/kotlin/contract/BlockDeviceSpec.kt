package dev.kmmap.contract

import dev.kmmap.Access
import dev.kmmap.FlushMode
import dev.kmmap.MMap
import dev.kmmap.MMapException
import dev.kmmap.MMapOptions
import dev.kmmap.fixtures.LOOP_DEVICE
import dev.kmmap.fixtures.OpenMode
import dev.kmmap.fixtures.SystemCall
import dev.kmmap.fixtures.noLoopDevice
import dev.kmmap.fixtures.patternOf
import dev.kmmap.fixtures.platformSystemCalls
import dev.kmmap.fixtures.testUnless
import dev.kmmap.fixtures.withFaultySystemCalls
import dev.kmmap.fixtures.withLoopDevice
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain

/** Block devices, which have a size that only they themselves tell. */
internal class BlockDeviceSpec : FunSpec({
    testUnless({ noLoopDevice }, "a block device is mapped to its end, and tells its size") {
        withLoopDevice { device ->
            for (access in Access.entries) MMap.open(device, access).use { map ->
                map.size shouldBe LOOP_DEVICE
                map.fileSize() shouldBe LOOP_DEVICE
                map.slice(0) shouldBe patternOf(LOOP_DEVICE.toInt())
            }
            MMap.open(device, offset = 512).use { it.size shouldBe LOOP_DEVICE - 512 }
            MMap.open(device, offset = LOOP_DEVICE).use { it.size shouldBe 0 }
            MMap.open(device, length = 10).use { it.size shouldBe 10 }
            val descriptor = platformSystemCalls.open(device, OpenMode.READ)
            MMap.map(descriptor, offset = 4096).use { it.size shouldBe LOOP_DEVICE - 4096 }
            platformSystemCalls.close(descriptor) shouldBe 0
        } shouldBe true
    }

    testUnless({ noLoopDevice }, "what lies past the end of a block device is refused before it is mapped") {
        withLoopDevice { device ->
            withFaultySystemCalls { calls ->
                fun refused(configure: MMapOptions.() -> MMapOptions): String? {
                    val options = MMapOptions().access(Access.WRITE).configure().apply { systemCalls = calls }
                    return shouldThrow<IllegalArgumentException> { options.open(device) }.message
                }
                refused { length(LOOP_DEVICE + 1) }.orEmpty() shouldContain "fileSize=$LOOP_DEVICE"
                refused { offset(1).length(LOOP_DEVICE) }.orEmpty() shouldContain "length is greater"
                refused { offset(LOOP_DEVICE + 1) }.orEmpty() shouldContain "offset is greater than the file's size"
                refused { extend(true).length(LOOP_DEVICE + 1) }.orEmpty() shouldContain "a device cannot be extended"
                calls.count(SystemCall.MAP) shouldBe 0
                calls.shouldHaveNothingLeft()
            }
        } shouldBe true
    }

    testUnless({ noLoopDevice }, "what is written to a block device reaches it, and it cannot get another size") {
        withLoopDevice { device ->
            MMap.open(device, Access.WRITE).use { map ->
                map[LOOP_DEVICE - 1] = 77
                map.flush(FlushMode.DURABLE)
                for (size in listOf(LOOP_DEVICE + 1, LOOP_DEVICE - 1)) {
                    shouldThrow<MMapException> { map.resize(size) }
                    map.size shouldBe LOOP_DEVICE
                }
                map[LOOP_DEVICE - 1] shouldBe 77
            }
            MMap.open(device).use { it[LOOP_DEVICE - 1] shouldBe 77 }
        } shouldBe true
    }
})
