package dev.kmmap.internal.system

/** The system this code runs on: decides which constants exist and their numbers. */
internal expect val currentSystem: OperatingSystem

/** The system calls of this platform; the cause of a failure to load them is thrown on first use. */
internal expect val platformSystemCalls: SystemCalls
