package dev.kmmap.text

import dev.kmmap.Access
import dev.kmmap.MMap
import dev.kmmap.MMapAppender
import dev.kmmap.MMapOptions
import dev.kmmap.MultiNeedle
import dev.kmmap.Needle
import dev.kmmap.Seal
import dev.kmmap.SharedMemory
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.collections.shouldContainAll
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import java.io.File
import java.lang.reflect.InvocationTargetException
import java.lang.reflect.Method
import java.lang.reflect.Modifier
import java.lang.reflect.Type
import java.util.concurrent.Executor
import kotlin.coroutines.Continuation
import kotlin.coroutines.EmptyCoroutineContext
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Dispatchers

private const val HALF = "a\ud83d"

/** Functions that take a text and make no bytes of it, or only later, when TextInputSpec looks at them. */
private val others = setOf(
    "RegexMatch.group", // looks a name up
    "MMapOptions.name", // is judged together with the other options
)

/** Functions of Java that TextInputSpec cannot call, and some that it can: the search below has to find these. */
private val known = listOf(
    "MMap.find", "MMap.rfind", "MMap.setName", "MMap.memfd", "MMap.open", "MMapOptions.open", "MMapAppender.open",
    "Needle.of", "MultiNeedle.ofStrings", "MMaps.findAsync", "MMaps.rfindAsync", "Suspending.awaitFind",
    "SharedMemory.create", "SharedMemory.open", "SharedMemory.unlink",
)

internal class TextInputJvmSpec : FunSpec({
    test("no public function of Java makes bytes of half of a surrogate pair") {
        val called = mutableSetOf<String>()
        val taken = mutableListOf<String>()
        MMap.anonymous(4096).use { map ->
            for (method in publicMethods()) {
                val name = "${method.declaringClass.simpleName}.${method.name}"
                if (name in others || method.genericParameterTypes.none(::isText)) continue
                called += name
                withClue(method) {
                    val receiver = if (Modifier.isStatic(method.modifiers)) null else receiver(method, map)
                    val arguments = method.parameterTypes.map { argument(it, map) }.toTypedArray()
                    try {
                        taken += "$method gives ${method.invoke(receiver, *arguments)}"
                    } catch (e: InvocationTargetException) {
                        e.targetException::class shouldBe IllegalArgumentException::class
                        e.targetException.message.orEmpty() shouldContain "half of a surrogate pair at"
                    }
                }
            }
        }
        taken.shouldBeEmpty()
        called shouldContainAll known
    }
})

/** Those of all public classes but enums, whose valueOf is not ours. */
private fun publicMethods(): List<Method> {
    val folder = File(MMap::class.java.protectionDomain.codeSource.location.toURI())
    val files = File(folder, "dev/kmmap").listFiles { file -> file.extension == "class" && "__" !in file.name }
    return files.orEmpty().map { Class.forName("dev.kmmap.${it.nameWithoutExtension}") }
        .filter { Modifier.isPublic(it.modifiers) && !it.isEnum }
        .flatMap { it.declaredMethods.toList() }
        .filter { Modifier.isPublic(it.modifiers) && !it.isSynthetic && '$' !in it.name && '-' !in it.name }
}

private fun isText(type: Type) =
    type in setOf(String::class.java, Array<String>::class.java, CharSequence::class.java) ||
        type.typeName == "java.util.List<java.lang.String>"

private fun receiver(method: Method, map: MMap): Any = when (method.declaringClass) {
    MMap::class.java -> map
    MMapOptions::class.java -> MMapOptions().length(1)
    SharedMemory::class.java -> SharedMemory
    Needle.Companion::class.java -> Needle
    MultiNeedle.Companion::class.java -> MultiNeedle
    MMap.Companion::class.java -> MMap
    MMapAppender.Companion::class.java -> MMapAppender
    else -> throw AssertionError("no instance of ${method.declaringClass}")
}

private fun argument(type: Class<*>, map: MMap): Any = when (type) {
    String::class.java, CharSequence::class.java -> HALF
    Array<String>::class.java -> arrayOf(HALF)
    List::class.java -> listOf(HALF)
    MMap::class.java -> map
    Int::class.java -> 4096
    Long::class.java -> 4096L
    Boolean::class.java -> false
    Access::class.java -> Access.WRITE
    Array<Seal>::class.java -> emptyArray<Seal>()
    Executor::class.java -> Executor { it.run() }
    CoroutineDispatcher::class.java -> Dispatchers.IO
    Continuation::class.java -> Continuation<Any?>(EmptyCoroutineContext) {}
    else -> throw AssertionError("no argument of $type")
}
