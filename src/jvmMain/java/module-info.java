/** Memory-mapped files. Needs {@code --enable-native-access=dev.kmmap}. */
module dev.kmmap {
    requires transitive kotlin.stdlib;
    requires transitive kotlinx.coroutines.core;
    requires transitive kotlinx.io.core;
    requires transitive kotlinx.io.bytestring;

    exports dev.kmmap;
}
