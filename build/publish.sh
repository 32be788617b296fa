# Sourced by build/native. What a consumer's common code is compiled against: the declarations of commonMain, and those
# of the native targets on top, as metadata klibs in target/native/metadata.
#
# nativeMain is compiled as linuxX64 sees it: its public declarations are in src/nativeMain/kotlin, the same for all
# targets, and what differs is internal.

build_metadata() {
    local metadata=$OUT/metadata common=$OUT/metadata/commonMain native=$OUT/metadata/nativeMain
    local native_folders classpath
    mapfile -t native_folders < <(source_folders nativeMain)
    classpath=$(printf '%s\n' "$metadata"/dependencies/*/* | LC_ALL=C sort | paste -sd:)
    local arguments=("${STRICT[@]}" "${OPT_INS[0]}" -Xexplicit-api=strict -Xtarget-platform=JVM,Native
        -module-name dev.kmmap:kmmap_commonMain -classpath "$classpath" -d "$common")
    mapfile -t -O "${#arguments[@]}" arguments < <(kotlin_files src/commonMain/kotlin)
    if ! fresh "$common" "${arguments[@]}" "$metadata/dependencies"; then
        echo "Compiling ${common#"$PWD"/}"
        rm -rf "$common"
        "$JDK_HOME/bin/java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
            -cp "$KONAN_HOME/konan/lib/kotlin-native-compiler-embeddable.jar" \
            org.jetbrains.kotlin.cli.metadata.KotlinMetadataCompiler "${arguments[@]}"
        made "$common" "${arguments[@]}" "$metadata/dependencies"
    fi

    link_klibs "$target_out/library.klibs" "$target_out/cinterop.klibs"
    arguments=(-p library -target "$konan_target" -nopack -Xmetadata-klib -module-name dev.kmmap:kmmap_nativeMain
        -Xshort-module-name=kmmap_nativeMain "${STRICT[@]}" "${OPT_INS[@]}" -Xexplicit-api=strict
        -l "$common" "-Xrefines-paths=$common" "${libraries[@]}" -o "$native")
    mapfile -t -O "${#arguments[@]}" arguments < <(kotlin_files "${native_folders[@]}")
    ! fresh "$native" "${arguments[@]}" || return 0
    echo "Compiling ${native#"$PWD"/}"
    rm -rf "$native"
    konanc "${arguments[@]}"
    made "$native" "${arguments[@]}"
}
