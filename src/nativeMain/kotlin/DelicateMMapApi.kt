package dev.kmmap

/** Marks what hands out mapped memory itself, whose wrong use ends the process or destroys what others have written. */
@RequiresOptIn("Mapped memory is used without any checks: read the documentation of what is marked")
@Retention(AnnotationRetention.BINARY)
@Target(AnnotationTarget.FUNCTION)
public annotation class DelicateMMapApi
