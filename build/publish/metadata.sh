# Sourced by build/native/run. What a consumer's common code is compiled against: the declarations of commonMain, and
# those of the native targets on top, as metadata klibs in target/native/metadata.

# build_metadata KONAN_TARGET FOLDERS OUT: nativeMain is compiled as linuxX64 sees it. Its public declarations are in
# src/nativeMain/kotlin, the same for all targets, and what differs is internal.
build_metadata() {
    local konan_target=$1 folders=$2 out=$3 metadata=$OUT/metadata libraries classpath
    local common=$metadata/commonMain native=$metadata/nativeMain files
    classpath=$(printf '%s\n' "$metadata"/dependencies/*/* | LC_ALL=C sort | paste -sd:)
    mapfile -t files < <(kotlin_files src/commonMain/kotlin)
    once "$common" compile_metadata "$metadata/dependencies" "$common" "${STRICT[@]}" "${OPT_INS[0]}" \
        -Xexplicit-api=strict -Xtarget-platform=JVM,Native -module-name dev.kmmap:kmmap_commonMain \
        -classpath "$classpath" "${files[@]}"

    mapfile -t libraries < <(link_arguments "$out/library.klibs" "$out/cinterop.klibs")
    mapfile -t files < <(native_files nativeMain "$folders")
    once "$native" compile_native_metadata "$native" -p library -target "$konan_target" -nopack -Xmetadata-klib \
        -module-name dev.kmmap:kmmap_nativeMain -Xshort-module-name=kmmap_nativeMain "${STRICT[@]}" "${OPT_INS[@]}" \
        -Xexplicit-api=strict -l "$common" "-Xrefines-paths=$common" "${libraries[@]}" "${files[@]}"
}

# compile_metadata DEPENDENCIES DESTINATION ARGUMENT...: the dependencies are named so that a change of theirs counts.
compile_metadata() {
    rm -rf "$2"
    "$JDK_HOME/bin/java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
        -cp "$KONAN_HOME/konan/lib/kotlin-native-compiler-embeddable.jar" \
        org.jetbrains.kotlin.cli.metadata.KotlinMetadataCompiler "${@:3}" -d "$2"
}

# compile_native_metadata DESTINATION ARGUMENT...
compile_native_metadata() {
    rm -rf "$1"
    konanc "${@:2}" -o "$1"
}
