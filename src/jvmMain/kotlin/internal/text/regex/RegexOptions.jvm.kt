package dev.kmmap.internal.text.regex

import java.util.regex.Pattern

internal actual fun requireCommonOptions(regex: Regex) {
    require(regex.toPattern().flags() and Pattern.UNICODE_CHARACTER_CLASS == 0) {
        "UNICODE_CHARACTER_CLASS is not the same on all platforms"
    }
}
